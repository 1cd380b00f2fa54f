import type { GroupTable } from '../chunk/group-key.js';
import type { Vector } from '../chunk/vector.js';
import { evalDatum } from '../expression/compile.js';
import type { Bound, IndexJoin, KeyRangeDatum } from '../planner/physical/plan.js';
import type { Datum } from '../types/datum.js';
import { evalType, isUnsigned, type FieldType } from '../types/field-type.js';
import type { ExecContext } from './exec-context.js';

/** Tells integers of the other signedness that the inner column cannot hold, where there are any. */
function outsideOf(inner: FieldType, outer: FieldType): ((v: Datum) => boolean) | null {
  if (evalType(inner) !== 'int' || isUnsigned(inner) === isUnsigned(outer)) return null;
  return isUnsigned(inner)
    ? (v) => typeof v === 'number' && v < 0
    : (v) => typeof v === 'bigint' && v >= 1n << 63n;
}

/** A point range of an index join's inner scan for each of the distinct keys of outer rows. */
export function innerRanges(plan: IndexJoin, table: GroupTable, ctx: ExecContext): KeyRangeDatum[] {
  const keys: Vector[] = table.keys();
  const constants = plan.prefix.map((p) =>
    'constant' in p ? { value: evalDatum(p.constant, ctx.eval) } : null,
  );
  const out: KeyRangeDatum[] = [];
  const beyond = plan.innerKeys.map((e, i) => outsideOf(e.type, plan.outerKeys[i]!.type));
  for (let g = 0; g < table.size; g++) {
    if (beyond.some((outside, i) => outside?.(keys[i]!.get(g)!) === true)) continue;
    const bounds: Bound[] = plan.prefix.map((p, i) =>
      'key' in p ? { value: keys[p.key]!.get(g) } : constants[i]!,
    );
    out.push({ low: bounds, high: bounds, lowExclusive: false, highExclusive: false });
  }
  return out;
}
