// Drives a running echo server with the WebSocket of Java's own java.net.http. The arguments are
// its URL and messages.txt. The server allows the origin https://good.example alone.

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

class JavaClient implements WebSocket.Listener {
    static final int PATIENCE = 20; // seconds
    static final HttpClient CLIENT = HttpClient.newHttpClient();
    static int failed;

    /** What arrived: "text Hello", "binary" and a character a byte, "pong 4", "close 1000". */
    final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    final StringBuilder text = new StringBuilder();

    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            events.add("text " + text);
            text.setLength(0);
        }
        socket.request(1);
        return null;
    }

    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
        while (data.hasRemaining()) {
            text.append((char) (data.get() & 0xff));
        }
        if (last) {
            events.add("binary " + text);
            text.setLength(0);
        }
        socket.request(1);
        return null;
    }

    public CompletionStage<?> onPong(WebSocket socket, ByteBuffer data) {
        events.add("pong " + data.remaining());
        socket.request(1);
        return null;
    }

    public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
        events.add("close " + code);
        return null;
    }

    static void check(String name, String wanted, Callable<String> action) {
        String got;
        try {
            got = action.call();
        } catch (Exception error) {
            got = error.toString();
        }
        if (wanted.equals(got)) {
            System.out.println("ok - " + name);
        } else {
            failed++;
            System.out.printf("FAIL - %s: wanted %.60s, came %.120s%n", name, wanted, got);
        }
    }

    static WebSocket open(String url, String origin, JavaClient listener) throws Exception {
        return CLIENT.newWebSocketBuilder().header("Origin", origin).subprotocols("unknown", "chat")
            .buildAsync(URI.create(url), listener).get(PATIENCE, TimeUnit.SECONDS);
    }

    String next() throws InterruptedException {
        return events.poll(PATIENCE, TimeUnit.SECONDS);
    }

    public static void main(String[] arguments) throws Exception {
        JavaClient here = new JavaClient();
        WebSocket socket = open(arguments[0], "https://good.example", here);
        check("java: the subprotocol chat is picked", "chat", socket::getSubprotocol);
        for (String line : Files.readAllLines(Path.of(arguments[1]))) {
            String[] words = line.split(" "); // kind, size, unit
            if (words[0].equals("text")) {
                String message = words[2].repeat(Integer.parseInt(words[1]));
                check("java: " + line, "text " + message, () -> {
                    socket.sendText(message, true).join();
                    return here.next();
                });
            } else if (words[0].equals("binary")) {
                byte[] bytes = new byte[Integer.parseInt(words[1])];
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) i;
                }
                String wanted = "binary " + new String(bytes, StandardCharsets.ISO_8859_1);
                check("java: " + line, wanted, () -> {
                    socket.sendBinary(ByteBuffer.wrap(bytes), true).join();
                    return here.next();
                });
            }
        }
        check("java: a Ping between fragments", "pong 125", () -> {
            socket.sendText("one ", false).join();
            socket.sendPing(ByteBuffer.wrap(new byte[125])).join();
            return here.next();
        });
        check("java: fragments", "text one message", () -> {
            socket.sendText("", false).join();
            socket.sendText("message", true).join();
            return here.next();
        });
        check("java: close 4999 comes back", "close 4999", () -> {
            socket.sendClose(4999, "enough").join();
            return here.next();
        });
        check("java: a foreign Origin is refused", "403", () -> {
            try {
                open(arguments[0], "https://bad.example", here);
                return "an open connection";
            } catch (ExecutionException error) {
                var refusal = (WebSocketHandshakeException) error.getCause();
                return String.valueOf(refusal.getResponse().statusCode());
            }
        });
        System.exit(failed == 0 ? 0 : 1);
    }
}
