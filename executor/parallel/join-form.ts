import type { Chunk } from '../../chunk/chunk.js';
import type { FieldType } from '../../types/field-type.js';
import type { JoinState } from '../join-build.js';
import { JoinTable } from '../join-table.js';
import {
  chunkOfForm,
  vectorForm,
  vectorOfForm,
  type ArrayForm,
  type ArrayLookup,
  type ArrayWriter,
  type ChunkForm,
  type VectorForm,
} from './vector-form.js';

/** The build side of a hash join as a message. */
export interface JoinStateForm {
  readonly rows: ChunkForm;
  readonly keys: readonly VectorForm[];
  readonly heads: ArrayForm;
  readonly next: ArrayForm;
  readonly hashes: ArrayForm | null;
  readonly nullRows: ArrayForm;
  readonly direct: { readonly min: number; readonly slots: number } | null;
  readonly repeated: boolean;
  /** Shared by all threads: each marks what it meets. */
  readonly matched: Uint8Array | null;
  readonly barred: ArrayForm | null;
}

/** Comes in steps, since arrays that are not in shared memory are copied. */
export function* joinStateForm(state: JoinState, to: ArrayWriter): Generator<void, JoinStateForm> {
  const { rows, table } = state;
  const columns: VectorForm[] = [];
  for (const v of rows.columns) {
    columns.push(vectorForm(v, to));
    yield;
  }
  const keys: VectorForm[] = [];
  for (const k of table.keys) {
    const at = rows.columns.indexOf(k);
    keys.push(at < 0 ? vectorForm(k, to) : columns[at]!);
    yield;
  }
  const t = table.layout;
  const heads = to.rows(t.heads);
  yield;
  const next = to.rows(t.next);
  yield;
  const hashes = t.hashes === null ? null : to.rows(t.hashes);
  yield;
  return {
    rows: { columns, length: rows.length },
    keys,
    heads,
    next,
    hashes,
    nullRows: to.rows(t.nullRows),
    direct: t.direct,
    repeated: t.repeated,
    matched: state.matched,
    barred: state.barred === null ? null : to.rows(state.barred),
  };
}

export function joinStateOfForm(
  f: JoinStateForm,
  types: readonly FieldType[],
  nullEq: readonly boolean[],
  lasting: ArrayLookup,
): JoinState {
  const rows: Chunk = chunkOfForm(f.rows, lasting);
  const array = (a: ArrayForm): Int32Array => (typeof a === 'number' ? lasting(a) : a) as Int32Array;
  const keys = f.keys.map((k) => {
    const at = f.rows.columns.indexOf(k);
    return at < 0 ? vectorOfForm(k, lasting) : rows.columns[at]!;
  });
  const table = JoinTable.of(keys, types, nullEq, rows.length, {
    heads: array(f.heads),
    next: array(f.next),
    hashes: f.hashes === null ? null : array(f.hashes),
    nullRows: array(f.nullRows),
    direct: f.direct,
    repeated: f.repeated,
  });
  return {
    rows,
    table,
    matched: f.matched,
    barred:
      f.barred === null
        ? null
        : ((typeof f.barred === 'number' ? lasting(f.barred) : f.barred) as Uint8Array),
  };
}
