import type { EvalContext } from '../../../expression/eval-context.js';
import { evalDatum } from '../../../expression/compile.js';
import type { Column, Expression } from '../../../expression/expression.js';
import { ByteWriter } from '../../../kv/codec/byte-writer.js';
import { readDecimal, writeDecimal } from '../../../kv/codec/decimal-codec.js';
import {
  readFloatKey,
  readIntKey,
  readUintKey,
  readU32be,
  writeFloatKey,
  writeIntKey,
  writeUintKey,
} from '../../../kv/codec/number-codec.js';
import { packedTime, packTime, timeDatumOf } from '../../../kv/codec/time-codec.js';
import type * as tipb from '../../../kv/tikv/generated/tipb.js';
import { collation, collationById } from '../../../types/collation.js';
import type { Datum } from '../../../types/datum.js';
import { evalType, Flag, isUnsigned, type FieldType } from '../../../types/field-type.js';
import type { TimeZone } from '../../../types/timezone.js';
import { decRescale } from '../../../types/decimal.js';
import { exactDigits } from '../../../expression/type-inference.js';
import { signatureOf } from '../../../expression/pushdown/signatures.js';
import {
  collationHasForm,
  nodeHasForm,
  callForm,
  typeHasForm,
} from '../../../expression/pushdown/store-form.js';

/** tipb's ExprType. */
const ExprType = {
  Null: 0,
  Int64: 1,
  Uint64: 2,
  Float64: 4,
  String: 5,
  Bytes: 6,
  Decimal: 102,
  Duration: 103,
  Time: 107,
  Json: 108,
  ColumnRef: 201,
  ScalarFunc: 10000,
} as const;

/** The store has no form of the expression, or of a type. */
export class NotEncodable extends Error {}

/** The request is none that this store can evaluate. */
export class NotDecodable extends Error {}

/** What encoding an expression depends on. */
export interface EncodeContext {
  readonly eval: EvalContext;
  readonly zone: TimeZone;
  /** Position of an input column in what the store's operator below gives. Throws NotEncodable. */
  column(c: Column): number;
}

export function encodeType(ft: FieldType, collate = ft.collate): tipb.FieldTypeInit {
  if (!typeHasForm(ft)) throw new NotEncodable(`charset ${ft.charset}, collation ${ft.collate}`);
  return {
    tp: ft.tp,
    flag: ft.flag & 0xffff,
    flen: ft.flen,
    decimal: ft.decimal,
    collate: collationNumber(collate),
    charset: ft.charset,
  };
}

/** Negative: strings are compared by sort keys (TiDB, "new framework for collations"). Stores refuse collations that TiDB has not. */
export function collationNumber(name: string): number {
  if (!collationHasForm(name)) throw new NotEncodable(`collation ${name}`);
  return -collation(name)!.id;
}

export function decodeType(t: tipb.FieldType | undefined): FieldType {
  if (t === undefined) throw new NotDecodable('an expression without a type');
  const c = collationById(Math.abs(t.collate));
  if (c === undefined) throw new NotDecodable(`collation ${t.collate}`);
  return {
    tp: t.tp as FieldType['tp'],
    flag: t.flag,
    flen: t.flen,
    decimal: t.decimal,
    charset: t.charset === '' ? c.charset : t.charset,
    collate: c.name,
  };
}

export function encodeExpression(e: Expression, ctx: EncodeContext): tipb.ExprInit {
  if (!nodeHasForm(e)) throw new NotEncodable(e.kind === 'function' ? e.name : e.kind);
  switch (e.kind) {
    case 'column': {
      const w = new ByteWriter(8);
      writeIntKey(w, ctx.column(e));
      return { tp: ExprType.ColumnRef, val: w.toBytes(), fieldType: encodeType(e.type) };
    }
    case 'constant':
    case 'correlated':
      return encodeConstant(evalDatum(e, ctx.eval), e.type, ctx.zone);
    case 'function': {
      const { signature, args } = callForm(e)!;
      const number = variantOf(signature.number, args);
      return {
        tp: ExprType.ScalarFunc,
        sig: number,
        children: args.map((a) => encodeExpression(a, ctx)),
        fieldType: encodeType(
          number === CAST_INT_AS_DECIMAL ? roomForInt(e.type, args[0]!) : e.type,
          e.collation,
        ),
      };
    }
  }
}

/**
 * Functions of two integers of which one or both may be without sign have a number for each case: both signed, the second unsigned, the
 * first unsigned, both. A product has one for all cases but the last.
 */
const VARIANTS: ReadonlyMap<number, readonly number[]> = new Map([
  [210, [210, 210, 210, 218]],
  [217, [226, 225, 224, 223]],
]);

const GENERAL: ReadonlyMap<number, number> = new Map(
  [...VARIANTS].flatMap(([general, variants]) => variants.map((v) => [v, general] as const)),
);

function variantOf(number: number, args: readonly Expression[]): number {
  const variants = VARIANTS.get(number);
  if (variants === undefined) return number;
  return variants[args.reduce((at, a) => at * 2 + (isUnsigned(a.type) ? 1 : 0), 0)]!;
}

const CAST_INT_AS_DECIMAL = 4;

/**
 * The width of an integer column is for display: a conversion that has room for it has room for all its values, which the store
 * would cut to the type's digits.
 */
function roomForInt(to: FieldType, from: Expression): FieldType {
  const scale = Math.max(0, to.decimal);
  const fits = exactDigits(from.type).precision <= to.flen - scale;
  return fits && to.flen < 20 + scale ? { ...to, flen: 20 + scale } : to;
}

function encodeConstant(v: Datum, type: FieldType, zone: TimeZone): tipb.ExprInit {
  if (v === null) return { tp: ExprType.Null, fieldType: encodeType(type) };
  const w = new ByteWriter(16);
  const fieldType = encodeType(type);
  const made = (tp: number): tipb.ExprInit => ({ tp, val: w.toBytes(), fieldType });
  switch (evalType(type)) {
    case 'int':
      if (isUnsigned(type)) {
        writeUintKey(w, v as number | bigint);
        return made(ExprType.Uint64);
      }
      writeIntKey(w, v as number | bigint);
      return made(ExprType.Int64);
    case 'real':
      writeFloatKey(w, v as number);
      return made(ExprType.Float64);
    case 'decimal': {
      const scale = Math.max(0, type.decimal);
      const digits = String(v).replace('-', '').length;
      writeDecimal(w, v as number | bigint, Math.max(digits, scale, 1), scale);
      return made(ExprType.Decimal);
    }
    case 'string':
      w.bytes(v as Uint8Array);
      return made(type.charset === 'binary' ? ExprType.Bytes : ExprType.String);
    case 'datetime':
      packTime(v as number | bigint, type, zone);
      w.u32be(packedTime.hi);
      w.u32be(packedTime.lo);
      return made(ExprType.Time);
    case 'duration':
      writeIntKey(w, BigInt(v as number) * 1000n);
      return made(ExprType.Duration);
    case 'json':
      throw new NotEncodable('a JSON constant');
    case 'vector':
      throw new NotEncodable('a vector');
  }
}

/** The expression over columns of these types. Throws NotDecodable. */
export function decodeExpression(e: tipb.Expr, input: readonly FieldType[], zone: TimeZone): Expression {
  if (e.tp === ExprType.ColumnRef) {
    const index = Number(readIntKey(e.val, 0));
    const type = input[index];
    if (type === undefined) throw new NotDecodable(`column ${index}`);
    return { kind: 'column', id: index, type, index, name: `Column#${index}` };
  }
  const type = decodeType(e.fieldType);
  if (e.tp !== ExprType.ScalarFunc) return { kind: 'constant', type, value: decodeConstant(e, type, zone) };
  const signature = signatureOf(GENERAL.get(e.sig) ?? e.sig);
  if (signature === undefined) throw new NotDecodable(`function signature ${e.sig}`);
  const args = e.children.map((c) => decodeExpression(c, input, zone));
  const plain = { ...type, flag: type.flag & ~Flag.NotNull };
  return { kind: 'function', name: signature.name, type: plain, args, collation: type.collate };
}

function decodeConstant(e: tipb.Expr, type: FieldType, zone: TimeZone): Datum {
  const b = e.val;
  switch (e.tp) {
    case ExprType.Null:
      return null;
    case ExprType.Int64:
      return readIntKey(b, 0);
    case ExprType.Uint64:
      return readUintKey(b, 0);
    case ExprType.Float64:
      return readFloatKey(b, 0);
    case ExprType.String:
    case ExprType.Bytes:
    case ExprType.Json:
      return b.slice();
    case ExprType.Decimal: {
      const scale = Math.max(0, type.decimal);
      return decRescale(readDecimal(b, 0, b[1]!), b[1]!, scale);
    }
    case ExprType.Duration:
      return Number(BigInt(readIntKey(b, 0)) / 1000n);
    case ExprType.Time:
      return timeDatumOf(readU32be(b, 0), readU32be(b, 4), type, zone);
    default:
      throw new NotDecodable(`expression of type ${e.tp}`);
  }
}
