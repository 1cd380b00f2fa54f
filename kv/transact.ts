import { isWriteConflict, type Storage, type Transaction } from './storage.js';

/** Runs `work` in a transaction of its own and commits it; again from its beginning, up to `retries` times, when another was faster. */
export async function transact<T>(
  storage: Storage,
  work: (txn: Transaction) => Promise<T>,
  retries = 20,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    const txn = await storage.begin();
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
