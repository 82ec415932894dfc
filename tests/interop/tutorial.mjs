// Runs the snippets of the tutorial in Chromium, as a reader types them into the browser's console:
// on the page of the step whose server runs at that place of the text. The checker of the tutorial
// prints the snippets and what each must print.

import { execFileSync } from 'node:child_process';
import { check, drive, startServer } from './lib.mjs';
import { launch } from './page.mjs';

const PATIENCE = 10000;
const QUIET = 300; // ms in which nothing more may be printed
const PROGRAM_WITHOUT_PAGE = 'step01_tcp';

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What a page prints on its console: lines of console.log, and errors of any origin. */
function record(page) {
    const said = { prints: [], errors: [] };
    const lists = { log: said.prints, info: said.prints, error: said.errors };
    page.on('console', (message) => lists[message.type()]?.push(message.text()));
    page.on('pageerror', (error) => said.errors.push(error.message));
    return said;
}

async function openPage(browser, server, program) {
    const page = await browser.newPage();
    const address = program === PROGRAM_WITHOUT_PAGE ? 'about:blank' : server.url;
    await page.goto(address, { timeout: PATIENCE });
    return { page, said: record(page), console: await page.createCDPSession() };
}

/** Evaluates code as the console does: names stay defined, and `await` works. */
async function type(tab, code, port) {
    const expression = code.replaceAll(/\b(localhost|127\.0\.0\.1):8000\b/g, `$1:${port}`);
    const { exceptionDetails } = await tab.console.send('Runtime.evaluate',
        { expression, replMode: true, awaitPromise: true, userGesture: true });
    if (exceptionDetails) {
        tab.said.errors.push(exceptionDetails.exception?.description ?? exceptionDetails.text);
    }
}

/** Requires what was said to be what the snippet tells, once nothing more can be expected. */
async function compare(snippet, said, port) {
    const enough = () => said.prints.length >= snippet.prints.length
        && said.errors.length >= snippet.errors.length;
    for (let waited = 0; waited < PATIENCE && !enough(); waited += 50) {
        await pause(50);
    }
    await pause(QUIET);
    const asTold = (text) => text.replaceAll(`:${port}`, ':8000');
    const prints = said.prints.map(asTold);
    const errors = said.errors.map(asTold);
    if (JSON.stringify(prints) !== JSON.stringify(snippet.prints)) {
        throw new Error(`the text says it prints ${JSON.stringify(snippet.prints)}, `
            + `it printed ${JSON.stringify(prints)} and errors ${JSON.stringify(errors)}`);
    }
    const good = errors.length === snippet.errors.length
        && errors.every((error, index) => error.includes(snippet.errors[index]));
    if (!good) {
        throw new Error(`the text says errors with ${JSON.stringify(snippet.errors)}, `
            + `there came ${JSON.stringify(errors)}`);
    }
}

async function runSnippet(browser, servers, snippet, last) {
    if (snippet.program === null) {
        throw new Error('no fence "console server" above says which program runs here');
    }
    if (snippet.goes_on && last.tab === undefined) {
        throw new Error('it goes on, but there is no snippet before it');
    }
    if (!servers.has(snippet.program)) {
        servers.set(snippet.program, await startServer(snippet.program));
    }
    const server = servers.get(snippet.program);
    if (!snippet.goes_on) {
        await last.tab?.page.close();
        last.tab = await openPage(browser, server, snippet.program);
    }
    last.tab.said.prints.length = 0;
    last.tab.said.errors.length = 0;
    await type(last.tab, snippet.code, server.port);
    await compare(snippet, last.tab.said, server.port);
}

await drive(120000, async () => {
    const lines = execFileSync('python3', ['tools/tutorial/check.py', '--snippets'],
        { encoding: 'utf8' }).split('\n');
    const snippets = lines.filter((line) => line !== '').map((line) => JSON.parse(line));
    const browser = await launch('chromium');
    const servers = new Map();
    const last = {};
    for (const snippet of snippets) {
        await check(`${snippet.file}:${snippet.line}: the console prints what the text says`,
            () => runSnippet(browser, servers, snippet, last));
    }
    await last.tab?.page.close();
    for (const [program, server] of servers) {
        await check(`${program} ends in order after the snippets`, server.stop);
    }
    await browser.close();
});
