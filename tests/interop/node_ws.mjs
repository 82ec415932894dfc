// Drives the echo server with the npm package `ws`, the client that most Node programs use.

import { once } from 'node:events';
import { check, drive, equal, load, sameBytes, startServer, within } from './lib.mjs';

const WebSocket = load('ws');
const LIMIT = 16777216;    // The default of --max-message.
const PATIENCE = 10000;

let server;

/** Opens a connection; every message that comes is kept until next() asks for it. */
async function open(options = {}, subprotocols = []) {
    const socket = new WebSocket(server.ws, subprotocols, options);
    const messages = [];
    socket.on('message', (data, isBinary) => {
        messages.push({ data, isBinary });
        socket.emit('arrived');
    });
    const closed = new Promise((resolve) => {
        socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    const early = closed.then(({ code, reason }) => {
        throw new Error(`wanted an open connection, came close ${code} ${reason}`);
    });
    early.catch(() => {});

    // What does not come, or cannot come any more, is an error with a clear message.
    socket.wait = (event, what) =>
        within(PATIENCE, Promise.race([once(socket, event), early]), what);
    socket.next = async () => {
        if (messages.length === 0) {
            await socket.wait('arrived', 'a message');
        }
        return messages.shift();
    };
    socket.closed = () => within(PATIENCE, closed, 'the close');
    await within(PATIENCE, once(socket, 'open'), 'open');
    socket.on('error', () => {});    // From here on the close code tells what happened.
    return socket;
}

async function echoes(socket, data, isBinary) {
    socket.send(data, { binary: isBinary });
    const message = await socket.next();
    equal(isBinary, message.isBinary, 'binary');
    sameBytes(Buffer.from(data), message.data);
}

/** RFC 6455, 5.5.1: the answer repeats the code; whether it repeats the reason is left open. */
async function closesWith(socket, code, reason = '') {
    socket.close(code, reason);
    const closed = await socket.closed();
    equal(code ?? 1005, closed.code, 'close code');
    if (closed.reason !== '') {
        equal(reason, closed.reason, 'no reason or the same');
    }
}

/** A complete conversation: messages, Ping, fragments, close. */
async function conversation(label, options) {
    const socket = await open(options);

    await check(`${label}: the server picks no extension`, () => equal('', socket.extensions));
    await check(`${label}: text`, () => echoes(socket, 'Hello', false));
    await check(`${label}: text outside ASCII`,
        () => echoes(socket, 'Gr\u00fc\u00dfe, \u4e16\u754c, \u{1f44b}', false));
    await check(`${label}: binary, every byte value`,
        () => echoes(socket, Buffer.from(Array.from({ length: 256 }, (_, i) => i)), true));
    await check(`${label}: empty text`, () => echoes(socket, '', false));
    await check(`${label}: empty binary`, () => echoes(socket, Buffer.alloc(0), true));
    for (const length of [125, 126, 127, 65535, 65536]) {
        await check(`${label}: ${length} bytes`, () => echoes(socket, 'x'.repeat(length), false));
    }

    for (const length of [0, 4, 125]) {
        await check(`${label}: Ping with ${length} bytes comes back as a Pong`, async () => {
            const payload = Buffer.alloc(length, 'p');
            const pong = socket.wait('pong', 'a Pong');
            socket.ping(payload);
            sameBytes(payload, (await pong)[0]);
        });
    }
    await check(`${label}: a Pong nobody asked for changes nothing`, async () => {
        socket.pong('unasked');
        await echoes(socket, 'still here', false);
    });

    await check(`${label}: three fragments are one message`, async () => {
        socket.send('one ', { fin: false });
        socket.send('', { fin: false });
        socket.send('message', { fin: true });
        const message = await socket.next();
        equal('one message', message.data.toString(), 'text');
        equal(false, message.isBinary, 'binary');
    });
    await check(`${label}: a character may be cut between fragments`, async () => {
        const bytes = Buffer.from('\u{1f44b}');
        socket.send(bytes.subarray(0, 2), { fin: false, binary: false });
        socket.send(bytes.subarray(2), { fin: true, binary: false });
        sameBytes(bytes, (await socket.next()).data);
    });
    await check(`${label}: a Ping between fragments is answered at once`, async () => {
        socket.send('half', { fin: false });
        const pong = socket.wait('pong', 'a Pong');
        socket.ping('now');
        equal('now', (await pong)[0].toString(), 'Pong');
        socket.send(' whole', { fin: true });
        equal('half whole', (await socket.next()).data.toString(), 'text');
    });

    await check(`${label}: 1000 messages keep their order`, async () => {
        for (let i = 0; i < 1000; i += 1) {
            socket.send(String(i));
        }
        for (let i = 0; i < 1000; i += 1) {
            equal(String(i), (await socket.next()).data.toString(), 'message');
        }
    });
    await check(`${label}: 1 MiB`, () => echoes(socket, Buffer.alloc(1 << 20, 0xa5), true));
    await check(`${label}: close 1000 comes back`, () => closesWith(socket, 1000, 'done'));
}

async function limits() {
    await check('a message of exactly 16 MiB is accepted', async () => {
        const socket = await open();
        await echoes(socket, Buffer.alloc(LIMIT, 0x5a), true);
        await closesWith(socket, 1000);
    });
    await check('one byte more is refused with 1009', async () => {
        const socket = await open();
        socket.send(Buffer.alloc(LIMIT + 1));
        equal(1009, (await socket.closed()).code, 'close code');
    });
    await check('one byte more in fragments is refused with 1009', async () => {
        const socket = await open();
        socket.send(Buffer.alloc(LIMIT), { fin: false });
        socket.send(Buffer.alloc(1), { fin: true });
        equal(1009, (await socket.closed()).code, 'close code');
    });
}

async function closing() {
    await check('close 4999 with a reason comes back', async () => {
        await closesWith(await open(), 4999, 'Gr\u00fc\u00dfe');
    });
    await check('a close with a reason of 123 bytes comes back', async () => {
        await closesWith(await open(), 3000, 'r'.repeat(123));
    });
    await check('a Close without a code is answered without a code', async () => {
        await closesWith(await open());
    });
    await check('two closes in a row do no harm', async () => {
        const socket = await open();
        socket.close(1000);
        socket.close(1000);
        equal(1000, (await socket.closed()).code, 'close code');
    });
}

async function violations() {
    await check('text that is not UTF-8 is answered with 1007', async () => {
        const socket = await open();
        socket.send(Buffer.from([0x68, 0x69, 0xff]), { binary: false });
        equal(1007, (await socket.closed()).code, 'close code');
    });
    await check('a frame without a mask is answered with 1002', async () => {
        const socket = await open();
        // FIN and opcode 1; no mask bit, length 2; "Hi" in the clear.
        socket._socket.write(Buffer.from([0x81, 0x02, 0x48, 0x69]));
        equal(1002, (await socket.closed()).code, 'close code');
    });
    await check('a reserved bit is answered with 1002', async () => {
        const socket = await open();
        // FIN, RSV1 and opcode 1; mask bit, length 0; the masking key.
        socket._socket.write(Buffer.from([0xc1, 0x80, 0, 0, 0, 0]));
        equal(1002, (await socket.closed()).code, 'close code');
    });
}

async function subprotocols() {
    await check('the subprotocol chat is picked from a list', async () => {
        const socket = await open({}, ['unknown', 'chat']);
        equal('chat', socket.protocol, 'subprotocol');
        await closesWith(socket, 1000);
    });
    await check('no subprotocol is picked when none is known', async () => {
        const error = await open({}, ['unknown']).then(() => 'open', (reason) => reason.message);
        equal('Server sent no subprotocol', error, 'the client to say');
    });
}

await drive(120000, async () => {
    server = await startServer('step05_echo');
    await conversation('compression offered', { perMessageDeflate: true });
    await conversation('no extension offered', { perMessageDeflate: false });
    await limits();
    await closing();
    await violations();
    await subprotocols();

    const last = await open();
    await check('SIGTERM says 1001 to an open connection and ends with status 0', async () => {
        const [closed] = await Promise.all([last.closed(), server.stop()]);
        equal(1001, closed.code, 'close code');
    });
});
