// Echo servers with libraries of npm, each written as its documentation begins, with the
// compression that it offers: echo.mjs LIBRARY PORT. The libraries are in NODE_PATH.
import http from 'node:http';
import { createRequire } from 'node:module';

const [library, port] = [process.argv[2], Number(process.argv[3])];
const load = createRequire(import.meta.url);

const servers = {
    ws() {
        const { WebSocketServer } = load('ws');
        const server = new WebSocketServer({ host: '127.0.0.1', port, perMessageDeflate: true });
        server.on('connection', (socket) => {
            socket.on('error', () => {});
            socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
        });
    },
    websocket() {
        const httpServer = http.createServer((_, answer) => answer.writeHead(404).end());
        const server = new (load('websocket').server)({ httpServer, autoAcceptConnections: true });
        server.on('connect', (socket) => {
            socket.on('message', (message) => {
                if (message.type === 'utf8') socket.sendUTF(message.utf8Data);
                else socket.sendBytes(message.binaryData);
            });
        });
        httpServer.listen(port, '127.0.0.1');
    },
    faye() {
        const WebSocket = load('faye-websocket');
        const extensions = [load('permessage-deflate')];
        const server = http.createServer((_, answer) => answer.writeHead(404).end());
        server.on('upgrade', (request, stream, body) => {
            if (!WebSocket.isWebSocket(request)) return;
            const socket = new WebSocket(request, stream, body, [], { extensions });
            socket.on('message', (event) => socket.send(event.data));
        });
        server.listen(port, '127.0.0.1');
    },
};
servers[library]();
