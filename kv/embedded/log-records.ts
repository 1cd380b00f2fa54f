import type { MutationOp } from '../rpc.js';
import { ByteReader, type ByteWriter } from './byte-buffer.js';
import type { Lock } from './lock-table.js';
import { VersionKind } from './record.js';
import { keyString } from '../codec/key-string.js';
import { highHalf, lowHalf } from './timestamp.js';
import type { VersionWrite } from './version-store.js';

/** Kinds of log records; the body of each is written and read by the functions below. Numbers are the file format: never reuse one. */
export const LogRecord = {
  /** A whole transaction, committed. */
  txn: 1,
  /** Percolator locks of one prewrite. */
  locks: 2,
  /** Those locks of a transaction become versions. */
  commit: 3,
  /** Those locks are dropped and rollback marks set. */
  rollback: 4,
  /** A lock's ttl, min commit ts or async-commit flag changed. */
  lockUpdate: 5,
  deleteRange: 6,
  /** A load in bulk is committed (staged-loads.ts), and these writes with it: as a transaction that began at the load's mark. */
  load: 7,
  /** Some writes of a transaction (large-commits.ts), and that those of its parts are committed. */
  part: 8,
  parts: 9,
} as const;

const OPS: readonly MutationOp[] = [
  'put',
  'del',
  'lock',
  'rollback',
  'insert',
  'pessimisticLock',
  'checkNotExists',
];

export function encodeTxn(
  out: ByteWriter,
  startTs: bigint,
  commitTs: bigint,
  writes: readonly VersionWrite[],
): void {
  out.halves(highHalf(startTs), lowHalf(startTs));
  out.halves(highHalf(commitTs), lowHalf(commitTs));
  out.varint(writes.length);
  for (const write of writes) {
    out.u8(write.kind);
    out.blob(write.key);
    if (write.kind === VersionKind.put) out.blob(write.value!);
  }
}

export function decodeTxn(body: Buffer): { startTs: bigint; commitTs: bigint; writes: VersionWrite[] } {
  const reader = new ByteReader(body);
  const startTs = reader.u64();
  const commitTs = reader.u64();
  const writes: VersionWrite[] = new Array<VersionWrite>(reader.varint());
  for (let i = 0; i < writes.length; i++) {
    const kind = reader.u8() as VersionKind;
    const key = reader.blob();
    writes[i] = { kind, key, value: kind === VersionKind.put ? reader.blob() : undefined };
  }
  return { startTs, commitTs, writes };
}

/** One lock; also its form in LMDB's `locks` table. */
export function encodeLock(out: ByteWriter, lock: Lock): void {
  out.u64(lock.startTs);
  out.u64(lock.forUpdateTs);
  out.u64(lock.minCommitTs);
  out.varint(lock.ttl);
  out.varint(lock.txnSize);
  out.u8(OPS.indexOf(lock.type));
  out.u8((lock.useAsyncCommit ? 1 : 0) | (lock.value !== undefined ? 2 : 0));
  out.blob(lock.key);
  out.blob(lock.primary);
  if (lock.value !== undefined) out.blob(lock.value);
  out.varint(lock.secondaries.length);
  for (const key of lock.secondaries) out.blob(key);
}

export function decodeLock(reader: ByteReader): Lock {
  const startTs = reader.u64();
  const forUpdateTs = reader.u64();
  const minCommitTs = reader.u64();
  const ttl = reader.varint();
  const txnSize = reader.varint();
  const type = OPS[reader.u8()]!;
  const flags = reader.u8();
  const key = reader.blob();
  const primary = reader.blob();
  const value = (flags & 2) !== 0 ? reader.blob() : undefined;
  const secondaries: Uint8Array[] = [];
  for (let n = reader.varint(); n > 0; n--) secondaries.push(reader.blob());
  return {
    key,
    id: keyString(key),
    startTs,
    primary,
    ttl,
    type,
    value,
    forUpdateTs,
    minCommitTs,
    useAsyncCommit: (flags & 1) !== 0,
    secondaries,
    txnSize,
  };
}

export function encodeKeys(
  out: ByteWriter,
  startTs: bigint,
  commitTs: bigint,
  keys: readonly Uint8Array[],
): void {
  out.u64(startTs);
  out.u64(commitTs);
  out.varint(keys.length);
  for (const key of keys) out.blob(key);
}

export function decodeKeys(body: Buffer): { startTs: bigint; commitTs: bigint; keys: Uint8Array[] } {
  const reader = new ByteReader(body);
  const startTs = reader.u64();
  const commitTs = reader.u64();
  const keys: Uint8Array[] = [];
  for (let n = reader.varint(); n > 0; n--) keys.push(reader.blob());
  return { startTs, commitTs, keys };
}

export function encodeRange(out: ByteWriter, startKey: Uint8Array, endKey: Uint8Array): void {
  out.blob(startKey);
  out.blob(endKey);
}

export function decodeRange(body: Buffer): { startKey: Uint8Array; endKey: Uint8Array } {
  const reader = new ByteReader(body);
  return { startKey: reader.blob(), endKey: reader.blob() };
}
