// Node's ws as an echo server for the bench: no compression, 64 MiB a message, TCP_NODELAY (ws sets it).
import { WebSocketServer } from 'ws';

const options = { host: '127.0.0.1', port: 0, backlog: 1024, maxPayload: 64 << 20,
    perMessageDeflate: false };
const server = new WebSocketServer(options, () => {
    console.log(`listening on ws://127.0.0.1:${server.address().port}/`);
});
server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
