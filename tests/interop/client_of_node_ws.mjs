// The client of step 6 at servers that are made with the npm package `ws`.

import { once } from 'node:events';
import { check, drive, equal, load, runClient, sameBytes, within } from './lib.mjs';

const { WebSocketServer } = load('ws');
const PATIENCE = 20000;

const client = (url, input, ...options) => runClient('step06_client', input, ...options, url);

/** Serves with `ws` for as long as `action` takes, which gets the URL. */
async function serving(options, onConnection, action) {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options });
    server.on('connection', onConnection);
    await within(PATIENCE, once(server, 'listening'), 'the server');
    try {
        await action(`ws://127.0.0.1:${server.address().port}/`);
    } finally {
        server.close();
    }
}

const echo = (socket) =>
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));

await drive(90000, async () => {
    await check('lines come back', () => serving({}, echo, async (url) => {
        const { status, out } = await client(url, 'one\n\nGrüße 👋\n', '--wait', '0');
        equal(0, status);
        equal('one\n\nGrüße 👋\n', out.toString());
    }));
    await check('8 MiB of bytes come back', () => serving({}, echo, async (url) => {
        const bytes = Buffer.alloc(8 << 20, 'any bytes \x00\xff');
        const { status, out } = await client(url, bytes, '--binary', '--quiet');
        equal(0, status);
        sameBytes(bytes, out);
    }));
    await check('a line of 1 MiB is one message', () => serving({}, echo, async (url) => {
        const { status, out } = await client(url, 'x'.repeat(1 << 20), '--wait', '0');
        equal(0, status);
        equal((1 << 20) + 1, out.length);
    }));
    await check('compression is not asked for, so there is none', () =>
        serving({ perMessageDeflate: true }, (socket) => {
            equal('', socket.extensions);
            echo(socket);
        }, async (url) => equal(0, (await client(url, 'a\n', '--wait', '0')).status)));
    await check('the subprotocol that the server picks is said', () =>
        serving({ handleProtocols: () => 'two' }, echo, async (url) => {
            const { status, err } = await client(url, '', '--subprotocol', 'one', '--subprotocol',
                'two');
            equal(0, status);
            equal(true, err.includes('open, subprotocol two'), err);
        }));
    await check('headers, origin and path arrive', () => serving({}, (socket, request) => {
        equal('http://example.com', request.headers.origin);
        equal('yes', request.headers['x-one']);
        equal('/chat?a=b', request.url);
        socket.close(1000);
    }, async (url) => equal(0, (await client(`${url}chat?a=b`, '', '--origin',
        'http://example.com', '--header', 'X-One: yes', '--wait', '10')).status)));
    await check('its Ping is answered', () => serving({}, echo, async (url) => {
        const { status, err } = await client(url, '', '--ping');
        equal(0, status);
        equal(true, err.includes('pong after '), err);
    }));
    await check('it answers a Ping', () => serving({}, (socket) => {
        socket.on('pong', (data) => socket.close(data.toString() === 'there?' ? 1000 : 4000));
        socket.ping('there?');
    }, async (url) => equal(0, (await client(url, '', '--wait', '10')).status)));
    await check('a message in fragments is joined', () => serving({}, (socket) => {
        socket.send('Hel', { fin: false });
        socket.send('lo', { fin: true });
        socket.close(1000);
    }, async (url) => equal('Hello\n', (await client(url, '', '--wait', '10')).out.toString())));
    await check('close code and reason are told', () => serving({}, (socket) =>
        socket.close(4001, 'enough'), async (url) => {
        const { status, err } = await client(url, '', '--wait', '10');
        equal(1, status);
        equal(true, err.includes('closed with 4001: enough'), err);
    }));
    await check('a lost connection is told', () => serving({}, (socket) => socket.terminate(),
        async (url) => equal(1, (await client(url, '', '--wait', '10')).status)));
    await check('a refusal is told', () => serving({ verifyClient: () => false }, echo,
        async (url) => {
            const { status, err } = await client(url, '');
            equal(1, status);
            equal(true, err.includes('401 Unauthorized'), err);
        }));
    await check('the server sees code 1000', () => {
        let saw;
        const closed = new Promise((resolve) => { saw = resolve; });
        return serving({}, (socket) => socket.on('close', saw), async (url) => {
            equal(0, (await client(url, '', '--wait', '0')).status);
            equal(1000, await within(PATIENCE, closed, 'the close at the server'));
        });
    });
});
