import type { Vector } from '../../chunk/vector.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import { collationOf } from '../../types/collation.js';
import { charset, type Charset } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { ERRORS, formatError } from '../../types/error-table.js';
import type { FieldType } from '../../types/field-type.js';
import { layoutOf } from '../../types/field-type.js';
import type { EvalContext } from '../eval-context.js';
import type { Aggregator } from './aggregator.js';

interface Part {
  readonly text: Uint8Array;
  readonly keys: readonly Datum[];
}

/** Comparator of datums of one type in ORDER BY's order: NULL first. */
export function datumComparator(ft: FieldType, desc: boolean): (a: Datum, b: Datum) => number {
  const c = collationOf(ft);
  const bytes = layoutOf(ft) === 'bytes';
  const sign = desc ? -1 : 1;
  return (a, b) => {
    if (a === null || b === null) return a === b ? 0 : a === null ? -sign : sign;
    if (bytes) return sign * c.compare(a as Uint8Array, b as Uint8Array);
    return a < b ? -sign : a > b ? sign : 0;
  };
}

/** GROUP_CONCAT([DISTINCT] expr, … [ORDER BY …] [SEPARATOR s]). Inputs: one string (the arguments concatenated), then the order keys. */
export class GroupConcatAggregator implements Aggregator {
  private readonly groups: (Part[] | null)[] = [];
  private readonly seen: (Set<string> | null)[] = [];
  private readonly separator: Uint8Array;
  private readonly comparators: ((a: Datum, b: Datum) => number)[];
  private bytes = 0;

  constructor(
    private readonly type: FieldType,
    private readonly distinct: boolean,
    separator: string,
    orderBy: readonly { readonly type: FieldType; readonly desc: boolean }[],
    private readonly ctx: EvalContext,
    private readonly label: string,
  ) {
    this.separator = charset(type.charset)!.encode(separator);
    this.comparators = orderBy.map((o) => datumComparator(o.type, o.desc));
  }

  resize(groups: number): void {
    while (this.groups.length < groups) {
      this.groups.push(null);
      this.seen.push(null);
    }
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    const v = inputs[0]!;
    const keys = inputs.slice(1);
    const rows = sel === null ? n : sel.length;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      const d = v.get(i) as Uint8Array | null;
      if (d === null) continue;
      const k = keys.map((x) => {
        const y = x.get(i);
        return y instanceof Uint8Array ? y.slice() : y;
      });
      this.add(ids === null ? 0 : ids[i]!, { text: d.slice(), keys: k });
    }
  }

  private add(g: number, p: Part): void {
    if (this.distinct) {
      let s = this.seen[g]!;
      if (s === null) s = this.seen[g] = new Set();
      const key = Buffer.from(collationOf(this.type).sortKey(p.text)).toString('latin1');
      if (s.has(key)) return;
      s.add(key);
    }
    const list = this.groups[g]!;
    if (list === null) this.groups[g] = [p];
    else list.push(p);
    this.bytes += p.text.length + 96;
  }

  merge(other: Aggregator, map: Int32Array): void {
    const o = other as GroupConcatAggregator;
    for (let j = 0; j < map.length; j++) for (const p of o.groups[j] ?? []) this.add(map[j]!, p);
  }

  result(from: number, to: number): Vector[] {
    const out: Datum[] = [];
    for (let g = from; g < to; g++) out.push(this.join(this.groups[g]!));
    return [vectorOf(out, this.type)];
  }

  private join(parts: Part[] | null): Uint8Array | null {
    if (parts === null) return null;
    const cs = this.comparators;
    if (cs.length > 0) {
      parts = parts.slice().sort((a, b) => {
        for (let k = 0; k < cs.length; k++) {
          const c = cs[k]!(a.keys[k]!, b.keys[k]!);
          if (c !== 0) return c;
        }
        return 0;
      });
    }
    const limit = this.ctx.groupConcatMaxLen;
    let size = (parts.length - 1) * this.separator.length;
    for (const p of parts) size += p.text.length;
    const out = new Uint8Array(Math.min(size, limit));
    let at = 0;
    const put = (b: Uint8Array): void => {
      const room = out.length - at;
      out.set(b.length <= room ? b : b.subarray(0, room), at);
      at += Math.min(b.length, room);
    };
    for (let i = 0; i < parts.length && at < out.length; i++) {
      if (i > 0) put(this.separator);
      put(parts[i]!.text);
    }
    if (size <= limit) return out;
    const e = ERRORS.ER_CUT_VALUE_GROUP_CONCAT;
    this.ctx.warn({ level: 'Warning', code: e.code, message: formatError(e.format, [this.label]) });
    return wholeCharacters(out, charset(this.type.charset)!);
  }

  memory(): number {
    return this.bytes + this.groups.length * 16;
  }
}

/** Without the first bytes of a character that was cut. */
function wholeCharacters(b: Uint8Array, cs: Charset): Uint8Array {
  const at = cs.invalidAt(b);
  return at >= 0 && b.length - at < cs.maxLen ? b.subarray(0, at) : b;
}
