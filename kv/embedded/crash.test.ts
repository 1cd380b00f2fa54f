import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { AttachedStore } from './attached-store.js';
import { type EmbeddedStore, openEmbeddedStore } from './engine.js';
import { PackedBlockWriter } from './packed-block.js';
import {
  type TestStore,
  type Write,
  bytes,
  commitOnePhase,
  commitTwoPhase,
  context,
  prewrite,
  read,
  resolveAll,
  scan,
  scratchDir,
} from './testing/client.js';
import { Random, testSeed } from '../../testing/random.js';
import { highHalf, lowHalf } from './timestamp.js';

const here = path.dirname(fileURLToPath(import.meta.url));
const CLIENTS = 6;

/** Runs the writer until it has acknowledged `count` transactions, then kills it; gives the acknowledged numbers. */
function writeAndKill(
  directory: string,
  first: number,
  seed: number,
  count: number,
  threads: number,
): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        '--import',
        'tsx',
        path.join(here, 'testing/crash-writer.ts'),
        directory,
        ...[first, seed, threads].map(String),
      ],
      {
        cwd: path.join(here, '..', '..'),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let output = '';
    let errors = '';
    let lines = 0;
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const c of chunk) if (c === 10) lines++;
      if (lines > count) child.kill('SIGKILL');
    });
    child.on('close', (code, signal) => {
      if (!output.startsWith('ready') || signal !== 'SIGKILL')
        reject(new Error(`the writer ended by itself: ${String(code)} ${String(signal)} ${errors}`));
      // The last line may be cut; what is printed whole was acknowledged.
      else resolve(output.slice(0, output.lastIndexOf('\n')).split('\n').slice(1).map(Number));
    });
  });
}

async function verify(store: EmbeddedStore, acknowledged: readonly number[]): Promise<void> {
  await resolveAll(store);
  const ts = store.timestamp();
  const missing = acknowledged.filter((n) => read(store, `log${n}`, ts)?.startsWith(String(n)) !== true);
  expect(missing).toEqual([]);
  for (let id = 0; id < CLIENTS; id++) {
    const x = read(store, `x${id}`, ts);
    expect(read(store, `y${id}`, ts)).toBe(x);
    const last = Math.max(-1, ...acknowledged.filter((n) => n % CLIENTS === id));
    expect(Number(x ?? -1)).toBeGreaterThanOrEqual(last);
    if (x !== null) expect(read(store, `log${x}`, ts)).not.toBeNull();
    expect(read(store, `large${id}`, ts)).toBe(read(store, `big${id}`, ts));
  }
  expect(scan(store, 'undecided', 'undecidee', ts)).toEqual([]);
  // What is moved between accounts comes from somewhere: none of them saw a transaction that is gone.
  expect(scan(store, 'account', 'accounu', ts).reduce((sum, [, value]) => sum + Number(value), 0)).toBe(0);
}

/** CRASH_ROUNDS makes a long run of it. */
const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 4);
const LIMIT_MS = 240_000 + ROUNDS * 60_000;

describe('crashes', () => {
  test.each([0, 2])(
    'kill -9 of %i threads beside the main one: what was acknowledged is there, nothing is half done',
    async (threads) => {
      const seed = testSeed();
      const random = new Random(seed);
      const directory = scratchDir('kill');
      const acknowledged: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const first = (Math.floor(Math.max(-1, ...acknowledged) / CLIENTS) + 50) * CLIENTS;
        const count = 60 + random.below(600);
        acknowledged.push(...(await writeAndKill(directory, first, seed + round, count, threads)));
        if (random.chance(0.5)) continue;
        const store = await openEmbeddedStore({ dataDir: directory });
        await verify(store, acknowledged);
        await store.close();
      }
      const store = await openEmbeddedStore({ dataDir: directory });
      expect(acknowledged.length).toBeGreaterThan(200);
      await verify(store, acknowledged);
      await store.close();
      fs.rmSync(directory, { recursive: true });
    },
    LIMIT_MS,
  );

  test(
    'a disk that loses unsynced writes: any mixture of old and new blocks recovers',
    async () => {
      const random = new Random(testSeed());
      for (let round = 0; round < ROUNDS; round++) await loseWrites(random);
    },
    LIMIT_MS,
  );
});

const BLOCK = 512;

interface Image {
  readonly file: string;
  readonly bytes: Buffer;
  readonly call: number;
}

/**
 * Records what is on the platter: at each flush of a file, its bytes as of the call become safe when the call returns. Undone by
 * `stop`.
 */
class DiskRecorder {
  private readonly safe = new Map<string, { readonly bytes: Buffer; readonly call: number }>();
  private calls = 0;
  private readonly originals = {
    fdatasync: fs.fdatasync,
    fdatasyncSync: fs.fdatasyncSync,
    fsyncSync: fs.fsyncSync,
  };

  constructor(private readonly directory: string) {
    const { fdatasync, fdatasyncSync, fsyncSync } = this.originals;
    const patched = (fd: number, done: (error: NodeJS.ErrnoException | null) => void): void => {
      const image = this.image(fd);
      fdatasync(fd, (error) => {
        if (image !== null && error === null) this.keep(image);
        done(error);
      });
    };
    const patchedSync =
      (original: (fd: number) => void) =>
      (fd: number): void => {
        const image = this.image(fd);
        original(fd);
        if (image !== null) this.keep(image);
      };
    Object.assign(fs, {
      fdatasync: patched,
      fdatasyncSync: patchedSync(fdatasyncSync),
      fsyncSync: patchedSync(fsyncSync),
    });
  }

  /** Flushes of one file may overlap, and end in any order. */
  private keep({ file, bytes, call }: Image): void {
    if (call > (this.safe.get(file)?.call ?? 0)) this.safe.set(file, { bytes, call });
  }

  private image(fd: number): Image | null {
    const file = fs.readlinkSync(`/proc/self/fd/${fd}`).replace(/ \(deleted\)$/, '');
    if (path.dirname(file) !== this.directory || !fs.existsSync(file)) return null;
    return { file: path.basename(file), bytes: fs.readFileSync(file), call: ++this.calls };
  }

  /** Null for a log segment that was removed since the directory was listed. */
  private contentOf(name: string): Buffer | null {
    try {
      return fs.readFileSync(path.join(this.directory, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  /** The directory after a power cut, in `target`: of each block written since its file's last flush, the old or the new. */
  crash(target: string, random: Random): void {
    fs.mkdirSync(target);
    for (const name of fs.readdirSync(this.directory)) {
      if (name === 'LOCK' || name.startsWith('LOCK.') || name === 'checkpoint.new') continue;
      const now = this.contentOf(name);
      if (now === null) continue;
      // The checkpoint file is synced before it is renamed into place, through a file handle that the recorder does not see.
      if (name === 'checkpoint') {
        fs.writeFileSync(path.join(target, name), now);
        continue;
      }
      const then = this.safe.get(name)?.bytes ?? Buffer.alloc(0);
      const mode = random.below(4);
      const size =
        mode === 0
          ? then.length
          : mode === 1
            ? now.length
            : then.length + random.below(Math.max(1, now.length - then.length));
      const result = Buffer.alloc(Math.max(size, then.length));
      for (let at = 0; at < result.length; at += BLOCK) {
        const old = then.subarray(at, at + BLOCK);
        const fresh = now.subarray(at, at + BLOCK);
        const pick = old.length === BLOCK && old.equals(fresh) ? fresh : random.chance(0.5) ? fresh : old;
        pick.copy(result, at);
      }
      fs.writeFileSync(path.join(target, name), result);
    }
  }

  stop(): void {
    Object.assign(fs, this.originals);
  }
}

const ENTRIES = 300;
const entryKey = (i: number): string => String(i).padStart(4, '0');

/** One bulk load in a range of its own, a row of which is written and a part of which is deleted before. */
async function bulkLoad(store: EmbeddedStore, n: number): Promise<void> {
  const prefix = `load${String(n).padStart(4, '0')}-`;
  const range = { startKey: bytes(prefix), endKey: bytes(`${prefix}:`) };
  await commitOnePhase(store, [[prefix + entryKey(7), 'own']]);
  if (n % 3 === 0) await store.deleteRange({ context, ...range });
  const { snapshot } = await store.bulkBegin({ context, ranges: [range], source: range });
  const { id, ts } = snapshot!;
  const blocks: Uint8Array[] = [];
  const writer = new PackedBlockWriter(bytes(prefix), highHalf(ts), lowHalf(ts), (b) => blocks.push(b));
  for (let i = 0; i < ENTRIES; i++) {
    const entry = bytes(`${entryKey(i)}value ${n}`);
    writer.add(entry, 0, 4, entry.length);
  }
  writer.flush();
  store.bulkWrite({ context, id, blocks, unique: false });
  await store.bulkEnd({ context, id, ranges: [range], durable: true });
}

/** Loads that were durable are there as a whole. */
function verifyLoads(store: EmbeddedStore, loads: readonly number[]): void {
  for (const n of loads) {
    const prefix = `load${String(n).padStart(4, '0')}-`;
    const wanted = Array.from({ length: ENTRIES }, (_, i) => [
      prefix + entryKey(i),
      i === 7 && n % 3 !== 0 ? 'own' : `value ${n}`,
    ]);
    expect(scan(store, prefix, `${prefix}:`, store.timestamp())).toEqual(wanted);
  }
}

async function loseWrites(random: Random): Promise<void> {
  const directory = scratchDir('disk');
  const recorder = new DiskRecorder(directory);
  const acknowledged: number[] = [];
  const loads: number[] = [];
  let stopped = false;
  try {
    // Sometimes nearly all commits are made in steps.
    const largeCommit = random.chance(0.5) ? { keys: 3, bytes: 1 << 20 } : undefined;
    const store = await openEmbeddedStore({ dataDir: directory, memtableBytes: 64 << 10, largeCommit });
    // As threads would: each has its own hold of the log.
    const threads = Array.from(
      { length: random.below(3) },
      () => new AttachedStore(store.share().attach().attachment),
    );
    const nodes: readonly TestStore[] = [store, ...threads];
    const client = async (id: number): Promise<void> => {
      const node = nodes[id % nodes.length]!;
      for (let n = id; !stopped; n += CLIENTS) {
        const writes: Write[] = [
          [`x${id}`, String(n)],
          [`y${id}`, String(n)],
          [`log${n}`, String(n).padEnd(random.below(600), '.')],
        ];
        // Sometimes as large as goes past the memtable: LMDB transactions between checkpoints, which free and reuse pages.
        if (random.chance(0.03))
          writes.push(
            [`big${id}`, String(n).padEnd(600_000, '.')],
            [`large${id}`, String(n).padEnd(600_000, '.')],
          );
        writes.sort(([a], [b]) => (a < b ? -1 : 1));
        if (random.chance(0.2)) await commitTwoPhase(node, writes);
        else await commitOnePhase(node, writes);
        if (!stopped) acknowledged.push(n);
        if (random.chance(0.005)) await prewrite(store, [[`undecided${n}`, 'no']], store.timestamp());
      }
    };
    const loader = async (): Promise<void> => {
      for (let n = 0; !stopped; n++) {
        await bulkLoad(store, n);
        if (!stopped) loads.push(n);
        for (let wait = random.below(200); wait > 0 && !stopped; wait--)
          await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const clients = Promise.all([...Array.from({ length: CLIENTS }, (_, id) => client(id)), loader()]);
    const target = 50 + random.below(700);
    while (acknowledged.length < target) await new Promise((resolve) => setImmediate(resolve));
    stopped = true;
    const crashed = `${directory}-crashed`;
    recorder.crash(crashed, random);
    const after = [...acknowledged];
    const loaded = [...loads];
    await clients;
    for (const thread of threads) thread.close();
    await store.close();
    recorder.stop();

    const recovered = await openEmbeddedStore({ dataDir: crashed });
    await verify(recovered, after);
    verifyLoads(recovered, loaded);
    // It goes on working, and what it recovered survives a proper restart.
    await commitOnePhase(recovered, [['later', '1']]);
    await recovered.close();
    const again = await openEmbeddedStore({ dataDir: crashed });
    await verify(again, after);
    verifyLoads(again, loaded);
    expect(read(again, 'later')).toBe('1');
    await again.close();
    fs.rmSync(crashed, { recursive: true });
  } finally {
    recorder.stop();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}
