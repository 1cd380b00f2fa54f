import type { Vector } from '../../chunk/vector.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import { collationOf } from '../../types/collation.js';
import { charset, type Charset } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { ERRORS, formatError } from '../../types/error-table.js';
import type { FieldType } from '../../types/field-type.js';
import { layoutOf, TypeCode } from '../../types/field-type.js';
import type { EvalContext } from '../eval-context.js';
import { atOnce } from '../../types/steps.js';
import { grown, type Aggregator, type HeldPortion, type HeldRows } from './aggregator.js';
import { PORTION, PortionBuilder } from './held-portion.js';

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

/** Bytes of a part beside its text, roughly. */
const PART_BYTES = 96;
/** Parts that are sorted at once. */
const RUN_PARTS = 2048;
/** Parts of the longest run that is made as rows come; and those between two chances to let others use the thread. */
const LONGEST_RUN = 1 << 15;
const STEP = 1 << 13;

/** Parts of a group. */
class Concatenation {
  /** In the order of arrival where there is no other; else those that no run has yet. */
  fresh: Part[] = [];
  /** Sorted parts, each run much longer than the next, or too long for merging them at once. */
  readonly runs: Part[][] = [];
  /** Bytes of `fresh` with separators. */
  length = 0;
  isDue = false;
  /** The result ends with this part at the latest: what sorts behind it is left out. */
  bound: Part | null = null;
  /** Parts were left out that lie behind what the result may have. */
  cut = false;
  readonly seen: Set<string> | null;
  /** What comes in order is joined as it comes: the text so far, once there is any. */
  joined: Uint8Array | null = null;
  joinedLength = 0;

  constructor(distinct: boolean) {
    this.seen = distinct ? new Set() : null;
  }
}

/**
 * GROUP_CONCAT([DISTINCT] expr, … [ORDER BY …] [SEPARATOR s]). Inputs: one string (the arguments concatenated), then the order keys.
 * Parts that come behind group_concat_max_len bytes of others are not kept.
 */
export class GroupConcatAggregator implements Aggregator, HeldRows {
  private readonly groups: (Concatenation | null)[] = [];
  private readonly separator: Uint8Array;
  private readonly comparators: ((a: Datum, b: Datum) => number)[];
  private readonly limit: number;
  /** Groups of which a run is to be made: by `growth`, or else before more rows come. */
  private due: Concatenation[] = [];
  /** Bytes of parts, and of text that is joined already. */
  private partBytes = 0;
  private joinedBytes = 0;
  readonly types: readonly FieldType[];
  readonly order: HeldRows['order'];
  /** JSON has no order of bytes by which rows could be merged. */
  readonly held: HeldRows | null;

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
    this.limit = ctx.groupConcatMaxLen;
    this.types = [type, ...orderBy.map((o) => o.type)];
    this.order = orderBy.map(({ desc }, k) => ({ column: k + 1, desc }));
    this.held = orderBy.some((o) => o.type.tp === TypeCode.Json) ? null : this;
  }

  resize(groups: number): void {
    while (this.groups.length < groups) this.groups.push(null);
  }

  update(ids: Int32Array | null, inputs: readonly Vector[], n: number, sel: Int32Array | null): void {
    const v = inputs[0]!;
    const rows = sel === null ? n : sel.length;
    if (this.due.length > 0) atOnce(this.makeRuns());
    // Equal texts lie together: one that comes too late need not be known.
    const byText = inputs.length === 2 && inputs[1] === v;
    for (let q = 0; q < rows; q++) {
      const i = sel === null ? q : sel[q]!;
      const text = v.get(i) as Uint8Array | null;
      if (text === null) continue;
      const id = ids === null ? 0 : ids[i]!;
      const g = (this.groups[id] ??= new Concatenation(this.distinct));
      const enough = this.comparators.length === 0 && g.length - this.separator.length >= this.limit;
      const behind = g.bound !== null && this.isBehind(g.bound, inputs, i);
      if (enough || (behind && (byText || !this.distinct))) g.cut ||= this.isNew(g, text, false);
      else if (!this.isNew(g, text, true)) continue;
      else if (behind) g.cut = true;
      else this.add(g, text, i, inputs);
    }
  }

  /** Whether a row comes behind a part. */
  private isBehind(part: Part, inputs: readonly Vector[], row: number): boolean {
    const { comparators } = this;
    for (let k = 0; k < comparators.length; k++) {
      const c = comparators[k]!(inputs[k + 1]!.get(row), part.keys[k]!);
      if (c !== 0) return c > 0;
    }
    return false;
  }

  /** Whether DISTINCT lets the text in. */
  private isNew(g: Concatenation, text: Uint8Array, note: boolean): boolean {
    if (g.seen === null) return true;
    const key = Buffer.from(collationOf(this.type).sortKey(text)).toString('latin1');
    if (g.seen.has(key)) return false;
    if (note) {
      g.seen.add(key);
      this.partBytes += key.length + PART_BYTES;
    }
    return true;
  }

  private add(g: Concatenation, text: Uint8Array, row: number, inputs: readonly Vector[]): void {
    const keys: Datum[] = [];
    for (let k = 1; k < inputs.length; k++) {
      const key = inputs[k]!.get(row);
      keys.push(key instanceof Uint8Array ? key.slice() : key);
    }
    g.fresh.push({ text: text.slice(), keys });
    g.length += text.length + this.separator.length;
    this.partBytes += text.length + PART_BYTES;
    if (this.comparators.length === 0) return;
    if (g.isDue || (g.fresh.length < RUN_PARTS && g.length <= 2 * this.limit)) return;
    g.isDue = true;
    this.due.push(g);
  }

  growth(): Generator<void> | null {
    return this.due.length === 0 ? null : this.makeRuns();
  }

  /** Groups whose rows come by turns have their runs made at about the same time. */
  private *makeRuns(): Generator<void> {
    const { due } = this;
    this.due = [];
    for (const g of due) {
      g.isDue = false;
      yield* this.addRun(g);
      yield;
    }
  }

  /** Makes a run of what is fresh, and one of those of like length. */
  private *addRun(g: Concatenation): Generator<void> {
    let run = this.prefix(g, g.fresh.sort(this.compare));
    g.fresh = [];
    g.length = 0;
    for (
      let last = g.runs.at(-1);
      last !== undefined && last.length <= 2 * run.length && last.length + run.length <= LONGEST_RUN;
      last = g.runs.at(-1)
    ) {
      g.runs.pop();
      run = this.prefix(g, yield* this.merge(last, run));
    }
    g.runs.push(run);
  }

  private readonly compare = (a: Part, b: Part): number => {
    const { comparators } = this;
    for (let k = 0; k < comparators.length; k++) {
      const c = comparators[k]!(a.keys[k]!, b.keys[k]!);
      if (c !== 0) return c;
    }
    return 0;
  };

  /** Of equal parts those of `a` come first. */
  private *merge(a: readonly Part[], b: readonly Part[]): Generator<void, Part[]> {
    const out: Part[] = [];
    let i = 0;
    let k = 0;
    while (i < a.length || k < b.length) {
      const first = k >= b.length || (i < a.length && this.compare(a[i]!, b[k]!) <= 0);
      out.push(first ? a[i++]! : b[k++]!);
      if (out.length % STEP === 0) yield;
    }
    return out;
  }

  /** The first of sorted parts, as many as the result may have. */
  private prefix(g: Concatenation, parts: Part[]): Part[] {
    let length = 0;
    let n = 0;
    while (n < parts.length && length - this.separator.length < this.limit)
      length += parts[n++]!.text.length + this.separator.length;
    if (length - this.separator.length < this.limit) return parts;
    const last = parts[n - 1]!;
    if (g.bound === null || this.compare(last, g.bound) < 0) g.bound = last;
    if (n === parts.length) return parts;
    for (let d = n; d < parts.length; d++) this.partBytes -= parts[d]!.text.length + PART_BYTES;
    g.cut = true;
    return parts.slice(0, n);
  }

  get bytes(): number {
    return this.partBytes;
  }

  *take(): Generator<HeldPortion | void, void> {
    const portion = new PortionBuilder(this.types);
    this.due = [];
    for (let id = 0; id < this.groups.length; id++) {
      const g = this.groups[id]!;
      if (g === null) continue;
      const parts = yield* this.parts(g);
      yield;
      g.isDue = false;
      g.fresh = [];
      g.runs.length = 0;
      g.seen?.clear();
      // Of what comes as it is wanted the length says when there is enough.
      if (this.comparators.length > 0 || this.distinct) g.length = 0;
      for (const { text, keys } of parts)
        if (portion.add(id, text, ...keys) === PORTION) yield portion.finish();
    }
    yield portion.finish();
    this.partBytes = 0;
  }

  restore(groups: Int32Array, [texts]: readonly Vector[]): void {
    for (let i = 0; i < groups.length; i++) {
      const g = (this.groups[groups[i]!] ??= new Concatenation(this.distinct));
      const text = texts!.get(i) as Uint8Array;
      if (this.isNew(g, text, true)) this.append(g, text);
    }
  }

  /** Joins a part that comes in order. */
  private append(g: Concatenation, text: Uint8Array): void {
    const { separator, limit } = this;
    const at = g.joined === null ? 0 : g.joinedLength + separator.length;
    const end = Math.min(limit, at + text.length);
    g.cut ||= at + text.length > limit;
    if (g.joined !== null && at >= limit && g.joinedLength >= limit) return;
    const before = g.joined?.length ?? 0;
    const out = grown(g.joined ?? new Uint8Array(0), Math.max(end, Math.min(limit, at)));
    this.joinedBytes += out.length - before;
    if (g.joined !== null)
      out.set(separator.subarray(0, Math.min(limit, at) - g.joinedLength), g.joinedLength);
    if (end > at) out.set(text.subarray(0, end - at), at);
    g.joined = out;
    g.joinedLength = Math.max(end, Math.min(limit, at));
  }

  clear(from: number, to: number): void {
    for (let id = from; id < to; id++) {
      const g = this.groups[id];
      if (g === null || g === undefined) continue;
      this.joinedBytes -= g.joined?.length ?? 0;
      this.groups[id] = null;
    }
    this.partBytes = 0;
  }

  result(from: number, to: number): Vector[] {
    return atOnce(this.resultSteps(from, to));
  }

  *resultSteps(from: number, to: number): Generator<void, Vector[]> {
    const out: Datum[] = [];
    for (let id = from; id < to; id++) {
      out.push(yield* this.join(this.groups[id]!));
      yield;
    }
    return [vectorOf(out, this.type)];
  }

  /** All parts in order: neighbouring runs are merged until there is one. */
  private *parts(g: Concatenation): Generator<void, readonly Part[]> {
    if (this.comparators.length === 0) return g.fresh;
    let runs = [...g.runs, g.fresh.sort(this.compare)];
    while (runs.length > 1) {
      const merged: Part[][] = [];
      for (let k = 0; k < runs.length; k += 2)
        merged.push(k + 1 < runs.length ? yield* this.merge(runs[k]!, runs[k + 1]!) : runs[k]!);
      runs = merged;
    }
    return runs[0]!;
  }

  private *join(g: Concatenation | null): Generator<void, Uint8Array | null> {
    if (g === null) return null;
    if (g.joined !== null) return this.whole(g.joined.slice(0, g.joinedLength), g.cut);
    const parts = yield* this.parts(g);
    const { limit } = this;
    let size = (parts.length - 1) * this.separator.length;
    for (let i = 0; i < parts.length; i++) {
      size += parts[i]!.text.length;
      if (i % STEP === STEP - 1) yield;
    }
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
      if (i % STEP === STEP - 1) yield;
    }
    return this.whole(out, size > limit || g.cut);
  }

  /** The value, and the warning where it was cut. */
  private whole(out: Uint8Array, cut: boolean): Uint8Array {
    if (!cut) return out;
    const e = ERRORS.ER_CUT_VALUE_GROUP_CONCAT;
    this.ctx.warn({ level: 'Warning', code: e.code, message: formatError(e.format, [this.label]) });
    return wholeCharacters(out, charset(this.type.charset)!);
  }

  memory(): number {
    return this.partBytes + this.joinedBytes + this.groups.length * 16;
  }
}

/** Without the first bytes of a character that was cut. */
function wholeCharacters(b: Uint8Array, cs: Charset): Uint8Array {
  const at = cs.invalidAt(b);
  return at >= 0 && b.length - at < cs.maxLen ? b.subarray(0, at) : b;
}
