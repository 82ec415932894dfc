// The clients of steps 6 and 7 at a server that is made with the npm package `ws`, or with
// the Python package websockets, whichever the argument says. PYTHON names the interpreter.

import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, check, drive, equal, run, startCommand } from './lib.mjs';
import { counted, few } from './talk.mjs';

const which = process.argv[2];
const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const start = (options) => startCommand(...(which === 'ws'
    ? [process.execPath, here('server_ws.mjs')]
    : [process.env.PYTHON, here('server_websockets.py')]), JSON.stringify(options));

const client = (program, input, ...words) => run(path.join(build, program), words, input);

const lines = 'one\n\nGr\u00fc\u00dfe \u{1f44b}\n';
const many = Buffer.alloc(8 << 20, 'any bytes \x00\xff');
const long = `${'x'.repeat(1 << 20)}\n`;
/** What is done, the path, the input, the client's options, its output, status and words. */
const cases = [
    ['lines come back', 'echo', lines, ['--wait', '0.5'], lines],
    ['8 MiB of bytes come back', 'echo', many, ['--binary', '--quiet'], many],
    ['a line of 1 MiB is one message', 'echo', long, ['--wait', '0.5'], long],
    ['the subprotocol that the server picks is said', 'echo', '',
        ['--subprotocol', 'one', '--subprotocol', 'two'], '', 0, 'open, subprotocol two'],
    ['its Ping is answered', 'echo', '', ['--ping'], '', 0, 'pong after '],
    ['it answers a Ping', 'ping', '', ['--wait', '10'], ''],
    ['a message in fragments is joined', 'fragments', '', ['--wait', '10'], 'Hello\n'],
    ['close code and reason are told', 'close', '', ['--wait', '10'], '', 1,
        'closed with 4001: enough'],
    ...(which !== 'ws' ? [] : [
        ['headers and origin arrive', 'request', '', ['--origin', 'http://a.example', '--header',
            'X-One: yes', '--wait', '10'], ''],
        ['a lost connection is told', 'lost', '', ['--wait', '10'], '', 1],
        ['a refusal is told', 'refused', '', [], '', 1, '401 Unauthorized'],
    ]),
];

async function plain() {
    const server = await start({});
    for (const [name, where, input, options, wanted, status = 0, words = ''] of cases) {
        await check(name, async () => {
            const got = await client('step06_client', input, ...options, server.ws + where);
            equal(status, got.status, `status (${got.err.slice(-200)})`);
            equal(true, got.out.equals(Buffer.from(wanted)), 'the output to be right:');
            equal(true, got.err.includes(words), `'${words}' in '${got.err.slice(-200)}':`);
        });
    }
    await check('the server sees code 1000', () => server.logs(/saw 1000/));
    await check('compression is not asked for, so there is none', () =>
        equal(false, /permessage-deflate/.test(server.log()), 'compression'));
    await server.stop();
}

/** The options of the two packages, those of the client, and what must be agreed on. */
const forget = ['server_no_context_takeover', 'client_no_context_takeover'];
const nine = ['server_max_window_bits=9', 'client_max_window_bits=9'];
const agreements = [
    [{}, {}, [], []],
    [{}, {}, ['--no-context-takeover'], forget],
    [{}, {}, ['--window-bits', '9'], nine],
    [null, { server_no_context_takeover: true, client_no_context_takeover: true }, [], forget],
    [null, { server_max_window_bits: 9, client_max_window_bits: 9 }, [], nine],
    [{ serverNoContextTakeover: true }, null, [], [forget[0]]],
    [{ clientNoContextTakeover: true }, null, [], [forget[1]]],
    [{ serverMaxWindowBits: 10 }, null, [], ['server_max_window_bits=10']],
    [{ clientMaxWindowBits: 9 }, null, [], ['client_max_window_bits=9']],
    [{ clientMaxWindowBits: 8 }, null, [], ['client_max_window_bits=8']],
];

/** Lines that are alike, an empty one twice, and a long one. */
const alike = [
    ...Array.from({ length: 200 }, (_, i) => `{"line": ${i}, "text": "the quick brown"}`), '', '',
    'Gr\u00fc\u00dfe', 'the brown dog is quick '.repeat(5000), '',
].join('\n');

async function compresses() {
    for (const [ofWs, ofPython, options, parameters] of agreements) {
        const theirs = which === 'ws' ? ofWs : ofPython;
        if (theirs !== null) {
            const server = await start(theirs);
            const wire = await counted(server.port);
            const label = `${JSON.stringify(theirs)} ${options.join(' ')}`;
            await check(`${label}: lines come back, in fewer bytes`, async () => {
                const { status, out, err } = await client('step07_client', alike, '--compress',
                    '--wait', '0.5', ...options, `${wire.ws}echo`);
                equal(0, status, `status (${err.slice(-200)})`);
                equal(alike, out.toString(), 'lines');
                const agreed = /permessage-deflate[^\n]*/.exec(server.log())?.[0];
                equal(['permessage-deflate', ...parameters].join('; '), agreed, 'agreement');
                few(wire.bytes().up, alike.length);
                few(wire.bytes().down, alike.length);
            });
            await server.stop();
            wire.close();
        }
    }
}

await drive(180000, async () => {
    await plain();
    await compresses();
});
