import { evalDatum } from '../../expression/compile.js';
import type { Expression } from '../../expression/expression.js';
import type { Chunk } from '../../chunk/chunk.js';
import { copyOf } from '../../kv/codec/byte-writer.js';
import { LockedError, type MvccReader } from '../../kv/mvcc-reader.js';
import type { KeyRange } from '../../kv/rpc.js';
import type { MemBuffer } from '../../kv/storage.js';
import type { Limit, PhysicalPlan, SelectLock, TableReader, TableScan } from '../../planner/physical/plan.js';
import type { Awaitable } from '../../types/awaitable.js';
import { scanKeyRanges, scanRanges, zoneOf } from '../cop-reader.js';
import { isPoint, type BatchDecoder } from '../coprocessor/record-scan.js';
import { giveDecoder, takeDecoder } from '../coprocessor/scan-decoders.js';
import type { ExecContext } from '../exec-context.js';
import { noteScan } from '../feedback.js';
import { fewRows } from '../few-rows/read-few.js';
import { andThen, rowCount } from '../operator.js';
import { StatementLock } from '../read-key.js';
import { countRequests, countRows, ofPoints } from '../scan-counts.js';
import { lockedKey } from '../select-lock.js';
import { ownWrites, type TakeRow, walkOwn } from './own-rows.js';
import { MAX_BYTES, MAX_ROWS } from './short-rows.js';

/** Scans that are estimated to give more are for the operators. */
const MAX_ESTIMATE = 256;
/** Times that a source may have more rows than are read here before it is no longer tried. */
const MAX_MISSES = 4;

/** A plan that gives neighbouring rows of one table as they are stored. */
export interface RowSource {
  readonly reader: TableReader;
  readonly scan: TableScan;
  readonly limit: Limit | null;
  misses: number;
}

/** Rows as of the statement's current read, and the keys of their records, which are to be locked; null where those are to be made. */
export interface FoundRows {
  readonly chunk: Chunk;
  readonly keys: readonly Uint8Array[] | null;
}

type KeyedRows = FoundRows & { readonly keys: readonly Uint8Array[] };

/** The plan as a source, or null when it is none. Own writes, which it may lay over the rows stored, `findRows` looks for by itself. */
export function rowSource(plan: PhysicalPlan): RowSource | null {
  let p = plan;
  let limit: Limit | null = null;
  if (p.op === 'Limit') {
    if (p.output !== undefined) return null;
    limit = p;
    p = p.child;
  }
  if (p.op === 'UnionScan') {
    if (p.partitions !== undefined || p.physicalIds !== undefined) return null;
    p = p.child;
  }
  if (p.op !== 'TableReader' || p.partitions !== undefined) return null;
  const reader = p;
  const scan = reader.child.op === 'Limit' && limit !== null ? reader.child.child : reader.child;
  if (scan.op !== 'TableScan' || scan.storeType !== 'tikv' || scan.estRows > MAX_ESTIMATE) return null;
  if (scan.table.temporary !== undefined || scan.table.partition !== undefined) return null;
  return { reader, scan, limit, misses: 0 };
}

/** The rows, read at once; null when they are many or a lock is in the way: for the operators, nothing having happened. */
export function findRows(source: RowSource, ctx: ExecContext): KeyedRows | null {
  if (source.misses >= MAX_MISSES || ctx.reading !== undefined) return null;
  const reader = ctx.storage.mvccReader?.(ctx.snapshot.ts) ?? null;
  if (reader === null) return null;
  const { scan, limit } = source;
  const ranges = scanKeyRanges(scan, ctx);
  const own = ownWrites(ranges, ctx);
  const count = (e: Expression): number => rowCount(evalDatum(e, ctx.eval));
  const search: Search = {
    decoder: takeDecoder(scan, zoneOf(ctx)),
    keys: [],
    skip: limit === null ? 0 : count(limit.offset),
    wanted: limit === null ? Infinity : count(limit.count),
    bytes: 0,
  };
  const { decoder } = search;
  const found = readRanges(source, ranges, reader, search, own, ctx);
  const chunk = decoder.take();
  giveDecoder(scan, zoneOf(ctx), decoder);
  if (!found) return null;
  if (limit === null && own === null) noteScan(ctx, source.reader.child, chunk.rows, scanRanges);
  countRequests(scan, ranges.length, ctx);
  if (!ofPoints(ranges)) countRows(scan, chunk.rows, ctx);
  return { chunk, keys: search.keys };
}

interface Search {
  readonly decoder: BatchDecoder;
  readonly keys: Uint8Array[];
  skip: number;
  readonly wanted: number;
  bytes: number;
}

/** False when there are too many rows, or one is locked by a commit. */
function readRanges(
  source: RowSource,
  ranges: readonly KeyRange[],
  reader: MvccReader,
  search: Search,
  own: MemBuffer | null,
  ctx: ExecContext,
): boolean {
  const { desc } = source.reader;
  try {
    for (let k = 0; k < ranges.length && search.keys.length < search.wanted; k++) {
      const range = ranges[desc ? ranges.length - 1 - k : k]!;
      const few =
        own === null
          ? readRange(range, desc, reader, search)
          : readOver(range, desc, reader, search, own, ctx);
      if (few) continue;
      source.misses++;
      return false;
    }
  } catch (error) {
    if (error instanceof LockedError) return false;
    throw error;
  }
  if (source.misses > 0) source.misses--;
  return true;
}

function readRange(range: KeyRange, desc: boolean, reader: MvccReader, search: Search): boolean {
  if (isPoint(range)) {
    const key = range.startKey;
    const value = reader.get(key);
    return value === null || taken(search, key, key.length, value, 0, value.length);
  }
  const cursor = reader.scan(range.startKey, range.endKey, desc, !search.decoder.needsValue);
  let few = true;
  while (few && search.keys.length < search.wanted && cursor.next()) {
    const { keyBuffer, keyLength, valueBuffer, valueStart, valueEnd } = cursor;
    few = taken(search, keyBuffer, keyLength, valueBuffer, valueStart, valueEnd);
  }
  cursor.close();
  return few;
}

function readOver(
  range: KeyRange,
  desc: boolean,
  reader: MvccReader,
  search: Search,
  own: MemBuffer,
  ctx: ExecContext,
): boolean {
  let few = true;
  const take: TakeRow = (key, keyLength, value, start, end) => {
    few = taken(search, key, keyLength, value, start, end);
    return few && search.keys.length < search.wanted;
  };
  return walkOwn(range, desc, !search.decoder.needsValue, reader, own, ctx.ownBefore, take) && few;
}

/** Takes a row in; false when it is one too many. */
function taken(
  search: Search,
  key: Uint8Array,
  keyLength: number,
  value: Uint8Array,
  start: number,
  end: number,
): boolean {
  if (search.skip > 0) {
    search.skip--;
    return true;
  }
  search.decoder.append(key, keyLength, value, start, end);
  search.keys.push(copyOf(key, 0, keyLength));
  search.bytes += end - start;
  return search.keys.length <= MAX_ROWS && search.bytes <= MAX_BYTES;
}

/** SELECT … FOR UPDATE of a few rows of one table. */
interface LockedRead {
  /** Neighbouring rows; null where the plan is another of few rows. */
  readonly source: RowSource | null;
  readonly lock: SelectLock;
  /** Positions of the columns given among those of the scan. */
  readonly output: readonly number[];
}

const KNOWN = new WeakMap<PhysicalPlan, LockedRead | null>();

function lockedRead(plan: PhysicalPlan): LockedRead | null {
  let p = plan;
  let output: readonly number[] = p.schema.map((_, i) => i);
  while (p.op === 'Projection') {
    const below: number[] = [];
    for (const e of p.exprs) {
      if (e.kind !== 'column') return null;
      below.push(e.index);
    }
    output = output.map((i) => below[i]!);
    p = p.child;
  }
  if (p.op !== 'SelectLock' || p.lock.wait === 'skipLocked') return null;
  const [table] = p.tables;
  if (p.tables.length !== 1 || table!.columns !== undefined) return null;
  return { source: rowSource(p.child), lock: p, output };
}

/** The rows to lock, and the keys of their records. */
function rowsToLock({ source, lock }: LockedRead, ctx: ExecContext): KeyedRows | null {
  if (source !== null) return findRows(source, ctx);
  const chunk = fewRows(lock.child, ctx);
  if (chunk === null) return null;
  const keys: Uint8Array[] = [];
  for (let k = 0; k < chunk.rows; k++) {
    const key = lockedKey(lock.tables[0]!, chunk, chunk.sel === null ? k : chunk.sel[k]!, ctx);
    if (key !== null) keys.push(key);
  }
  return { chunk, keys };
}

/**
 * Locks the rows that a locking SELECT finds, where these are few, and gives them: without operators, and without a promise as
 * long as the locks are free. Null when the plan or the moment is not of that kind.
 */
export function readLocked(plan: PhysicalPlan, ctx: ExecContext): Awaitable<Chunk> | null {
  if (ctx.txn === null || ctx.runtimeStats !== null) return null;
  let known = KNOWN.get(plan);
  if (known === undefined) KNOWN.set(plan, (known = lockedRead(plan)));
  if (known === null) return null;
  const { lock, output } = known;
  const found = rowsToLock(known, ctx);
  if (found === null) return null;
  const { chunk, keys } = found;
  const given = chunk.withColumns(output.map((i) => chunk.columns[i]!));
  if (keys.length === 0) return given;
  return andThen(ctx.txn.lockKeys(keys, new StatementLock(ctx, false, lock.lock)), () => given);
}
