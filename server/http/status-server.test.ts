import { fileURLToPath } from 'node:url';
import { mysqlError } from '../../types/error-table.js';
import { cachingSha2AuthString } from '../auth/caching-sha2.js';
import { nativeAuthString } from '../auth/native-password.js';
import { oneText } from '../testing/fake-engine.js';
import { RawClient } from '../testing/raw-client.js';
import type { TestServer } from '../testing/test-server.js';
import { startTestServer } from '../testing/test-server.js';
import { StatusServer } from './status-server.js';

let s: TestServer;
let http: StatusServer;
let base: string;
beforeAll(async () => {
  s = await startTestServer();
  s.engine.account('tracer', nativeAuthString('pässword:with colon'));
  s.engine.account('sha2', cachingSha2AuthString('pw2'), { plugin: 'caching_sha2_password' });
  s.engine.account('locked', '', { locked: true });
  s.engine.on(/^TRACE FORMAT='json' SELECT/, ({ session, sql }) =>
    oneText(
      'operation',
      JSON.stringify({ name: sql, user: session.connection.user, db: session.currentDatabase }),
    ),
  );
  s.engine.on(/^TRACE FORMAT='json' crash/, () => {
    throw new TypeError('boom');
  });
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  const webRoot = fileURLToPath(new URL('../../web/', import.meta.url));
  http = new StatusServer({ engine: s.engine, mysql: s.server, log, version: '1.2.3', webRoot });
  base = `http://127.0.0.1:${await http.listen('127.0.0.1', 0)}`;
});
afterAll(async () => {
  await http.close();
  await s.server.close(0);
});

const basic = (user: string, password: string): Record<string, string> => ({
  authorization: 'Basic ' + Buffer.from(`${user}:${password}`).toString('base64'),
});

async function post(
  body: string,
  headers: Record<string, string>,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const r = await fetch(`${base}/trace`, { method: 'POST', body, headers });
  return { status: r.status, body: await r.json() };
}

describe('status API', () => {
  test('/status', async () => {
    const c = await RawClient.login(s.port);
    const r = await fetch(`${base}/status`);
    expect(r.status).toBe(200);
    expect(await r.json()).toMatchObject({
      connections: 1,
      version: '8.0.11-TiDB-v8.5.0-fake',
      git_hash: expect.any(String),
      rutile: { version: '1.2.3', uptime_seconds: 10, metrics: { rutile_fake_total: 3 } },
    });
    c.close();
  });

  test('/metrics counts commands, errors and time', async () => {
    const c = await RawClient.login(s.port);
    c.command(14);
    await c.read();
    c.command(3, 'nonsense');
    await c.read();
    const text = await (await fetch(`${base}/metrics`)).text();
    expect(text).toContain('rutile_server_connections 1');
    expect(text).toMatch(/rutile_server_commands_total\{command="Ping"\} 1/);
    expect(text).toMatch(/rutile_server_errors_total\{code="1064"\} 1/);
    expect(text).toMatch(/rutile_server_command_duration_seconds_bucket\{le="\+Inf"\} \d+/);
    expect(text).toContain('rutile_fake_total 3');
    expect(text).toContain('process_cpu_seconds_total');
    for (const line of text.trim().split('\n'))
      expect(line).toMatch(/^(#.*|[a-zA-Z_:][\w:]*(\{.*\})? [-+\d.eEInfNa]+( \d+)?|)$/);
    c.close();
  });

  test('POST /trace runs the statement as the user', async () => {
    const user = basic('tracer', 'pässword:with colon');
    expect(await post('SELECT 1', user)).toEqual({
      status: 200,
      body: { name: "TRACE FORMAT='json' SELECT 1", user: 'tracer', db: '' },
    });
    const json = { ...user, 'content-type': 'application/json' };
    expect(await post('{"sql": "SELECT 2", "db": "shop"}', json)).toMatchObject({
      status: 200,
      body: { db: 'shop' },
    });
    expect(await post('SELECT 1', basic('sha2', 'pw2'))).toMatchObject({ status: 200 });
    expect(s.engine.sessions.size).toBe(0);
  });

  test('POST /trace without the right password', async () => {
    for (const headers of [
      {},
      basic('tracer', 'no'),
      basic('nobody', ''),
      basic('locked', ''),
      basic('sha2', 'pw'),
      { authorization: 'Basic !!' },
      { authorization: 'Bearer x' },
    ]) {
      const r = await fetch(`${base}/trace`, { method: 'POST', body: 'SELECT 1', headers });
      expect(r.status).toBe(401);
      expect(r.headers.get('www-authenticate')).toContain('Basic');
      expect(await r.json()).toMatchObject({ error: { code: 1045 } });
    }
  });

  test('errors are JSON', async () => {
    const root = basic('root', '');
    expect(await post('nonsense', root)).toMatchObject({
      status: 400,
      body: { error: { code: 1064, sqlState: '42000', message: expect.any(String) } },
    });
    expect(await post('crash', root)).toMatchObject({
      status: 500,
      body: { error: { code: 1105, message: 'boom' } },
    });
    expect(await post(' ', root)).toMatchObject({ status: 400 });
    expect(await post('{"sql": 5}', { ...root, 'content-type': 'application/json' })).toMatchObject({
      status: 400,
    });
    expect(
      await post('{"sql": "SELECT 1", "db": "missing"}', { ...root, 'content-type': 'application/json' }),
    ).toMatchObject({
      status: 400,
      body: { error: { code: mysqlError('ER_BAD_DB_ERROR', 'x').code } },
    });
    expect((await fetch(`${base}/nothing`)).status).toBe(404);
    expect((await fetch(`${base}/../package.json`)).status).toBe(404);
    expect((await fetch(`${base}/trace`)).status).toBe(405);
    expect(
      (
        await fetch(`${base}/trace`, { method: 'POST', headers: root, body: 'x'.repeat(9 << 20) }).catch(
          () => ({ status: 413 }),
        )
      ).status,
    ).toBe(413);
  });

  test('the pages', async () => {
    const page = await (await fetch(`${base}/`)).text();
    for (const [, link] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
      expect((await fetch(`${base}/${link}`)).status).toBe(200);
    }
  });
});
