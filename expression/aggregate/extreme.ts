import type { BytesVector, Vector } from '../../chunk/vector.js';
import { NumVector } from '../../chunk/vector.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import type { Collation } from '../../types/collation.js';
import { collationOf } from '../../types/collation.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import { layoutOf, TypeCode } from '../../types/field-type.js';
import { elementBytes, setBytes } from '../member-text.js';
import { jsonCompare } from '../builtin/compare.js';
import type { Aggregator } from './aggregator.js';
import { grown } from './aggregator.js';
import type { LoopBody } from './loop.js';
import { runLoop } from './loop.js';

const MIN: LoopBody = {
  name: 'minNumber',
  head: 'const best=S.best,seen=S.seen;',
  grouped: 'if(seen[g]===0){seen[g]=1;best[g]=x;}else if(x<best[g])best[g]=x;',
  singleHead: 'let b=S.best[0],s=S.seen[0];',
  single: 'if(s===0||x<b){b=x;s=1;}',
  singleTail: 'S.best[0]=b;S.seen[0]=s;',
};

const MAX: LoopBody = {
  name: 'maxNumber',
  head: 'const best=S.best,seen=S.seen;',
  grouped: 'if(seen[g]===0){seen[g]=1;best[g]=x;}else if(x>best[g])best[g]=x;',
  singleHead: 'let b=S.best[0],s=S.seen[0];',
  single: 'if(s===0||x>b){b=x;s=1;}',
  singleTail: 'S.best[0]=b;S.seen[0]=s;',
};

const dense = new Map<'min' | 'max', LoopBody>([
  ['min', MIN],
  ['max', MAX],
]);

/** MIN and MAX of numbers and times. */
export class NumberExtreme implements Aggregator {
  best: Float64Array = new Float64Array(0);
  seen: Uint8Array = new Uint8Array(0);
  /** Set once a wide vector came: then `best` no longer counts. */
  private wide: (number | bigint)[] | null = null;

  constructor(
    private readonly which: 'min' | 'max',
    private readonly type: FieldType,
  ) {}

  resize(groups: number): void {
    this.best = grown(this.best, groups);
    this.seen = grown(this.seen, groups);
    if (this.wide !== null) while (this.wide.length < groups) this.wide.push(0);
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    const v = inputs[0]!;
    if (v.kind === 'num' && this.wide === null) {
      runLoop(dense.get(this.which)!, this, v, ids, n, sel);
      return;
    }
    if (this.wide === null) this.wide = Array.from(this.best);
    const data = (v as NumVector).data;
    const rows = sel === null ? n : sel.length;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      if (v.nulls !== null && v.nulls[i] === 1) continue;
      this.offer(ids === null ? 0 : ids[i]!, data[i]!);
    }
  }

  private offer(g: number, x: number | bigint): void {
    const w = this.wide!;
    if (this.seen[g] === 0 || (this.which === 'min' ? x < w[g]! : x > w[g]!)) {
      w[g] = x;
      this.seen[g] = 1;
    }
  }

  result(from: number, to: number): Vector[] {
    const n = to - from;
    if (this.wide === null) {
      let nulls: Uint8Array | null = null;
      for (let g = from; g < to; g++) {
        if (this.seen[g] === 0) {
          if (nulls === null) nulls = new Uint8Array(n);
          nulls[g - from] = 1;
        }
      }
      return [new NumVector(this.best.slice(from, to), n, nulls)];
    }
    const out: Datum[] = [];
    for (let g = from; g < to; g++) out.push(this.seen[g] === 0 ? null : this.wide[g]!);
    return [vectorOf(out, this.type)];
  }

  memory(): number {
    return this.best.byteLength + this.seen.byteLength + (this.wide === null ? 0 : this.wide.length * 24);
  }
}

/** MIN and MAX of strings, ENUM and SET (by their text) and JSON. */
export class BytesExtreme implements Aggregator {
  private best: (Uint8Array | null)[] = [];
  /** For ENUM and SET: the cell of the best member. */
  private cells: (number | bigint)[] = [];
  private readonly collation: Collation;
  private bytes = 0;

  constructor(
    private readonly which: 'min' | 'max',
    private readonly type: FieldType,
    private readonly input: FieldType,
  ) {
    this.collation = collationOf(input);
  }

  resize(groups: number): void {
    while (this.best.length < groups) {
      this.best.push(null);
      this.cells.push(0);
    }
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    const v = inputs[0]!;
    const rows = sel === null ? n : sel.length;
    if (v.kind !== 'bytes') {
      for (let q = 0; q < rows; q++) {
        const i = sel === null ? q : sel[q]!;
        const d = v.get(i) as number | bigint | null;
        if (d === null) continue;
        const text =
          this.input.tp === TypeCode.Enum ? elementBytes(this.input)[Number(d)]! : setBytes(this.input, d);
        this.offer(ids === null ? 0 : ids[i]!, text, 0, text.length, d);
      }
      return;
    }
    const { bytes, offsets, codes, nulls } = v as BytesVector;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      if (nulls !== null && nulls[i] === 1) continue;
      const e = codes === null ? i : codes[i]!;
      this.offer(ids === null ? 0 : ids[i]!, bytes, offsets[e]!, offsets[e + 1]!, 0);
    }
  }

  private offer(g: number, b: Uint8Array, s: number, e: number, cell: number | bigint): void {
    const cur = this.best[g]!;
    if (cur !== null) {
      const c =
        this.input.tp === TypeCode.Json
          ? jsonCompare.compare(b.subarray(s, e), cur)
          : this.collation.compareAt(b, s, e, cur, 0, cur.length);
      if (this.which === 'min' ? c >= 0 : c <= 0) return;
      this.bytes -= cur.length;
    }
    this.best[g] = b.slice(s, e);
    this.cells[g] = cell;
    this.bytes += e - s;
  }

  result(from: number, to: number): Vector[] {
    if (layoutOf(this.type) === 'bytes') return [vectorOf(this.best.slice(from, to), this.type)];
    return [
      vectorOf(
        this.best.slice(from, to).map((b, i) => (b === null ? null : this.cells[from + i]!)),
        this.type,
      ),
    ];
  }

  memory(): number {
    return this.best.length * 64 + this.bytes;
  }
}
