import { mysqlError } from '../types/error-table.js';
import { charset, unconvertible } from '../types/charset.js';
import { collation } from '../types/collation.js';
import type { FieldType } from '../types/field-type.js';
import { evalType, TypeCode } from '../types/field-type.js';
import { isAscii } from './builtin/string-bytes.js';
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

/** Functions whose text is new, not that of an argument: it is coercible as a literal is, whatever the arguments are. */
const MAKES_TEXT: ReadonlySet<string> = new Set([
  'hex',
  'unhex',
  'md5',
  'sha1',
  'sha2',
  'sm3',
  'to_base64',
  'from_base64',
  'conv',
  'bin',
  'oct',
  'format',
  'date_add',
  'date_sub',
  'addtime',
  'subtime',
  'aes_encrypt',
  'aes_decrypt',
  'encode',
  'decode',
  'compress',
  'uncompress',
  'inet_ntoa',
  'inet6_aton',
  'inet6_ntoa',
  'load_file',
  'uuid_to_bin',
  'bin_to_uuid',
]);

/** Functions that are plain containers for their string arguments: the result's collation is the arguments'. */
export function coercibilityOf(e: Expression): number {
  if (e.type.tp === TypeCode.Null) return Coercibility.Ignorable;
  switch (e.kind) {
    case 'column':
      return isStringType(e.type) ? (e.coercibility ?? Coercibility.Implicit) : Coercibility.Numeric;
    case 'correlated':
      return isStringType(e.type) ? (e.column.coercibility ?? Coercibility.Implicit) : Coercibility.Numeric;
    case 'constant':
      if (e.coercibility !== undefined && isStringType(e.type)) return e.coercibility;
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
      if (MAKES_TEXT.has(e.name)) return Coercibility.Literal;
      let best: number = Coercibility.Ignorable;
      for (const a of e.args) if (isStringType(a.type)) best = Math.min(best, coercibilityOf(a));
      return best === Coercibility.Ignorable ? Coercibility.Literal : best;
    }
  }
}

const isUnicode = (cs: string): boolean => cs === 'utf8mb4' || cs === 'utf8' || cs === 'utf8mb3';

/** Functions whose characters are not those of their arguments. */
const MAKES_CHARACTERS: ReadonlySet<string> = new Set([
  'char_func',
  'getvar',
  'aes_decrypt',
  'decode',
  'uncompress',
  'from_base64',
  'unhex',
  'load_file',
]);

const inBinaryForm = (t: FieldType): boolean => evalType(t) === 'json' || evalType(t) === 'vector';

/** Repertoire: whether all characters are of ASCII whatever the row (manual, "String Repertoire"). */
function isAsciiOnly(e: Expression): boolean {
  if (!isStringType(e.type)) return !inBinaryForm(e.type);
  if (e.type.charset === 'ascii') return true;
  switch (e.kind) {
    case 'constant':
      return e.param === undefined && e.value instanceof Uint8Array && isAscii(e.value);
    case 'function':
      return e.args.length > 0 && !MAKES_CHARACTERS.has(e.name) && e.args.every(isAsciiOnly);
    default:
      return false;
  }
}

/** Whether every value of `weak` has a form in the charset. */
function convertible(weak: Item, target: string): boolean {
  if (weak.charset === target || weak.charset === 'binary' || target === 'binary') return true;
  if (target === 'utf8mb4' || weak.charset === 'ascii') return true;
  if (isUnicode(target) && !isUnicode(weak.charset)) return true;
  if (isAsciiOnly(weak.expr)) return true;
  if (weak.coercibility < Coercibility.SysConst) return false;
  const e = weak.expr;
  const from = charset(e.type.charset);
  const to = charset(target);
  if (e.kind !== 'constant' || !(e.value instanceof Uint8Array) || from === undefined || to === undefined)
    return true;
  return unconvertible(e.value, from, to) === null;
}

/** A literal of ASCII as it was written. */
const isPlain = (e: Expression): boolean =>
  e.kind === 'constant' &&
  e.param === undefined &&
  e.coercibility === undefined &&
  e.value instanceof Uint8Array &&
  isStringType(e.type) &&
  isAscii(e.value) &&
  foldedFrom(e) === null;

interface Item extends Derivation {
  readonly expr: Expression;
}

/** Which of two derivations holds for both (manual, "Collation Coercibility in Expressions"); null: they do not mix. */
function mix(a: Item, b: Item): Item | null {
  if (a.collate === b.collate) {
    const [strong, weak] = a.coercibility <= b.coercibility ? [a, b] : [b, a];
    return isAsciiOnly(strong.expr) ? { ...strong, expr: weak.expr } : strong;
  }
  if (a.coercibility !== b.coercibility) {
    const [strong, weak] = a.coercibility < b.coercibility ? [a, b] : [b, a];
    if (strong.coercibility !== Coercibility.Explicit && weak.charset === 'binary' && !isLiteral(weak.expr))
      return weak;
    if (convertible(weak, strong.charset)) {
      const ascii = strong.charset === 'ascii' && strong.coercibility !== Coercibility.Explicit;
      return ascii && weak.charset !== 'ascii' && weak.coercibility < Coercibility.Numeric ? weak : strong;
    }
    if (strong.coercibility === Coercibility.Explicit) return null;
    if (weak.coercibility >= Coercibility.SysConst && !isLiteral(weak.expr)) return weak;
    return weak.coercibility < Coercibility.SysConst && convertible(strong, weak.charset) ? weak : null;
  }
  if (a.coercibility === Coercibility.Explicit) return null;
  if (a.charset === 'binary') return a;
  if (b.charset === 'binary') return b;
  if (a.charset === b.charset || (isUnicode(a.charset) && isUnicode(b.charset))) {
    const ab = collation(a.collate)?.isBinary === true && a.collate.endsWith('_bin');
    const bb = collation(b.collate)?.isBinary === true && b.collate.endsWith('_bin');
    if (ab && !bb) return a;
    if (bb && !ab) return b;
    if (a.charset !== b.charset) return a.charset === 'utf8mb4' ? a : b;
    if (a.coercibility >= Coercibility.SysConst) return a;
    return null;
  }
  if (isUnicode(a.charset)) return a;
  if (isUnicode(b.charset)) return b;
  if (isAsciiOnly(b.expr)) return a;
  if (isAsciiOnly(a.expr)) return b;
  return null;
}

const isLiteral = (e: Expression): boolean => e.kind === 'constant' && e.param === undefined;

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

/** Text that functions work on in UTF-8 keeps the collation of where it came from: that names the charset. */
const charsetOf = (ft: FieldType): { charset: string; collate: string } => ({
  charset: ft.charset === 'utf8mb4' ? (collation(ft.collate)?.charset ?? ft.charset) : ft.charset,
  collate: ft.collate,
});

/** Charset and collation of the operation `what` over the string arguments; throws 1267, 1270 or 1271. */
export function deriveCollation(
  args: readonly Expression[],
  what: string,
  connection: { charset: string; collate: string },
): Derivation {
  const best = commonOf(itemsOf(args, connection, true), args, connection);
  if (best !== null) return best;
  const items = itemsOf(args, connection);
  if (items.length === 2) throw mysqlError('ER_CANT_AGGREGATE_2COLLATIONS', ...mixNames(items), what);
  if (items.length === 3) throw mysqlError('ER_CANT_AGGREGATE_3COLLATIONS', ...mixNames(items), what);
  throw mysqlError('ER_CANT_AGGREGATE_NCOLLATIONS', what);
}

/** `few`: a literal of ASCII after another that is like it is left out, as it changes nothing: lists have a hundred thousand of them. */
function itemsOf(
  args: readonly Expression[],
  connection: { charset: string; collate: string },
  few = false,
): Item[] {
  const items: Item[] = [];
  let last: FieldType | null = null;
  for (const a of args) {
    const plain = few && isPlain(a) ? a.type : null;
    if (plain !== null && last?.charset === plain.charset && last.collate === plain.collate) continue;
    last = plain;
    if (a.type.tp === TypeCode.Null || inBinaryForm(a.type)) continue;
    if (isStringType(a.type)) {
      items.push({ ...charsetOf(a.type), coercibility: coercibilityOf(a), expr: a });
    } else {
      items.push({ ...connection, coercibility: Coercibility.Numeric, expr: a });
    }
  }
  return items;
}

function commonOf(
  items: readonly Item[],
  args: readonly Expression[],
  connection: { charset: string; collate: string },
): Derivation | null {
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
      const first = explicit[0];
      if (
        first !== undefined &&
        explicit.every((d) => d.collate === first.collate) &&
        items.every((i) => i.coercibility === Coercibility.Explicit || convertible(i, first.charset))
      )
        return first;
      return null;
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
