import { mysqlError } from '../../types/error-table.js';
import type { MysqlError } from '../../types/error.js';
import { decodeRecordHandle, decodeTableKey } from '../codec/table-key.js';
import type { KeyError } from '../rpc.js';
import { LockedError } from '../mvcc-reader.js';
import { DeadlockError, KeyExistsError, WriteConflictError } from '../storage.js';

const hex = (b: Uint8Array): string =>
  Buffer.from(b.buffer, b.byteOffset, b.length).toString('hex').toUpperCase();

/** A key as TiDB's error texts show it. */
export function prettyKey(key: Uint8Array): string {
  const k = decodeTableKey(key);
  if (k === null) return `{hex=${hex(key)}}`;
  if (k.indexId !== null)
    return `{tableID=${k.tableId}, indexID=${k.indexId}, indexValues=${hex(key.subarray(19))}}`;
  const handle = decodeRecordHandle(key);
  return `{tableID=${k.tableId}, handle=${typeof handle === 'object' ? hex(handle) : String(handle)}}`;
}

/** TiDB's names of conflict reasons (kvrpcpb WriteConflict.Reason). */
const REASONS = {
  optimistic: 'Optimistic',
  pessimisticRetry: 'PessimisticRetry',
  selfRolledBack: 'SelfRolledBack',
  rcCheckTs: 'RcCheckTs',
  lazyUniquenessCheck: 'LazyUniquenessCheck',
  notLockedKeyConflict: 'NotLockedKeyConflict',
} as const;

type Conflict = Extract<KeyError, { kind: 'conflict' }>;

/** 9007 as TiDB words it. */
export function writeConflictText(e: Conflict): MysqlError {
  return mysqlError(
    'ER_WRITE_CONFLICT',
    `txnStartTS=${e.startTs}, conflictStartTS=${e.conflictTs}, conflictCommitTS=${e.conflictCommitTs}, key=${prettyKey(e.key)} primary=${
      e.primary.length === 0 ? '[]' : prettyKey(e.primary)
    }, reason=${REASONS[e.reason]}`,
  );
}

/** The exception for an error that ends the request; locks are not among them. */
export function errorOf(e: KeyError, pessimisticStatement: boolean): Error {
  switch (e.kind) {
    case 'locked':
      return new LockedError(e.lock);
    case 'conflict':
      return pessimisticStatement
        ? new WriteConflictError(e.startTs, e.conflictTs, e.conflictCommitTs, e.key)
        : writeConflictText(e);
    case 'alreadyExist':
      return new KeyExistsError(e.key);
    case 'deadlock':
      return new DeadlockError(e.waitChain, e.lockKey);
    case 'commitTsExpired':
      return mysqlError(
        'ER_TXN_RETRYABLE',
        `commit ts ${e.attemptedCommitTs} of transaction ${e.startTs} is below ${e.minCommitTs}`,
      );
    case 'txnNotFound':
      return mysqlError('ER_TXN_RETRYABLE', `transaction ${e.startTs} is not found`);
    case 'commitTsTooLarge':
      return mysqlError('ER_TXN_RETRYABLE', `commit ts ${e.commitTs} is too large`);
    case 'assertionFailed':
      return mysqlError(
        'ER_ASSERTION_FAILED',
        Buffer.from(e.key).toString('hex'),
        e.assertion === 'exist' ? 'Exist' : 'NotExist',
        String(e.startTs),
        String(e.existingStartTs),
        String(e.existingCommitTs),
      );
    case 'primaryMismatch':
      return mysqlError('ER_TXN_RETRYABLE', `primary of the lock on ${prettyKey(e.lock.key)} does not match`);
    case 'retryable':
    case 'abort':
      return mysqlError('ER_TXN_RETRYABLE', e.message);
  }
}
