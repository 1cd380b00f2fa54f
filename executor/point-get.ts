import type { Chunk } from '../chunk/chunk.js';
import { cutToPrefix, descendingParts, primaryIndex } from '../catalog/table-layout.js';
import type { IndexInfo, TableInfo } from '../catalog/model.js';
import { evalDatum } from '../expression/compile.js';
import type { Expression } from '../expression/expression.js';
import { decodeIndexValueHandle, decodeIndexValuePartition } from '../kv/codec/index-value.js';
import type { RowBatchDecoder } from '../kv/codec/row-batch-decoder.js';
import { encodeCommonHandle, indexKey, recordKey, type Descending } from '../kv/codec/table-key.js';
import type { BatchPointGet, PointGet } from '../planner/physical/plan.js';
import type { Awaitable } from '../types/awaitable.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import type { TimeZone } from '../types/timezone.js';
import { zoneOf } from './cop-reader.js';
import { recordDecoder } from './coprocessor/scan-decoders.js';
import type { ExecContext, Operator } from './exec-context.js';
import { andThen } from './operator.js';
import { Work } from './work-counts.js';
import { readKey, readKeysLocked } from './read-key.js';

/** What point reads of the same columns need again; decoders are emptied by each use. */
export interface PreparedPoint {
  readonly table: TableInfo;
  readonly planIndex: IndexInfo | null;
  readonly handleOut: boolean;
  readonly zone: TimeZone;
  readonly decoder: RowBatchDecoder;
  readonly keyTypes: readonly FieldType[];
  readonly descending: Descending | undefined;
  readonly index: IndexInfo | null;
}

/** By the plan's list of columns, which the point planner keeps for each table. */
const PREPARED = new WeakMap<PointGet['columns'], PreparedPoint>();

export function preparePoint(plan: PointGet | BatchPointGet, ctx: ExecContext): PreparedPoint {
  const zone = zoneOf(ctx);
  let p = PREPARED.get(plan.columns);
  if (
    p === undefined ||
    p.zone !== zone ||
    p.table !== plan.table ||
    p.planIndex !== plan.index ||
    p.handleOut !== plan.handleOut
  ) {
    const keyIndex = plan.index ?? (plan.table.isCommonHandle ? primaryIndex(plan.table) : null);
    p = {
      table: plan.table,
      planIndex: plan.index,
      handleOut: plan.handleOut,
      zone,
      decoder: recordDecoder(plan.table, plan.columns, plan.handleOut, zone, 4),
      keyTypes: keyIndex === null ? [] : keyIndex.columns.map((c) => plan.table.columns[c.offset]!.type),
      descending: keyIndex === null ? undefined : descendingParts(keyIndex),
      // The clustered primary key is the record key itself.
      index: plan.index !== null && plan.index.primary && plan.table.isCommonHandle ? null : plan.index,
    };
    PREPARED.set(plan.columns, p);
  }
  return p;
}

/** The key to look up first: the record's, or the unique index's. Null when a value is NULL, which equals nothing. */
export function pointKey(
  table: TableInfo,
  physicalId: number,
  key: readonly Expression[],
  p: PreparedPoint,
  ctx: ExecContext,
): Uint8Array | null {
  if (p.index === null && !table.isCommonHandle) {
    const v = evalDatum(key[0]!, ctx.eval);
    return v === null ? null : recordKey(physicalId, v as number | bigint);
  }
  const values: Datum[] = [];
  const columns = (p.index ?? primaryIndex(table)!).columns;
  for (let i = 0; i < key.length; i++) {
    const v = evalDatum(key[i]!, ctx.eval);
    if (v === null) return null;
    values.push(cutToPrefix(v, p.keyTypes[i]!, columns[i]!.length));
  }
  if (p.index === null) return recordKey(physicalId, encodeCommonHandle(values, p.keyTypes, p.zone));
  return indexKey(physicalId, p.index.id, values, p.keyTypes, true, 0, p.zone, undefined, p.descending);
}

/** The record key an entry of a unique index points to; null when its row is in none of the partitions meant. */
export function recordKeyOfEntry(
  physicalId: number,
  globalIn: readonly number[] | undefined,
  value: Uint8Array,
): Uint8Array | null {
  const handle = decodeIndexValueHandle(value);
  if (handle === null) throw new Error('entry of a unique index without a handle');
  if (globalIn === undefined) return recordKey(physicalId, handle);
  const partition = decodeIndexValuePartition(value);
  return partition !== null && globalIn.includes(partition) ? recordKey(partition, handle) : null;
}

/**
 * The row that a PointGet plan finds, as a chunk of one row; null when there is none. Synchronous when the store is: the
 * session may call it without building operators.
 */
export function pointGet(plan: PointGet, ctx: ExecContext): Awaitable<Chunk | null> {
  const p = preparePoint(plan, ctx);
  const key = pointKey(plan.table, plan.physicalId, plan.key, p, ctx);
  if (key === null) return null;
  ctx.noteWork?.(Work.readKey, 1);
  if (plan.lock !== null && ctx.txn !== null) return lockedPointGet(plan, key, p, ctx);
  const value = readKey(key, ctx);
  if (p.index === null) {
    return value instanceof Promise ? value.then((v) => decodeRow(p, key, v)) : decodeRow(p, key, value);
  }
  const fetch = (entry: Uint8Array | null): Awaitable<Chunk | null> => {
    if (entry === null) return null;
    const record = recordKeyOfEntry(plan.physicalId, plan.globalIn, entry);
    if (record === null) return null;
    const row = readKey(record, ctx);
    return row instanceof Promise ? row.then((v) => decodeRow(p, record, v)) : decodeRow(p, record, row);
  };
  return value instanceof Promise ? value.then(fetch) : fetch(value);
}

function decodeRow(p: PreparedPoint, key: Uint8Array, value: Uint8Array | null): Chunk | null {
  if (value === null) return null;
  p.decoder.append(key, key.length, value, 0, value.length);
  return p.decoder.take();
}

function lockedPointGet(
  plan: PointGet,
  key: Uint8Array,
  p: PreparedPoint,
  ctx: ExecContext,
): Awaitable<Chunk | null> {
  const newest = plan.alone === true && p.index === null;
  return andThen(readKeysLocked([key], plan.lock, ctx, newest), (values) => {
    const first = values[0] ?? null;
    if (p.index === null) return decodeRow(p, key, first);
    if (first === null) return null;
    const record = recordKeyOfEntry(plan.physicalId, plan.globalIn, first);
    if (record === null) return null;
    return andThen(readKeysLocked([record], plan.lock, ctx), (rows) => decodeRow(p, record, rows[0] ?? null));
  });
}

export class PointGetOperator implements Operator {
  private done = false;

  constructor(
    private readonly plan: PointGet,
    private readonly ctx: ExecContext,
  ) {}

  open(): void {}

  next(): Awaitable<Chunk | null> {
    if (this.done) return null;
    this.done = true;
    return pointGet(this.plan, this.ctx);
  }

  close(): void {}
}
