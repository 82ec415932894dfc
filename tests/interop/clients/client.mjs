// A client made with the WebSocket that Node (undici), Bun or Deno has of its own, whichever runs
// this file, or with the npm package `ws` or `websocket`: client.mjs own|ws|websocket URL ORIGIN
// OPTIONS, the last as JSON. See ../clients.mjs for what a client does.

import { createInterface } from 'node:readline';
import { load } from '../lib.mjs';

const [which, url, origin, options] = process.argv.slice(2);

/** The face that browsers have, for the package `websocket`, whose own swallows empty texts. */
class OfWebsocket {
    constructor(address, subprotocols, settings) {
        const client = new (load('websocket').client)(settings);
        client.on('connectFailed', (error) => this.onerror(error));
        client.on('connect', (connection) => {
            this.connection = connection;
            this.protocol = connection.protocol;
            this.extensions = connection.extensions.map(({ name }) => name).join(', ');
            connection.on('message', ({ utf8Data, binaryData }) =>
                this.onmessage({ data: utf8Data ?? binaryData }));
            connection.on('close', (code) => this.onclose({ code }));
            this.onopen();
        });
        client.connect(address, subprotocols, settings.origin);
    }

    send(data) {
        this.connection.send(data);
    }

    close(code, reason) {
        this.connection.close(code, reason);
    }
}

const say = (line) => process.stdout.write(`${line}\n`);
const end = (line) => process.stdout.write(`${line}\n`, () => process.exit(0));

const Socket = { ws: () => load('ws'), websocket: () => OfWebsocket }[which]?.()
    ?? globalThis.WebSocket ?? load('undici').WebSocket;
const socket = new Socket(url, ['unknown', 'chat'], { origin, ...JSON.parse(options) });
let opened = false;
socket.binaryType = 'arraybuffer';
socket.onopen = () => {
    opened = true;
    say(`open ${socket.protocol || 'none'} ${socket.extensions || 'none'}`);
    createInterface({ input: process.stdin })
        .on('line', (line) => {
            const data = Buffer.from(line.slice(1), 'base64');
            socket.send(line[0] === 't' ? data.toString() : data);
        })
        .on('close', () => socket.close(4999, 'enough'));
};
socket.onmessage = ({ data }) =>
    say((typeof data === 'string' ? 't' : 'b') + Buffer.from(data).toString('base64'));
socket.onerror = (error) => opened || end(`refused ${error.message ?? ''}`.split('\n')[0]);
socket.onclose = ({ code }) => end(`close ${code}`);
