// Drives the echo server and the one of step 7 with a WebSocket for JavaScript: the one that Node
// (undici), Bun or Deno has of its own, whichever runs this file, or the npm package `ws` or
// `websocket`, which cuts messages into fragments. The argument is own, ws or websocket.

import { once } from 'node:events';
import { check, drive, equal, load, startServer, within } from './lib.mjs';
import { compresses, messages, servers, talk } from './talk.mjs';

const which = process.argv[2];
const PATIENCE = 20000;
const LIMIT = 1 << 20;

/** The face that browsers have, for the package `websocket`, whose own swallows empty texts. */
class OfWebsocket {
    constructor(url, subprotocols, origin, options) {
        const { client: Client } = load('websocket');
        const client = new Client(options);
        client.on('connectFailed', () => this.onerror());
        client.on('connect', (connection) => {
            this.connection = connection;
            this.protocol = connection.protocol;
            this.extensions = connection.extensions;
            connection.on('message', ({ utf8Data, binaryData }) =>
                this.onmessage({ data: utf8Data ?? binaryData }));
            connection.on('close', (code) => this.onclose({ code }));
            this.onopen();
        });
        client.connect(url, subprotocols, origin);
    }

    send(data) {
        this.connection.send(typeof data === 'string' ? data : Buffer.from(data));
    }

    close(code, reason) {
        this.connection.close(code, reason);
    }
}

/** What `new` makes a WebSocket with: of a package, with options, or the runtime's own. */
function using(options, origin) {
    if (which === 'ws') {
        const Socket = load('ws');
        return function make(url, subprotocols) {
            return new Socket(url, subprotocols, { origin, ...options });
        };
    }
    if (which === 'websocket') {
        return function make(url, subprotocols) {
            return new OfWebsocket(url, subprotocols, origin, options);
        };
    }
    return globalThis.WebSocket ?? load('undici').WebSocket;
}

const MODES = {
    ws: {
        'compression offered': { perMessageDeflate: true },
        'no extension offered': { perMessageDeflate: false },
    },
    websocket: {
        'in fragments of 16 KiB': {},
        'in fragments of 1000 bytes': { fragmentationThreshold: 1000 },
        'in one frame': { fragmentOutgoingMessages: false },
    },
}[which] ?? { own: {} };

/** Talks, and requires that all comes back and that it ends with a code. */
async function ends(url, { list = '', close = [1000, 'done'], code = close[0], subprotocols = [],
    Socket = using({}) }) {
    const end = await within(60000, talk(url, list, close, subprotocols, Socket), 'the end');
    equal('', end.wrong.join(', '), 'wrong messages');
    equal('', String(end.extensions ?? ''), 'extensions');
    equal(code, end.code, 'close code');
    return end;
}

/** Opens a connection. Returns { socket, closed() }; closed() waits for its end. */
async function open(url) {
    const socket = new (using({}))(url, []);
    const end = new Promise((resolve) => { socket.onclose = resolve; });
    await within(PATIENCE, new Promise((resolve) => { socket.onopen = resolve; }), 'open');
    return { socket, closed: () => within(PATIENCE, end, 'the close') };
}

/** What only `ws` gives into one's hands: fragments and Pings. */
async function framesOfWs(url) {
    const { socket } = await open(url);
    const next = async (event) =>
        (await within(PATIENCE, once(socket, event), event))[0].toString();
    await check('a Ping between fragments is answered at once', async () => {
        socket.send('one ', { fin: false });
        socket.ping('now');
        equal('now', await next('pong'), 'Pong');
        socket.send('', { fin: false });
        socket.send('message', { fin: true });
        equal('one message', await next('message'), 'text');
    });
    await check('a Pong nobody asked for changes nothing; a Ping comes back', async () => {
        socket.pong('unasked');
        socket.ping('p'.repeat(125));
        equal('p'.repeat(125), await next('pong'), 'Pong');
    });
    socket.terminate();
}

async function plain() {
    const server = await startServer('step05_echo', '--max-message', String(LIMIT));
    for (const [mode, options] of Object.entries(MODES)) {
        await check(`${mode}: no extension is picked, all comes back, and close 1000`, () =>
            ends(server.ws, { list: messages, Socket: using(options) }));
    }
    if (which === 'ws') {
        await framesOfWs(server.ws);
    }
    await check('close 4999 with a reason comes back', () =>
        ends(server.ws, { close: [4999, 'Gr\u00fc\u00dfe'] }));
    await check('a Close without a code is answered in kind', () => // by a client that can send it
        ends(server.ws, { close: [], code: which === 'websocket' ? 1000 : 1005 }));
    await check('the subprotocol chat is picked from a list', async () => {
        const { protocol } = await ends(server.ws, { subprotocols: ['unknown', 'chat'] });
        equal('chat', protocol, 'subprotocol');
    });
    const large = await open(server.ws);
    await check('a message of 1 MiB and one byte is refused with 1009', async () => {
        large.socket.send(new Uint8Array(LIMIT + 1));
        equal(1009, (await large.closed()).code, 'close code');
    });
    await check('the server ends with status 0', server.stop);
    const pinging = await startServer('step05_echo', '--ping-interval', '0.2', '--verbose');
    const last = await open(pinging.ws);
    await check("the server's Pings are answered", () => pinging.logs(/pong, 0 bytes/));
    await check('SIGTERM says 1001 and ends with status 0', async () => {
        await pinging.stop();
        equal(1001, (await last.closed()).code, 'close code');
    });
    const picky = await startServer('step05_echo', '--origin', 'https://good.example');
    await check('without the right Origin it is refused, and says so', async () => {
        const bad = using({}, 'https://bad.example');
        const said = await talk(picky.ws, '', [], [], bad).then(() => 'open', () => 'refused');
        equal('refused', said, 'what happened');
        await picky.logs(/answered 403/);
    });
    if (which in { ws: 1, websocket: 1 }) { // the runtimes do not let a script choose the Origin
        await check('the allowed Origin opens', () =>
            ends(picky.ws, { Socket: using({}, 'https://good.example') }));
    }
    await check('the second server ends with status 0', picky.stop);
}

/** Undici sends what it has as it is. */
async function compressed() {
    const talking = (options) => (url) => talk(url, messages, undefined, [], using(options));
    const all = { perMessageDeflate: { threshold: 0 } };
    for (const [options, told] of servers) {
        const up = which === 'ws' || globalThis.Bun ? 1.5 : 0;
        await compresses(`step 7, ${options.join(' ') || 'no option'}`, options, told,
            talking(all), up);
    }
    const offers = which !== 'ws' ? [] : Object.entries({
        serverNoContextTakeover: [true, '; server_no_context_takeover'],
        clientNoContextTakeover: [true, '; client_no_context_takeover'],
        serverMaxWindowBits: [10, '; server_max_window_bits=10'],
        clientMaxWindowBits: [11, '; client_max_window_bits=11'],
        threshold: [1024, ''],
    });
    for (const [name, [value, parameter]] of offers) {
        const perMessageDeflate = { threshold: 0, [name]: value };
        await compresses(`step 7, ${name}`, [], `permessage-deflate${parameter}`,
            talking({ perMessageDeflate }));
    }
}

await drive(240000, async () => {
    await plain();
    if (which !== 'websocket' && !globalThis.Deno) { // these two offer no compression
        await compressed();
    }
});
