import { keyMatch } from '../cost/derive-stats.js';
import { hashAlike, type KeyMatch } from '../cost/key-weights.js';
import type { Column } from '../../expression/expression.js';
import type { JoinKey, PlanStats } from '../logical/plan.js';

/** A key between relations, either way round. */
export interface Edge {
  readonly forwards: JoinKey;
  readonly backwards: JoinKey;
  /** Relations of each side, one bit each. */
  readonly leftSet: number;
  readonly rightSet: number;
}

/** Which columns are equal in all rows of a join tree, by their ids. */
export class EqualColumns {
  private readonly next = new Map<number, number>();

  /** Those of two trees. */
  with(other: EqualColumns): EqualColumns {
    const both = new EqualColumns();
    for (const tree of [this, other]) for (const [id, to] of tree.next) both.next.set(id, to);
    return both;
  }

  add(a: number, b: number): void {
    const [x, y] = [this.find(a), this.find(b)];
    if (x !== y) this.next.set(x, y);
  }

  has(a: number, b: number): boolean {
    return this.find(a) === this.find(b);
  }

  private find(id: number): number {
    let at = id;
    for (let to = this.next.get(at); to !== undefined; to = this.next.get(at)) at = to;
    return at;
  }
}

/** A bit for each class of edges that imply each other, 0 for edges of expressions and of classes beyond 31. */
export function classBits(edges: readonly Edge[]): number[] {
  const equal = new EqualColumns();
  for (const { forwards: k } of edges)
    if (k.left.kind === 'column' && k.right.kind === 'column') equal.add(k.left.id, k.right.id);
  const first: number[] = [];
  return edges.map(({ forwards: { left, right } }) => {
    if (left.kind !== 'column' || right.kind !== 'column') return 0;
    let at = first.findIndex((id) => equal.has(id, left.id));
    if (at < 0) at = first.push(left.id) - 1;
    return at < 31 ? 1 << at : 0;
  });
}

/** Columns that are all equal, at most one of a relation. */
interface KeyClass {
  /** By the relation's bit. */
  readonly columns: Map<number, Column>;
  /** By the relations joined: of all combinations of their rows the share whose keys are equal; null where that is not known. */
  readonly matches: Map<number, KeyMatch | null>;
}

/**
 * What three and more tables joined by the same key make of each other: rows of the values that are frequent in one table are often
 * frequent in the others, too, so that estimates of pairs alone multiply to far too few rows.
 */
export class KeyClasses {
  private readonly byColumn = new Map<number, KeyClass>();

  /** `stats`: of all relations together. */
  constructor(
    edges: readonly Edge[],
    private readonly stats: PlanStats,
  ) {
    const skipped = new Set<KeyClass>();
    for (const { forwards, leftSet, rightSet } of edges) {
      const { left, right, nullEq } = forwards;
      if (nullEq || left.kind !== 'column' || right.kind !== 'column' || !hashAlike(left.type, right.type))
        continue;
      const a = this.classOf(left, leftSet);
      const b = this.classOf(right, rightSet);
      if (a === b) continue;
      for (const [set, column] of b.columns) {
        if (a.columns.has(set)) skipped.add(a);
        a.columns.set(set, column);
        this.byColumn.set(column.id, a);
      }
      if (skipped.has(b)) skipped.add(a);
    }
    for (const [id, c] of this.byColumn) if (skipped.has(c) || c.columns.size < 3) this.byColumn.delete(id);
  }

  private classOf(c: Column, set: number): KeyClass {
    let known = this.byColumn.get(c.id);
    if (known === undefined)
      this.byColumn.set(c.id, (known = { columns: new Map([[set, c]]), matches: new Map() }));
    return known;
  }

  /** By how much the denominator of a key of two relations is to be multiplied when it joins two sets of relations. */
  correction(k: JoinKey, a: number, b: number): number {
    if (k.left.kind !== 'column' || k.right.kind !== 'column') return 1;
    const of = this.byColumn.get(k.left.id);
    if (of === undefined || of !== this.byColumn.get(k.right.id)) return 1;
    let all = 0;
    let pair = 0;
    for (const [set, c] of of.columns) {
      all |= set;
      if (c.id === k.left.id || c.id === k.right.id) pair |= set;
    }
    if (((a | b) & all) === pair) return 1;
    const both = this.share(of, (a | b) & all);
    const [left, right, one] = [this.share(of, a & all), this.share(of, b & all), this.share(of, pair)];
    if (both === null || left === null || right === null || one === null) return 1;
    return (left * right * one) / both;
  }

  private share(of: KeyClass, set: number): number | null {
    if ((set & (set - 1)) === 0) return 1;
    return this.match(of, set)?.share ?? null;
  }

  private match(of: KeyClass, set: number): KeyMatch | null {
    let known = of.matches.get(set);
    if (known !== undefined) return known;
    const lowest = set & -set;
    const rest = set ^ lowest;
    const left = of.columns.get(lowest)!;
    known = null;
    if ((rest & (rest - 1)) === 0) known = this.pair(left, of.columns.get(rest)!);
    else {
      const others = this.match(of, rest);
      const made = others === null ? null : this.joined(left, of, rest, others);
      if (made !== null) known = { share: others!.share * made.share, weights: made.weights };
    }
    of.matches.set(set, known);
    return known;
  }

  private pair(left: Column, right: Column): KeyMatch | null {
    return keyMatch({ left, right }, this.stats, this.stats);
  }

  /** A column with those of relations that are joined already. */
  private joined(left: Column, of: KeyClass, rest: number, others: KeyMatch): KeyMatch | null {
    const right = of.columns.get(rest & -rest)!;
    const stats = { ...this.stats, weights: new Map([[right.id, others.weights]]) };
    return keyMatch({ left, right }, this.stats, stats);
  }
}
