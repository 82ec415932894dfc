// Compression with the npm package `ws`, and with each of its options.

import { compresses, servers, talk } from './compressed.mjs';
import { drive, load } from './lib.mjs';

const WebSocket = load('ws');

const using = (perMessageDeflate) => {
    class Socket extends WebSocket {
        constructor(url) {
            super(url, [], { perMessageDeflate: { threshold: 0, ...perMessageDeflate } });
        }
    }
    return (url) => talk(url, Socket);
};

await drive(120000, async () => {
    for (const { options, told } of servers) {
        await compresses(`ws, ${options.join(' ') || 'no option'}`, options, { agreed: told },
            using({}));
    }
    const offers = {
        serverNoContextTakeover: [true, 'server_no_context_takeover'],
        clientNoContextTakeover: [true, 'client_no_context_takeover'],
        serverMaxWindowBits: [10, 'server_max_window_bits=10'],
        clientMaxWindowBits: [11, 'client_max_window_bits=11'],
    };
    for (const [name, [value, parameter]] of Object.entries(offers)) {
        await compresses(`ws, ${name}`, [], { agreed: `permessage-deflate; ${parameter}` },
            using({ [name]: value }));
    }
    await compresses('ws, small messages as they are', [], { agreed: 'permessage-deflate' },
        using({ threshold: 1024 }));
});
