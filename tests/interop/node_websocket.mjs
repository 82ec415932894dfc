// Drives the echo server with the npm package `websocket`, which cuts messages into fragments of
// its own accord.

import { once } from 'node:events';
import { check, drive, equal, load, sameBytes, startServer, within } from './lib.mjs';

const { client: Client } = load('websocket');
const PATIENCE = 20000;
const CLOSED_WITHOUT_CODE = 1005;

async function open(server, config = {}, subprotocols = [], origin = undefined) {
    const client = new Client({ maxReceivedMessageSize: 1 << 25, ...config });
    const failed = once(client, 'connectFailed').then(([error]) => { throw error; });
    failed.catch(() => {});
    client.connect(server.ws, subprotocols, origin);
    const [connection] = await within(PATIENCE,
        Promise.race([once(client, 'connect'), failed]), 'open');
    return connection;
}

const next = (connection, event) => within(PATIENCE, once(connection, event), event);

async function echoes(connection, data) {
    const arrived = next(connection, 'message');
    connection.send(data);
    const [message] = await arrived;
    if (typeof data === 'string') {
        equal(data, message.utf8Data, 'text');
    } else {
        sameBytes(data, message.binaryData);
    }
}

async function closesWith(connection, code, reason) {
    const closed = next(connection, 'close');
    if (code === CLOSED_WITHOUT_CODE) {
        connection.sendCloseFrame(code, undefined);
    } else {
        connection.close(code, reason);
    }
    equal(code, (await closed)[0], 'close code');
}

async function conversation(server, label, config) {
    const connection = await open(server, config);
    await check(`${label}: the server picks no extension`, () =>
        equal(0, connection.extensions?.length ?? 0, 'extensions'));
    await check(`${label}: text`, () => echoes(connection, 'Gr\u00fc\u00dfe \u{1f44b}'));
    await check(`${label}: empty text`, () => echoes(connection, ''));
    await check(`${label}: binary`, () => echoes(connection, Buffer.from([0, 1, 254, 255])));
    await check(`${label}: empty binary`, () => echoes(connection, Buffer.alloc(0)));
    await check(`${label}: 1 MiB of text`, () => echoes(connection, '\u20ac'.repeat(349525)));
    await check(`${label}: 1 MiB of binary`, () =>
        echoes(connection, Buffer.alloc(1 << 20, 0xa5)));
    await check(`${label}: Ping and Pong`, async () => {
        const pong = next(connection, 'pong');
        connection.ping(Buffer.from('are you there?'));
        equal('are you there?', (await pong)[0].toString(), 'payload');
    });
    await check(`${label}: close 1000 comes back`, () => closesWith(connection, 1000, 'done'));
}

await drive(120000, async () => {
    const server = await startServer('step05_echo');
    await conversation(server, 'in fragments of 16 KiB', {});
    await conversation(server, 'in fragments of 1000 bytes', { fragmentationThreshold: 1000 });
    await conversation(server, 'in one frame', { fragmentOutgoingMessages: false });
    await check('close 4999 comes back', async () =>
        closesWith(await open(server), 4999, 'r'.repeat(123)));
    await check('the subprotocol chat is picked from a list', async () => {
        const connection = await open(server, {}, ['unknown', 'chat']);
        equal('chat', connection.protocol, 'subprotocol');
        await closesWith(connection, 1000, '');
    });
    await check('SIGTERM says 1001 and ends with status 0', async () => {
        const connection = await open(server);
        const [closed] = await Promise.all([next(connection, 'close'), server.stop()]);
        equal(1001, closed[0], 'close code');
    });
    const picky = await startServer('step05_echo', '--origin', 'https://good.example');
    await check('the allowed Origin opens', async () => {
        await closesWith(await open(picky, {}, [], 'https://good.example'), 1000, '');
    });
    await check('another Origin is refused with 403', async () => {
        const said = await open(picky, {}, [], 'https://bad.example')
            .then(() => 'open', (error) => error.message);
        equal(true, /403/.test(said), `403 in "${said.slice(0, 60)}"`);
    });
    await check('the second server ends with status 0', picky.stop);
});
