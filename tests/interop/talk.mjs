// What clients and pages say to the servers, and a count of the bytes on the wire, because an echo
// alone does not tell whether anything was compressed.

import { once } from 'node:events';
import net from 'node:net';
import { check, equal, startServer, within } from './lib.mjs';

/**
 * The messages that every client sends and gets back, a letter for the kind and the bytes in base64:
 * sizes at which the header of a frame changes, text, bytes with a rule and without, and many.
 */
function* allMessages() {
    let number = 1;
    const random = (below) => {
        number = (number * 1103515245 + 12345) % 2147483648;
        return Math.floor((number / 2147483648) * below);
    };
    const text = (words) => `t${Buffer.from(words).toString('base64')}`;
    const binary = (length, make) =>
        `b${Buffer.from(Array.from({ length }, (_, i) => make(i))).toString('base64')}`;
    for (const words of ['Hello', 'Gr\u00fc\u00dfe,\n\u4e16\u754c \u{1f44b}', '', '']) {
        yield text(words);
    }
    for (const [size, unit] of [[125, 'x'], [126, 'x'], [65535, 'x'], [65536, 'x'],
        [349525, '\u20ac']]) {
        yield text(unit.repeat(size));
    }
    for (const size of [0, 0, 256, 1 << 20]) {
        yield binary(size, (i) => i);
    }
    yield binary(65536, () => random(256));
    for (const size of [3000, 300, 30, 1 << 20]) {
        const words = Array.from({ length: size / 2 + 1 }, () => `${random(500)} `);
        yield text(words.join('').slice(0, size));
    }
    for (let id = 0; id < 1000; id += 1) {
        yield text(JSON.stringify({ id, text: 'the quick brown fox' }));
    }
}
export const messages = [...allMessages()];
export const size = messages.reduce((sum, line) =>
    sum + Buffer.from(line.slice(1), 'base64').length, 0);

/**
 * Runs within a page, so it refers to nothing outside: sends messages, checks that each comes back,
 * and closes. Returns { protocol, extensions, wrong, code }: what the server picked, how many of the
 * messages did not come back, and the code with which the connection ended.
 */
export async function talk(url, list, close, subprotocols) {
    const socket = new WebSocket(url, subprotocols);
    const came = [];
    socket.binaryType = 'arraybuffer';
    const all = new Promise((resolve) => {
        socket.onmessage = ({ data }) => came.push(data) === list.length && resolve();
    });
    const ended = new Promise((resolve) => { socket.onclose = ({ code }) => resolve(code); });
    await Promise.race([ended, new Promise((resolve) => { socket.onopen = resolve; })]);
    const { protocol, extensions } = socket;

    const sent = list.map((line) => {
        const bytes = Uint8Array.from(atob(line.slice(1)), (character) => character.charCodeAt(0));
        return line[0] === 't' ? new TextDecoder().decode(bytes) : bytes;
    });
    sent.forEach((data) => socket.send(data));
    await Promise.race([ended, all]);
    socket.close(...close);
    const same = (data, back) => (typeof data === 'string' ? data === back
        : typeof back === 'object' && data.length === back.byteLength
            && new Uint8Array(back).every((byte, i) => byte === data[i]));
    const wrong = sent.filter((data, i) => !same(data, came[i])).length;
    return { protocol, extensions, wrong, code: await ended };
}

/** Passes everything on to a port, counts it, and keeps the first line of each connection. */
export async function counted(port) {
    let up = 0;
    let down = 0;
    const lines = [];
    const server = net.createServer((client) => {
        const onward = net.connect(port, '127.0.0.1');
        for (const link of [client, onward]) {
            link.setNoDelay(true);
            link.on('error', () => {});
        }
        client.once('data', (data) => lines.push(data.toString('latin1').split('\r\n')[0]));
        client.on('data', (data) => { up += data.length; });
        onward.on('data', (data) => { down += data.length; });
        client.pipe(onward);
        onward.pipe(client);
        client.on('close', () => onward.destroy());
        onward.on('close', () => client.end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port: own } = server.address();
    return {
        port: own,
        ws: `ws://127.0.0.1:${own}/`,
        lines,
        bytes: () => ({ up, down }),
        close: () => server.close(),
    };
}

/** Requires that messages of `wanted` bytes took a good deal fewer bytes on the wire. */
export function few(bytes, wanted) {
    equal(true, bytes * 1.5 < wanted, `${bytes} bytes for ${wanted} to be few:`);
}

/**
 * Has a client talk to the server, started with these options, and checks what was agreed on and
 * how many bytes went either way. `agreed` is the server's answer. `talking` gets the URL and
 * returns what talk() returns. What the client sends must be compressed as well if `both` says so.
 */
export async function compresses(label, options, agreed, talking, both = true) {
    const server = await startServer('step07_deflate', ...options);
    const wire = await counted(server.port);
    await check(`step 7, ${label}: everything comes back, in fewer bytes`, async () => {
        const { extensions, wrong } = await within(60000, talking(wire.ws), 'the end');
        equal(0, wrong, 'number of wrong messages');
        await server.logs(/closed with \d+ after 1018 messages/);
        const line = /open: .*, extension (.*)/.exec(server.log());
        equal(agreed, line ? line[1] : 'nothing', 'agreement');
        equal(false, extensions === 'none', 'no extension');
        few(wire.bytes().down, size);
        if (both) {
            few(wire.bytes().up, size);
        }
        await server.stop();
    });
    wire.close();
}

/** The server's options, and what it answers to one who offers client_max_window_bits. */
export const servers = [
    [[], 'permessage-deflate'],
    [['--no-context-takeover', '--window-bits', '9'],
        'permessage-deflate; server_no_context_takeover; client_no_context_takeover; '
            + 'server_max_window_bits=9; client_max_window_bits=9'],
    [['--window-bits', '8'],
        'permessage-deflate; server_max_window_bits=8; client_max_window_bits=8'],
];
