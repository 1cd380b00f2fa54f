import { vectorType } from '../../types/vector.js';
import type { Datum } from '../../types/datum.js';
import type { DecInt } from '../../types/decimal.js';
import type { EvalType, FieldType } from '../../types/field-type.js';
import { preciseQuotient } from '../truth.js';
import { evalType, Flag, isNotNull, TypeCode, UNSPECIFIED } from '../../types/field-type.js';
import { decodeUtf8, encodeUtf8, isUtf8Compatible } from '../../types/charset.js';
import { collation } from '../../types/collation.js';
import { asDecimalType, castTo, explicitCast, transcode } from '../build.js';
import type { BuildContext } from '../build-context.js';
import type { Emitter, Value } from '../codegen.js';
import { inCharset } from '../charset-conversion.js';
import { deriveCollation } from '../collation-derivation.js';
import type { Expression, ScalarFunction } from '../expression.js';
import type { FunctionSpec, Resolved } from '../function-registry.js';
import { registerFunction } from '../function-registry.js';
import type { Runtime } from '../runtime.js';
import {
  binaryType,
  datetimeType,
  dateType,
  intType,
  isHexLiteral,
  isStringType,
  realType,
  stringType,
  timeType,
} from '../type-inference.js';

/**
 * Functions defined by a kernel over single values. The compiler calls the kernel in the loop over rows with the
 * arguments already converted to their domains.
 */
export type ArgDomain =
  | 'string'
  /** A string's bytes in its own charset, where others get it in UTF-8. */
  | 'bytes'
  | 'int'
  | 'real'
  | 'decimal'
  /** DATE or DATETIME as it is, anything else as DATETIME(6). */
  | 'datetime'
  | 'time'
  /** As it is, text in UTF-8. */
  | 'json'
  | 'vector'
  /** int, decimal or real as the argument is. */
  | 'numeric'
  /** The same, of a quotient with all the digits that MySQL keeps of it: for results with a scale of their own. */
  | 'digits'
  /** As it is. */
  | 'any';

export type Cell = number | bigint | Uint8Array;
/** Parameters are what the argument domains give. */
export type Kernel = (rt: Runtime, ...args: never[]) => Datum;

export interface ScalarDefinition {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly family: string;
  readonly doc: string;
  readonly args: readonly ArgDomain[];
  /** Domain of arguments beyond `args`. */
  readonly rest?: ArgDomain;
  readonly min?: number;
  readonly type: (args: readonly Expression[], ctx: BuildContext) => FieldType;
  readonly kernel?: Kernel;
  /** A kernel that depends on the argument types. */
  readonly make?: (types: readonly FieldType[], type: FieldType, node: ScalarFunction) => Kernel;
  /** NULL arguments are passed on; default: any NULL gives NULL. */
  readonly nullAware?: boolean;
  /** Never NULL for arguments that are not. */
  readonly total?: boolean;
  readonly deterministic?: boolean;
  readonly stable?: boolean;
  readonly sideEffects?: boolean;
  readonly async?: boolean;
  readonly pure?: boolean;
  readonly pushdown?: string;
  readonly internal?: boolean;
  /** Inline code instead of the kernel call, where it applies. */
  readonly inline?: (g: Emitter, node: ScalarFunction, args: readonly Value[], nul: string) => Value | null;
  readonly rewrite?: FunctionSpec['rewrite'];
}

const connection = (ctx: BuildContext): { charset: string; collate: string } => ({
  charset: ctx.connectionCharset,
  collate: ctx.connectionCollation,
});

/** Digits of the fraction of seconds that an argument may bring; of a string literal those that it has. */
export function argumentFsp(e: Expression): number {
  if (e.type.tp === TypeCode.Null) return 0;
  switch (evalType(e.type)) {
    case 'datetime':
    case 'duration':
      return Math.max(0, e.type.decimal);
    case 'int':
      return 0;
    case 'decimal':
      return Math.min(6, e.type.decimal);
    default: {
      if (e.kind !== 'constant' || e.param !== undefined || !(e.value instanceof Uint8Array)) return 6;
      const m = /\.(\d{1,6})\d*\s*$/.exec(decodeUtf8(e.value));
      return m === null || !/[:T]|^\s*[+-]?\d{6,14}\./.test(decodeUtf8(e.value)) ? 0 : m[1]!.length;
    }
  }
}

export function toArgDomain(e: Expression, domain: ArgDomain, ctx: BuildContext): Expression {
  const d: EvalType = evalType(e.type);
  if (e.type.tp === TypeCode.Null && !(e.kind === 'constant' && e.param !== undefined)) return e;
  switch (domain) {
    case 'any':
      return e;
    case 'bytes':
    case 'string': {
      if (d === 'string') {
        if (domain === 'bytes') return e;
        return textInUtf8(e, ctx);
      }
      if (d === 'int' && e.type.tp === TypeCode.Bit) return castTo(e, binaryType(), ctx);
      return castTo(e, connectionText(UNSPECIFIED, ctx), ctx);
    }
    case 'int':
      return d === 'int' ? e : castTo(e, intType(), ctx);
    case 'real':
      return d === 'real' ? e : castTo(e, realType(), ctx);
    case 'decimal':
      return d === 'decimal' || d === 'int' ? e : castTo(e, asDecimalType(e.type), ctx);
    case 'datetime':
      return d === 'datetime' ? e : castTo(e, datetimeType(argumentFsp(e)), ctx);
    case 'time':
      return d === 'duration' ? e : castTo(e, timeType(argumentFsp(e)), ctx);
    case 'json':
      return isStringType(e.type) ? textInUtf8(e, ctx) : e;
    case 'vector':
      return d === 'vector' ? e : castTo(e, vectorType(), ctx);
    case 'numeric':
    case 'digits':
      if (d === 'int' || d === 'decimal' || d === 'real') return e;
      if (isHexLiteral(e.type)) return castTo(e, intType(true), ctx);
      if (d === 'datetime' || d === 'duration')
        return castTo(e, e.type.decimal > 0 ? asDecimalType(e.type) : intType(), ctx);
      return castTo(e, realType(), ctx);
  }
}

/** Text for kernels: in UTF-8, under the collation that it has. */
function textInUtf8(e: Expression, ctx: BuildContext): Expression {
  if (isUtf8Compatible(e.type.charset)) return e;
  if (e.type.tp === TypeCode.Enum || e.type.tp === TypeCode.Set)
    return explicitCast(e, stringType(UNSPECIFIED, 'utf8mb4', e.type.collate), ctx);
  const from = e.kind === 'function' && e.name === 'cast' ? e.args[0]! : null;
  if (from !== null && from.type.charset === 'utf8mb4' && from.type.collate === e.type.collate) return from;
  return transcode(e, stringType(UNSPECIFIED, 'utf8mb4', e.type.collate), ctx);
}

/** String arguments that are not in UTF-8 are brought to the charset of all before kernels get them. */
function harmonize(
  raw: readonly Expression[],
  isText: (i: number) => boolean,
  ctx: BuildContext,
  what: string,
) {
  const texts = raw.filter((a, i) => isText(i) && isStringType(a.type));
  if (texts.every((a) => isUtf8Compatible(a.type.charset))) return raw;
  const d = deriveCollation(texts, what, connection(ctx));
  return raw.map((a, i) => (isText(i) ? inCharset(a, d, ctx) : a));
}

/** Arguments as kernels take them; ENUM and SET as text where the domain is a string. */
function emitArgs(g: Emitter, node: ScalarFunction, domains: (i: number) => ArgDomain): Value[] {
  return node.args.map((a, i) => {
    const d = domains(i);
    return (d === 'string' || d === 'bytes' || d === 'any' || d === 'json') &&
      (isStringType(a.type) || a.type.tp === TypeCode.Null)
      ? g.operand(a, 'string')
      : g.emit(a);
  });
}

export function argCode(g: Emitter, v: Value, ft: FieldType): string {
  return g.asDatum(v, evalType(ft) === 'real' ? 'real' : 'int');
}

export function define(d: ScalarDefinition): void {
  const domainOf = (i: number): ArgDomain => d.args[i] ?? d.rest ?? 'any';
  registerFunction({
    name: d.name,
    aliases: d.aliases,
    minArgs: d.min ?? d.args.length,
    maxArgs: d.rest === undefined ? d.args.length : Infinity,
    family: d.family,
    doc: d.doc,
    deterministic: d.deterministic,
    stable: d.stable,
    sideEffects: d.sideEffects,
    async: d.async,
    pure: d.pure,
    pushdown: d.pushdown,
    internal: d.internal,
    rewrite: d.rewrite,
    resolve(raw, ctx): Resolved {
      const args = harmonize(raw, (i) => domainOf(i) === 'string', ctx, d.name).map((a, i) =>
        toArgDomain(a, domainOf(i), ctx),
      );
      const type = d.type(args, ctx);
      const own = collation(type.collate)?.charset;
      return {
        args: args.map((a, i) => (domainOf(i) === 'digits' ? preciseQuotient(a) : a)),
        type,
        collation: collationOfCall(d.name, args, domainOf, type, ctx),
        result:
          own !== undefined && !isUtf8Compatible(own) && type.charset === 'utf8mb4'
            ? { ...type, charset: own }
            : undefined,
      };
    },
    emit(g, node) {
      const args = emitArgs(g, node, domainOf);
      const nul = d.nullAware === true ? 'false' : g.anyNull(args);
      if (nul === 'true')
        return {
          rep: isBytes(node.type) ? 's' : 'n',
          v: isBytes(node.type) ? g.pool(EMPTY) : '0',
          s: '0',
          e: '0',
          nul,
          bound: 0,
        };
      const inlined = d.inline?.(g, node, args, nul) ?? null;
      if (inlined !== null) return inlined;
      const kernel =
        d.make === undefined
          ? d.kernel!
          : d.make(
              node.args.map((a) => a.type),
              node.type,
              node,
            );
      const codes = args.map((v, i) => {
        const code = argCode(g, v, node.args[i]!.type);
        if (d.nullAware !== true || v.nul === 'false') return code;
        return v.nul === 'true' ? 'null' : `(${v.nul}?null:${code})`;
      });
      const wait = d.async === true ? 'await ' : '';
      if (d.async === true) g.usesAwait = true;
      return g.fromCall(
        `${wait}${g.pool(kernel)}(${['rt', ...codes].join(',')})`,
        node.type,
        nul,
        d.total !== true,
      );
    },
  });
}

export function defineAll(family: string, definitions: readonly Omit<ScalarDefinition, 'family'>[]): void {
  for (const d of definitions) define({ ...d, family });
}

const EMPTY = new Uint8Array(0);
const isBytes = (t: FieldType): boolean =>
  (evalType(t) === 'string' || evalType(t) === 'json' || evalType(t) === 'vector') &&
  t.tp !== TypeCode.Enum &&
  t.tp !== TypeCode.Set &&
  t.tp !== TypeCode.Null;

const TEXT_DOMAINS: ReadonlySet<ArgDomain> = new Set(['string', 'any', 'json']);

function collationOfCall(
  name: string,
  args: readonly Expression[],
  domainOf: (i: number) => ArgDomain,
  type: FieldType,
  ctx: BuildContext,
): string {
  if (isStringType(type)) return type.collate;
  const strings = args.filter((a, i) => TEXT_DOMAINS.has(domainOf(i)) && isStringType(a.type));
  return strings.length === 0 ? 'binary' : deriveCollation(strings, name, connection(ctx)).collate;
}

/** Text form of a string argument: UTF-8, or one character a byte where it is binary. */
export interface TextCodec {
  decode(b: Uint8Array): string;
  encode(s: string): Uint8Array;
  readonly binary: boolean;
}

export const UTF8: TextCodec = { decode: decodeUtf8, encode: encodeUtf8, binary: false };
/** A character for each byte. */
export const BYTES: TextCodec = {
  decode: (b) => Buffer.from(b.buffer, b.byteOffset, b.length).toString('latin1'),
  encode: (s) => new Uint8Array(Buffer.from(s, 'latin1')),
  binary: true,
};

export const codecOf = (ft: FieldType): TextCodec => (ft.charset === 'binary' ? BYTES : UTF8);

/** Result type: a string with the collation of the string arguments (all of them, or those listed). */
export function stringLike(
  what: string,
  flen: (args: readonly Expression[]) => number = () => UNSPECIFIED,
  which?: readonly number[],
) {
  return (args: readonly Expression[], ctx: BuildContext): FieldType => {
    const strings = (which === undefined ? args : which.map((i) => args[i]!)).filter(
      (a) => a !== undefined && isStringType(a.type),
    );
    const d = deriveCollation(
      strings.length === 0 && args.every((a) => a.type.tp === TypeCode.Null) ? args : strings,
      what,
      connection(ctx),
    );
    const charset = isUtf8Compatible(d.charset) ? d.charset : 'utf8mb4';
    return stringType(flen(args), charset, d.collate);
  };
}

/**
 * Text that is made of something else, in the connection's charset and collation (manual, "Connection Character Sets and Collations"); where
 * that is no UTF-8, which kernels make, in utf8mb4.
 */
export function connectionText(flen: number, ctx: BuildContext): FieldType {
  const { charset, collate } = connection(ctx);
  return charset === 'binary' || charset.startsWith('utf8')
    ? stringType(flen, charset, collate)
    : stringType(flen, 'utf8mb4', 'utf8mb4_bin');
}

/** Result type: ASCII text in the connection's charset. */
export const connectionString =
  (flen: number) =>
  (_args: readonly Expression[], ctx: BuildContext): FieldType =>
    connectionText(flen, ctx);

export const int =
  (flen = 20, unsigned = false) =>
  (): FieldType =>
    intType(unsigned, flen);
export const real = (): FieldType => realType();
export const bytesOf =
  (flen = UNSPECIFIED) =>
  (): FieldType =>
    binaryType(flen);
export const date = (): FieldType => dateType();

export const notNullIf = (ft: FieldType, args: readonly Expression[]): FieldType => ({
  ...ft,
  flag: args.every((a) => isNotNull(a.type)) ? ft.flag | Flag.NotNull : ft.flag & ~Flag.NotNull,
});

/** An integer argument as a plain number, clamped to ±2^53: for counts and positions. */
export const toNumber = (v: DecInt): number =>
  typeof v === 'number' ? v : v > 0n ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER;
