import type { Random } from '../../../testing/random.js';
import { UndeterminedError, WriteConflictError, type Storage, type Transaction } from '../../storage.js';
import { isAbort } from './list-append.js';

export interface BankOptions {
  readonly accounts: number;
  readonly clients: number;
  readonly transfersPerClient: number;
  readonly pessimistic: number;
}

const INITIAL = 100;
const accountKey = (i: number): Uint8Array =>
  Buffer.from(`${String.fromCharCode((i * 41) % 250)}account${i}`, 'latin1');
const encode = (n: number): Uint8Array => Buffer.from(String(n));
const decode = (b: Uint8Array | null): number => Number(Buffer.from(b!).toString());

/** Transfers between accounts while others sum them: every snapshot must hold the same total. Gives what is wrong. */
export async function runBank(
  storage: Storage,
  random: Random,
  o: BankOptions,
): Promise<{ wrong: string[]; committed: number; sums: number }> {
  const wrong: string[] = [];
  const setup = await storage.begin();
  for (let i = 0; i < o.accounts; i++) setup.set(accountKey(i), encode(INITIAL));
  await setup.commit();
  const total = INITIAL * o.accounts;
  let committed = 0;
  let sums = 0;
  let running = o.clients;
  const keys = Array.from({ length: o.accounts }, (_, i) => accountKey(i));

  const transfer = async (): Promise<void> => {
    const txn = await storage.begin({
      pessimistic: random.next() < o.pessimistic,
      lockWaitTimeoutMs: 300,
      fairLocking: random.below(2) === 0,
    });
    const together = random.below(2) === 0;
    try {
      const from = random.below(o.accounts);
      const to = (from + 1 + random.below(o.accounts - 1)) % o.accounts;
      const [a, b] = await balances(storage, txn, [keys[from]!, keys[to]!], together);
      const amount = 1 + random.below(20);
      if (random.below(3) === 0) await new Promise((r) => setImmediate(r));
      // Each with a statement rolled back in between, which must leave nothing.
      const stage = txn.stage();
      txn.set(keys[from]!, encode(-1000));
      await txn.rollbackStage(stage);
      txn.set(keys[from]!, encode(a! - amount));
      txn.set(keys[to]!, encode(b! + amount));
      await txn.commit();
      committed++;
    } catch (e) {
      if (!(e instanceof UndeterminedError) && !isAbort(e)) throw e;
      await txn.rollback();
    }
  };
  const transferring = async (): Promise<void> => {
    for (let n = 0; n < o.transfersPerClient; n++) await transfer();
    running--;
  };
  const summing = async (): Promise<void> => {
    while (running > 0) {
      const snapshot = storage.snapshot(await storage.currentTs());
      let sum = 0;
      if (random.below(2) === 0) for (const v of await snapshot.batchGet(keys)) sum += decode(v);
      else {
        const it = snapshot.iterate(new Uint8Array(0), new Uint8Array(0), {
          reverse: random.below(2) === 0,
          batchSize: 1 + random.below(5),
        });
        for (let p = await it.next(); p !== null; p = await it.next()) sum += decode(p.value);
        it.close();
      }
      sums++;
      if (sum !== total) wrong.push(`the sum at ${snapshot.ts} is ${sum}, not ${total}`);
      await new Promise((r) => setImmediate(r));
    }
  };
  await Promise.all([...Array.from({ length: o.clients }, transferring), summing(), summing()]);
  return { wrong, committed, sums };
}

/** Under locks, which are asked for in one request or one after the other. */
async function balances(
  storage: Storage,
  txn: Transaction,
  keys: Uint8Array[],
  together: boolean,
): Promise<number[]> {
  if (!txn.pessimistic) return (await txn.batchGet(keys)).map(decode);
  for (;;) {
    txn.forUpdateTs = await storage.currentTs();
    try {
      if (!together) for (const key of keys) await txn.lockKeys([key]);
      const values = await txn.lockKeys(keys, { returnValues: true });
      await txn.releaseUnwanted();
      return values.map(decode);
    } catch (e) {
      if (!(e instanceof WriteConflictError)) throw e;
    }
  }
}
