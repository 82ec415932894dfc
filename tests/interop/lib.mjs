// What the Node drivers share: checks that print one line each, waits that end, and a server of
// their own. run.sh sets BUILD and has installed the npm packages below $BUILD/interop.

import { spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

export const build = path.resolve(process.env.BUILD || 'build');

/** Loads an npm package from $BUILD/interop/node_modules. */
export const load = createRequire(path.join(build, 'interop', 'package.json'));

// A proxy for the outside world must not be between two ends on one machine.
for (const variable of Object.keys(process.env)) {
    if (/^(https?|all|socks)_proxy$/i.test(variable)) {
        delete process.env[variable];
    }
}

let failed = 0;
const running = new Set();

/** Requires `got` to be `wanted`; the error says both. */
export function equal(wanted, got, what = 'value') {
    if (!Object.is(wanted, got)) {
        throw new Error(`wanted ${what} ${brief(wanted)}, came ${brief(got)}`);
    }
}

function brief(value) {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}

/** The message of an error on one line and without the colours of a terminal. */
function oneLine(error) {
    return stripVTControlCharacters(String(error.message ?? error)).replace(/\s+/g, ' ').trim();
}

/** Waits for a promise, but no longer than this many milliseconds. */
export function within(milliseconds, promise, what) {
    let timer;
    const late = new Promise((_, reject) => {
        const error = new Error(`wanted ${what} within ${milliseconds} ms, came nothing`);
        timer = setTimeout(() => reject(error), milliseconds);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Runs one check and prints its line. */
export async function check(name, action) {
    try {
        await action();
        console.log(`ok - ${name}`);
    } catch (error) {
        failed += 1;
        console.log(`FAIL - ${name}: ${oneLine(error)}`);
    }
}

/**
 * Starts a program. Returns { child, ended, out, log, prints, logs }: `ended` is a promise of its
 * exit status, out() and log() are what it has written so far on standard output and on standard
 * error, and prints(pattern) and logs(pattern) wait until that matches.
 */
export function start(command, ...words) {
    const program = path.basename(command);
    const child = spawn(command, words);
    const written = { stdout: [], stderr: [] };
    const news = new EventEmitter();
    let status;
    running.add(child);
    child.stdin.on('error', () => {}); // of a program that has ended without reading all
    for (const name of Object.keys(written)) {
        child[name].on('data', (data) => { written[name].push(data); news.emit('more'); });
    }
    const ended = new Promise((resolve) => {
        child.on('error', (error) => resolve(`not started: ${error.message}`));
        child.on('close', (number, signal) => resolve(signal ?? number));
    }).then((how) => {
        running.delete(child);
        status = how;
        news.emit('more');
        return how;
    });
    const out = () => Buffer.concat(written.stdout);
    const log = () => Buffer.concat(written.stderr).toString();
    const waiting = (text) => async (pattern) => {
        const until = Date.now() + 20000;
        for (;;) {
            const now = text();
            const found = pattern.exec(now);
            if (found) {
                return found;
            }
            const what = `${pattern} from ${program}, which says ${JSON.stringify(now.slice(-300))}`;
            if (status !== undefined) {
                throw new Error(`wanted ${what}, came its end (${status}) ${log().slice(-999)}`);
            }
            await within(until - Date.now(), once(news, 'more'), `${what},`);
        }
    };
    return {
        child, ended, out, log, prints: waiting(() => out().toString()), logs: waiting(log),
    };
}

/** Runs a program on `input` to its end. Returns { status, out, err }, `out` a buffer. */
export async function run(command, words, input) {
    const { child, ended, out, log } = start(command, ...words);
    child.stdin.end(input);
    const status = await within(60000, ended, `the end of ${path.basename(command)}`);
    return { status, out: out(), err: log() };
}

/** Starts build/PROGRAM on a free port. */
export const startServer = (program, ...options) =>
    startCommand(path.join(build, program), '--port', '0', ...options);

/**
 * Starts a server and waits for its first line. Returns { port, url, ws, stop } and what start()
 * returns; stop() sends SIGTERM and requires exit status 0.
 */
export async function startCommand(command, ...words) {
    const server = start(command, ...words);
    const [, url, port, ws] = await server.prints(
        /^listening on (http:\/\/127\.0\.0\.1:(\d+)\/) \((ws:\/\/.*)\)$/m);
    const stop = async () => {
        server.child.kill('SIGTERM');
        const status = await within(15000, server.ended, `the end of ${command} after SIGTERM`);
        equal(0, status, `after ${server.log().slice(-600)}, exit status`);
    };
    return { ...server, port: Number(port), url, ws, stop };
}

process.on('exit', () => {
    for (const child of running) {
        child.kill('SIGKILL');
    }
});

/** Runs the driver; a driver that does not end in time is a failure as well. */
export async function drive(milliseconds, action) {
    try {
        await within(milliseconds, action(), 'the end of all checks');
    } catch (error) {
        failed += 1;
        console.log(`FAIL - ${path.basename(process.argv[1])}: ${oneLine(error)}`);
    }
    process.exit(failed === 0 ? 0 : 1);
}
