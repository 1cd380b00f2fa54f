import type { JoinType } from '../../planner/physical/plan.js';
import { collationOf } from '../../types/collation.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import { sameNumber } from '../key-equality.js';

export const JOIN_TYPES: readonly JoinType[] = [
  'inner',
  'leftOuter',
  'rightOuter',
  'semi',
  'antiSemi',
  'leftOuterSemi',
  'antiLeftOuterSemi',
];

/** Three-valued equality. */
function equal(a: Datum, b: Datum, ft: FieldType, nullEq: boolean): boolean | null {
  if (a === null || b === null) return nullEq ? a === b : null;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return collationOf(ft).compare(a, b) === 0;
  return sameNumber(a as number | bigint, b as number | bigint);
}

export interface JoinCase {
  readonly left: Datum[][];
  readonly right: Datum[][];
  readonly keys: readonly { l: number; r: number; ft: FieldType; nullEq: boolean }[];
  readonly leftOk: (row: Datum[]) => boolean;
  readonly rightOk: (row: Datum[]) => boolean;
  readonly pairOk: (l: Datum[], r: Datum[]) => boolean;
  readonly leftWidth: number;
  readonly rightWidth: number;
  readonly nullAware: boolean;
}

/** Nested loops over rows, by the definitions. */
export function joinReference(type: JoinType, c: JoinCase): Datum[][] {
  const out: Datum[][] = [];
  const matchedRight = new Set<number>();
  const leftPreserved = type !== 'inner' && type !== 'rightOuter';
  for (const l of c.left) {
    let found = false;
    let unknown = false;
    const lOk = c.leftOk(l);
    c.right.forEach((r, j) => {
      if (!lOk || !c.rightOk(r)) return;
      let all: boolean | null = true;
      for (const k of c.keys) {
        const e = equal(l[k.l]!, r[k.r]!, k.ft, k.nullEq);
        if (e === false) all = false;
        else if (e === null && all === true) all = null;
      }
      if (all === false || !c.pairOk(l, r)) return;
      if (all === null) {
        unknown = true;
        return;
      }
      found = true;
      matchedRight.add(j);
      if (type === 'inner' || type === 'leftOuter' || type === 'rightOuter') out.push([...l, ...r]);
    });
    if (!leftPreserved) continue;
    const nulls = c.nullAware && unknown && !found;
    if (type === 'leftOuter' && !found) out.push([...l, ...new Array<Datum>(c.rightWidth).fill(null)]);
    if (type === 'semi' && found) out.push(l);
    if (type === 'antiSemi' && !found && !nulls) out.push(l);
    if (type === 'leftOuterSemi') out.push([...l, nulls ? null : found ? 1 : 0]);
    if (type === 'antiLeftOuterSemi') out.push([...l, nulls ? null : found ? 0 : 1]);
  }
  if (type === 'rightOuter') {
    c.right.forEach((r, j) => {
      if (!matchedRight.has(j)) out.push([...new Array<Datum>(c.leftWidth).fill(null), ...r]);
    });
  }
  return out;
}
