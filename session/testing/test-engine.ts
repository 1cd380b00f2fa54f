import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chunkRows } from '../../chunk/chunk-builder.js';
import type { ShortRows } from '../../executor/short-read/short-rows.js';
import { datumToString } from '../../types/format.js';
import { openEngine } from '../engine/engine.js';
import { loopShare } from '../loop-share.js';
import type { Account, ClientSession, Engine, RowsResult } from '../client-session.js';

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
type Cells = (string | null)[];

async function allRows(result: RowsResult): Promise<Cells[]> {
  const rows: Cells[] = [];
  for (;;) {
    const chunk = await result.nextChunk();
    if (chunk === null) return rows;
    for (const row of chunkRows(chunk))
      rows.push(row.map((v, i) => (v === null ? null : datumToString(v, result.columns[i]!.type))));
  }
}

function shortCells({ columns }: RowsResult, found: ShortRows): Cells[] {
  const out: Cells[] = [];
  for (let k = 0; k < found.rows; k++) {
    const i = found.order === null ? k : found.order[k]!;
    out.push(
      columns.map(({ type }, c) => {
        const v = found.columns[c]!;
        if (v.nulls !== null && v.nulls[i] === 1) return null;
        const value = v.kind === 'slices' ? v.sources[i]!.subarray(v.starts[i], v.ends[i]) : v.get(i);
        return datumToString(value!, type);
      }),
    );
  }
  return out;
}

export class TestSession {
  constructor(readonly session: ClientSession) {}

  /** Rows as text, NULL as null; [] for statements without rows. */
  async query(sql: string): Promise<Cells[]> {
    const result = await this.session.query(Buffer.from(sql));
    if (result.kind !== 'rows') return [];
    try {
      return await allRows(result);
    } finally {
      await result.close();
    }
  }

  /**
   * The rows, asked for at once as the protocol asks; `short`: they came so, from few rows without operators. Planning does not give way
   * meanwhile, as it may on a busy machine: a statement that has waited is not answered at once.
   */
  async queryAtOnce(sql: string): Promise<{ readonly rows: Cells[]; readonly short: boolean }> {
    const { sliceMs } = loopShare;
    this.session.atOnce = true;
    loopShare.sliceMs = Infinity;
    const asked = this.session.query(Buffer.from(sql));
    loopShare.sliceMs = sliceMs;
    this.session.atOnce = false;
    const result = asked instanceof Promise ? await asked : asked;
    if (result.kind !== 'rows') return { rows: [], short: false };
    try {
      return result.atOnce === undefined
        ? { rows: await allRows(result), short: false }
        : { rows: shortCells(result, result.atOnce), short: true };
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
