// The client of step 7 at servers that are made with the npm package `ws`, with each of its options
// for compression.

import { once } from 'node:events';
import { check, drive, equal, load, runClient, within } from './lib.mjs';

const { WebSocketServer } = load('ws');
const PATIENCE = 20000;

/** Lines that are alike, an empty one twice, and a long one. */
const lines = [
    ...Array.from({ length: 200 }, (_, i) => `{"line": ${i}, "text": "the quick brown"}`), '', '',
    'Gr\u00fc\u00dfe', 'the brown dog is quick '.repeat(5000),
];
const input = `${lines.join('\n')}\n`;

const client = (url, options) => runClient('step07_client', input, '--compress', '--wait', '0',
    ...options, url);

/** The server's options, the client's, and what must be agreed on. */
async function agree(perMessageDeflate, options, wanted) {
    const label = `${JSON.stringify(perMessageDeflate)}, ${options.join(' ') || 'no option'}`;
    await check(`ws ${label}: lines come back, in fewer bytes`, async () => {
        const server = new WebSocketServer({
            host: '127.0.0.1', port: 0, perMessageDeflate: { threshold: 0, ...perMessageDeflate },
        });
        let agreed;
        let link;
        server.on('headers', (headers) => {
            agreed = headers.find((line) => line.startsWith('Sec-WebSocket-Extensions: '));
        });
        server.on('connection', (socket, request) => {
            link = request.socket;
            socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
        });
        await within(PATIENCE, once(server, 'listening'), 'the server');
        try {
            const url = `ws://127.0.0.1:${server.address().port}/`;
            const { status, out, err } = await client(url, options);
            equal(0, status, `status (${err.slice(-200)})`);
            equal(input, out.toString(), 'lines');
            equal(`Sec-WebSocket-Extensions: ${wanted}`, agreed, 'agreement');
            const few = (count) => count * 1.5 < Buffer.byteLength(input);
            equal(true, few(link.bytesRead), `${link.bytesRead} bytes to be few:`);
            equal(true, few(link.bytesWritten), `${link.bytesWritten} bytes to be few:`);
        } finally {
            server.close();
        }
    });
}

await drive(60000, async () => {
    const forget = 'server_no_context_takeover; client_no_context_takeover';
    await agree({}, [], 'permessage-deflate');
    await agree({}, ['--no-context-takeover'], `permessage-deflate; ${forget}`);
    await agree({}, ['--window-bits', '9'],
        'permessage-deflate; server_max_window_bits=9; client_max_window_bits=9');
    await agree({ serverNoContextTakeover: true }, [],
        'permessage-deflate; server_no_context_takeover');
    await agree({ clientNoContextTakeover: true }, [],
        'permessage-deflate; client_no_context_takeover');
    await agree({ serverMaxWindowBits: 10 }, [], 'permessage-deflate; server_max_window_bits=10');
    await agree({ clientMaxWindowBits: 9 }, [], 'permessage-deflate; client_max_window_bits=9');
    await agree({ clientMaxWindowBits: 8 }, [], 'permessage-deflate; client_max_window_bits=8');
});
