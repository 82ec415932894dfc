// Clients with libraries of npm, each written as its documentation begins. They send back what they
// receive and close at the end of their input: client.mjs LIBRARY URL. The libraries are in
// NODE_PATH.
import { createRequire } from 'node:module';

const [library, url] = process.argv.slice(2);
const load = createRequire(import.meta.url);
const atEnd = (close) => process.stdin.on('end', close).resume();

const clients = {
    ws() {
        const socket = new (load('ws'))(url);
        socket.on('error', () => {});
        socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
        socket.on('close', () => process.exit());
        atEnd(() => socket.close(1000));
    },
    undici() {
        const socket = new (load('undici').WebSocket)(url);
        socket.binaryType = 'arraybuffer';
        socket.onmessage = (event) => socket.send(event.data);
        socket.onerror = () => {};
        socket.onclose = () => process.exit();
        atEnd(() => socket.close(1000));
    },
    websocket() {
        const client = new (load('websocket').client)();
        client.on('connectFailed', () => process.exit());
        client.on('connect', (socket) => {
            socket.on('message', (message) => {
                if (message.type === 'utf8') socket.sendUTF(message.utf8Data);
                else socket.sendBytes(message.binaryData);
            });
            socket.on('error', () => {});
            socket.on('close', () => process.exit());
            atEnd(() => socket.close(1000));
        });
        client.connect(url);
    },
};
clients[library]();
