import { connect } from 'node:net';
import { errorOf, packet, RawClient } from '../testing/raw-client.js';
import type { TestServer } from '../testing/test-server.js';
import { startTestServer } from '../testing/test-server.js';
import { CommandCode } from './command-codes.js';
import { Random, testSeed } from '../../testing/random.js';

let s: TestServer;
beforeAll(async () => {
  s = await startTestServer({ connectTimeoutMs: 500 });
});
afterAll(() => s.server.close(0));

async function works(): Promise<void> {
  const c = await RawClient.login(s.port);
  c.command(CommandCode.Query, 'SELECT 1');
  expect((await c.read()).payload).toEqual(Buffer.of(1));
  c.close();
}

const gone = async (): Promise<void> => {
  while (s.server.connectionCount > 0) await new Promise((r) => setTimeout(r, 5));
};

describe('nothing a client sends stops the server', () => {
  test('garbage instead of a handshake', async () => {
    const r = new Random(testSeed());
    const next = (): number => r.below(256);
    for (let i = 0; i < 50; i++) {
      const socket = connect(s.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.end(Buffer.from(Array.from({ length: 1 + next() * 4 }, next)));
      await new Promise((r) => socket.once('close', r).resume());
    }
    await gone();
    await works();
  });

  test('an HTTP request, a TLS hello where none is offered, a half packet, nothing at all', async () => {
    const bodies = [
      'GET / HTTP/1.1\r\n\r\n',
      Buffer.from('16030100a0010000', 'hex'),
      packet(1, Buffer.alloc(100)).subarray(0, 50),
      '',
    ];
    for (const body of bodies) {
      const socket = connect(s.port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write(body === '' ? Buffer.alloc(0) : body);
      socket.end();
      await new Promise((r) => socket.once('close', r).resume());
    }
    await gone();
    await works();
  });

  test('random command packets', async () => {
    const seed = testSeed();
    const r = new Random(seed);
    const next = (n: number): number => r.below(n);
    for (let round = 0; round < 20; round++) {
      const c = await RawClient.login(s.port);
      for (let i = 0; i < 50; i++) {
        const body = Buffer.from(Array.from({ length: next(60) }, () => next(256)));
        // Everything but QUIT and CHANGE_USER, which end the connection as they should.
        const code = [
          0x02,
          0x03,
          0x04,
          0x16,
          0x17,
          0x18,
          0x19,
          0x1a,
          0x1b,
          0x1c,
          0x1f,
          0x05,
          0x40 + next(100),
        ][next(13)]!;
        c.command(code, body);
      }
      c.command(CommandCode.Ping);
      // The last reply is the ping's: an OK whose predecessors were all well-formed packets.
      c.socket.end();
      await c.end();
    }
    await gone();
    expect(`seed ${seed}: ${s.logged.join()}`).toBe(`seed ${seed}: `);
    await works();
  });

  test('an empty packet is an unknown command', async () => {
    const c = await RawClient.login(s.port);
    c.write(0, Buffer.alloc(0));
    expect(errorOf((await c.read()).payload).code).toBe(1047);
    c.close();
  });

  test('half a packet, then the end', async () => {
    const c = await RawClient.login(s.port);
    c.socket.end(packet(0, Buffer.concat([Buffer.of(3), Buffer.alloc(1000)])).subarray(0, 500));
    await c.end();
    await gone();
    await works();
  });

  test('malformed COM_CHANGE_USER', async () => {
    for (const body of ['', 'root', 'root\0\xff', 'root\0\x05abc']) {
      const c = await RawClient.login(s.port);
      c.command(CommandCode.ChangeUser, Buffer.from(body, 'latin1'));
      expect([1835, 1045]).toContain(errorOf((await c.read()).payload).code);
      await c.end();
    }
    await gone();
  });

  test('many connections one after the other, and many at once', async () => {
    for (let i = 0; i < 300; i++) (await RawClient.login(s.port)).close();
    const held = await Promise.all(Array.from({ length: 300 }, () => RawClient.login(s.port)));
    expect(s.server.connectionCount).toBeGreaterThanOrEqual(300);
    for (const c of held) c.close();
    await gone();
    expect(s.engine.sessions.size).toBe(0);
    await works();
  });

  test('statements sent ahead of a QUIT are all run', async () => {
    await gone();
    const before = s.engine.questions;
    s.engine.on(
      'wait',
      () =>
        new Promise((resolve) =>
          setTimeout(
            () =>
              resolve(
                s.engine.find('SELECT 1')({
                  session: [...s.engine.sessions.values()][0]!,
                  sql: '',
                  params: [],
                  cursor: false,
                }),
              ),
            20,
          ),
        ),
    );
    const c = await RawClient.login(s.port);
    c.socket.cork();
    for (let i = 0; i < 3; i++) c.command(CommandCode.Query, 'wait');
    c.command(CommandCode.Quit);
    c.socket.end();
    c.socket.uncork();
    await gone();
    expect(s.engine.questions - before).toBe(3);
  });
});
