// Compression with the WebSocket that Node (undici) or Bun has of its own. Deno's offers none, and
// undici sends what it has as it is.

import { compresses, servers, talk } from './compressed.mjs';
import { drive, load } from './lib.mjs';

const Own = globalThis.WebSocket ?? load('undici').WebSocket;
const name = globalThis.Bun ? 'Bun' : 'Node';

await drive(60000, async () => {
    for (const { options, told } of servers) {
        await compresses(`${name}, ${options.join(' ') || 'no option'}`, options,
            { agreed: told, up: globalThis.Bun ? 1.5 : 0 }, (url) => talk(url, Own));
    }
});
