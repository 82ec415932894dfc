// Drives the real page in Chromium or in Firefox, by way of puppeteer-core, and compares what the
// page shows with what the server logs. The argument is chromium or firefox; CHROMIUM or FIREFOX
// names the program.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CHROMIUM_FLAGS, check, drive, equal, load, startServer } from './lib.mjs';
import { compresses, messages as list, servers, talk } from './talk.mjs';

const puppeteer = load('puppeteer-core');
const which = process.argv[2];
const PATIENCE = 20000;
const MIB = 1 << 20;

const NO_BACK_FORWARD_CACHE = '--disable-features=BackForwardCache';

function launch(...flags) {
    if (which === 'firefox') {
        // Without this preference Firefox opens no connection before it needs one.
        const extraPrefsFirefox = { 'network.http.speculative-parallel-limit': 6 };
        return puppeteer.launch({
            browser: 'firefox', executablePath: process.env.FIREFOX, extraPrefsFirefox,
        });
    }
    return puppeteer.launch({
        browser: 'chrome',
        executablePath: process.env.CHROMIUM,
        args: [...CHROMIUM_FLAGS, ...flags],
    });
}

/** Opens the page in a tab of its own; what goes wrong on it is kept. */
async function visit(browser, url) {
    const tab = await browser.newPage();
    tab.setDefaultTimeout(PATIENCE);
    tab.complaints = [];
    tab.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warn') {
            tab.complaints.push(message.text());
        }
    });
    tab.on('pageerror', (error) => tab.complaints.push(error.message));
    await tab.goto(url);
    return tab;
}

const entry = (direction, kind) => `#log [data-direction="${direction}"][data-kind="${kind}"]`;
const closeEntry = (code, clean) =>
    `#log [data-kind="close"][data-code="${code}"][data-clean="${clean}"]`;
const click = (tab, selector) => tab.$eval(selector, (element) => element.click());
const fill = (tab, selector, text) =>
    tab.$eval(selector, (element, value) => { element.value = value; }, text);
const count = (tab, selector) => tab.$$eval(selector, (elements) => elements.length);

/** Waits for a condition on the page. A tab in the background paints nothing, so time decides. */
const until = (tab, condition, ...values) =>
    tab.waitForFunction(condition, { polling: 25 }, ...values);
const becomes = (tab, state) => until(tab,
    (wanted) => document.querySelector('#state').textContent === wanted, state);
const shows = (tab, selector, number = 1) => until(tab,
    (some, wanted) => document.querySelectorAll(some).length >= wanted, selector, number);

async function connect(tab, subprotocols = '') {
    await fill(tab, '#subprotocols', subprotocols);
    await click(tab, '#connect');
    await becomes(tab, 'open');
}

async function disconnect(tab, code, reason) {
    await fill(tab, '#code', code);
    await fill(tab, '#reason', reason);
    await click(tab, '#disconnect');
    await becomes(tab, 'closed');
}

/** Does what sends one message and requires the page to show that it came back. */
async function echoes(tab, kind, send) {
    const before = await count(tab, entry('received', kind));
    await send();
    await shows(tab, entry('received', kind), before + 1);
    const last = (direction) => tab.$$eval(entry(direction, kind),
        (all) => all.at(-1).querySelector('.content').textContent
            + all.at(-1).querySelector('.size').textContent);
    equal(await last('sent'), await last('received'), 'entry');
}

const say = (tab, text) => echoes(tab, 'text', async () => {
    await fill(tab, '#text', text);
    await click(tab, '#send-text');
});

async function messages(tab, server) {
    await check('the page connects; compression is offered and declined', async () => {
        await connect(tab, 'unknown, chat');
        const opened = await tab.$eval(entry('state', 'open'), (element) => element.textContent);
        const right = /Subprotocol: chat\. Extensions: none\./.test(opened);
        equal(true, right, `"${opened}" to be right`);
        await server.logs(/Sec-WebSocket-Extensions: permessage-deflate/);
        await server.logs(new RegExp(`Origin: http://127\\.0\\.0\\.1:${server.port}\n`));
    });
    await check('text is typed, sent with Enter, and comes back', () =>
        echoes(tab, 'text', async () => {
            await tab.type('#text', 'Hello');
            await tab.keyboard.press('Enter');
        }));
    await check('text outside ASCII comes back', () => say(tab, 'Gr\u00fc\u00dfe \u{1f44b}'));
    await check('an empty message comes back', () => say(tab, ''));
    await check('bytes come back', () => echoes(tab, 'binary', async () => {
        await fill(tab, '#hex', '00 ff de ad be ef');
        await click(tab, '#send-hex');
    }));
    await check('1 MiB of text comes back', async () => {
        await say(tab, '0123456789abcdef'.repeat(MIB / 16));
        await server.logs(/text, 1048576 bytes 0123/);
    });
    await check('a file of 1 MiB comes back', async () => {
        const file = path.join(os.tmpdir(), `interop-${which}-${process.pid}.bin`);
        fs.writeFileSync(file, Buffer.from(Array.from({ length: MIB }, (_, i) => i % 251)));
        await (await tab.$('#file')).uploadFile(file);
        await echoes(tab, 'binary', () => click(tab, '#send-file'));
        await server.logs(/binary, 1048576 bytes/);
        fs.rmSync(file);
    });
}

async function closing(tab, server) {
    await check('the page closes with 4001 and a reason, and the server says so', async () => {
        await disconnect(tab, '4001', 'enough');
        await shows(tab, closeEntry(4001, true));
        await server.logs(/closed with 4001 after 6 messages: enough\n/);
    });
    await check('the page connects again and closes without a code', async () => {
        await connect(tab);
        await say(tab, 'again');
        await disconnect(tab, '', '');
        await shows(tab, closeEntry(1005, true));
        await server.logs(/closed with 1005 after 1 messages/);
    });
}

async function tabs(browser, first, server) {
    const second = await visit(browser, server.url);
    await check('two tabs talk at once', async () => {
        await Promise.all([connect(first), connect(second)]);
        await Promise.all([say(first, 'first'), say(second, 'second')]);
    });
    await check('the server sees 1001 from a tab that is closed; the other goes on', async () => {
        await say(second, 'marked');
        await second.close();
        await server.logs(/closed with 1001 after 2 messages/);
        await say(first, 'still here');
    });
    await check('the server sees 1001 when the page is loaded again', async () => {
        await say(first, 'third');
        await first.reload();
        await server.logs(/closed with 1001 after 3 messages/);
    });
    await check('the server sees 1001 when the page is left for another', async () => {
        await connect(first);
        for (const text of ['a', 'b', 'c', 'd']) {
            await say(first, text);
        }
        await first.goto('about:blank');
        await server.logs(/closed with 1001 after 4 messages/);
        await first.goto(server.url);
    });
}

/** Stops the server below an open page, starts it again at the same port, and reconnects. */
async function restart(tab, server) {
    await check('SIGTERM closes the page with 1001, the server ends with status 0', async () => {
        await connect(tab);
        await Promise.all([shows(tab, closeEntry(1001, true)), server.stop()]);
        await becomes(tab, 'closed');
    });
    await check('the page works without a word on the console', () =>
        equal('', tab.complaints.join(' | '), 'console'));
    await check('connecting to a server that is gone fails plainly', async () => {
        await click(tab, '#connect');
        await shows(tab, closeEntry(1006, false));
        await becomes(tab, 'closed');
    });
    const origin = `http://127.0.0.1:${server.port}`;
    const again = await startServer('step05_echo', '--port', String(server.port),
        '--origin', origin, '--max-message', '1000');
    await check('it reconnects to the next server, which allows its origin', async () => {
        await connect(tab);
        await say(tab, 'back');
    });
    await check('a message that is too large is answered with 1009', async () => {
        await fill(tab, '#text', 'x'.repeat(1001));
        await click(tab, '#send-text');
        // Browsers differ on whether a connection that the server fails has ended cleanly.
        await shows(tab, '#log [data-kind="close"][data-code="1009"]');
        await again.logs(/failed with 1009 after 1 messages/);
    });
    return again;
}

async function otherOrigin(browser, server) {
    const tab = await visit(browser, `http://localhost:${server.port}/`);
    await check('a page of another origin is refused', async () => {
        await click(tab, '#connect');
        await shows(tab, closeEntry(1006, false));
        await server.logs(/answered 403 Forbidden/);
    });
    await tab.close();
    await check('the second server ends with status 0', server.stop);
}

/** The server's log tells how the browser cuts a large message. */
async function fragments(browser) {
    const server = await startServer('step04_frames');
    const tab = await visit(browser, server.url);
    await connect(tab);
    await fill(tab, '#text', 'x'.repeat(MIB));
    await click(tab, '#send-text');
    await click(tab, '#disconnect');
    await server.logs(/frame \d+: close/);
    const form = /frame \d+: (text|continuation)(, more to follow)?, (\d+) bytes/g;
    const frames = [...server.log().matchAll(form)];
    await check(`1 MiB of text was sent in ${frames.length} frames that follow the rules`, () => {
        const kinds = frames.map(([, opcode]) => opcode[0]).join('');
        equal('t'.padEnd(frames.length, 'c'), kinds, 'opcodes');
        const open = frames.map(([, , more]) => (more ? '+' : '.')).join('');
        equal('.'.padStart(frames.length, '+'), open, 'FIN bits');
        equal(MIB, frames.reduce((sum, [, , , length]) => sum + Number(length), 0), 'bytes');
    });
    await tab.close();
    await check('step 4 ends with status 0', server.stop);
}

/** Browsers open connections in advance and say nothing on them. A page may ask for one. */
async function silentConnection(browser) {
    const server = await startServer('step05_echo', '--handshake-timeout', '0.5');
    const tab = await visit(browser, server.url);
    await check('a spare connection that stays silent ends with 408, others go on', async () => {
        await connect(tab);
        await tab.evaluate((href) => {
            const link = document.createElement('link');
            Object.assign(link, { rel: 'preconnect', href, crossOrigin: 'anonymous' });
            document.head.append(link);
        }, `http://localhost:${server.port}`);
        await server.logs(/answered 408 Request Timeout/);
        await say(tab, 'undisturbed');
        await disconnect(tab, '1000', 'done');
        await connect(tab);
        await say(tab, 'again');
        equal('', tab.complaints.join(' | '), 'console');
    });
    await tab.close();
    await check('the server ends with status 0', server.stop);
}

/**
 * Chromium keeps a page that was left in its back/forward cache, connected, and answers pings for
 * it. --idle-timeout ends that.
 */
async function backForwardCache() {
    const browser = await launch();
    const server = await startServer('step05_echo', '--idle-timeout', '0.5');
    const tab = await visit(browser, server.url);
    await check('a page in the back/forward cache is closed by --idle-timeout', async () => {
        await connect(tab);
        await tab.goto('about:blank');
        await server.logs(/closed with 1001/);
        await tab.goBack();
        await becomes(tab, 'closed');    // The page learns of it when it is shown again.
        await connect(tab);
    });
    await browser.close();
    await check('the server with --idle-timeout ends with status 0', server.stop);
}

/** The browser's WebSocket, as an application uses it, in the page of another server. */
async function script(browser) {
    const server = await startServer('step05_echo');
    const tab = await visit(browser, server.url);
    await check('a script has every message come back', async () => {
        const url = `ws://localhost:${server.port}/websocket`;
        const end = await tab.evaluate(talk, url, list, [3000, 'done'], ['chat']);
        equal('', end.wrong.join(', '), 'wrong messages');
        equal('3000 chat', `${end.code} ${end.protocol}${end.extensions}`, 'code and subprotocol');
    });
    for (const [options, told] of servers) { // Firefox does not offer client_max_window_bits
        const agreed = which === 'firefox' ? told.replace(/; client_max_window.*/, '') : told;
        await compresses(options.join(' ') || 'no option', options, agreed,
            (url) => tab.evaluate(talk, url, list));
    }
    await tab.close();
    await server.stop();
}

/** What the page shows of compression, and that it works with it. */
async function compressed(browser) {
    const server = await startServer('step07_deflate', '--verbose');
    const tab = await visit(browser, server.url);
    await check('compressed: the page says what was agreed on, and text comes back', async () => {
        await until(tab, () =>
            document.querySelector('#note').textContent.includes('This is step 7.'));
        await connect(tab);
        const opened = await tab.$eval(entry('state', 'open'), (element) => element.textContent);
        equal(true, opened.includes('Extensions: permessage-deflate'), `"${opened}" to be right`);
        await say(tab, 'one and one and one and one is four');
        await server.logs(/text, 35 bytes one and one and one and one is four/);
    });
    await tab.close();
    await check('compressed: the server ends with status 0', server.stop);
}

await drive(240000, async () => {
    const browser = await launch(NO_BACK_FORWARD_CACHE);
    try {
        const server = await startServer('step05_echo', '--verbose');
        const tab = await visit(browser, server.url);
        await messages(tab, server);
        await closing(tab, server);
        await tabs(browser, tab, server);
        const second = await restart(tab, server);
        await otherOrigin(browser, second);
        await fragments(browser);
        await silentConnection(browser);
        await compressed(browser);
        await script(browser);
        if (which === 'chromium') {
            await backForwardCache();
        }
    } finally {
        await browser.close();
    }
});
