import type { TableInfo } from '../catalog/model.js';
import { isVirtual } from '../catalog/table-layout.js';
import type { Datum } from '../types/datum.js';
import { TypeCode } from '../types/field-type.js';
import { KeySampler, keysOf, storedKeys, type KeySample } from './key-sample.js';
import { mix } from './value-hash.js';

/**
 * Some rows of a table, kept with its statistics, on which conditions are tried while planning: they know how columns go
 * together, and patterns and functions that histograms cannot answer (Leis et al., "Cardinality Estimation Done Right:
 * Index-Based Join Sampling", 2017). Of a small table it is all of them.
 */
export interface TableSample {
  readonly rows: number;
  /** Every row that the table had. */
  readonly full: boolean;
  /** Values by column id; columns of long values are left out. */
  readonly columns: SampleColumns;
  /** Of columns of many values that joins may have as keys, by column id: how many rows some of the values have. */
  readonly keys: ReadonlyMap<number, KeySample>;
}

export interface SampleColumns {
  get(id: number): readonly Datum[] | undefined;
  keys(): Iterable<number>;
}

/** About how many bytes a sample takes. */
export function memoryOfSample({ columns, keys }: TableSample): number {
  let bytes = 0;
  for (const { hashes, counts } of keys.values()) bytes += hashes.byteLength + counts.byteLength;
  if (columns instanceof StoredColumns) return bytes + columns.memory;
  for (const id of columns.keys())
    for (const v of columns.get(id)!) bytes += v instanceof Uint8Array ? 16 + v.length : 8;
  return bytes;
}

/** Rows kept of a table that is too large to be kept whole. */
const SAMPLE_ROWS = 1000;
const WHOLE_ROWS = 10_000;
const WHOLE_CELLS = 30_000;
const LONGEST = 256;

/** A place within [0, 1) for each number, the same for the same table. */
const within = (i: number): number => (mix(i + 1) >>> 0) / 2 ** 32;

/** A sample of sampled rows (datums by column offset). `total`: rows of the table. */
export function takeSample(
  table: TableInfo,
  rows: readonly (readonly Datum[])[],
  total: number,
  keys: TableSample['keys'],
): TableSample {
  const columns = table.columns.filter(
    (c) =>
      c.state === 'public' && !isVirtual(c) && c.type.tp !== TypeCode.Json && c.type.tp !== TypeCode.Vector,
  );
  const full =
    rows.length === total &&
    total <= WHOLE_ROWS &&
    (total <= SAMPLE_ROWS || total * columns.length <= WHOLE_CELLS);
  const n = full ? total : Math.min(SAMPLE_ROWS, rows.length);
  const kept: (readonly Datum[])[] = [];
  // One of each stretch of rows: every nth would meet the same few values where these come round by turns.
  const stretch = rows.length / n;
  for (let i = 0; i < n; i++) kept.push(rows[Math.floor((i + (full ? 0 : within(i))) * stretch)]!);
  const values = new Map<number, readonly Datum[]>();
  for (const c of columns) {
    const list = kept.map((r) => r[c.offset] ?? null);
    if (!list.some((v) => v instanceof Uint8Array && v.length > LONGEST)) values.set(c.id, list);
  }
  return { rows: n, full, columns: values, keys };
}

/** A sample of a partitioned table from those of its partitions, in proportion to their rows. */
export function mergeSamples(
  parts: readonly { readonly rows: number; readonly sample: TableSample }[],
): TableSample | null {
  const total = parts.reduce((n, p) => n + p.rows, 0);
  const full = total <= SAMPLE_ROWS && parts.every((p) => p.sample.full);
  const columns = new Map<number, Datum[]>();
  const [first] = parts;
  if (first === undefined) return null;
  for (const id of first.sample.columns.keys())
    if (parts.every((p) => p.sample.columns.get(id) !== undefined)) columns.set(id, []);
  let rows = 0;
  for (const { rows: own, sample } of parts) {
    const n = full
      ? sample.rows
      : Math.min(sample.rows, Math.round((SAMPLE_ROWS * own) / Math.max(1, total)));
    for (const [id, list] of columns) {
      const values = sample.columns.get(id)!;
      for (let i = 0; i < n; i++) list.push(values[Math.floor((i * sample.rows) / n)]!);
    }
    rows += n;
  }
  return { rows, full, columns, keys: mergeKeys(parts.map((p) => p.sample.keys)) };
}

function mergeKeys(parts: readonly TableSample['keys'][]): TableSample['keys'] {
  const out = new Map<number, KeySample>();
  for (const id of new Set(parts.flatMap((p) => [...p.keys()]))) {
    // A column of few values in one partition may have many in all.
    if (!parts.every((p) => p.has(id))) continue;
    const merged = new KeySampler();
    for (const p of parts) merged.merge(p.get(id)!);
    out.set(id, merged.finish());
  }
  return out;
}

/** A datum in JSON: numbers as they are, `{b}` a wide integer, `{x}` bytes in base64. */
export type StoredDatum = null | number | { readonly b: string } | { readonly x: string };

interface StoredSample {
  readonly rows: number;
  readonly full: boolean;
  readonly columns: readonly (readonly [id: number, values: readonly StoredDatum[]])[];
  readonly keys?: readonly (readonly [id: number, keys: string])[];
}

export function store(d: Datum): StoredDatum {
  if (d === null || typeof d === 'number') return d;
  return typeof d === 'bigint'
    ? { b: d.toString() }
    : { x: Buffer.from(d.buffer, d.byteOffset, d.length).toString('base64') };
}

export function restore(d: StoredDatum): Datum {
  if (d === null || typeof d === 'number') return d;
  return 'b' in d ? BigInt(d.b) : new Uint8Array(Buffer.from(d.x, 'base64'));
}

/** Columns of a sample as they were kept, each restored when it is first asked for. */
class StoredColumns implements SampleColumns {
  private readonly restored = new Map<number, readonly Datum[]>();
  private readonly kept: Map<number, readonly StoredDatum[]>;

  constructor(columns: StoredSample['columns']) {
    this.kept = new Map(columns);
  }

  get(id: number): readonly Datum[] | undefined {
    const kept = this.kept.get(id);
    if (kept === undefined) return undefined;
    let values = this.restored.get(id);
    if (values === undefined) this.restored.set(id, (values = kept.map(restore)));
    return values;
  }

  keys(): Iterable<number> {
    return this.kept.keys();
  }

  get memory(): number {
    let bytes = 0;
    for (const values of this.kept.values())
      for (const v of values) bytes += v !== null && typeof v === 'object' && 'x' in v ? v.x.length : 8;
    return bytes;
  }
}

export function sampleBytes(s: TableSample): Uint8Array {
  const stored: StoredSample = {
    rows: s.rows,
    full: s.full,
    columns: [...s.columns.keys()].map((id) => [id, s.columns.get(id)!.map(store)]),
    keys: [...s.keys].map(([id, keys]) => [id, storedKeys(keys)]),
  };
  return Buffer.from(JSON.stringify(stored));
}

/** Null for what cannot be read. */
export function sampleOf(bytes: Uint8Array): TableSample | null {
  try {
    const s = JSON.parse(Buffer.from(bytes).toString()) as StoredSample;
    return {
      rows: s.rows,
      full: s.full,
      columns: new StoredColumns(s.columns),
      keys: new Map((s.keys ?? []).map(([id, keys]) => [id, keysOf(keys)])),
    };
  } catch {
    return null;
  }
}
