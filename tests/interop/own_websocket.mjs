// Drives the echo server with the WebSocket that a JavaScript runtime brings along: Node's, which
// is undici (before version 22 it has to be loaded), Bun's or Deno's, whichever runs this file.

import { check, drive, equal, load, sameBytes, startServer, within } from './lib.mjs';

const WebSocket = globalThis.WebSocket ?? load('undici').WebSocket;
const PATIENCE = 20000;

/** Opens a connection; every message that comes is kept until next() asks for it. */
async function open(url, subprotocols = []) {
    const socket = new WebSocket(url, subprotocols);
    socket.binaryType = 'arraybuffer';
    const messages = [];
    let arrived = () => {};
    socket.onmessage = ({ data }) => { messages.push(data); arrived(); };
    const closed = new Promise((resolve) => {
        socket.onclose = ({ code, reason, wasClean }) => resolve({ code, reason, wasClean });
    });
    const opened = new Promise((resolve, reject) => {
        socket.onopen = resolve;
        // A refusal fires both events; undici 6 forgets the second.
        socket.onerror = () => reject(new Error('refused'));
        closed.then(() => reject(new Error('refused')));
    });
    socket.next = async () => {
        while (messages.length === 0) {
            await within(PATIENCE, new Promise((resolve) => { arrived = resolve; }), 'a message');
        }
        return messages.shift();
    };
    socket.closed = () => within(PATIENCE, closed, 'the close');
    await within(PATIENCE, opened, 'open');
    return socket;
}

async function textEchoes(socket, text) {
    socket.send(text);
    equal(text, await socket.next(), 'text');
}

async function bytesEcho(socket, bytes) {
    socket.send(bytes);
    const back = await socket.next();
    equal('object', typeof back, 'type');
    sameBytes(bytes, Buffer.from(back));
}

async function closesWith(socket, code, reason) {
    if (code === undefined) {
        socket.close();
    } else {
        socket.close(code, reason);
    }
    equal(code ?? 1005, (await socket.closed()).code, 'close code');
}

async function messages(url) {
    const socket = await open(url);
    await check('the server picks no extension', () => equal('', socket.extensions));
    await check('text', () => textEchoes(socket, 'Hello'));
    await check('text outside ASCII', () => textEchoes(socket, 'Gr\u00fc\u00dfe \u{1f44b}'));
    await check('empty text', () => textEchoes(socket, ''));
    await check('binary', () => bytesEcho(socket, Uint8Array.from({ length: 256 }, (_, i) => i)));
    await check('empty binary', () => bytesEcho(socket, new Uint8Array(0)));
    for (const length of [125, 126, 65535, 65536, 1 << 20]) {
        await check(`${length} bytes of text`, () => textEchoes(socket, 'x'.repeat(length)));
        await check(`${length} bytes of binary`, () =>
            bytesEcho(socket, new Uint8Array(length).fill(0xa5)));
    }
    await check('1000 messages keep their order', async () => {
        for (let i = 0; i < 1000; i += 1) {
            socket.send(String(i));
        }
        for (let i = 0; i < 1000; i += 1) {
            equal(String(i), await socket.next(), 'message');
        }
    });
    await check('close 1000 comes back', () => closesWith(socket, 1000, 'done'));
}

await drive(120000, async () => {
    const server = await startServer('step05_echo', '--ping-interval', '0.2', '--verbose',
        '--max-message', String(1 << 20));
    await messages(server.ws);
    await check('close 4999 with a reason comes back', async () =>
        closesWith(await open(server.ws), 4999, 'Gr\u00fc\u00dfe'));
    await check('a Close without a code is answered without a code', async () =>
        closesWith(await open(server.ws)));
    await check('the subprotocol chat is picked from a list', async () => {
        const socket = await open(server.ws, ['unknown', 'chat']);
        equal('chat', socket.protocol, 'subprotocol');
        await closesWith(socket, 1000, '');
    });
    await check('a message of 1 MiB and one byte is refused with 1009', async () => {
        const socket = await open(server.ws);
        socket.send(new Uint8Array((1 << 20) + 1));
        equal(1009, (await socket.closed()).code, 'close code');
    });
    const last = await open(server.ws);
    await check("the server's Pings are answered", () => server.logs(/pong, 0 bytes/));
    await check('SIGTERM says 1001 and ends with status 0', async () => {
        const [closed] = await Promise.all([last.closed(), server.stop()]);
        equal(1001, closed.code, 'close code');
    });
    const picky = await startServer('step05_echo', '--origin', 'https://good.example');
    await check('without the right Origin it is refused, and says so', async () => {
        const said = await open(picky.ws).then(() => 'open', (error) => error.message);
        equal('refused', said, 'what happened');
        await picky.logs(/answered 403/);
    });
    await check('the second server ends with status 0', picky.stop);
});
