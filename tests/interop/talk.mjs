// A conversation that any WebSocket of the browsers' kind can hold, in a page as well, and a count
// of the bytes on the wire, because an echo alone does not tell whether anything was compressed.

import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import { check, equal, startServer, within } from './lib.mjs';

export const messages = fs.readFileSync(new URL('messages.txt', import.meta.url), 'utf8');

/**
 * Sends the messages of a list, checks that each comes back, and closes. It runs within pages,
 * too, so it refers to nothing outside. Returns { protocol, extensions, size, wrong, code }: what
 * the server picked, how many bytes the messages had in one direction, the lines of the messages
 * that did not come back, and the code with which the connection ended.
 */
export async function talk(url, list, close = [1000, 'done'], subprotocols = [],
    Socket = WebSocket) {
    const socket = new Socket(url, subprotocols);
    const came = [];
    const wrong = [];
    let size = 0;
    let number = 1;
    let wake = () => {};
    const ended = new Promise((resolve) => { socket.onclose = ({ code }) => resolve(code); });
    const early = new Promise((_, reject) => {
        ended.then((code) => reject(new Error(`wanted an open connection, came close ${code}`)));
        // A refusal fires both events; undici 6 forgets the second.
        socket.onerror = () => reject(new Error('refused'));
    });
    early.catch(() => {});
    socket.binaryType = 'arraybuffer';
    socket.onmessage = ({ data }) => { came.push(data); wake(); };
    await Promise.race([early, new Promise((resolve) => { socket.onopen = resolve; })]);
    const { protocol, extensions } = socket;

    const random = (below) => {
        number = (number * 1103515245 + 12345) % 2147483648;
        return Math.floor((number / 2147483648) * below);
    };
    const make = (kind, length, unit) => {
        if (kind === 'text') {
            return unit.repeat(length);
        }
        if (kind === 'words') {
            const some = Array.from({ length: length / 2 + 1 }, () => `${random(500)} `);
            return some.join('').slice(0, length);
        }
        return Uint8Array.from({ length }, (_, i) => (kind === 'noise' ? random(256) : i));
    };
    const bytes = (data) => (typeof data === 'string' ? new TextEncoder().encode(data)
        : new Uint8Array(data));
    const same = (sent, back) => {
        const [one, other] = [bytes(sent), bytes(back)];
        return (typeof sent === 'string') === (typeof back === 'string')
            && one.length === other.length && one.every((byte, i) => byte === other[i]);
    };
    const echo = async (name, all) => {
        for (const data of all) {
            socket.send(data);
            size += bytes(data).length;
        }
        for (const data of all) {
            while (came.length === 0) {
                await Promise.race([early, new Promise((resolve) => { wake = resolve; })]);
            }
            if (!same(data, came.shift())) {
                wrong.push(name);
            }
        }
    };
    for (const line of list.split('\n').filter((text) => /^[^#]/.test(text))) {
        const [kind, length, unit] = line.split(' ');
        await echo(line, [make(kind, Number(length), unit)]);
    }
    if (list !== '') {
        await echo('a thousand in order', Array.from({ length: 1000 },
            (_, id) => JSON.stringify({ id, text: 'the quick brown fox' })));
    }
    socket.close(...close);
    return { protocol, extensions, size, wrong, code: await ended };
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

/** Requires that so many bytes are few for so many of messages, unless `times` is 0. */
export function few(bytes, size, times = 1.5) {
    equal(true, times === 0 || bytes * times < size, `${bytes} bytes for ${size} to be few:`);
}

/**
 * Has a client talk to the server, started with these options, and checks what was agreed on and
 * how many bytes went either way. `agreed` is the server's answer. The client must send `up` times
 * fewer bytes than the messages have. `talking` gets the URL and returns what talk() returns.
 */
export async function compresses(label, options, agreed, talking, up = 1.5) {
    const server = await startServer('step07_deflate', ...options);
    const wire = await counted(server.port);
    await check(`${label}: everything comes back, in fewer bytes`, async () => {
        const { extensions, size, wrong } = await within(60000, talking(wire.ws), 'the end');
        equal('', wrong.join(', '), 'wrong messages');
        await server.logs(/closed with 1000 after 1018 messages/);
        const line = /open: .*, extension (.*)/.exec(server.log());
        equal(agreed, line ? line[1] : 'nothing', 'agreement');
        equal(true, extensions.startsWith('permessage-deflate'), `"${extensions}" to be right`);
        few(wire.bytes().up, size, up);
        few(wire.bytes().down, size);
    });
    await check(`${label}: the server ends with status 0`, server.stop);
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
