// A client made with the WebSocket of Java's own java.net.http: Client URL ORIGIN OPTIONS, of which
// there are none. See ../clients.mjs for what a client does.

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;

class Client implements WebSocket.Listener {
    final StringBuilder text = new StringBuilder();
    final ByteArrayOutputStream binary = new ByteArrayOutputStream();

    static void show(String kind, byte[] data) {
        System.out.println(kind + Base64.getEncoder().encodeToString(data));
    }

    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            show("t", text.toString().getBytes(StandardCharsets.UTF_8));
            text.setLength(0);
        }
        socket.request(1);
        return null;
    }

    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
        byte[] bytes = new byte[data.remaining()];
        data.get(bytes);
        binary.writeBytes(bytes);
        if (last) {
            show("b", binary.toByteArray());
            binary.reset();
        }
        socket.request(1);
        return null;
    }

    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        System.out.println("close " + code);
        System.exit(0);
        return null;
    }

    public static void main(String[] arguments) throws Exception {
        WebSocket socket = null;
        try {
            socket = HttpClient.newHttpClient().newWebSocketBuilder()
                .header("Origin", arguments[1]).subprotocols("unknown", "chat")
                .buildAsync(URI.create(arguments[0]), new Client()).get();
        } catch (ExecutionException error) {
            var refusal = (WebSocketHandshakeException) error.getCause();
            System.out.println("refused " + refusal.getResponse().statusCode());
            System.exit(0);
        }
        System.out.println("open " + socket.getSubprotocol() + " none");
        var input = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = input.readLine()) != null; ) {
            byte[] data = Base64.getDecoder().decode(line.substring(1));
            if (line.charAt(0) == 't') {
                socket.sendText(new String(data, StandardCharsets.UTF_8), true).join();
            } else {
                socket.sendBinary(ByteBuffer.wrap(data), true).join();
            }
        }
        socket.sendClose(4999, "enough").join();
        Thread.currentThread().join(); // onClose ends the program
    }
}
