import { readFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { cachingSha2AuthString } from '../auth/caching-sha2.js';
import { nativeAuthString } from '../auth/native-password.js';
import { errorOf, handshakeResponse, RawClient } from '../testing/raw-client.js';
import type { TestServer } from '../testing/test-server.js';
import { startTestServer } from '../testing/test-server.js';
import { Capability } from './capabilities.js';
import { CommandCode } from './command-codes.js';
import { TlsUpgrader } from './tls-upgrade.js';

const pem = (name: string): Buffer => readFileSync(new URL(`../../testdata/tls/${name}`, import.meta.url));
const material = { cert: pem('server-cert.pem'), key: pem('server-key.pem') };

let s: TestServer;
beforeAll(async () => {
  s = await startTestServer({ tls: new TlsUpgrader(material) });
  s.engine.account('native', nativeAuthString('pw'));
  s.engine.account('sha2', cachingSha2AuthString('pw2'), { plugin: 'caching_sha2_password' });
  s.engine.account('rsa', cachingSha2AuthString('pw3'), { plugin: 'caching_sha2_password' });
  s.engine.account('sha2empty', '', { plugin: 'caching_sha2_password' });
  s.engine.account('locked', '', { locked: true });
  s.engine.account('tlsonly', '', { requireTls: true });
  s.engine.account('odd', '', { plugin: 'auth_unheard_of' });
});
afterAll(() => s.server.close(0));

async function login(user: string, password: string, over: mysql.ConnectionOptions = {}): Promise<string> {
  const c = await mysql.createConnection({ host: '127.0.0.1', port: s.port, user, password, ...over });
  const [rows] = await c.query('SELECT 1');
  await c.end();
  return JSON.stringify(rows);
}

const tls = { ssl: { ca: pem('server-cert.pem') } };
const ONE = '[{"1":1}]';

describe('login', () => {
  test('mysql_native_password', async () => {
    expect(await login('native', 'pw')).toBe(ONE);
    await expect(login('native', 'no')).rejects.toMatchObject({
      errno: 1045,
      sqlState: '28000',
      message: expect.stringContaining("'native'@'127.0.0.1' (using password: YES)"),
    });
    await expect(login('native', '')).rejects.toMatchObject({
      errno: 1045,
      message: expect.stringContaining('(using password: NO)'),
    });
    await expect(login('nobody', 'x')).rejects.toMatchObject({ errno: 1045 });
  });

  test('caching_sha2_password over TLS, in full and from the cache', async () => {
    expect(await login('sha2', 'pw2', tls)).toBe(ONE);
    expect(await login('sha2', 'pw2', tls)).toBe(ONE);
    await expect(login('sha2', 'no', tls)).rejects.toMatchObject({ errno: 1045 });
    expect(await login('sha2empty', '')).toBe(ONE);
  });

  test('caching_sha2_password with the RSA key on an open connection', async () => {
    expect(await login('rsa', 'pw3')).toBe(ONE);
    expect(await login('rsa', 'pw3')).toBe(ONE);
    await expect(login('rsa', 'wrong')).rejects.toMatchObject({ errno: 1045 });
  });

  test('as the default method, announced in the greeting', async () => {
    s.engine.variables.set('default_authentication_plugin', 'caching_sha2_password');
    try {
      expect(await login('sha2', 'pw2', tls)).toBe(ONE);
      expect(await login('native', 'pw', tls)).toBe(ONE);
    } finally {
      s.engine.variables.set('default_authentication_plugin', 'mysql_native_password');
    }
  });

  test('TLS shows in the session', async () => {
    const c = await mysql.createConnection({ host: '127.0.0.1', port: s.port, user: 'tlsonly', ...tls });
    const [session] = [...s.engine.sessions.values()].filter((x) => x.connection.user === 'tlsonly');
    expect(session!.connection.tls).toBe(true);
    expect(session!.connection.tlsCipher).not.toBe('');
    await c.end();
    await expect(login('tlsonly', '')).rejects.toMatchObject({ errno: 1045 });
  });

  test('certificates of clients are checked when there is something to check them against', async () => {
    const t = await startTestServer({ tls: new TlsUpgrader({ ...material, ca: material.cert }) });
    const with_ = (ssl: mysql.SslOptions) =>
      mysql.createConnection({
        host: '127.0.0.1',
        port: t.port,
        user: 'root',
        ssl: { ca: material.cert, ...ssl },
      });
    await (await with_({})).end();
    await (await with_({ cert: material.cert.toString(), key: material.key.toString() })).end();
    const strange = { cert: pem('stranger-cert.pem').toString(), key: pem('stranger-key.pem').toString() };
    await expect(with_(strange)).rejects.toThrow();
    await t.server.close(0);
  });

  test('new certificates are for connections to come', async () => {
    const upgrader = new TlsUpgrader(material);
    const t = await startTestServer({ tls: upgrader });
    const with_ = (ca: string): Promise<mysql.Connection> =>
      mysql.createConnection({ host: '127.0.0.1', port: t.port, user: 'root', ssl: { ca: pem(ca) } });
    const before = await with_('server-cert.pem');
    expect(() => upgrader.renew({ ...material, cert: Buffer.from('no certificate') })).toThrow();
    await (await with_('server-cert.pem')).end();
    upgrader.renew({ cert: pem('node.pem'), key: pem('node-key.pem') });
    await expect(with_('server-cert.pem')).rejects.toThrow();
    await (await with_('ca.pem')).end();
    await before.query('SELECT 1');
    await before.end();
    await t.server.close(0);
  });

  test('a TLS handshake that goes wrong', async () => {
    const c = await RawClient.open(s.port);
    const greeting = (await c.read()).payload;
    const request = handshakeResponse(greeting, Capability.Ssl, '', '').subarray(0, 32);
    c.write(1, request);
    c.socket.write('this is no TLS hello, and long enough to be read as one'.repeat(10));
    await c.end();
    expect(await login('native', 'pw', tls)).toBe(ONE);
  });

  test('locked account, unknown method, unknown database', async () => {
    await expect(login('locked', '')).rejects.toMatchObject({ errno: 3118 });
    await expect(login('odd', '')).rejects.toMatchObject({ errno: 1524 });
    await expect(login('root', '', { database: 'missing' })).rejects.toMatchObject({ errno: 1049 });
  });

  test('what the client says of itself reaches the session', async () => {
    const c = await mysql.createConnection({
      host: '127.0.0.1',
      port: s.port,
      user: 'root',
      database: 'db1',
      multipleStatements: true,
      connectAttributes: { program_name: 'a test' },
      flags: ['-FOUND_ROWS'],
    });
    const session = [...s.engine.sessions.values()].at(-1)!;
    expect(session.connection).toMatchObject({
      user: 'root',
      host: '127.0.0.1',
      database: 'db1',
      multiStatements: true,
      foundRows: false,
      tls: false,
    });
    expect(session.connection.attributes.get('program_name')).toBe('a test');
    await c.changeUser({ user: 'native', password: 'pw', database: 'db2' });
    expect(session.closed).toBe(true);
    expect([...s.engine.sessions.values()].at(-1)!.connection).toMatchObject({
      id: session.connection.id,
      user: 'native',
      database: 'db2',
    });
    await expect(c.changeUser({ user: 'native', password: 'bad' })).rejects.toMatchObject({ errno: 1045 });
    c.destroy();
  });

  test('a Unix socket counts as localhost; a stale one is replaced', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'rutile-'));
    const socketPath = join(dir, 'mysql.sock');
    const other = await startTestServer();
    try {
      await other.server.listenUnix(socketPath);
      other.engine.account('sha2', cachingSha2AuthString('pw2'), { plugin: 'caching_sha2_password' });
      const c = await mysql.createConnection({
        socketPath,
        user: 'sha2',
        password: 'pw2',
        authPlugins: { caching_sha2_password: clearOverSocket },
      });
      expect([...other.engine.sessions.values()][0]!.connection.host).toBe('localhost');
      await c.end();
      const second = await startTestServer();
      await expect(second.server.listenUnix(socketPath)).rejects.toMatchObject({ code: 'EADDRINUSE' });
      await second.server.close(0);
    } finally {
      await other.server.close(0);
      rmSync(dir, { recursive: true });
    }
  });

  test('bad handshakes get 1043 and the end', async () => {
    for (const body of [Buffer.from('nonsense'), Buffer.alloc(0), Buffer.alloc(200, 0xff)]) {
      const c = await RawClient.open(s.port);
      await c.read();
      c.write(1, body);
      expect(errorOf((await c.read()).payload).code).toBe(1043);
      await c.end();
    }
  });

  test('the limit on connections', async () => {
    const small = await startTestServer({ maxConnections: 1 });
    const first = await RawClient.login(small.port);
    const second = await RawClient.open(small.port);
    const refused = (await second.read()).payload;
    expect(refused[0]).toBe(0xff);
    expect(refused.readUInt16LE(1)).toBe(1040);
    expect(refused.toString('utf8', 3)).toBe('Too many connections');
    await second.end();
    first.close();
    while (small.server.connectionCount > 0) await new Promise((r) => setTimeout(r, 5));
    (await RawClient.login(small.port)).close();
    await small.server.close(0);
  });

  test('a client that does not log in is let go', async () => {
    const slow = await startTestServer({ connectTimeoutMs: 50 });
    const c = await RawClient.open(slow.port);
    await c.end();
    expect(slow.server.connectionCount).toBe(0);
    await slow.server.close(0);
  });

  test('an idle connection ends after wait_timeout, told why', async () => {
    const idle = await startTestServer();
    idle.engine.variables.set('wait_timeout', '1');
    const c = await RawClient.login(idle.port);
    const interactive = await RawClient.login(idle.port, Capability.Interactive);
    expect(errorOf((await c.read()).payload).code).toBe(4031);
    await c.end();
    interactive.command(CommandCode.Ping);
    expect((await interactive.read()).payload[0]).toBe(0);
    interactive.close();
    await idle.server.close(0);
  });

  test('compression', async () => {
    const c = await mysql.createConnection({ host: '127.0.0.1', port: s.port, user: 'root', compress: true });
    s.engine.on('repeat', () =>
      s.engine.find('SELECT 1')({
        session: [...s.engine.sessions.values()][0]!,
        sql: '',
        params: [],
        cursor: false,
      }),
    );
    for (let i = 0; i < 3; i++) expect(JSON.stringify((await c.query('repeat'))[0])).toBe(ONE);
    const noise = Array.from({ length: 3_000_000 }, (_, i) =>
      String.fromCharCode(33 + ((i * 7919 * (i % 13)) % 90)),
    ).join('');
    await expect(c.query(noise)).rejects.toMatchObject({ errno: 1064 });
    await expect(c.query('x'.repeat(100_000))).rejects.toMatchObject({ errno: 1064 });
    await c.end();
  });

  test('the nonce in the greeting is the one that counts', async () => {
    const c = await RawClient.open(s.port);
    const greeting = (await c.read()).payload;
    expect(greeting[0]).toBe(10);
    expect(greeting.toString('latin1', 1, greeting.indexOf(0, 1))).toBe('8.0.11-TiDB-v8.5.0-fake');
    c.write(1, handshakeResponse(greeting, 0, 'native', 'pw'));
    expect((await c.read()).payload[0]).toBe(0);
    c.close();
  });
});

/** caching_sha2_password for a client that trusts its socket: the password in clear when asked for it. What is longer than a byte is the nonce. */
const clearOverSocket = () => (data: Buffer) =>
  data.length > 1 ? Buffer.alloc(32, 1) : data[0] === 4 ? Buffer.from('pw2\0') : null;
