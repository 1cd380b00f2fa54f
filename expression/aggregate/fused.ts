import type { NumVector, Vector } from '../../chunk/vector.js';
import type { Aggregator } from './aggregator.js';
import { CountAggregator } from './count.js';
import { SumAggregator } from './sum.js';

/**
 * Updates of several aggregators in one loop over the rows. An addition into a group waits for the one before it into the
 * same group; side by side, the additions of different functions overlap. Measured on Q1's eight aggregates over 6 million rows:
 * 207 ms one after another, 100 ms together.
 */
interface Part {
  readonly aggregator: SumAggregator | CountAggregator;
  readonly vector: NumVector | null;
  /** exact or real sum, average, count of rows. */
  readonly kind: 'e' | 'r' | 'E' | 'R' | 'c';
}

type Loop = (
  S: readonly (SumAggregator | CountAggregator)[],
  V: readonly (NumVector | null)[],
  ids: Int32Array,
  n: number,
  sel: Int32Array | null,
  rows: Float64Array,
) => void;

const LOOPS = new Map<string, Loop>();

function partOf(a: Aggregator, inputs: readonly Vector[]): Part | null {
  if (a instanceof SumAggregator) {
    const vector = a.fusable(inputs);
    if (vector === null) return null;
    return { aggregator: a, vector, kind: a.exact ? (a.average ? 'E' : 'e') : a.average ? 'R' : 'r' };
  }
  if (a instanceof CountAggregator && a.countsRows(inputs)) return { aggregator: a, vector: null, kind: 'c' };
  return null;
}

/** Whether the part counts every row, so that one count of rows per group serves it. */
const countsAll = (p: Part): boolean =>
  p.kind === 'c' || ((p.kind === 'E' || p.kind === 'R') && p.vector!.nulls === null);

function generate(parts: readonly Part[], shared: boolean, hasSel: boolean): Loop {
  const head: string[] = [];
  const row: string[] = [];
  parts.forEach((p, k) => {
    head.push(`const n${k}=S[${k}].counts;`);
    if (p.vector === null) {
      if (!shared) row.push(`n${k}[g]++;`);
      return;
    }
    head.push(`const a${k}=S[${k}].acc,d${k}=V[${k}].data,u${k}=V[${k}].nulls;`);
    const exact = p.kind === 'e' || p.kind === 'E';
    const add = exact
      ? `const s=a${k}[g]+x;if(Math.abs(s)>9007199254740991)S[${k}].flush(g,x);else a${k}[g]=s;`
      : `a${k}[g]+=x;`;
    const count =
      p.kind === 'e' || p.kind === 'r' ? `n${k}[g]=1;` : shared && countsAll(p) ? '' : `n${k}[g]++;`;
    const body = `const x=d${k}[i];${add}${count}`;
    row.push(p.vector.nulls === null ? `{${body}}` : `if(u${k}[i]!==1){${body}}`);
  });
  const rows = hasSel
    ? 'for(let q=0,m=sel.length;q<m;q++){const i=sel[q],g=ids[i];'
    : 'for(let i=0;i<n;i++){const g=ids[i];';
  const text = `${head.join('')}${rows}${shared ? 'rows[g]++;' : ''}${row.join('')}}`;
  return new Function(`return function fused(S,V,ids,n,sel,rows){"use strict";${text}}`)() as Loop;
}

let scratch = new Float64Array(256);

/** `update` of each aggregator with its inputs; what can share a loop does. */
export function updateAggregators(
  aggregators: readonly Aggregator[],
  ids: Int32Array | null,
  inputs: readonly (readonly Vector[])[],
  n: number,
  sel: Int32Array | null,
): void {
  if (ids === null || aggregators.length === 1) {
    for (let k = 0; k < aggregators.length; k++) aggregators[k]!.update(ids, inputs[k]!, n, sel);
    return;
  }
  const parts: Part[] = [];
  for (let k = 0; k < aggregators.length; k++) {
    const p = partOf(aggregators[k]!, inputs[k]!);
    if (p === null) aggregators[k]!.update(ids, inputs[k]!, n, sel);
    else parts.push(p);
  }
  if (parts.length === 0) return;
  const groups = parts[0]!.aggregator.counts.length;
  // One count of rows per group is added to all who need it, where groups are few.
  const shared = groups * 4 <= n && parts.filter(countsAll).length > 1;
  let key = `${shared ? '+' : ''}${sel === null ? '' : '/'}`;
  for (const p of parts) {
    key += p.kind;
    if (p.vector !== null)
      key += (p.vector.data instanceof Int32Array ? 'i' : 'f') + (p.vector.nulls === null ? '' : '?');
  }
  let loop = LOOPS.get(key);
  if (loop === undefined) {
    loop = generate(parts, shared, sel !== null);
    LOOPS.set(key, loop);
  }
  if (shared) {
    if (scratch.length < groups) scratch = new Float64Array(groups * 2);
    scratch.fill(0, 0, groups);
  }
  loop(
    parts.map((p) => p.aggregator),
    parts.map((p) => p.vector),
    ids,
    n,
    sel,
    scratch,
  );
  if (!shared) return;
  for (const p of parts) {
    if (!countsAll(p)) continue;
    const c = p.aggregator.counts;
    for (let g = 0; g < groups; g++) c[g]! += scratch[g]!;
  }
}
