// Drives the real page in Chromium, by way of playwright-core: what both_browsers.mjs leaves out.
// CHROMIUM names the browser's program.

import { once } from 'node:events';
import fs from 'node:fs';
import { CHROMIUM_FLAGS, check, drive, equal, load, startServer } from './lib.mjs';
import { counted } from './talk.mjs';

const { chromium } = load('playwright-core');
const PATIENCE = 10000;

const executablePath = process.env.CHROMIUM;
let browser;

/** Opens the page of a server in a browser profile of its own; what goes wrong is kept. */
async function visit(url, options = {}) {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(PATIENCE);
    context.requests = [];
    context.on('request', (request) => context.requests.push(request.url()));
    return { context, page: await openTab(context, url) };
}

async function openTab(context, url) {
    const page = await context.newPage();
    page.complaints = [];
    page.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') {
            page.complaints.push(message.text());
        }
    });
    page.on('pageerror', (error) => page.complaints.push(error.message));
    page.on('websocket', (socket) => context.requests.push(socket.url()));
    await page.goto(url);
    return page;
}

const entry = (direction, kind) => `#log [data-direction="${direction}"][data-kind="${kind}"]`;
const content = (page, selector) => page.locator(`${selector} .content`).last().textContent();

async function becomes(page, state) {
    await page.locator('#state').filter({ hasText: new RegExp(`^${state}$`) }).waitFor();
}

async function connect(page, subprotocols = '') {
    await page.fill('#subprotocols', subprotocols);
    await page.click('#connect');
    await becomes(page, 'open');
}

/** Waits until the log holds so many entries of one kind. */
async function holds(page, selector, number) {
    await page.locator(selector).nth(number - 1).waitFor();
    equal(number, await page.locator(selector).count(), `number of ${selector}`);
}

/** Does what sends one message and requires the log to show the same message received. */
async function echoes(page, kind, send) {
    const before = await page.locator(entry('received', kind)).count();
    await send();
    await holds(page, entry('received', kind), before + 1);
    const sent = page.locator(entry('sent', kind)).last();
    const received = page.locator(entry('received', kind)).last();
    for (const part of ['.content', '.size', '.more']) {
        const wanted = await sent.locator(part).textContent();
        equal(wanted, await received.locator(part).textContent(), part);
    }
}

/** Clicks Disconnect and measures in the page how long the close entry takes to appear. */
function disconnectTime(page) {
    return page.evaluate(() => new Promise((resolve) => {
        const log = document.getElementById('log');
        const start = performance.now();
        new MutationObserver(() => resolve(performance.now() - start))
            .observe(log, { childList: true });
        document.getElementById('disconnect').click();
    }));
}

async function pageOnEcho(server) {
    // This also sees the browser's own requests, such as one for a favicon.
    const recorder = await counted(server.port);
    const { context, page } = await visit(`http://127.0.0.1:${recorder.port}/`);

    await check('the page proposes its own server', async () => {
        equal(recorder.ws, await page.inputValue('#address'), 'address');
        equal('closed', await page.textContent('#state'), 'state');
    });
    await check('the page names step 5', async () => {
        await page.locator('#note').filter({ hasText: 'step 5' }).waitFor();
    });
    await check('connect with the subprotocol chat', async () => {
        await connect(page, 'unknown, chat');
        const text = await content(page, entry('state', 'open'));
        equal(true, /Subprotocol: chat\. Extensions: none\./.test(text), `"${text}" to be right`);
    });
    await check('text outside ASCII comes back, with its size in UTF-8', async () => {
        const text = 'Gr\u00fc\u00dfe,\n\u4e16\u754c \u{1f44b}';
        await echoes(page, 'text', async () => {
            await page.fill('#text', text);
            await page.click('#send-text');
        });
        equal(text, await content(page, entry('received', 'text')), 'text');
        const size = page.locator(`${entry('received', 'text')} .size`).last();
        equal(`${Buffer.byteLength(text)} bytes`, await size.textContent(), 'size');
    });
    await check('markup is shown, not obeyed', async () => {
        await echoes(page, 'text', async () => {
            await page.fill('#text', '<img src=x onerror="document.title=1"><b>bold</b>');
            await page.click('#send-text');
        });
        equal(0, await page.locator('#log img, #log b').count(), 'elements made by a message');
    });
    await check('bytes in hex come back', async () => {
        await echoes(page, 'binary', async () => {
            await page.fill('#hex', ' DE ad\tbe  ef00 ');
            await page.click('#send-hex');
        });
        equal('de ad be ef 00', await content(page, entry('received', 'binary')), 'bytes');
    });
    await check('bad hex is explained and not sent', async () => {
        const before = await page.locator(entry('sent', 'binary')).count();
        await page.fill('#hex', 'de ag');
        await page.click('#send-hex');
        await page.locator('#hex-error').filter({ hasText: 'not a hex digit' }).waitFor();
        await page.fill('#hex', 'de a');
        await page.click('#send-hex');
        await page.locator('#hex-error').filter({ hasText: 'two hex digits' }).waitFor();
        equal(before, await page.locator(entry('sent', 'binary')).count(), 'messages sent');
    });
    await check('close 4001 with a reason comes back in under a second', async () => {
        await page.fill('#code', '4001');
        await page.fill('#reason', 'enough');
        const milliseconds = await disconnectTime(page);
        await holds(page, '#log [data-kind="close"][data-code="4001"][data-clean="true"]', 1);
        equal(true, milliseconds < 1000, `${Math.round(milliseconds)} ms to be under 1000`);
        await becomes(page, 'closed');
    });
    await check('a code that a page may not send is explained', async () => {
        await connect(page);
        await page.fill('#code', '1002');
        await page.click('#disconnect');
        await page.locator('#close-error').filter({ hasText: '3000 to 4999' }).waitFor();
        equal('open', await page.textContent('#state'), 'state');
    });
    await check('the keyboard alone connects, sends and disconnects', async () => {
        await page.reload();
        await page.focus('#address');
        await page.keyboard.press('Enter');
        await becomes(page, 'open');
        await page.focus('#text');
        await page.keyboard.type('one');
        await page.keyboard.press('Shift+Enter');
        await page.keyboard.type('two');
        await page.keyboard.press('Enter');
        await holds(page, entry('received', 'text'), 1);
        equal('one\ntwo', await content(page, entry('received', 'text')), 'text');
        await page.focus('#disconnect');
        await page.keyboard.press('Enter');
        await becomes(page, 'closed');
        equal('connect', await page.evaluate(() => document.activeElement.id), 'focus on');
    });
    await check('the log keeps its last 500 entries and can be cleared', async () => {
        await connect(page);
        await page.evaluate(() => {
            for (let i = 0; i < 300; i += 1) {
                document.getElementById('text').value = String(i);
                document.getElementById('send-text').click();
            }
        });
        await page.locator(`${entry('received', 'text')} .content`).filter({ hasText: /^299$/ })
            .waitFor();
        equal(500, await page.locator('#log > *').count(), 'entries');
        await page.click('#clear');
        equal(0, await page.locator('#log > *').count(), 'entries after Clear');
        await page.click('#disconnect');
        await becomes(page, 'closed');
    });

    await check('the browser asks the server for the page alone, and no favicon', () => {
        const others = recorder.lines.filter((line) => !/^(GET|HEAD) \/ HTTP\/1\.1$/.test(line));
        equal('', others.join(' | '), 'other requests');
        equal(true, recorder.lines.length > 0, 'requests to be seen');
    });
    await check('nothing is asked of any other host', () => {
        const own = new RegExp(`^(http|ws)://127\\.0\\.0\\.1:${recorder.port}/$`);
        const others = context.requests.filter((url) => !own.test(url));
        equal('', others.join(' | '), 'other requests');
        equal(true, context.requests.length > 0, 'requests to be seen');
    });
    await context.close();
    recorder.close();
}

async function stepTwo() {
    const server = await startServer('step02_http');
    const { context, page } = await visit(server.url);
    await check('step 2: the page says that connecting will fail', async () => {
        await page.locator('#note').filter({ hasText: /step 2.*HTTP only.*step03/ }).waitFor();
    });
    await check('step 2: connecting fails plainly', async () => {
        await page.click('#connect');
        await holds(page, '#log [data-kind="close"][data-code="1006"][data-clean="false"]', 1);
        await holds(page, entry('state', 'error'), 1);
        await page.locator(entry('state', 'error')).filter({ hasText: /terminal.*server/ })
            .waitFor();
        await becomes(page, 'closed');
        equal(true, await page.isEnabled('#connect'), 'Connect to be enabled again');
    });
    await context.close();
    await check('step 2: SIGTERM ends the server with status 0', server.stop);
}

/** Steps 3 and 4 open a connection and answer nothing. */
async function silentStep(number, program, note) {
    const server = await startServer(program);
    const { context, page } = await visit(server.url);
    await check(`step ${number}: the page says what to expect`, async () => {
        await page.locator('#note').filter({ hasText: note }).waitFor();
    });
    await check(`step ${number}: the connection opens and sending does no harm`, async () => {
        await connect(page, 'chat');
        await page.fill('#text', 'Hello');
        await page.click('#send-text');
        await holds(page, entry('sent', 'text'), 1);
        equal('open', await page.textContent('#state'), 'state');
        equal('', page.complaints.join(' | '), 'console');
    });
    await check(`step ${number}: SIGTERM ends it with status 0, and the page sees it`, async () => {
        await server.stop();
        await holds(page, '#log [data-kind="close"]', 1);
        await becomes(page, 'closed');
    });
    await context.close();
}

async function unknownServer() {
    const page = fs.readFileSync(new URL('../../step02_http/page.html', import.meta.url));
    const { createServer } = await import('node:http');
    const server = createServer((request, response) => {
        response.writeHead(200, { 'Content-Type': 'text/html', Server: 'step08_chat' });
        response.end(request.method === 'HEAD' ? undefined : page);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { context, page: tab } = await visit('about:blank');
    await check('the page is silent about a server that it does not know', async () => {
        const asked = tab.waitForResponse((response) => response.request().method() === 'HEAD');
        await tab.goto(`http://127.0.0.1:${server.address().port}/`);
        await asked;
        // Once a second answer is there, the page has dealt with the first.
        await tab.evaluate(() => fetch(location.href, { method: 'HEAD' }).then(() => null));
        equal(false, await tab.isVisible('#note'), 'sentence shown');
    });
    await context.close();
    server.closeAllConnections();
    server.close();
}

async function layout(server) {
    for (const colorScheme of ['light', 'dark']) {
        for (const [width, height] of [[320, 640], [1280, 800]]) {
            const { context, page } = await visit(server.url,
                { colorScheme, viewport: { width, height } });
            await check(`nothing runs off the side, ${colorScheme}, ${width} pixels`, async () => {
                await connect(page, 'chat');
                for (const text of ['Hello', 'Gr\u00fc\u00dfe, \u4e16\u754c', 'x'.repeat(1200)]) {
                    await page.fill('#text', text);
                    await page.click('#send-text');
                }
                await page.fill('#hex', 'de ad be ef '.repeat(40));
                await page.click('#send-hex');
                await holds(page, entry('received', 'binary'), 1);
                await page.click('#disconnect');
                await becomes(page, 'closed');
                for (const id of ['', '#log']) {
                    const over = await page.evaluate((selector) => {
                        const box = selector ? document.querySelector(selector)
                            : document.documentElement;
                        return box.scrollWidth - box.clientWidth;
                    }, id);
                    equal(0, over, `pixels too wide${id}`);
                }
            });
            await context.close();
        }
    }
}

await drive(180000, async () => {
    browser = await chromium.launch({ executablePath, args: CHROMIUM_FLAGS });
    try {
        const server = await startServer('step05_echo');
        await pageOnEcho(server);
        await layout(server);
        await server.stop();
        await stepTwo();
        await silentStep(3, 'step03_handshake', /step 3.*still masked.*closing can take a minute/);
        await silentStep(4, 'step04_frames', /step 4.*does not reply/);
        await unknownServer();
    } finally {
        await browser.close();
    }
});
