import type { Vector } from '../../chunk/vector.js';
import type { FieldType } from '../../types/field-type.js';

/**
 * Vectorized state of one aggregate function over many groups. Inputs are the values of `aggregateInputs(agg)`, aligned
 * with the chunk's physical rows; in modes partial2 and final they are the state columns of `partialTypes(agg)`.
 */
export interface Aggregator {
  /** Makes room for groups 0 … groups-1; new ones are empty. Never shrinks. */
  resize(groups: number): void;
  /**
   * Adds rows: physical row i (each of `sel`, or 0 … n-1 when null) belongs to group `groupIds[i]`, or to group 0 when
   * `groupIds` is null.
   */
  update(groupIds: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void;
  /** Steps to be taken before `rows` more are added: they make room (as `GroupTable.growth`) or order. */
  growth?(rows: number): Generator<void> | null;
  /** So many groups are expected. */
  reserve?(groups: number): void;
  /**
   * Takes the rows with which new groups begin, one for each of the groups added last, in place of `update`, where nothing but a
   * group's first row matters. False: `update` is to be called as ever.
   */
  open?(inputs: readonly Vector[], starts: Int32Array): boolean;
  /** Values of groups from … to-1: one vector, or in partial modes the state columns. */
  result(from: number, to: number): Vector[];
  /** The same in steps, where a single group's value may take long. */
  resultSteps?(from: number, to: number): Generator<void, Vector[]>;
  /** Bytes held, approximately. */
  memory(): number;
  /** What of it can wait elsewhere; null and absent: nothing. */
  readonly held?: HeldRows | null;
}

/**
 * States that grow with their rows, as rows that can wait elsewhere. Those of a group are given back by `order`, and such as are equal
 * in it as they were taken.
 */
export interface HeldRows {
  readonly types: readonly FieldType[];
  readonly order: readonly { readonly column: number; readonly desc: boolean }[];
  readonly bytes: number;
  /** Gives all rows, group by group and each group's in order, with pauses; holds none of them any more. */
  take(): Generator<HeldPortion | void, void>;
  /** Adds rows taken before, in order, one for each of `groups`; no others come any more. */
  restore(groups: Int32Array, columns: readonly Vector[]): void;
  /** Lets go of groups from … to-1, whose results have been given. */
  clear(from: number, to: number): void;
}

export interface HeldPortion {
  readonly groups: Int32Array;
  readonly columns: readonly Vector[];
}

/** Grown copy of a typed array. */
export function grown<T extends Float64Array | Uint8Array | Uint32Array | Int32Array>(a: T, n: number): T {
  if (a.length >= n) return a;
  const size = Math.max(n, a.length * 2, 16);
  const b = new (a.constructor as new (n: number) => T)(size);
  b.set(a);
  return b;
}
