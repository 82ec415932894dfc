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

/** Waits for a promise, but no longer than so many milliseconds. */
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

/** Starts build/PROGRAM on a free port. */
export const startServer = (program, ...options) =>
    startCommand(path.join(build, program), '--port', '0', ...options);

/**
 * Starts a server and waits for its first line.
 * Returns { port, pid, url, ws, log, logs, stop }; log() is what it has written on standard error,
 * logs(pattern) waits until that matches, and stop() sends SIGTERM and requires exit status 0.
 */
export async function startCommand(command, ...words) {
    const program = path.basename(command);
    const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    let output = '';
    let log = '';
    const ended = new Promise((resolve) => {
        child.on('error', (error) => resolve(`not started: ${error.message}`));
        child.on('exit', (status, signal) => resolve(signal ?? status));
    }).finally(() => running.delete(child));
    const news = new EventEmitter();
    child.stderr.on('data', (data) => { log += data; news.emit('line'); });

    const listening = new Promise((resolve) => {
        child.stdout.on('data', (data) => {
            output = (output + data).slice(-2000);
            const line = /^listening on (http:\/\/127\.0\.0\.1:(\d+)\/) \((ws:\/\/.*)\)$/m;
            const found = line.exec(output);
            if (found) {
                resolve({ url: found[1], port: Number(found[2]), ws: found[3] });
            }
        });
    });
    const never = ended.then((status) => {
        throw new Error(`wanted ${program} to listen, came its end (${status}) ${log.slice(-999)}`);
    });
    never.catch(() => {});
    const address = await within(10000, Promise.race([listening, never]),
        `the line "listening on ..." from ${program}`);

    const logs = async (pattern) => {
        const until = Date.now() + 20000;
        while (!pattern.test(log)) {
            const end = JSON.stringify(log.slice(-300));
            await within(until - Date.now(), once(news, 'line'),
                `${pattern} in the log of ${program}, which ends ${end},`);
        }
    };
    const stop = async () => {
        // Deno says that a program was killed when child.kill() has only asked it to stop.
        process.kill(child.pid, 'SIGTERM');
        const status = await within(15000, ended, `the end of ${program} after SIGTERM`);
        if (status !== 0) {
            throw new Error(`wanted exit status 0 from ${program}, came ${status}; `
                + `its last lines: ${log.slice(-600)}`);
        }
    };
    return { ...address, pid: child.pid, log: () => log, logs, stop };
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
