import { connect, createServer, type AddressInfo } from 'node:net';
import { readIntoSharedBuffer } from './read-buffer.js';

test('what clients send arrives whole and apart, also while a socket is paused', async () => {
  const received = new Map<number, Buffer[]>();
  let emitted = 0;
  const server = createServer((socket) => {
    const parts: Buffer[] = [];
    socket.on('data', () => emitted++);
    // This version of Node has the insides that are relied on.
    expect(
      readIntoSharedBuffer(socket, (bytes) => {
        parts.push(bytes);
        received.set(bytes[0]!, parts);
        socket.pause();
        setImmediate(() => socket.resume());
      }),
    ).toBe(true);
    socket.on('end', () => socket.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const texts = [1, 2, 3].map((n) => Buffer.alloc(n * 150_000 + 1, n));
  await Promise.all(
    texts.map(
      (text) =>
        new Promise<void>((resolve) => {
          const client = connect(port, '127.0.0.1', () => client.end(text));
          client.resume().on('close', () => resolve());
        }),
    ),
  );
  for (const text of texts) expect(Buffer.concat(received.get(text[0]!)!).equals(text)).toBe(true);
  expect(emitted).toBe(0);
  await new Promise((resolve) => server.close(resolve));
});
