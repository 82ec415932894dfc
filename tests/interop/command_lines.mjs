// Drives the echo server with wscat or uwsc, whichever the argument says, with lines as a user types
// them. Both end when their input ends, so it stays open.

import fs from 'node:fs';
import path from 'node:path';
import { build, check, drive, equal, start, startServer, within } from './lib.mjs';

const GOOD = 'https://good.example';
const wscat = (...words) =>
    start(path.join(build, 'interop/node_modules/.bin/wscat'), '--no-color', ...words);
const ended = (client) => within(20000, client.ended, 'the end of the client');

const drivers = {
    async wscat(server) {
        const client = wscat('--slash', '--show-ping-pong', '-s', 'chat', '-o', GOOD, '-c', server.ws);
        await check('wscat: the subprotocol chat is picked', () =>
            server.logs(/open: \/, subprotocol chat/));
        await check('wscat: text comes back, and a Ping is answered', async () => {
            client.child.stdin.write('Hello\nGr\u00fc\u00dfe\n/ping now\n');
            await server.logs(/text, 7 bytes Gr/);
            await server.logs(/ping, 3 bytes/);
            await client.prints(/Hello[^]*Gr\u00fc\u00dfe[^]*now/);
        });
        await check('wscat: close 4001 with a reason arrives, and it ends with 0', async () => {
            client.child.stdin.write('/close 4001 enough\n');
            await server.logs(/closed with 4001 after 2 messages: enough/);
            equal(0, await ended(client), 'status');
        });
        await check('wscat: a foreign Origin is refused with 403', async () => {
            const refused = wscat('-o', 'https://bad.example', '-c', server.ws);
            await ended(refused);
            equal(true, /403/.test(refused.out() + refused.log()), '403 to be shown:');
        });
    },

    async uwsc(server) {
        const uwsc = (...words) => start('uwsc', '-q', '-x', `Origin:${GOOD}`, ...words, server.ws);
        const file = path.join(build, 'interop', 'large');
        fs.writeFileSync(file, 'x'.repeat(1 << 20));
        const client = uwsc('-p', 'chat');
        await check('uwsc: the subprotocol chat is picked; compression was offered', async () => {
            await server.logs(/open: \/, subprotocol chat/);
            await server.logs(/Sec-WebSocket-Extensions: permessage-deflate/);
        });
        await check('uwsc: text comes back, and the connection is closed', async () => {
            client.child.stdin.write('Hello\n');
            await server.logs(/text, 5 bytes Hello/);
            client.child.stdin.write('!q\n');
            await ended(client); // the echo comes before the answer to its Close
            equal(true, /Hello/.test(client.out()), 'Hello to be shown:');
            await server.logs(/closed with 1005 after 1 messages/);
        });
        for (const [kind, ...words] of [['binary', '-b'], ['text', '-f', '65536', '-t']]) {
            await check(`uwsc: 1 MiB of ${kind} arrives`, async () => {
                const sending = uwsc(...words, file);
                await server.logs(new RegExp(`${kind}, 1048576 bytes`));
                sending.child.stdin.write('!q\n');
                await ended(sending);
            });
        }
    },
};

await drive(120000, async () => {
    const server = await startServer('step05_echo', '--verbose', '--origin', GOOD);
    await drivers[process.argv[2]](server);
    await check('the server ends with status 0', server.stop);
});
