import type { Vector } from '../../chunk/vector.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import { mysqlError } from '../../types/error-table.js';
import type { FieldType } from '../../types/field-type.js';
import { datumToString } from '../../types/format.js';
import { encodeJson } from '../../types/json/binary.js';
import type { JsonValue } from '../../types/json/value.js';
import type { Datum } from '../../types/datum.js';
import { toJsonValue } from '../json/convert.js';
import { BOOLEAN_FLAG } from '../type-inference.js';
import type { Aggregator } from './aggregator.js';

/** A value as the aggregate keeps it; byte strings are copied out of the vector. */
const own = (d: Datum, t: FieldType): JsonValue =>
  toJsonValue(d instanceof Uint8Array ? d.slice() : d, t, (t.flag & BOOLEAN_FLAG) !== 0);

/** JSON_ARRAYAGG(value): NULLs are kept; no rows give NULL. */
export class JsonArrayAggregator implements Aggregator {
  private readonly groups: JsonValue[][] = [];
  private cells = 0;

  constructor(
    private readonly type: FieldType,
    private readonly input: FieldType,
  ) {}

  resize(groups: number): void {
    while (this.groups.length < groups) this.groups.push([]);
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    const v = inputs[0]!;
    const rows = sel === null ? n : sel.length;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      this.groups[ids === null ? 0 : ids[i]!]!.push(own(v.get(i), this.input));
    }
    this.cells += rows;
  }

  merge(other: Aggregator, map: Int32Array): void {
    const o = other as JsonArrayAggregator;
    for (let j = 0; j < map.length; j++) for (const v of o.groups[j]!) this.groups[map[j]!]!.push(v);
    this.cells += o.cells;
  }

  result(from: number, to: number): Vector[] {
    const out = this.groups.slice(from, to).map((g) => (g.length === 0 ? null : encodeJson(g)));
    return [vectorOf(out, this.type)];
  }

  memory(): number {
    return this.groups.length * 32 + this.cells * 64;
  }
}

/** JSON_OBJECTAGG(key, value): the last value of a key stays; a NULL key is error 3158. */
export class JsonObjectAggregator implements Aggregator {
  private readonly groups: Map<string, JsonValue>[] = [];
  private cells = 0;

  constructor(
    private readonly type: FieldType,
    private readonly key: FieldType,
    private readonly value: FieldType,
  ) {}

  resize(groups: number): void {
    while (this.groups.length < groups) this.groups.push(new Map());
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    const [k, v] = inputs as [Vector, Vector];
    const rows = sel === null ? n : sel.length;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      const key = k.get(i);
      if (key === null) throw mysqlError('ER_JSON_DOCUMENT_NULL_KEY');
      this.groups[ids === null ? 0 : ids[i]!]!.set(datumToString(key, this.key), own(v.get(i), this.value));
    }
    this.cells += rows;
  }

  merge(other: Aggregator, map: Int32Array): void {
    const o = other as JsonObjectAggregator;
    for (let j = 0; j < map.length; j++) for (const [k, v] of o.groups[j]!) this.groups[map[j]!]!.set(k, v);
    this.cells += o.cells;
  }

  result(from: number, to: number): Vector[] {
    const out = this.groups.slice(from, to).map((g) => (g.size === 0 ? null : encodeJson(g)));
    return [vectorOf(out, this.type)];
  }

  memory(): number {
    return this.groups.length * 64 + this.cells * 96;
  }
}
