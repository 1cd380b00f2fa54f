import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { KeyError, KvRpc, Mutation } from '../../rpc.js';
import type { EmbeddedStore } from '../engine.js';

/** Support of this folder's tests and of the crash writer: a tiny transactional client. */
export const context = { regionId: 1, regionEpoch: { confVer: 1, version: 1 } } as const;

export const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
export const text = (value: Uint8Array | null | undefined): string | null =>
  value ? Buffer.from(value).toString('latin1') : null;

export function scratchDir(name: string): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), `rutile-${name}-`));
}

/** The store itself, or as a thread has it. */
export type TestStore = Pick<KvRpc, 'prewrite' | 'commit' | 'get'> & { timestamp(): bigint };

export class TxnError extends Error {
  constructor(readonly error: KeyError) {
    super(error.kind);
  }
}

export type Write = readonly [key: string, value: string | null];

export function mutationsOf(writes: readonly Write[]): Mutation[] {
  return writes.map(([key, value]) =>
    value === null ? { op: 'del', key: bytes(key) } : { op: 'put', key: bytes(key), value: bytes(value) },
  );
}

/** Commits in one phase; gives the commit ts. */
export async function commitOnePhase(
  store: TestStore,
  writes: readonly Write[],
  startTs = store.timestamp(),
): Promise<bigint> {
  const response = await store.prewrite({
    context,
    mutations: mutationsOf(writes),
    primaryLock: bytes(writes[0]![0]),
    startVersion: startTs,
    lockTtl: 3000,
    txnSize: writes.length,
    tryOnePc: true,
  });
  if (response.errors.length > 0) throw new TxnError(response.errors[0]!);
  return response.onePcCommitTs;
}

export async function prewrite(
  store: TestStore,
  writes: readonly Write[],
  startTs: bigint,
  ttl = 3000,
): Promise<void> {
  const response = await store.prewrite({
    context,
    mutations: mutationsOf(writes),
    primaryLock: bytes(writes[0]![0]),
    startVersion: startTs,
    lockTtl: ttl,
    txnSize: writes.length,
  });
  if (response.errors.length > 0) throw new TxnError(response.errors[0]!);
}

export async function commitTwoPhase(
  store: TestStore,
  writes: readonly Write[],
  startTs = store.timestamp(),
): Promise<bigint> {
  await prewrite(store, writes, startTs);
  const commitTs = store.timestamp();
  const response = await store.commit({
    context,
    startVersion: startTs,
    keys: writes.map(([key]) => bytes(key)),
    commitVersion: commitTs,
  });
  if (response.error !== undefined) throw new TxnError(response.error);
  return commitTs;
}

export function read(store: EmbeddedStore, key: string, version = store.timestamp()): string | null {
  const response = store.get({ context, key: bytes(key), version });
  if (response.error !== undefined) throw new TxnError(response.error);
  return text(response.value);
}

export function scan(
  store: EmbeddedStore,
  start: string,
  end: string,
  version: bigint,
  reverse = false,
): [string, string][] {
  const response = store.scan({
    context,
    startKey: bytes(start),
    endKey: bytes(end),
    limit: 1e9,
    version,
    reverse,
  });
  if (response.error !== undefined) throw new TxnError(response.error);
  return response.pairs.map((pair) => [text(pair.key)!, text(pair.value)!]);
}

/** Locks of transactions that died with the process: rolled back, as a client that meets them would do after their ttl. */
export async function resolveAll(store: EmbeddedStore): Promise<number> {
  const { locks } = store.scanLock({
    context,
    maxVersion: store.timestamp(),
    startKey: bytes(''),
    endKey: bytes(''),
    limit: 0,
  });
  for (const lock of locks) {
    const later = store.timestamp() + (BigInt(lock.lockTtl + 1000) << 18n);
    const status = await store.checkTxnStatus({
      context,
      primaryKey: lock.primaryLock,
      lockTs: lock.lockVersion,
      callerStartTs: later,
      currentTs: later,
      rollbackIfNotExist: true,
    });
    if (status.error !== undefined) throw new TxnError(status.error);
    await store.resolveLock({
      context,
      startVersion: lock.lockVersion,
      commitVersion: status.commitVersion,
      keys: [],
    });
  }
  return locks.length;
}
