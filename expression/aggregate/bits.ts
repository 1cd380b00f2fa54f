import type { Vector } from '../../chunk/vector.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import { intDatum } from '../../types/datum.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import type { Aggregator } from './aggregator.js';
import { grown } from './aggregator.js';

/** BIT_AND, BIT_OR, BIT_XOR over 64-bit integers, kept as two 32-bit halves. */
export class BitAggregator implements Aggregator {
  private lo: Uint32Array = new Uint32Array(0);
  private hi: Uint32Array = new Uint32Array(0);
  private groups = 0;

  constructor(
    private readonly op: 'bit_and' | 'bit_or' | 'bit_xor',
    private readonly type: FieldType,
  ) {}

  resize(groups: number): void {
    this.lo = grown(this.lo, groups);
    this.hi = grown(this.hi, groups);
    if (this.op === 'bit_and') {
      for (let g = this.groups; g < groups; g++) this.lo[g] = this.hi[g] = 0xffffffff;
    }
    this.groups = Math.max(this.groups, groups);
  }

  private put(g: number, lo: number, hi: number): void {
    switch (this.op) {
      case 'bit_and':
        this.lo[g] = this.lo[g]! & lo;
        this.hi[g] = this.hi[g]! & hi;
        return;
      case 'bit_or':
        this.lo[g] = this.lo[g]! | lo;
        this.hi[g] = this.hi[g]! | hi;
        return;
      case 'bit_xor':
        this.lo[g] = this.lo[g]! ^ lo;
        this.hi[g] = this.hi[g]! ^ hi;
    }
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    const v = inputs[0]!;
    const rows = sel === null ? n : sel.length;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      const d = v.get(i) as number | bigint | null;
      if (d === null) continue;
      const g = ids === null ? 0 : ids[i]!;
      if (typeof d === 'number') this.put(g, d >>> 0, Math.floor(d / 4294967296) >>> 0);
      else this.put(g, Number(BigInt.asUintN(32, d)), Number(BigInt.asUintN(32, d >> 32n)));
    }
  }

  result(from: number, to: number): Vector[] {
    const out: Datum[] = [];
    for (let g = from; g < to; g++) out.push(intDatum((BigInt(this.hi[g]!) << 32n) | BigInt(this.lo[g]!)));
    return [vectorOf(out, this.type)];
  }

  memory(): number {
    return this.lo.byteLength + this.hi.byteLength;
  }
}
