import type { KeyError, LockInfo, WaitForEntry } from '../../rpc.js';
import type * as deadlock from '../generated/deadlock.js';
import type * as pb from '../generated/kvrpcpb.js';
import { ASSERTIONS, CONFLICT_REASONS, OPS } from './names.js';

export function lockToWire(l: LockInfo): pb.LockInfoInit {
  return {
    primaryLock: l.primaryLock,
    lockVersion: l.lockVersion,
    key: l.key,
    lockTtl: l.lockTtl,
    txnSize: l.txnSize,
    lockType: OPS.numbers[l.lockType],
    lockForUpdateTs: l.lockForUpdateTs,
    useAsyncCommit: l.useAsyncCommit,
    minCommitTs: l.minCommitTs,
    secondaries: l.secondaries,
  };
}

export function lockFromWire(l: pb.LockInfo): LockInfo {
  return {
    primaryLock: l.primaryLock,
    lockVersion: l.lockVersion,
    key: l.key,
    lockTtl: l.lockTtl,
    txnSize: l.txnSize,
    lockType: OPS.names[l.lockType] ?? 'put',
    lockForUpdateTs: l.lockForUpdateTs,
    useAsyncCommit: l.useAsyncCommit,
    minCommitTs: l.minCommitTs,
    secondaries: l.secondaries,
  };
}

export const waitToWire = (e: WaitForEntry): deadlock.WaitForEntryInit => ({
  txn: e.txn,
  waitForTxn: e.waitForTxn,
  key: e.key,
  resourceGroupTag: e.resourceGroupTag,
});

export const waitFromWire = (e: deadlock.WaitForEntry): WaitForEntry => ({
  txn: e.txn,
  waitForTxn: e.waitForTxn,
  key: e.key,
  resourceGroupTag: e.resourceGroupTag.length === 0 ? undefined : e.resourceGroupTag,
});

export function keyErrorToWire(e: KeyError): pb.KeyErrorInit {
  switch (e.kind) {
    case 'locked':
      return { locked: lockToWire(e.lock) };
    case 'conflict':
      return {
        conflict: {
          startTs: e.startTs,
          conflictTs: e.conflictTs,
          key: e.key,
          primary: e.primary,
          conflictCommitTs: e.conflictCommitTs,
          reason: CONFLICT_REASONS.numbers[e.reason],
        },
      };
    case 'alreadyExist':
      return { alreadyExist: { key: e.key } };
    case 'deadlock':
      return {
        deadlock: {
          lockTs: e.lockTs,
          lockKey: e.lockKey,
          deadlockKeyHash: e.deadlockKeyHash,
          waitChain: e.waitChain.map(waitToWire),
        },
      };
    case 'commitTsExpired':
      return {
        commitTsExpired: {
          startTs: e.startTs,
          attemptedCommitTs: e.attemptedCommitTs,
          key: e.key,
          minCommitTs: e.minCommitTs,
        },
      };
    case 'txnNotFound':
      return { txnNotFound: { startTs: e.startTs, primaryKey: e.primaryKey } };
    case 'commitTsTooLarge':
      return { commitTsTooLarge: { commitTs: e.commitTs } };
    case 'assertionFailed':
      return {
        assertionFailed: {
          startTs: e.startTs,
          key: e.key,
          assertion: ASSERTIONS.numbers[e.assertion],
          existingStartTs: e.existingStartTs,
          existingCommitTs: e.existingCommitTs,
        },
      };
    case 'primaryMismatch':
      return { primaryMismatch: { lockInfo: lockToWire(e.lock) } };
    case 'retryable':
      return { retryable: e.message };
    case 'abort':
      return { abort: e.message };
  }
}

export function keyErrorFromWire(e: pb.KeyError): KeyError {
  if (e.locked !== undefined) return { kind: 'locked', lock: lockFromWire(e.locked) };
  if (e.conflict !== undefined) {
    const c = e.conflict;
    return {
      kind: 'conflict',
      startTs: c.startTs,
      conflictTs: c.conflictTs,
      conflictCommitTs: c.conflictCommitTs,
      key: c.key,
      primary: c.primary,
      reason: CONFLICT_REASONS.names[c.reason] ?? 'optimistic',
    };
  }
  if (e.alreadyExist !== undefined) return { kind: 'alreadyExist', key: e.alreadyExist.key };
  if (e.deadlock !== undefined) {
    const d = e.deadlock;
    return {
      kind: 'deadlock',
      lockTs: d.lockTs,
      lockKey: d.lockKey,
      deadlockKeyHash: d.deadlockKeyHash,
      waitChain: d.waitChain.map(waitFromWire),
    };
  }
  if (e.commitTsExpired !== undefined) return { kind: 'commitTsExpired', ...e.commitTsExpired };
  if (e.txnNotFound !== undefined) return { kind: 'txnNotFound', ...e.txnNotFound };
  if (e.commitTsTooLarge !== undefined) return { kind: 'commitTsTooLarge', ...e.commitTsTooLarge };
  if (e.assertionFailed !== undefined) {
    const { startTs, key, assertion, existingStartTs, existingCommitTs } = e.assertionFailed;
    return {
      kind: 'assertionFailed',
      startTs,
      key,
      assertion: ASSERTIONS.names[assertion] === 'notExist' ? 'notExist' : 'exist',
      existingStartTs,
      existingCommitTs,
    };
  }
  if (e.primaryMismatch?.lockInfo !== undefined)
    return { kind: 'primaryMismatch', lock: lockFromWire(e.primaryMismatch.lockInfo) };
  if (e.txnLockNotFound !== undefined)
    return { kind: 'retryable', message: 'the transaction has no lock on a key to commit' };
  if (e.retryable !== '') return { kind: 'retryable', message: e.retryable };
  return { kind: 'abort', message: e.abort };
}
