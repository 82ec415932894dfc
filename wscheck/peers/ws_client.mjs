// A client with Node's ws that sends back what it gets, and closes at the end of its input.
import WebSocket from 'ws';

const socket = new WebSocket(process.argv[2]);
socket.on('error', () => {});
socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }));
process.stdin.on('end', () => socket.close(1000)).resume();
socket.on('close', () => process.exit());
