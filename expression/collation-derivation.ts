import { mysqlError } from '../types/error-table.js';
import { collation } from '../types/collation.js';
import type { FieldType } from '../types/field-type.js';
import { evalType, TypeCode } from '../types/field-type.js';
import type { Expression } from './expression.js';
import { foldedFrom } from './origin.js';
import { isStringType } from './type-inference.js';

/** Coercibility: the lower binds more (manual, "Collation Coercibility in Expressions"). */
export const Coercibility = {
  Explicit: 0,
  None: 1,
  Implicit: 2,
  SysConst: 3,
  Literal: 4,
  Numeric: 5,
  Ignorable: 6,
} as const;

export interface Derivation {
  readonly charset: string;
  readonly collate: string;
  readonly coercibility: number;
}

/** Functions whose string results come from system state. */
const SYSTEM_CONSTANTS: ReadonlySet<string> = new Set([
  'user',
  'current_user',
  'database',
  'version',
  'session_user',
  'current_role',
]);

/** Functions that are plain containers for their string arguments: the result's collation is the arguments'. */
export function coercibilityOf(e: Expression): number {
  if (e.type.tp === TypeCode.Null) return Coercibility.Ignorable;
  switch (e.kind) {
    case 'column':
    case 'correlated':
      return isStringType(e.type) ? Coercibility.Implicit : Coercibility.Numeric;
    case 'constant':
      if (e.value === null && e.param === undefined) return Coercibility.Ignorable;
      if (isStringType(e.type) && foldedFrom(e) !== null)
        return Math.min(Coercibility.Literal, coercibilityOf(foldedFrom(e)!));
      return isStringType(e.type) ? Coercibility.Literal : Coercibility.Numeric;
    case 'function': {
      if (e.name === 'collate') return Coercibility.Explicit;
      if (!isStringType(e.type)) return Coercibility.Numeric;
      if (e.name === 'cast') {
        return isStringType(e.args[0]!.type)
          ? Math.min(Coercibility.Implicit, coercibilityOf(e.args[0]!))
          : Coercibility.Literal;
      }
      if (e.name === 'convert' || e.name === 'getvar') return Coercibility.Implicit;
      if (SYSTEM_CONSTANTS.has(e.name)) return Coercibility.SysConst;
      let best: number = Coercibility.Ignorable;
      for (const a of e.args) if (isStringType(a.type)) best = Math.min(best, coercibilityOf(a));
      return best === Coercibility.Ignorable ? Coercibility.Literal : best;
    }
  }
}

const isUnicode = (cs: string): boolean => cs === 'utf8mb4' || cs === 'utf8' || cs === 'utf8mb3';

/** null: the two do not mix. */
function mix(a: Derivation, b: Derivation): Derivation | null {
  if (a.charset === 'ascii' && b.charset !== 'ascii' && a.coercibility !== Coercibility.Explicit) return b;
  if (b.charset === 'ascii' && a.charset !== 'ascii' && b.coercibility !== Coercibility.Explicit) return a;
  if (a.collate === b.collate) return a.coercibility <= b.coercibility ? a : b;
  if (a.coercibility !== b.coercibility) {
    const [strong, weak] = a.coercibility < b.coercibility ? [a, b] : [b, a];
    if (strong.coercibility === Coercibility.Explicit) return strong;
    if (strong.charset === weak.charset || strong.charset === 'binary') return strong;
    if (weak.charset === 'binary') return weak;
    // A literal or an expression that the stronger side's charset can hold is converted; else the Unicode side wins.
    if (weak.coercibility >= Coercibility.SysConst)
      return isUnicode(weak.charset) && !isUnicode(strong.charset) && weak.coercibility < Coercibility.Literal
        ? weak
        : strong;
    if (isUnicode(strong.charset) && !isUnicode(weak.charset)) return strong;
    if (isUnicode(weak.charset) && !isUnicode(strong.charset)) return weak;
    return strong;
  }
  if (a.coercibility === Coercibility.Explicit) return null;
  if (a.charset === 'binary') return a;
  if (b.charset === 'binary') return b;
  if (isUnicode(a.charset) && !isUnicode(b.charset)) return a;
  if (isUnicode(b.charset) && !isUnicode(a.charset)) return b;
  if (a.charset === b.charset || (isUnicode(a.charset) && isUnicode(b.charset))) {
    const ab = collation(a.collate)?.isBinary === true && a.collate.endsWith('_bin');
    const bb = collation(b.collate)?.isBinary === true && b.collate.endsWith('_bin');
    if (ab && !bb) return a;
    if (bb && !ab) return b;
    if (a.coercibility >= Coercibility.SysConst) return a;
  }
  return null;
}

const COERCIBILITY_NAMES: readonly string[] = [
  'EXPLICIT',
  'NONE',
  'IMPLICIT',
  'SYSCONST',
  'COERCIBLE',
  'NUMERIC',
  'IGNORABLE',
];

const describe = (d: Derivation): string => `(${d.collate},${COERCIBILITY_NAMES[d.coercibility]})`;

/** Charset and collation of the operation `what` over the string arguments; throws 1267, 1270 or 1271. */
export function deriveCollation(
  args: readonly Expression[],
  what: string,
  connection: { charset: string; collate: string },
): Derivation {
  const items: Derivation[] = [];
  for (const a of args) {
    if (a.type.tp === TypeCode.Null || evalType(a.type) === 'json') continue;
    if (isStringType(a.type)) {
      items.push({ charset: a.type.charset, collate: a.type.collate, coercibility: coercibilityOf(a) });
    } else {
      items.push({ ...connection, coercibility: Coercibility.Numeric });
    }
  }
  if (items.length === 0) {
    return args.length > 0 && args.every((a) => a.type.tp === TypeCode.Null)
      ? { charset: 'binary', collate: 'binary', coercibility: Coercibility.Ignorable }
      : { ...connection, coercibility: Coercibility.Literal };
  }
  let best = items[0]!;
  for (let i = 1; i < items.length; i++) {
    const m = mix(best, items[i]!);
    if (m === null) {
      // Something explicit may still decide for all.
      const explicit = items.filter((d) => d.coercibility === Coercibility.Explicit);
      if (explicit.length > 0 && explicit.every((d) => d.collate === explicit[0]!.collate))
        return explicit[0]!;
      if (items.length === 2) throw mysqlError('ER_CANT_AGGREGATE_2COLLATIONS', ...mixNames(items), what);
      if (items.length === 3) throw mysqlError('ER_CANT_AGGREGATE_3COLLATIONS', ...mixNames(items), what);
      throw mysqlError('ER_CANT_AGGREGATE_NCOLLATIONS', what);
    }
    best = m;
  }
  return best;
}

const mixNames = (items: readonly Derivation[]): string[] =>
  items.flatMap((d) => [d.collate, COERCIBILITY_NAMES[d.coercibility]!]);

export { describe as describeDerivation };

/** The type with another charset and collation. */
export const withCollation = (ft: FieldType, d: { charset: string; collate: string }): FieldType => ({
  ...ft,
  charset: d.charset,
  collate: d.collate,
});
