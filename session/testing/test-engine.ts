import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chunkRows } from '../../chunk/chunk-builder.js';
import { datumToString } from '../../types/format.js';
import { openEngine } from '../engine/engine.js';
import type { Account, ClientSession, Engine } from '../client-session.js';

const ROOT: Account = {
  user: 'root',
  host: '%',
  plugin: 'mysql_native_password',
  authString: '',
  locked: false,
  passwordExpired: false,
  requireTls: false,
};
const LOG = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** An engine on a scratch directory, in this process. */
export class TestEngine {
  private constructor(
    readonly dir: string,
    private readonly pd: string | null,
    private engine: Engine,
  ) {}
  private lastId = 0;

  /** `pd`: where the store is served; without it the engine has one of its own. */
  static async open(pd: string | null = null): Promise<TestEngine> {
    const dir = mkdtempSync(join(tmpdir(), 'rutile-session-'));
    return new TestEngine(dir, pd, await TestEngine.openIn(dir, pd));
  }
  private static openIn(dir: string, pd: string | null): Promise<Engine> {
    return openEngine({
      dataDir: dir,
      tikv: pd === null ? null : { pd: [pd], tls: null },
      tempDir: join(dir, 'tmp'),
      version: 'test',
      port: 0,
      socket: '',
      tlsConfigured: false,
      durability: 2,
      logger: LOG,
      passwordHashers: new Map(
        ['mysql_native_password', 'caching_sha2_password'].map((p) => [
          p,
          (password) => `hash of ${password}`,
        ]),
      ),
      passwordVerifiers: new Map(
        ['mysql_native_password', 'caching_sha2_password'].map((p) => [
          p,
          (authString, password) => authString === (password === '' ? '' : `hash of ${password}`),
        ]),
      ),
    });
  }

  /** What POST /stats/load does for root. */
  async loadStatistics(dump: string): Promise<void> {
    await this.engine.loadStatistics?.(ROOT, dump);
  }

  /** What the status API serves to root by a path. */
  async download(path: string): Promise<Buffer | null> {
    return (await this.engine.download?.(ROOT, path))?.body ?? null;
  }

  async restart(): Promise<void> {
    await this.engine.shutdown(1000);
    this.engine = await TestEngine.openIn(this.dir, this.pd);
  }

  /** A session of an account from the loopback address, the way a login leads to it. */
  async login(user: string, password = ''): Promise<TestSession> {
    const account = await this.engine.findAccount(user, '127.0.0.1');
    if (account === null) throw new Error(`no account for ${user}`);
    await this.engine.admitLogin?.(account);
    const proved = account.authString === (password === '' ? '' : `hash of ${password}`);
    await this.engine.noteLogin?.(account, proved);
    if (!proved) throw new Error('wrong password');
    return this.session('', account);
  }

  async session(database = 'test', account: Account = ROOT): Promise<TestSession> {
    const session = await this.engine.openSession({
      id: ++this.lastId,
      user: account.user,
      host: '127.0.0.1',
      peer: '127.0.0.1:1',
      account,
      database,
      collationId: 46,
      foundRows: false,
      multiStatements: true,
      localFiles: true,
      interactive: false,
      ignoreSpace: false,
      tls: false,
      tlsCipher: '',
      tlsVersion: '',
      attributes: new Map(),
      disconnect: () => undefined,
    });
    return new TestSession(session);
  }

  async close(): Promise<void> {
    await this.engine.shutdown(1000);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** A session whose results come as text. */
export class TestSession {
  constructor(readonly session: ClientSession) {}

  /** Rows as text, NULL as null; [] for statements without rows. */
  async query(sql: string): Promise<(string | null)[][]> {
    const rows: (string | null)[][] = [];
    const result = await this.session.query(Buffer.from(sql));
    if (result.kind !== 'rows') return rows;
    try {
      for (;;) {
        const chunk = await result.nextChunk();
        if (chunk === null) return rows;
        for (const row of chunkRows(chunk)) {
          rows.push(row.map((v, i) => (v === null ? null : datumToString(v, result.columns[i]!.type))));
        }
      }
    } finally {
      await result.close();
    }
  }

  /** The error number that a statement ends with, 0 for none. */
  async errorOf(sql: string): Promise<number> {
    try {
      await this.query(sql);
      return 0;
    } catch (error) {
      return (error as { code?: number }).code ?? -1;
    }
  }
}
