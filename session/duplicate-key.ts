import { duplicateEntryOfKey } from '../executor/dml/duplicate-entry.js';
import { KeyExistsError, type Transaction } from '../kv/storage.js';
import { timeZone, UTC } from '../types/timezone.js';
import type { Session } from './session.js';

/** A key that exists becomes 1062 while the transaction's own entry, which holds the values, is still at hand. */
export function namedDuplicate(session: Session, txn: Transaction | null, error: unknown): unknown {
  if (!(error instanceof KeyExistsError)) return error;
  const value = error.value ?? txn?.memBuffer.get(error.key) ?? null;
  const zone = timeZone(session.evalContext.timeZone) ?? UTC;
  return duplicateEntryOfKey(error.key, session.schema, value, zone) ?? error;
}
