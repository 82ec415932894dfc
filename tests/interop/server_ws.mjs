// A server made with the npm package `ws`; the argument holds the options of its compression as
// JSON. The path of the URL says what it does with a connection.

import { once } from 'node:events';
import { load } from './lib.mjs';

const { WebSocketServer } = load('ws');
const behaviours = {
    '/echo': (socket) => socket.on('message', (data, binary) => socket.send(data, { binary })),
    '/ping': (socket) => {
        socket.on('pong', (data) => socket.close(data.toString() === 'there?' ? 1000 : 4000));
        socket.ping('there?');
    },
    '/fragments': (socket) => {
        socket.send('Hel', { fin: false });
        socket.send('lo', { fin: true });
        socket.close(1000);
    },
    '/close': (socket) => socket.close(4001, 'enough'),
    '/lost': (socket) => socket.terminate(),
    '/request': (socket, { headers }) => {
        const right = headers.origin === 'http://a.example' && headers['x-one'] === 'yes';
        socket.close(right ? 1000 : 4000);
    },
};
const perMessageDeflate = { threshold: 0, ...JSON.parse(process.argv[2]) };
const server = new WebSocketServer({
    host: '127.0.0.1',
    port: 0,
    perMessageDeflate,
    handleProtocols: (offered) => offered.has('two') && 'two',
    verifyClient: ({ req }) => req.url !== '/refused',
});
server.on('headers', (headers) => console.error(headers.join('; ')));
server.on('connection', (socket, request) => {
    socket.on('close', (code) => console.error(`saw ${code}`));
    behaviours[request.url](socket, request);
});
await once(server, 'listening');
const { port } = server.address();
console.log(`listening on http://127.0.0.1:${port}/ (ws://127.0.0.1:${port}/)`);
process.on('SIGTERM', () => process.exit(0));
