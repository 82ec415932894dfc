// Compression in Chromium or in Firefox: on the real page, and with a script. The argument is
// chromium or firefox; CHROMIUM or FIREFOX names the program. With SCREENSHOTS=directory the page
// is also photographed.

import fs from 'node:fs';
import path from 'node:path';
import { compresses, servers, talk } from './compressed.mjs';
import { check, drive, load, startServer } from './lib.mjs';

const puppeteer = load('puppeteer-core');
const which = process.argv[2];
const PATIENCE = 20000;

function launch() {
    return puppeteer.launch(which === 'firefox'
        ? { browser: 'firefox', executablePath: process.env.FIREFOX }
        : {
            browser: 'chrome',
            executablePath: process.env.CHROMIUM,
            args: ['--no-sandbox', '--disable-gpu', '--no-first-run',
                '--disable-background-networking', '--disable-component-update'],
        });
}

/** What the page shows of compression, and that it works with it. */
async function page(browser) {
    const server = await startServer('step07_deflate', '--verbose');
    const tab = await browser.newPage();
    tab.setDefaultTimeout(PATIENCE);
    await tab.goto(server.url);
    const shows = (selector, text) => tab.waitForFunction(
        (some, wanted) => [...document.querySelectorAll(some)]
            .some((element) => element.textContent.includes(wanted)),
        { polling: 25 }, selector, text);
    const press = (selector) => tab.$eval(selector, (element) => element.click());
    await check(`${which}, the page: it says what was agreed on`, async () => {
        await shows('#note', 'This is step 7.');
        await press('#connect');
        await shows('#log', 'Extensions: permessage-deflate');
    });
    await check(`${which}, the page: text comes back`, async () => {
        const text = 'one and one and one and one is four';
        await tab.$eval('#text', (element, value) => { element.value = value; }, text);
        await press('#send-text');
        await shows('[data-direction="received"][data-kind="text"]', text);
        await server.logs(new RegExp(`text, 35 bytes ${text}`));
    });
    if (process.env.SCREENSHOTS) {
        fs.mkdirSync(process.env.SCREENSHOTS, { recursive: true });
        await tab.setViewport({ width: 1280, height: 800 });
        await tab.screenshot({
            path: path.join(process.env.SCREENSHOTS, `${which}-compressed.png`),
        });
    }
    await tab.close();
    await check(`${which}, the page: the server ends with status 0`, server.stop);
}

/** The page that the script runs in comes from another server than the one it talks to. */
async function script(browser) {
    const server = await startServer('step05_echo');
    const tab = await browser.newPage();
    await tab.goto(server.url);
    const offer = which === 'firefox' ? 'untold' : 'told';
    for (const each of servers) {
        await compresses(`${which}, ${each.options.join(' ') || 'no option'}`, each.options,
            { agreed: each[offer] }, (url) => tab.evaluate(talk, url));
    }
    await tab.close();
    await server.stop();
}

await drive(120000, async () => {
    const browser = await launch();
    try {
        await page(browser);
        await script(browser);
    } finally {
        await browser.close();
    }
});
