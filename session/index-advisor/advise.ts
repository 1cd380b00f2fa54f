import { candidatesOf, type Bundle, type Candidate } from './candidates.js';
import type { WhatIfQuery } from './what-if.js';

/** An index whose making is recommended. */
export interface Recommendation extends Candidate {
  /** The share of a query's cost that it saves, for those that it does most for. */
  readonly impacts: readonly { readonly query: string; readonly improvement: number }[];
  /** Of the cost of all. */
  readonly improvement: number;
}

export interface AdviceLimits {
  readonly indexes: number;
  readonly columns: number;
  /** Of performance.now(); what is known by then is the answer. */
  readonly deadline: number;
}

/** The share of a query's cost that makes an index worth mentioning. */
const WORTHWHILE = 0.01;
/** The share of what a wider index saves that is good enough for a narrower one. */
const GOOD_ENOUGH = 0.98;
/** Queries that are named with an index. */
const NAMED = 3;

const keyOf = (c: Candidate): string => `${c.table.id}:${c.columns.join(',')}`;

/**
 * The indexes that save the queries most: one by one the candidate (or those that help only together) is taken that saves most
 * beside those taken before. Throws nothing: queries are known to be plannable.
 */
export async function advise(
  queries: readonly WhatIfQuery[],
  limits: AdviceLimits,
): Promise<readonly Recommendation[]> {
  const bundles = await promising(queries, limits);
  const total = async (chosen: readonly Candidate[]): Promise<number> => {
    let sum = 0;
    for (const q of queries) sum += (await q.cost(chosen)) * q.frequency;
    return sum;
  };
  let chosen: Candidate[] = [];
  let cost = await total([]);
  const width = (b: Bundle): number => b.reduce((n, c) => n + c.columns.length, 0);
  for (;;) {
    let best: { readonly next: Candidate[]; readonly cost: number; readonly width: number } | null = null;
    for (const bundle of bundles) {
      if (performance.now() > limits.deadline) break;
      const fresh = bundle.filter((c) => !chosen.some((o) => keyOf(o) === keyOf(c)));
      if (fresh.length === 0) continue;
      // One that another begins with is not needed beside it.
      const kept = chosen.filter((o) => !fresh.some((c) => beginsWith(c, o)));
      const next = [...kept, ...fresh];
      if (next.length > limits.indexes) continue;
      const after = await total(next);
      const saved = cost - after;
      if (saved <= 0 || !(await matters(queries, chosen, next))) continue;
      const w = width(fresh);
      const mostSaved = best === null ? 0 : cost - best.cost;
      const better =
        best === null ||
        (w < best.width ? saved >= mostSaved * GOOD_ENOUGH : saved * GOOD_ENOUGH > mostSaved);
      if (better) best = { next, cost: after, width: w };
    }
    if (best === null) break;
    chosen = best.next;
    ({ cost } = best);
  }
  // What was taken early may have become needless by what came after it.
  for (const c of [...chosen]) {
    const rest = chosen.filter((o) => o !== c);
    if (!(await matters(queries, rest, chosen))) chosen = rest;
  }
  return describe(queries, chosen);
}

const beginsWith = (c: Candidate, shorter: Candidate): boolean =>
  c.table.id === shorter.table.id && shorter.columns.every((name, i) => c.columns[i] === name);

/** The candidates that help some query by themselves. */
async function promising(queries: readonly WhatIfQuery[], limits: AdviceLimits): Promise<Bundle[]> {
  const found = new Map<string, Bundle>();
  for (const query of queries) {
    if (performance.now() > limits.deadline) break;
    const before = await query.cost([]);
    for (const bundle of candidatesOf(query.plans, limits.columns)) {
      const key = bundle.map(keyOf).join(';');
      if (found.has(key) || performance.now() > limits.deadline) continue;
      if ((await query.cost(bundle)) < before * (1 - WORTHWHILE)) found.set(key, bundle);
    }
  }
  return [...found.values()];
}

/** Whether one of the queries gets better by what is worth mentioning. */
async function matters(
  queries: readonly WhatIfQuery[],
  before: readonly Candidate[],
  after: readonly Candidate[],
): Promise<boolean> {
  for (const q of queries) if ((await q.cost(after)) < (await q.cost(before)) * (1 - WORTHWHILE)) return true;
  return false;
}

async function describe(
  queries: readonly WhatIfQuery[],
  chosen: readonly Candidate[],
): Promise<Recommendation[]> {
  const out: Recommendation[] = [];
  for (const c of chosen) {
    // What an index does that helps only beside another one is seen by leaving it out.
    const alone = await impactOf(queries, [], [c]);
    const { impacts, improvement } =
      alone.impacts.length > 0
        ? alone
        : await impactOf(
            queries,
            chosen.filter((o) => o !== c),
            chosen,
          );
    out.push({ ...c, impacts: impacts.slice(0, NAMED), improvement });
  }
  return out.filter((r) => r.impacts.length > 0).sort((a, b) => b.improvement - a.improvement);
}

async function impactOf(
  queries: readonly WhatIfQuery[],
  without: readonly Candidate[],
  having: readonly Candidate[],
): Promise<Pick<Recommendation, 'impacts' | 'improvement'>> {
  let [sumBefore, sumAfter] = [0, 0];
  const impacts: { query: string; improvement: number }[] = [];
  for (const q of queries) {
    const before = await q.cost(without);
    const after = await q.cost(having);
    sumBefore += before * q.frequency;
    sumAfter += after * q.frequency;
    const improvement = round((before - after) / before);
    if (improvement > 0) impacts.push({ query: q.text, improvement });
  }
  impacts.sort((a, b) => b.improvement - a.improvement);
  return { impacts, improvement: round((sumBefore - sumAfter) / sumBefore) };
}

const round = (share: number): number => Math.round(share * 1e6) / 1e6;
