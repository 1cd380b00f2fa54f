import { metaHashKey, metaHashPrefix } from '../kv/codec/meta-key.js';
import { prefixNext } from '../kv/codec/byte-writer.js';
import { decodeRecordHandle, recordRange } from '../kv/codec/table-key.js';
import { RowBatchDecoder } from '../kv/codec/row-batch-decoder.js';
import type { MetaReader } from '../catalog/meta/meta.js';
import type { InfoSchema, TableInfo } from '../catalog/model.js';
import { scanColumns } from '../catalog/table-layout.js';
import { TableMutations } from '../catalog/table-mutations.js';
import type { KeyRange, KvPair } from '../kv/rpc.js';
import type { Storage, Transaction } from '../kv/storage.js';
import type { Datum } from '../types/datum.js';
import { droppedObjects, forgetDropped } from './dropped-objects.js';

/**
 * Ranges of dropped objects: they stay readable for older snapshots, and may come back, until garbage collection has passed the time
 * of the drop, then they are removed physically. Until then they are rows of mysql.gc_delete_range, afterwards of
 * mysql.gc_delete_range_done for a while, both in TiDB's shape. Those about to be removed are in a list of their own, so that
 * nobody takes back what is half gone.
 */
export const QUEUED = 'gc_delete_range';
export const DONE = 'gc_delete_range_done';
const RUNNING = Buffer.from('RutileDeletingRanges');

/** Ranges of one job that have a hidden row id each. */
const PER_JOB = 2 ** 20;
/** A day as a difference of timestamps: how long it is told what was removed. */
const TOLD = BigInt(24 * 3600 * 1000) << 18n;

interface DeleteRange {
  /** In hexadecimal. */
  readonly start: string;
  readonly end: string;
  readonly job: number;
  readonly element: number;
  /** Start of the transaction that dropped what is there. */
  readonly ts: bigint;
}

const hex = (key: Uint8Array): string => Buffer.from(key).toString('hex');

/** Writes what a step of a job drops in its transaction. */
export async function writeDeleteRanges(
  txn: Transaction,
  schema: InfoSchema,
  job: number,
  dropped: readonly KeyRange[],
): Promise<void> {
  const rows = RangeTable.of(schema, QUEUED);
  if (rows === null) return;
  // A job may drop in several steps.
  let element = 1;
  for (const { startKey, endKey } of dropped) {
    while (await rows.has(txn, job, element)) element++;
    rows.put(txn, { start: hex(startKey), end: hex(endKey), job, element: element++, ts: txn.startTs });
  }
}

/** Takes the range that begins with a key off the list; false when it is not there any more. */
export type TakeBack = (startKey: Uint8Array) => boolean;

/** The ranges that were dropped at `ts`. */
export async function rangesDroppedAt(txn: Transaction, schema: InfoSchema, ts: bigint): Promise<TakeBack> {
  const rows = RangeTable.of(schema, QUEUED);
  const byStart = new Map<string, DeleteRange>();
  for (const range of (await rows?.all(txn)) ?? []) if (range.ts === ts) byStart.set(range.start, range);
  return (startKey) => {
    const range = byStart.get(hex(startKey));
    if (range !== undefined) rows!.remove(txn, range);
    return range !== undefined;
  };
}

/** Removes the ranges dropped before the safe point, and what a pass that did not end left. */
export async function runDeleteRanges(
  storage: Storage,
  schema: InfoSchema,
  safePoint: bigint,
): Promise<void> {
  const [queued, done] = [RangeTable.of(schema, QUEUED), RangeTable.of(schema, DONE)];
  if (queued === null || done === null) return;
  const claim = await storage.begin();
  const due = (await queued.all(claim)).filter((r) => r.ts < safePoint);
  const gone = (await droppedObjects(claim)).filter((o) => o.ts < safePoint);
  const told = (await done.all(claim)).filter((r) => r.ts + TOLD < safePoint);
  for (const range of due) {
    queued.remove(claim, range);
    claim.set(runningKey(range), Buffer.from(JSON.stringify({ ...range, ts: String(range.ts) })));
  }
  for (const range of told) done.remove(claim, range);
  for (const o of gone) forgetDropped(claim, o);
  if (due.length + gone.length + told.length > 0) await claim.commit();
  else await claim.rollback();
  const txn = await storage.begin();
  const running = await runningRanges(txn);
  for (const range of running) {
    await storage.deleteRange(Buffer.from(range.start, 'hex'), Buffer.from(range.end, 'hex'));
    txn.delete(runningKey(range));
    done.put(txn, range);
  }
  if (running.length > 0) await txn.commit();
  else await txn.rollback();
}

/**
 * The list as it was at `ts`, for objects that are again what they were then: what was dropped later is not, and what came back
 * later is dropped again. What has been removed meanwhile does no harm in the list.
 */
export async function restoreDeleteRanges(
  txn: Transaction,
  schema: InfoSchema,
  then: MetaReader,
  ts: bigint,
): Promise<void> {
  const rows = RangeTable.of(schema, QUEUED);
  if (rows === null) return;
  for (const range of await rows.all(txn)) if (range.ts > ts) rows.remove(txn, range);
  for (const range of await rows.all(then)) rows.put(txn, range);
}

const runningKey = ({ job, element }: DeleteRange): Uint8Array =>
  metaHashKey(RUNNING, Buffer.from(`${job}/${element}`));

async function runningRanges(reader: MetaReader): Promise<DeleteRange[]> {
  const prefix = metaHashPrefix(RUNNING);
  return (await pairsOf(reader, prefix, prefixNext(prefix))).map(({ value }) => {
    const stored = JSON.parse(Buffer.from(value).toString()) as Omit<DeleteRange, 'ts'> & { ts: string };
    return { ...stored, ts: BigInt(stored.ts) };
  });
}

async function pairsOf(reader: MetaReader, start: Uint8Array, end: Uint8Array): Promise<KvPair[]> {
  const iterator = reader.iterate(start, end);
  const found: KvPair[] = [];
  try {
    for (let pair = await iterator.next(); pair !== null; pair = await iterator.next()) found.push(pair);
  } finally {
    iterator.close();
  }
  return found;
}

/** One of the two tables, whose rows are written in the transactions that change meta. */
class RangeTable {
  private readonly layout: TableMutations;

  private constructor(private readonly table: TableInfo) {
    this.layout = new TableMutations(table, table.id);
  }

  /** Null before the first tables of a new store are made. */
  static of(schema: InfoSchema, name: string): RangeTable | null {
    const table = schema.table('mysql', name);
    return table === null ? null : new RangeTable(table);
  }

  private rowOf({ job, element, start, end, ts }: DeleteRange): Datum[] {
    return [job, element, Buffer.from(start), Buffer.from(end), ts];
  }

  async has(reader: MetaReader, job: number, element: number): Promise<boolean> {
    return (await reader.get(this.layout.recordKey(handleOf(job, element)))) !== null;
  }

  put(txn: Transaction, range: DeleteRange): void {
    const row = this.rowOf(range);
    const handle = handleOf(range.job, range.element);
    txn.set(this.layout.recordKey(handle), this.layout.encodeRecord(row));
    for (const index of this.layout.indexes)
      for (const entry of index.entryRows(row)) txn.set(index.key(entry, handle), index.value(entry, handle));
  }

  remove(txn: Transaction, range: DeleteRange): void {
    const handle = handleOf(range.job, range.element);
    txn.delete(this.layout.recordKey(handle));
    for (const index of this.layout.indexes)
      for (const entry of index.entryRows(this.rowOf(range))) txn.delete(index.key(entry, handle));
  }

  async all(reader: MetaReader): Promise<DeleteRange[]> {
    const { startKey, endKey } = recordRange(this.table.id);
    const pairs = (await pairsOf(reader, startKey, endKey)).filter((p) => ours(p.key));
    const decoder = new RowBatchDecoder(scanColumns(this.table, this.table.columns, false), {
      initialRows: Math.max(1, pairs.length),
    });
    for (const { key, value } of pairs) decoder.append(key, key.length, value, 0, value.length);
    const { columns } = decoder.take();
    const text = (c: number, r: number): string => Buffer.from(columns[c]!.get(r) as Uint8Array).toString();
    return pairs.map((_, r) => ({
      job: Number(columns[0]!.get(r)),
      element: Number(columns[1]!.get(r)),
      start: text(2, r),
      end: text(3, r),
      ts: BigInt(columns[4]!.get(r) as number | bigint),
    }));
  }
}

const handleOf = (job: number, element: number): number => job * PER_JOB + element;

/** Rows that a client put there have hidden row ids of another kind. */
const ours = (key: Uint8Array): boolean => {
  const handle = decodeRecordHandle(key);
  return typeof handle !== 'object' && Number(handle) >= PER_JOB;
};
