import { isWriteConflict, type Storage, type Transaction, type TxnOptions } from './storage.js';

/** What is written so are definitions and counters, without which a full store could not be emptied (TiDB does the same). */
const OPTIONS: TxnOptions = { whenAlmostFull: true };

/** Runs `work` in a transaction of its own and commits it; again from its beginning, up to `retries` times, when another was faster. */
export async function transact<T>(
  storage: Storage,
  work: (txn: Transaction) => Promise<T>,
  retries = 20,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const txn = await storage.begin(OPTIONS);
    try {
      const result = await work(txn);
      await txn.commit();
      return result;
    } catch (error) {
      if (txn.valid) await txn.rollback();
      if (!isWriteConflict(error) || attempt >= retries) throw error;
    }
  }
}
