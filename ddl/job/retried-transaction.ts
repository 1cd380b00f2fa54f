import { isWriteConflict, type Storage, type Transaction } from '../../kv/storage.js';

/** Runs `body` in a transaction and commits what it wrote, again until no other transaction is in its way. */
export async function committed<T>(storage: Storage, body: (txn: Transaction) => Promise<T>): Promise<T> {
  for (;;) {
    const txn = await storage.begin();
    try {
      const result = await body(txn);
      await txn.commit();
      return result;
    } catch (e) {
      if (txn.valid) await txn.rollback();
      if (!isWriteConflict(e)) throw e;
    }
  }
}
