// Drives the real page in Chromium or in Firefox, and compares what it shows with what the server
// logs. The argument is chromium or firefox.

import { once } from 'node:events';
import fs from 'node:fs';
import { createServer } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { check, drive, equal, startServer } from './lib.mjs';
import {
    becomes, click, closeEntry, connect, count, disconnect, echoes, entry, fill, launch, say,
    sayBytes, says, send, shows, text, visit,
} from './page.mjs';
import { compresses, counted, messages as list, servers, talk } from './talk.mjs';

const which = process.argv[2];
const MIB = 1 << 20;
const PAGE = fs.readFileSync(new URL('../../step02_http/page.html', import.meta.url));
const NO_BACK_FORWARD_CACHE = '--disable-features=BackForwardCache';

async function messages(tab, server, wire) {
    await check('the page is page.html, byte for byte', async () => {
        const served = await (await fetch(server.url)).arrayBuffer();
        equal(true, PAGE.equals(Buffer.from(served)), 'the same bytes:');
    });
    await check('the page proposes its own server, and names step 5', async () => {
        equal(wire.ws, await tab.$eval('#address', (field) => field.value), 'address');
        equal('closed', await text(tab, '#state'), 'state');
        await says(tab, '#note', /step 5/);
    });
    await check('the page connects; compression is offered and declined', async () => {
        await connect(tab, 'unknown, chat');
        await says(tab, entry('state', 'open'), /Subprotocol: chat\. Extensions: none\./);
        await server.logs(/Sec-WebSocket-Extensions: permessage-deflate/);
        await server.logs(new RegExp(`Origin: http://127\\.0\\.0\\.1:${wire.port}\n`));
    });
    await check('text outside ASCII comes back, with its size in UTF-8', async () => {
        const words = 'Gr\u00fc\u00dfe,\n\u4e16\u754c \u{1f44b}';
        await say(tab, words);
        equal(words, await text(tab, `${entry('received', 'text')} .content`), 'text');
        const size = await text(tab, `${entry('received', 'text')} .size`);
        equal(`${Buffer.byteLength(words)} bytes`, size, 'size');
    });
    await check('an empty message comes back', () => say(tab, ''));
    await check('markup is shown, not obeyed', async () => {
        await say(tab, '<img src=x onerror="document.title=1"><b>bold</b>');
        equal(0, await count(tab, '#log img, #log b'), 'elements made by a message');
    });
    await check('bytes in hex come back', async () => {
        await sayBytes(tab, ' DE ad\tbe  ef00 ');
        equal('de ad be ef 00', await text(tab, `${entry('received', 'binary')} .content`), 'bytes');
    });
    await check('bad hex is explained and not sent', async () => {
        for (const [hex, why] of [['de ag', /not a hex digit/], ['de a', /two hex digits/]]) {
            await fill(tab, '#hex', hex);
            await click(tab, '#send-hex');
            await says(tab, '#hex-error', why);
        }
        equal(1, await count(tab, entry('sent', 'binary')), 'messages sent');
    });
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
    await check('a code that a page may not send is explained', async () => {
        await fill(tab, '#code', '1002');
        await click(tab, '#disconnect');
        await says(tab, '#close-error', /3000 to 4999/);
        equal('open', await text(tab, '#state'), 'state');
    });
    await check('close 4001 with a reason comes back in under a second', async () => {
        await fill(tab, '#code', '4001');
        await fill(tab, '#reason', 'enough');
        const milliseconds = await tab.evaluate(() => new Promise((resolve) => {
            const start = performance.now();
            new MutationObserver(() => resolve(performance.now() - start))
                .observe(document.getElementById('log'), { childList: true });
            document.getElementById('disconnect').click();
        }));
        equal(1, await count(tab, closeEntry(4001, true)), 'entries');
        equal(true, milliseconds < 1000, `${Math.round(milliseconds)} ms to be under 1000`);
        await becomes(tab, 'closed');
        await server.logs(/closed with 4001 after 6 messages: enough\n/);
    });
}

/** What a person does with the page, besides. */
async function handling(tab, server, wire) {
    await check('the keyboard alone connects, sends and disconnects', async () => {
        await tab.reload();
        await tab.focus('#address');
        await tab.keyboard.press('Enter');
        await becomes(tab, 'open');
        await echoes(tab, 'text', async () => {
            await tab.type('#text', 'one');
            await tab.keyboard.down('Shift');
            await tab.keyboard.press('Enter');
            await tab.keyboard.up('Shift');
            await tab.keyboard.type('two');
            await tab.keyboard.press('Enter');
        });
        equal('one\ntwo', await text(tab, `${entry('received', 'text')} .content`), 'text');
        await tab.focus('#disconnect');
        await tab.keyboard.press('Enter');
        await becomes(tab, 'closed');
        equal('connect', await tab.evaluate(() => document.activeElement.id), 'focus on');
    });
    await check('the log keeps its last 500 entries and can be cleared', async () => {
        await connect(tab);
        await tab.evaluate(() => {
            for (let i = 0; i < 300; i += 1) {
                document.getElementById('text').value = String(i);
                document.getElementById('send-text').click();
            }
        });
        await says(tab, `${entry('received', 'text')} .content`, /^299$/);
        equal(500, await count(tab, '#log > *'), 'entries');
        await click(tab, '#clear');
        equal(0, await count(tab, '#log > *'), 'entries after Clear');
    });
    await check('it closes without a code', async () => {
        await disconnect(tab, '', '');
        await shows(tab, closeEntry(1005, true));
        await server.logs(/closed with 1005 after 300 messages/);
    });
    await check('the page asks for itself alone: no favicon, no other host', () => {
        equal('', tab.complaints.join(' | '), 'console');
        const others = wire.lines.filter((line) => !/^(GET|HEAD) \/ HTTP\/1\.1$/.test(line));
        equal('', others.join(' | '), 'other requests to the server');
        const own = new RegExp(`^(http|ws)://127\\.0\\.0\\.1:${wire.port}/$|^data:`);
        equal('', tab.requests.filter((url) => !own.test(url)).join(' | '), 'other requests');
        equal(true, tab.requests.length > 0, 'requests to be seen');
    });
    for (const [width, value] of [[320, 'light'], [320, 'dark'], [1280, 'light'], [1280, 'dark']]) {
        await check(`nothing runs off the side, ${value}, ${width} pixels`, async () => {
            await tab.setViewport({ width, height: 640 });
            if (which === 'chromium') { // puppeteer cannot choose it in Firefox
                await tab.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
            }
            await connect(tab, 'chat');
            await say(tab, 'Gr\u00fc\u00dfe, \u4e16\u754c');
            await say(tab, 'x'.repeat(1200));
            await sayBytes(tab, 'de ad be ef '.repeat(40));
            await disconnect(tab, '1000', '');
            for (const box of ['html', '#log']) {
                const over = await tab.$eval(box, (all) => all.scrollWidth - all.clientWidth);
                equal(0, over, `pixels too wide, ${box}`);
            }
        });
    }
    await tab.close();
}

async function tabs(browser, server) {
    const first = await visit(browser, server.url);
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
        for (const words of ['a', 'b', 'c', 'd']) {
            await say(first, words);
        }
        await first.goto('about:blank');
        await server.logs(/closed with 1001 after 4 messages/);
        await first.goto(server.url);
    });
    return first;
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
        await send(tab, 'x'.repeat(1001));
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

async function stepTwo(browser) {
    const server = await startServer('step02_http');
    const tab = await visit(browser, server.url);
    await check('step 2: the page says that connecting will fail, and it fails plainly', async () => {
        await says(tab, '#note', /step 2.*HTTP only.*step03/);
        await click(tab, '#connect');
        await shows(tab, closeEntry(1006, false));
        await says(tab, entry('state', 'error'), /terminal.*server/);
        await becomes(tab, 'closed');
        equal(false, await tab.$eval('#connect', (button) => button.disabled), 'disabled Connect');
    });
    await tab.close();
    await check('step 2: SIGTERM ends the server with status 0', server.stop);
}

/** Steps 3 and 4 open a connection and answer nothing. */
async function silentStep(browser, number, program, note) {
    const server = await startServer(program);
    const tab = await visit(browser, server.url);
    await check(`step ${number}: the page says what to expect, and sending does no harm`, async () => {
        await says(tab, '#note', note);
        await connect(tab, 'chat');
        await send(tab, 'Hello');
        await shows(tab, entry('sent', 'text'));
        equal('open', await text(tab, '#state'), 'state');
        equal('', tab.complaints.join(' | '), 'console');
    });
    await check(`step ${number}: SIGTERM ends it with status 0, and the page sees it`, async () => {
        await server.stop();
        await shows(tab, '#log [data-kind="close"]');
        await becomes(tab, 'closed');
    });
    await tab.close();
}

async function unknownServer(browser) {
    const server = createServer((request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/html', Server: 'step08_chat' });
        response.end(request.method === 'HEAD' ? undefined : PAGE);
        response.on('finish', () => server.emit(request.method));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await check('the page is silent about a server that it does not know', async () => {
        const asked = once(server, 'HEAD');
        const tab = await visit(browser, `http://127.0.0.1:${server.address().port}/`);
        await asked;
        // Once a second answer is there, the page has dealt with the first.
        await tab.evaluate(() => fetch(location.href, { method: 'HEAD' }).then(() => null));
        equal(true, await tab.$eval('#note', (note) => note.hidden), 'hidden note');
        await tab.close();
    });
    server.closeAllConnections();
    server.close();
}

/** The server's log tells how the browser cuts a large message. */
async function fragments(browser) {
    const server = await startServer('step04_frames');
    const tab = await visit(browser, server.url);
    await connect(tab);
    await send(tab, 'x'.repeat(MIB));
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
    await server.stop();
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
    await server.stop();
}

/**
 * Chromium keeps a page that was left in its back/forward cache, connected, and answers pings for
 * it. --idle-timeout ends that.
 */
async function backForwardCache() {
    const browser = await launch(which);
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
    await server.stop();
}

/** The browser's WebSocket, as an application uses it, in the page of another server. */
async function script(browser) {
    const server = await startServer('step05_echo');
    const tab = await visit(browser, server.url);
    await check('a script has every message come back', async () => {
        const url = `ws://localhost:${server.port}/websocket`;
        const end = await tab.evaluate(talk, url, list, [3000, 'done'], ['chat']);
        equal(0, end.wrong, 'number of wrong messages');
        equal('3000 chat', `${end.code} ${end.protocol}${end.extensions}`, 'code and subprotocol');
    });
    for (const [options, told] of servers) { // Firefox does not offer client_max_window_bits
        const agreed = which === 'firefox' ? told.replace(/; client_max_window.*/, '') : told;
        await compresses(options.join(' ') || 'no option', options, agreed,
            (url) => tab.evaluate(talk, url, list, [1000, 'done'], []));
    }
    await tab.close();
    await server.stop();
}

/** What the page shows of compression, and that it works with it. */
async function compressed(browser) {
    const server = await startServer('step07_deflate', '--verbose');
    const tab = await visit(browser, server.url);
    await check('compressed: the page says what was agreed on, and text comes back', async () => {
        await says(tab, '#note', /This is step 7\./);
        await connect(tab);
        await says(tab, entry('state', 'open'), /Extensions: permessage-deflate/);
        await say(tab, 'one and one and one and one is four');
        await server.logs(/text, 35 bytes one and one and one and one is four/);
    });
    await tab.close();
    await server.stop();
}

await drive(240000, async () => {
    const browser = await launch(which, NO_BACK_FORWARD_CACHE);
    try {
        const server = await startServer('step05_echo', '--verbose');
        const wire = await counted(server.port); // sees the browser's own requests as well
        const tab = await visit(browser, `http://127.0.0.1:${wire.port}/`);
        await messages(tab, server, wire);
        await handling(tab, server, wire);
        wire.close();
        const second = await restart(await tabs(browser, server), server);
        await otherOrigin(browser, second);
        await stepTwo(browser);
        await silentStep(browser, 3, 'step03_handshake',
            /step 3.*still masked.*closing can take a minute/);
        await silentStep(browser, 4, 'step04_frames', /step 4.*does not reply/);
        await unknownServer(browser);
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
