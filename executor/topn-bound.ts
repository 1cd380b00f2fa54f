import type { Vector } from '../chunk/vector.js';
import type { TopN } from '../planner/physical/plan.js';

/** The column of a scan by which a TopN above it orders first. */
export interface BoundColumn {
  /** Position among the scan's columns. */
  readonly column: number;
  readonly desc: boolean;
}

/** A bound as a message between threads. */
export interface TopNBoundForm extends BoundColumn {
  readonly memory: SharedArrayBuffer;
}

/** The first key of a TopN where it is a column of the scan below, whose rows reach the TopN as they are or not at all; else null. */
export function boundColumn(plan: TopN): BoundColumn | null {
  const first = plan.by[0];
  if (first === undefined || first.expr.kind !== 'column') return null;
  let p = plan.child;
  while (p.op === 'Selection') p = p.child;
  if (p.op !== 'TableScan' || first.expr.index >= p.columns.length) return null;
  return { column: first.expr.index, desc: first.desc };
}

/**
 * The first key of the worst row that a TopN keeps, for the scan below: rows beyond it, and blocks that have no others, need not leave
 * the scan. It only moves towards better keys, and what any of the threads at the same TopN has found holds for all of them. NULLs are
 * the lowest keys; keys that are no plain numbers set no bound.
 */
export class TopNBound {
  private readonly word: BigInt64Array;
  private readonly cell = new Float64Array(1);
  private readonly cellBits = new BigInt64Array(this.cell.buffer);
  private constructor(
    readonly column: number,
    readonly desc: boolean,
    memory: SharedArrayBuffer,
  ) {
    this.word = new BigInt64Array(memory);
  }

  static of({ column, desc }: BoundColumn): TopNBound {
    const bound = new TopNBound(column, desc, new SharedArrayBuffer(8));
    bound.word[0] = bound.bitsOf(desc ? -Infinity : Infinity);
    return bound;
  }

  static ofForm(f: TopNBoundForm): TopNBound {
    return new TopNBound(f.column, f.desc, f.memory);
  }

  get form(): TopNBoundForm {
    return { column: this.column, desc: this.desc, memory: this.word.buffer as SharedArrayBuffer };
  }

  private bitsOf(value: number): bigint {
    this.cell[0] = value;
    return this.cellBits[0]!;
  }

  private get value(): number {
    this.cellBits[0] = Atomics.load(this.word, 0);
    return this.cell[0]!;
  }

  /** As many rows as the TopN wants have been found, the worst of them with this first key. */
  raise(keys: Vector, row: number): void {
    if (keys.kind !== 'num') return;
    // In ascending order nothing but NULLs comes before a NULL; in descending order everything does.
    const to = keys.isNull(row) ? -Infinity : keys.data[row]!;
    for (;;) {
      const now = Atomics.load(this.word, 0);
      this.cellBits[0] = now;
      const from = this.cell[0]!;
      if (this.desc ? to <= from : to >= from) return;
      if (Atomics.compareExchange(this.word, 0, now, this.bitsOf(to)) === now) return;
    }
  }

  /** Whether a block with these smallest and largest values and so many NULLs may have rows that the TopN wants. */
  mayPass(min: number, max: number, nulls: number): boolean {
    if (this.desc) return max >= this.value || this.value === -Infinity;
    return nulls > 0 || min <= this.value;
  }

  /** Writes those of the `n` rows in `sel` (all of the first n when null) that the TopN may want to `out`; gives their number. */
  apply(v: Vector, sel: Int32Array | null, n: number, out: Int32Array): number {
    const { desc, value } = this;
    const open = value === (desc ? -Infinity : Infinity);
    let m = 0;
    if (v.kind !== 'num' || open) {
      for (let k = 0; k < n; k++) out[m++] = sel === null ? k : sel[k]!;
      return m;
    }
    const { data, nulls } = v;
    for (let k = 0; k < n; k++) {
      const i = sel === null ? k : sel[k]!;
      const isNull = nulls !== null && nulls[i] === 1;
      out[m] = i;
      if (isNull ? !desc : desc ? data[i]! >= value : data[i]! <= value) m++;
    }
    return m;
  }
}
