// A browser, driven by way of puppeteer-core, and the servers' page in it.

import { equal, load } from './lib.mjs';

const puppeteer = load('puppeteer-core');
const CHROMIUM_FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Starts Chromium or Firefox; the variable CHROMIUM or FIREFOX names the program. */
export function launch(which, ...flags) {
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

/** Opens a URL in a tab of its own; what it asks for and what goes wrong in it is kept. */
export async function visit(browser, url) {
    const tab = await browser.newPage();
    tab.setDefaultTimeout(20000);
    tab.complaints = [];
    tab.requests = [];
    tab.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warn') {
            tab.complaints.push(message.text());
        }
    });
    tab.on('pageerror', (error) => tab.complaints.push(error.message));
    tab.on('request', (request) => tab.requests.push(request.url()));
    await tab.goto(url);
    return tab;
}

export const entry = (direction, kind) =>
    `#log [data-direction="${direction}"][data-kind="${kind}"]`;
export const closeEntry = (code, clean) =>
    `#log [data-kind="close"][data-code="${code}"][data-clean="${clean}"]`;
export const click = (tab, selector) => tab.$eval(selector, (element) => element.click());
export const fill = (tab, selector, text) =>
    tab.$eval(selector, (element, value) => { element.value = value; }, text);
export const count = (tab, selector) => tab.$$eval(selector, (elements) => elements.length);

/** The text of the last element that fits. */
export const text = (tab, selector) =>
    tab.$$eval(selector, (elements) => elements.at(-1).textContent);

/** Waits for a condition on the page. A tab in the background paints nothing, so time decides. */
const until = (tab, condition, ...values) =>
    tab.waitForFunction(condition, { polling: 25 }, ...values);
export const shows = (tab, selector, number = 1) => until(tab,
    (some, wanted) => document.querySelectorAll(some).length >= wanted, selector, number);

/** Waits until the text of the last element that fits matches a pattern. */
export const says = (tab, selector, { source }) => until(tab, (some, pattern) =>
    new RegExp(pattern).test([...document.querySelectorAll(some)].at(-1)?.textContent),
selector, source);
export const becomes = (tab, state) => says(tab, '#state', new RegExp(`^${state}$`));

export async function connect(tab, subprotocols = '') {
    await fill(tab, '#subprotocols', subprotocols);
    await click(tab, '#connect');
    await becomes(tab, 'open');
}

export async function disconnect(tab, code, reason) {
    await fill(tab, '#code', code);
    await fill(tab, '#reason', reason);
    await click(tab, '#disconnect');
    await becomes(tab, 'closed');
}

/** Does what sends one message and requires the page to show that it came back, once. */
export async function echoes(tab, kind, send) {
    const before = await count(tab, entry('received', kind));
    await send();
    await shows(tab, entry('received', kind), before + 1);
    equal(before + 1, await count(tab, entry('received', kind)), 'messages received');
    for (const part of ['.content', '.size', '.more']) {
        const [sent, received] = ['sent', 'received'].map((direction) =>
            text(tab, `${entry(direction, kind)} ${part}`));
        equal(await sent, await received, part);
    }
}

export const send = async (tab, words) => {
    await fill(tab, '#text', words);
    await click(tab, '#send-text');
};
export const say = (tab, words) => echoes(tab, 'text', () => send(tab, words));
export const sayBytes = (tab, hex) => echoes(tab, 'binary', async () => {
    await fill(tab, '#hex', hex);
    await click(tab, '#send-hex');
});
