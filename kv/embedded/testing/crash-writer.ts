import fs from 'node:fs';
import { Worker, isMainThread, workerData } from 'node:worker_threads';
import { AttachedStore } from '../attached-store.js';
import { openEmbeddedStore } from '../engine.js';
import {
  type TestStore,
  TxnError,
  type Write,
  bytes,
  commitOnePhase,
  commitTwoPhase,
  context,
  prewrite,
  resolveAll,
  text,
} from './client.js';
import { Random } from '../../../testing/random.js';
import { startLogThread } from './log-thread.js';
import type { StoreAttachment } from '../thread-protocol.js';

/**
 * The victim of the kill -9 tests: commits transactions from several clients until it is killed, and prints each one's number once
 * it is acknowledged. Transaction n writes its number under `x<client>`, `y<client>` and `log<n>`, so that half of one shows, and
 * moves something from one account to another, so that one which saw what was lost shows. A client's transactions are numbered from
 * `first` on in steps of the number of clients. Arguments: directory, first, seed, threads besides the store's; the
 * clients are spread over all threads.
 */
const CLIENTS = 6;
const ACCOUNTS = 8;
/** Transactions that move something are made in steps. */
const LARGE = { keys: 5, bytes: 1 << 30 };

interface Job {
  readonly attachment: StoreAttachment;
  readonly first: number;
  readonly seed: number;
  readonly clients: readonly number[];
}

/** The thread's own way out: what is written to a worker's stdout goes by the main thread, which dies as well. */
function acknowledge(n: number): void {
  fs.writeSync(1, `${n}\n`);
}

async function balance(store: TestStore, account: string, ts: bigint): Promise<number> {
  const response = await store.get({ context, key: bytes(account), version: ts });
  if (response.error !== undefined) throw new TxnError(response.error);
  return Number(text(response.value) ?? 0);
}

/** Again with a newer timestamp when another transaction was in the way. */
async function transfer(store: TestStore, random: Random, writes: readonly Write[]): Promise<void> {
  for (;;) {
    const from = `account${random.below(ACCOUNTS)}`;
    const to = `account${random.below(ACCOUNTS)}`;
    const startTs = store.timestamp();
    try {
      const moved: Write[] =
        from === to
          ? []
          : [
              [from, String((await balance(store, from, startTs)) - 1)],
              [to, String((await balance(store, to, startTs)) + 1)],
            ];
      const all = [...writes, ...moved].sort(([a], [b]) => (a < b ? -1 : 1));
      await commitOnePhase(store, all, startTs);
      return;
    } catch (e) {
      if (!(e instanceof TxnError) || (e.error.kind !== 'conflict' && e.error.kind !== 'locked')) throw e;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

async function run(store: TestStore, { first, seed, clients }: Omit<Job, 'attachment'>): Promise<void> {
  const client = async (id: number): Promise<void> => {
    const random = new Random(seed + id);
    for (let n = first + id; ; n += CLIENTS) {
      const writes: Write[] = [
        [`x${id}`, String(n)],
        [`y${id}`, String(n)],
        [`log${n}`, String(n).padEnd(random.below(400), '.')],
      ];
      if (random.chance(0.2)) await commitTwoPhase(store, writes);
      else await transfer(store, random, writes);
      acknowledge(n);
      // A transaction that is never decided: its locks must be found again, its writes never. While there is one, threads leave
      // their commits to the store's.
      if (random.chance(0.002)) await prewrite(store, [[`undecided${n}`, 'no']], store.timestamp());
    }
  };
  await Promise.all(clients.map(client));
}

async function main(): Promise<void> {
  const [directory, first, seed, threads] = process.argv.slice(2);
  const store = await openEmbeddedStore({
    dataDir: directory!,
    memtableBytes: 128 << 10,
    largeCommit: LARGE,
    startLogThread,
  });
  await resolveAll(store);
  const clientsOf = (thread: number): number[] =>
    Array.from({ length: CLIENTS }, (_, id) => id).filter((id) => id % (Number(threads) + 1) === thread);
  fs.writeSync(1, 'ready\n');
  for (let thread = 1; thread <= Number(threads); thread++) {
    const { attachment, transfer: transferList } = store.share().attach(Number(threads));
    const job: Job = { attachment, first: Number(first), seed: Number(seed), clients: clientsOf(thread) };
    // The loader of TypeScript is the main thread's alone.
    const code = `import('tsx/esm/api').then((tsx) => { tsx.register(); return import('${import.meta.url}'); })`;
    new Worker(code, { eval: true, workerData: job, transferList }).on('error', (e) => {
      throw e;
    });
  }
  await run(store, { first: Number(first), seed: Number(seed), clients: clientsOf(0) });
}

if (isMainThread) void main();
else {
  const job = workerData as Job;
  void run(new AttachedStore(job.attachment), job);
}
