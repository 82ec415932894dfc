// An echo server with Node's ws, as its documentation begins, and with compression, which it has off
// by itself.
import { WebSocketServer } from 'ws';

const server = new WebSocketServer({
    host: '127.0.0.1',
    port: Number(process.argv[2]),
    perMessageDeflate: true,
});
server.on('connection', (socket) => {
    socket.on('error', () => {});
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
});
