import { arrayPart, hasEntries, indexedType } from '../../catalog/table-layout.js';
import type { IndexInfo } from '../../catalog/model.js';
import type { Column, Expression } from '../../expression/expression.js';
import { evaluator, isKnown, selectivity, tableEstimate } from '../cost/selectivity.js';
import { columnsOf, sameExpr, splitCnf, splitDnf } from '../logical/expression-walk.js';
import type { DataSource } from '../logical/plan.js';
import type { PlanContext } from '../plan-context.js';
import { detach, type Access, type KeyColumn } from '../ranger/ranger.js';
import type { BuildState } from '../resolve/build-state.js';
import { elementsNamed } from './array-access.js';
import { indexColumns, keysOf, rangeRows } from './access-path.js';
import { evaluatorOf, pushable } from './pushdown.js';
import { indexScanHasForm } from './scan-form.js';

/** One scan of an index merge: its ranges, and conditions that its entries suffice for. */
export interface Partial {
  readonly index: IndexInfo | null;
  readonly access: Access;
  readonly filters: readonly Expression[];
  readonly rows: number;
}

/** A way to read a table by the handles of several scans: those of any (union) or of all (intersection). */
export interface MergePath {
  readonly intersection: boolean;
  readonly partials: readonly Partial[];
  /** Conditions that the scans leave to be checked on the rows. */
  readonly tableConditions: readonly Expression[];
}

/** What a hint, or its absence, allows. */
export interface MergeHints {
  /** Lower names of USE_INDEX_MERGE; empty: any index. Null without the hint. */
  readonly hinted: ReadonlySet<string> | null;
  /** Lower names of USE or FORCE INDEX; null without. */
  readonly used: ReadonlySet<string> | null;
  /** Whether merges of ordinary indexes may be thought of without a hint. */
  readonly automatic: boolean;
}

/** Scans for one conjunction on one index. */
interface Candidate {
  readonly partials: readonly Partial[];
  /** All of the scans must give a row (JSON_CONTAINS of several values); else any of them. */
  readonly all: boolean;
  /** Conditions of the conjunction that need no check any more. */
  readonly settled: ReadonlySet<Expression>;
  /** Conditions used at all. */
  readonly used: ReadonlySet<Expression>;
}

/** Scans beyond which a union that finds more entries than the table has rows is not thought of any further. */
const MANY_SCANS = 64;

export function mergePaths(state: BuildState, ds: DataSource, hints: MergeHints): MergePath[] {
  return new MergePaths(state, ds, hints).all();
}

class MergePaths {
  private readonly ctx: PlanContext;
  private readonly indexes: readonly IndexInfo[];
  private readonly handle: boolean;
  private readonly est;

  constructor(
    private readonly state: BuildState,
    private readonly ds: DataSource,
    private readonly hints: MergeHints,
  ) {
    this.ctx = state.ctx;
    this.est = tableEstimate(this.ctx, ds);
    const ignored = new Set(
      ds.indexHints.filter((h) => h.type === 'IGNORE').flatMap((h) => h.indexes.map((n) => n.toLowerCase())),
    );
    const allowed = (lower: string): boolean =>
      !ignored.has(lower) &&
      (hints.used === null || hints.used.has(lower)) &&
      (hints.hinted === null || hints.hinted.size === 0 || hints.hinted.has(lower));
    this.indexes = ds.table.indices.filter(
      (i) =>
        i.state === 'public' &&
        !i.invisible &&
        i.condition === undefined &&
        hasEntries(ds.table, i) &&
        // A partition by itself has no part in a global index.
        (i.global !== true || ds.physical === null) &&
        allowed(i.lower),
    );
    this.handle = allowed('primary') && (ds.table.pkIsHandle || ds.table.isCommonHandle);
  }

  all(): MergePath[] {
    const out: MergePath[] = [];
    const { conditions } = this.ds;
    const ordinary = this.hints.hinted !== null || (this.hints.automatic && this.hints.used === null);
    for (const c of conditions) {
      if (c.kind !== 'function' || c.name !== 'or') continue;
      const path = this.ofOr(c, ordinary);
      if (path !== null) out.push(path);
    }
    for (const index of this.indexes) {
      if (arrayPart(this.ds.table, index) < 0) continue;
      const found = this.ofArray(index, conditions);
      if (found !== null)
        out.push({
          intersection: found.all,
          partials: found.partials,
          tableConditions: conditions.filter((c) => !found.settled.has(c)),
        });
    }
    const and = this.ofAnd();
    if (and !== null) out.push(and);
    return out;
  }

  /** An OR each of whose branches an index can find. */
  private ofOr(or: Expression, ordinary: boolean): MergePath | null {
    if (!this.mayMerge(or)) return null;
    const others = this.ds.conditions.filter((c) => c !== or);
    const partials: Partial[] = [];
    let settled = true;
    let rows = 0;
    for (const branch of splitDnf(or)) {
      const own = splitCnf(branch);
      const best = this.bestFor(own, others);
      if (best === null) return null;
      // Of several scans that must all give the row one is enough to find it.
      partials.push(...(best.all ? best.partials.slice(0, 1) : best.partials));
      if ((best.all && best.partials.length > 1) || own.some((c) => !best.settled.has(c))) settled = false;
      rows += rowsOf(best);
      if (this.hints.hinted === null && partials.length > MANY_SCANS && rows > this.est.rows) return null;
    }
    const arrays = partials.some((p) => p.index !== null && arrayPart(this.ds.table, p.index) >= 0);
    if (!ordinary && !(arrays && this.hints.used !== null)) return null;
    const distinct = withoutRepeats(partials);
    if (!arrays && new Set(distinct.map((p) => p.index)).size < 2) return null;
    return {
      intersection: false,
      partials: distinct,
      tableConditions: settled ? others : this.ds.conditions,
    };
  }

  /** Whether an index over an array, or two others, are about columns of the OR: else none of its branches needs to be looked at. */
  private mayMerge(or: Expression): boolean {
    const ids = columnsOf([or]);
    let about = 0;
    for (const index of this.handle ? [null, ...this.indexes] : this.indexes) {
      if (index !== null && arrayPart(this.ds.table, index) >= 0) return true;
      if (keysOf(this.ds, index).some((k) => ids.has(k.column.id))) about++;
    }
    return about > 1;
  }

  /** The index that finds a branch of an OR in the fewest entries; the conditions beside the OR may help. */
  private bestFor(own: readonly Expression[], others: readonly Expression[]): Candidate | null {
    let best: Candidate | null = null;
    const consider = (c: Candidate | null): void => {
      if (c === null || ![...c.used].some((e) => own.includes(e))) return;
      if (best === null || rowsOf(c) < rowsOf(best)) best = c;
    };
    const usable = others.filter((c) => !(c.kind === 'function' && c.name === 'or'));
    for (const conditions of usable.length === 0 ? [own] : [own, [...own, ...usable]]) {
      if (this.handle) consider(this.ofIndex(null, conditions));
      for (const index of this.indexes) {
        consider(
          arrayPart(this.ds.table, index) >= 0
            ? this.ofArray(index, conditions)
            : this.ofIndex(index, conditions),
        );
      }
    }
    return best;
  }

  /** A conjunction found by several indexes that a hint names. */
  private ofAnd(): MergePath | null {
    const { hinted } = this.hints;
    if (hinted === null || hinted.size < 2) return null;
    const { conditions } = this.ds;
    const partials: Partial[] = [];
    const settled = new Set<Expression>();
    const add = (c: Candidate | null): void => {
      if (c === null || (!c.all && c.partials.length > 1)) return;
      partials.push(...c.partials);
      for (const e of c.settled) settled.add(e);
    };
    for (const index of this.indexes)
      add(
        arrayPart(this.ds.table, index) >= 0
          ? this.ofArray(index, conditions)
          : this.ofIndex(index, conditions),
      );
    if (this.handle && hinted.has('primary')) add(this.ofIndex(null, conditions));
    const distinct = withoutRepeats(partials);
    if (distinct.length < 2) return null;
    return {
      intersection: true,
      partials: distinct,
      tableConditions: conditions.filter((c) => !settled.has(c)),
    };
  }

  /** An ordinary index, or the handle, limited by a conjunction. */
  private ofIndex(index: IndexInfo | null, conditions: readonly Expression[]): Candidate | null {
    const keys = keysOf(this.ds, index);
    if (index === null && !this.ds.table.isCommonHandle && keys.length !== 1) return null;
    const known = conditions.every((c) => isKnown(c, this.ctx));
    const access = detach(conditions, keys, index === null, evaluator(this.ctx), known);
    if (access.full) return null;
    const filters = index === null ? [] : this.onEntries(index, access.remained);
    const rows = rangeRows(this.ctx, this.est, this.ds, keys, access);
    const used = new Set([...access.access, ...filters]);
    return {
      partials: [{ index, access, filters, rows }],
      all: false,
      settled: new Set(conditions.filter((c) => !access.remained.includes(c) || filters.includes(c))),
      used,
    };
  }

  /** Conditions that an index's entries suffice for. */
  private onEntries(index: IndexInfo, conditions: readonly Expression[]): Expression[] {
    const have = indexColumns(this.ds, index);
    const by = evaluatorOf(this.ctx);
    if (by === 'elsewhere' && !indexScanHasForm(this.ds.table, index)) return [];
    return conditions.filter((c) => {
      const ids = [...columnsOf([c])];
      return ids.length > 0 && ids.every((id) => have.has(id)) && pushable(c, by);
    });
  }

  /** A multi-valued index, when a condition says what the array holds and others fix the columns before it. */
  private ofArray(index: IndexInfo, conditions: readonly Expression[]): Candidate | null {
    const { ds } = this;
    const part = arrayPart(ds.table, index);
    const array = ds.virtuals.find((v) => ds.infos.get(v.column.id)?.offset === index.columns[part]!.offset);
    if (array === undefined) return null;
    const type = indexedType(ds.table, index.columns[part]!);
    const element: Column = { ...array.column, id: -1 - array.column.id, type };
    const keys: KeyColumn[] = [];
    for (const c of index.columns) {
      const column =
        c.offset === index.columns[part]!.offset
          ? element
          : (ds.all.find((x) => ds.infos.get(x.id)?.offset === c.offset) ??
            ds.virtuals.find((v) => ds.infos.get(v.column.id)?.offset === c.offset)?.column);
      if (column === undefined) break;
      keys.push({ column, length: c.length });
    }
    for (const c of conditions) {
      const asked = elementsNamed(
        this.ctx,
        c,
        array,
        ds.table.columns[index.columns[part]!.offset]!.type.arrayOf!,
      );
      if (asked === null) continue;
      const rest = conditions.filter((x) => x !== c);
      const known = rest.every((x) => isKnown(x, this.ctx));
      const partials: Partial[] = [];
      let settled: ReadonlySet<Expression> | null = null;
      const used = new Set<Expression>([c]);
      for (const value of asked.values) {
        const equal = this.state.call('eq', element, { kind: 'constant', type, value });
        const access = detach([...rest, equal], keys, false, evaluator(this.ctx), known);
        if (!access.access.includes(equal)) return null;
        const remained = access.remained.filter((x) => x !== equal);
        const filters = this.onEntries(index, remained);
        for (const e of [...access.access, ...filters]) if (e !== equal) used.add(e);
        const share = selectivity(
          this.ctx,
          this.est,
          ds,
          access.access.filter((x) => x !== equal),
        );
        const rows = Math.max(Math.min(1, this.est.rows), (this.est.rows * share) / 1000);
        partials.push({ index, access, filters, rows });
        const done = new Set(rest.filter((x) => !remained.includes(x) || filters.includes(x)));
        const before: ReadonlySet<Expression> = settled ?? done;
        settled = new Set([...before].filter((x) => done.has(x)));
      }
      return {
        partials,
        all: asked.all,
        settled: new Set([...(settled ?? []), ...(asked.exact ? [c] : [])]),
        used,
      };
    }
    return null;
  }
}

const rowsOf = (c: Candidate): number => c.partials.reduce((n, p) => n + p.rows, 0);

/** Scans that read the same entries are read once. */
function withoutRepeats(partials: readonly Partial[]): Partial[] {
  const out: Partial[] = [];
  for (const p of partials) {
    const same = (q: Partial): boolean =>
      q.index === p.index &&
      q.filters.length === p.filters.length &&
      q.filters.every((f, i) => sameExpr(f, p.filters[i]!)) &&
      q.access.access.length === p.access.access.length &&
      q.access.access.every((e, i) => sameExpr(e, p.access.access[i]!));
    if (!out.some(same)) out.push(p);
  }
  return out;
}
