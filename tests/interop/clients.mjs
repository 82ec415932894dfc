// Drives the echo server and the one of step 7 with a client that somebody else's library makes:
// clients.mjs NAME COMMAND... runs COMMAND URL ORIGIN OPTIONS. The client offers the subprotocols
// unknown and chat, and prints `open` with the subprotocol and the extensions. It sends the messages
// that its input holds, a letter for the kind and the bytes in base64, and prints in the same form
// what comes back. At the end of its input it closes with 4999. Last it prints `close` with the code
// that the connection ended with, or, if it never opened, `refused`.

import { check, drive, equal, start, startServer, within } from './lib.mjs';
import { compresses, messages, servers } from './talk.mjs';

const [name, command, ...words] = process.argv.slice(2);
const LIMIT = 1 << 20;
const GOOD = 'https://good.example';
const all = { threshold: 0 };
const offered = [{ 'Sec-WebSocket-Extensions': 'permessage-deflate' }];

/**
 * The options of each library: `modes` are tried without compression on the server's side. With
 * `deflate` it compresses; `servers` are those of the options of the server that it can do. Some
 * packages use zlib with a window of 2^8 bytes, for which zlib has no compressor, and Tornado 6.2
 * ignores parameters without a value. `offers` are further offers, and what is agreed on.
 */
const {
    modes = [{}], deflate, able = servers.slice(0, 2), offers = [], both = true, free = true,
} = {
    websockets: { modes: [{}, { compression: null }], deflate: {} },
    aiohttp: { modes: [{}, { compress: 15 }], deflate: { compress: 15 } },
    tornado: {
        modes: [{}, { compression_options: {} }, { ping_interval: 0.05, ping_timeout: 5 }],
        deflate: { compression_options: {} },
        able: [servers[0], [['--window-bits', '9'],
            'permessage-deflate; server_max_window_bits=9; client_max_window_bits=9']],
    },
    autobahn: {
        modes: [{}, { deflate: true }, { autoFragmentSize: 1000 }], deflate: { deflate: true },
    },
    websocket: { modes: [{}, { header: ['Sec-WebSocket-Extensions: permessage-deflate'] }] },
    perl: { modes: [{}, ...offered] },
    java: {},
    node_ws: {
        modes: [{ perMessageDeflate: true }, { perMessageDeflate: false }],
        deflate: { perMessageDeflate: all },
        able: servers,
        offers: Object.entries({
            serverNoContextTakeover: [true, '; server_no_context_takeover'],
            clientNoContextTakeover: [true, '; client_no_context_takeover'],
            serverMaxWindowBits: [10, '; server_max_window_bits=10'],
            clientMaxWindowBits: [11, '; client_max_window_bits=11'],
            threshold: [1024, ''],
        }).map(([key, [value, agreed]]) => [{ perMessageDeflate: { ...all, [key]: value } }, agreed]),
    },
    node_websocket: {
        modes: [{}, { fragmentationThreshold: 1000 }, { fragmentOutgoingMessages: false }],
    },
    // These do not let a script choose the Origin. Undici sends what it has as it is.
    node: { deflate: {}, able: servers, both: false, free: false },
    bun: { deflate: {}, able: servers, free: false },
    deno: { free: false }, // offers no compression
}[name];

const given = (url, options, origin) => [...words, url, origin, JSON.stringify(options)];

/** Has the client send lines, and close when they all have come back; returns what it printed. */
async function talk(url, lines, options = {}, origin = GOOD) {
    const client = start(command, ...given(url, options, origin));
    let left = lines.length + 1;
    client.child.stdout.on('data', (data) => {
        left -= data.toString('latin1').split('\n').length - 1;
        if (left <= 0) {
            client.child.stdin.end();
        }
    });
    client.child.stdin.write(lines.map((line) => `${line}\n`).join(''));
    equal(0, await within(60000, client.ended, 'the end'), `status (${client.log().slice(-300)})`);
    const printed = client.out().toString().trimEnd().split('\n');
    const opening = printed.shift();
    const wrong = lines.filter((line, i) => line !== printed[i]).length;
    return { opening, extensions: opening.split(' ')[2], wrong, end: printed.at(-1) };
}

await drive(240000, async () => {
    const server = await startServer('step05_echo', '--max-message', String(LIMIT),
        ...(free ? ['--origin', GOOD] : []));
    for (const mode of modes) {
        const label = JSON.stringify(mode);
        await check(`${label}: chat and no extension are picked, all comes back, 4999`, async () => {
            const got = await talk(server.ws, messages, mode);
            equal('open chat none', got.opening, 'opening');
            equal(0, got.wrong, 'number of wrong messages');
            equal('close 4999', got.end, 'end');
            await server.logs(/closed with 4999 after 1018 messages: enough\n/);
        });
    }
    await check('a message of 1 MiB and one byte is refused with 1009', async () => {
        const large = `b${Buffer.alloc(LIMIT + 1).toString('base64')}`;
        equal('close 1009', (await talk(server.ws, [large])).end, 'end');
    });
    await check('the server ends with status 0', server.stop);

    const pinging = await startServer('step05_echo', '--ping-interval', '1', '--verbose');
    await check("the server's Pings are answered; SIGTERM says 1001, and status 0", async () => {
        const client = start(command, ...given(pinging.ws, {}, GOOD));
        await pinging.logs(/pong, 0 bytes/);
        await pinging.stop();
        await client.prints(/^close 1001$/m);
        await within(20000, client.ended, 'the end of the client');
    });
    const picky = await startServer('step05_echo', '--origin', 'https://other.example');
    await check('with a foreign Origin it is refused with 403', async () => {
        const { opening } = await talk(picky.ws, []);
        equal(true, (free ? /^refused.*403/ : /^refused/).test(opening), `"${opening}" to say so:`);
        await picky.logs(/answered 403/);
    });
    await picky.stop();

    if (deflate) {
        for (const [options, agreed] of able) {
            await compresses(options.join(' ') || 'no option', options, agreed,
                (url) => talk(url, messages, deflate), both);
        }
        for (const [options, parameters] of offers) {
            await compresses(JSON.stringify(options), [], `permessage-deflate${parameters}`,
                (url) => talk(url, messages, options), both);
        }
    }
});
