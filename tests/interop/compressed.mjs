// What the drivers of compression share: a conversation that any WebSocket of the browsers' kind
// can hold, and a count of the bytes on the wire, because an echo alone does not tell whether
// anything was compressed.

import net from 'node:net';
import { once } from 'node:events';
import { check, equal, startServer, within } from './lib.mjs';

/**
 * Sends messages of all kinds and looks whether each comes back. It runs within pages, too, so it
 * refers to nothing outside. Returns { extensions, payload, wrong }: how many bytes the messages
 * had in one direction, and the names of those that did not come back.
 */
export async function talk(url, Socket = globalThis.WebSocket) {
    const socket = new Socket(url);
    const messages = [];
    const wrong = [];
    let payload = 0;
    let wake = () => {};
    let number = 1;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('message', (event) => { messages.push(event.data); wake(); });
    let end;
    const ended = new Promise((resolve, reject) => {
        end = resolve;
        socket.addEventListener('close', (event) => {
            wake();
            const { code, reason } = event;
            reject(new Error(`wanted an open connection, came close ${code} ${reason}`));
        });
    });
    ended.catch(() => {});
    const coming = (ready) => Promise.race([ended, new Promise((resolve) => {
        wake = () => { if (ready()) { resolve(); } };
        wake();
    })]);
    socket.addEventListener('open', () => wake());
    const random = (below) => {
        number = (number * 1103515245 + 12345) % 2147483648;
        return Math.floor((number / 2147483648) * below);
    };
    const vocabulary = Array.from({ length: 500 }, () =>
        Array.from({ length: 2 + random(7) }, () =>
            String.fromCharCode(97 + random(26))).join(''));
    const words = (length) => {
        let text = '';
        while (text.length < length) {
            text += `${vocabulary[random(500)]} `;
        }
        return text.slice(0, length);
    };
    const bytes = (data) => (typeof data === 'string' ? new TextEncoder().encode(data)
        : new Uint8Array(data));
    const same = (a, b) => {
        if (typeof a !== typeof b || bytes(a).length !== bytes(b).length) {
            return false;
        }
        const [one, other] = [bytes(a), bytes(b)];
        return one.every((byte, i) => byte === other[i]);
    };
    const echo = async (name, ...all) => {
        for (const data of all) {
            socket.send(data);
            payload += bytes(data).length;
        }
        for (const data of all) {
            await coming(() => messages.length > 0);
            if (!same(data, messages.shift())) {
                wrong.push(name);
            }
        }
    };

    await coming(() => socket.readyState === 1);
    await echo('text', 'Hello');
    await echo('text outside ASCII', 'Gr\u00fc\u00dfe, \u4e16\u754c, \u{1f44b}');
    await echo('binary, every byte value', Uint8Array.from({ length: 256 }, (_, i) => i).buffer);
    await echo('two empty messages', '', '');
    await echo('two empty binary messages', new ArrayBuffer(0), new ArrayBuffer(0));
    await echo('more than that', words(3000), words(300), words(30));
    await echo('a thousand small messages in order', ...Array.from({ length: 1000 },
        (_, id) => JSON.stringify({ id, user: vocabulary[random(500)], text: words(60) })));
    await echo('what does not get shorter',
        Uint8Array.from({ length: 65536 }, () => random(256)).buffer);
    await echo('1 MiB of text', words(1048576));
    await echo('1 MiB of binary', bytes(words(1048576)).buffer);
    end();
    const closed = new Promise((resolve) => { socket.addEventListener('close', resolve); });
    socket.close(1000);
    await closed;
    return { extensions: socket.extensions, payload, wrong };
}

/** Passes everything on to a port. Returns { ws, bytes(): { up, down }, close() }. */
async function counted(port) {
    let up = 0;
    let down = 0;
    const server = net.createServer((client) => {
        const onward = net.connect(port, '127.0.0.1');
        for (const link of [client, onward]) {
            link.setNoDelay(true);
            link.on('error', () => {});
        }
        client.on('data', (data) => { up += data.length; });
        onward.on('data', (data) => { down += data.length; });
        client.pipe(onward);
        onward.pipe(client);
        client.on('close', () => onward.destroy());
        onward.on('close', () => client.end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return {
        ws: `ws://127.0.0.1:${server.address().port}/`,
        bytes: () => ({ up, down }),
        close: () => server.close(),
    };
}

/**
 * Has a client talk to the server, started with these options, and looks at what was agreed on and
 * how many bytes went either way. `how` is { agreed, up = 1.5, down = 1.5 }: the server's answer,
 * and how many times fewer bytes than in the messages there must be, 0 if that does not matter.
 * `talking` gets the URL and returns what talk() does.
 */
export async function compresses(label, options, { agreed, up = 1.5, down = 1.5 }, talking) {
    const server = await startServer('step07_deflate', ...options);
    const wire = await counted(server.port);
    await check(`${label}: everything comes back, in fewer bytes`, async () => {
        const { extensions, payload, wrong } = await within(60000, talking(wire.ws), 'the end');
        equal('', wrong.join(', '), 'wrong messages');
        await server.logs(/closed with 1000 after 1013 messages/);
        const line = /open: .*, extension (.*)/.exec(server.log());
        equal(agreed, line ? line[1] : 'nothing', 'agreement');
        equal(true, extensions.startsWith('permessage-deflate'), `"${extensions}" to be right`);
        const bytes = wire.bytes();
        const short = (count, times) => times === 0 || count * times < payload;
        equal(true, short(bytes.up, up), `${bytes.up} bytes for ${payload} to be few:`);
        equal(true, short(bytes.down, down), `${bytes.down} bytes for ${payload} to be few:`);
    });
    await check(`${label}: the server ends with status 0`, server.stop);
    wire.close();
}

/** The server's options, and what it answers to one who offers client_max_window_bits or not. */
const forget = 'server_no_context_takeover; client_no_context_takeover';
export const servers = [
    { options: [], told: 'permessage-deflate', untold: 'permessage-deflate' },
    {
        options: ['--no-context-takeover', '--window-bits', '9'],
        told: `permessage-deflate; ${forget}; server_max_window_bits=9; client_max_window_bits=9`,
        untold: `permessage-deflate; ${forget}; server_max_window_bits=9`,
    },
    {
        options: ['--window-bits', '8'],
        told: 'permessage-deflate; server_max_window_bits=8; client_max_window_bits=8',
        untold: 'permessage-deflate; server_max_window_bits=8',
    },
];
