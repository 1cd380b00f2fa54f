import type { Chunk } from '../chunk/chunk.js';
import { NumVector } from '../chunk/vector.js';
import type { JoinType } from '../planner/physical/plan.js';

export type Side = 'left' | 'right';

/** The side all of whose rows come out, matched or not; null for inner joins. */
export const PRESERVED: Readonly<Record<JoinType, Side | null>> = {
  inner: null,
  leftOuter: 'left',
  rightOuter: 'right',
  semi: 'left',
  antiSemi: 'left',
  leftOuterSemi: 'left',
  antiLeftOuterSemi: 'left',
};

export const isSemi = (t: JoinType): boolean =>
  t === 'semi' || t === 'antiSemi' || t === 'leftOuterSemi' || t === 'antiLeftOuterSemi';

/** What a preserved row of a semi join has met. */
export const Match = { None: 0, Found: 1, Unknown: 2 } as const;

/** Output of a semi join for a chunk of its left side, by what its rows have met (`matched`, by physical row). */
export function semiOutput(t: JoinType, chunk: Chunk, matched: Uint8Array): Chunk {
  if (t === 'leftOuterSemi' || t === 'antiLeftOuterSemi') {
    const yes = t === 'leftOuterSemi' ? 1 : 0;
    const flags = new Float64Array(chunk.length);
    let nulls: Uint8Array | null = null;
    for (let i = 0; i < chunk.length; i++) {
      const m = matched[i]!;
      flags[i] = m === Match.Found ? yes : 1 - yes;
      if (m === Match.Unknown) {
        nulls ??= new Uint8Array(chunk.length);
        nulls[i] = 1;
        flags[i] = 0;
      }
    }
    return chunk.withColumns([...chunk.columns, new NumVector(flags, chunk.length, nulls)]);
  }
  const want = t === 'semi' ? Match.Found : Match.None;
  const n = chunk.rows;
  const sel = new Int32Array(n);
  let m = 0;
  for (let k = 0; k < n; k++) {
    const i = chunk.sel === null ? k : chunk.sel[k]!;
    if (matched[i] === want) sel[m++] = i;
  }
  return m === n ? chunk : chunk.withSel(sel.subarray(0, m));
}
