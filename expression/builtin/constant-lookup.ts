import { collationFor, type Collation } from '../../types/collation.js';
import type { Datum } from '../../types/datum.js';
import { decRescale, type DecInt } from '../../types/decimal.js';
import { evalType, TypeCode, type FieldType } from '../../types/field-type.js';
import { canonical, type Emitter, type Value } from '../codegen.js';
import type { Constant } from '../expression.js';
import { comparesAsBytes, isTemporal } from '../type-inference.js';

/** How a value that is compared with many constants (`IN`, `CASE x WHEN`) is found among them by one look-up. */
export interface Lookup {
  /** Compared as texts. */
  readonly str: boolean;
  /**
   * The collation of texts or the scale of all numbers; null where values are compared as they are stored, and undefined where they can
   * only be compared one by one.
   */
  readonly by: number | Collation | null | undefined;
}

/** How values of a type are looked up among others of these types, texts by this collation. */
export function lookupOf(subject: FieldType, types: readonly FieldType[], collate: string): Lookup {
  const str =
    types.some((t) => comparesAsBytes(t)) && types.every((t) => comparesAsBytes(t) || t.tp === TypeCode.Null);
  if (str) return { str, by: collationFor(collate) };
  const scale = commonScale(types);
  if (scale !== null) return { str, by: scale };
  return { str, by: sameTimeType(subject, types) || evalType(subject) === 'real' ? null : undefined };
}

/** The scale at which exact numbers of all types can be compared; null where there are others. */
function commonScale(types: readonly FieldType[]): number | null {
  let s = 0;
  for (const t of types) {
    const d = evalType(t);
    if (t.tp === TypeCode.Null) continue;
    if (d === 'decimal') s = Math.max(s, t.decimal);
    else if (d !== 'int') return null;
  }
  return s;
}

function sameTimeType(t: FieldType, types: readonly FieldType[]): boolean {
  return (
    isTemporal(t) &&
    types.every(
      (a) =>
        a.tp === TypeCode.Null ||
        (evalType(a) === evalType(t) &&
          (a.tp === TypeCode.Date) === (t.tp === TypeCode.Date) &&
          a.decimal === t.decimal),
    )
  );
}

/** A constant that is no text as it is looked up: numbers at scale `by`. */
export function lookupKey({ type, value }: Constant, by: number | null): Datum {
  const decimals = evalType(type) === 'decimal' ? type.decimal : 0;
  return by === null || by === decimals ? value : decRescale(value as DecInt, decimals, by);
}

/** Code of the value of a row, which is no text, as it is looked up. */
export function lookedUp(g: Emitter, x: Value, type: FieldType, by: number | null): string {
  const lifted =
    typeof by === 'number' ? g.scaleUp(x, by - (evalType(type) === 'decimal' ? type.decimal : 0)) : x;
  return lifted.rep === 'b' ? `${g.pool(canonical)}(${lifted.v})` : lifted.v;
}
