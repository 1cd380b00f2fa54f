import { charset, isUtf8Compatible } from '../types/charset.js';
import { mysqlError } from '../types/error-table.js';
import { TypeCode, UNSPECIFIED } from '../types/field-type.js';
import { castTo, newConstant } from './build.js';
import type { BuildContext } from './build-context.js';
import type { Expression } from './expression.js';
import { hexEscape } from './hex-escape.js';
import { isStringType, stringType } from './type-inference.js';

/** Operands of a string operation in one charset (manual, "Automatic Conversion"). */

/** The error of bytes that are no text of the charset. */
export const cannotConvert = (bytes: Uint8Array, target: string): Error =>
  mysqlError('ER_CANNOT_CONVERT_BYTES', hexEscape(bytes), target);

/** A text in the charset and collation that the operation derived. Bytes stay what they are, checked where they are literals. */
export function inCharset(
  e: Expression,
  target: { readonly charset: string; readonly collate: string },
  ctx: BuildContext,
): Expression {
  const t = e.type;
  if (!isStringType(t) || t.tp === TypeCode.Null || target.charset === 'binary') return e;
  const member = t.tp === TypeCode.Enum || t.tp === TypeCode.Set;
  if (t.charset === target.charset)
    return member && !isUtf8Compatible(t.charset) ? asText(e, target, ctx) : e;
  if (t.charset === 'ascii' || (isUtf8Compatible(t.charset) && t.charset.startsWith(target.charset)))
    return e;
  if (t.charset === 'binary') {
    if (e.kind !== 'constant' || !(e.value instanceof Uint8Array) || e.param !== undefined) return e;
    const cs = charset(target.charset);
    if (cs === undefined) return e;
    const bad = cs.invalidAt(e.value);
    if (bad >= 0) throw cannotConvert(e.value, target.charset);
    return newConstant(e.value, {
      ...stringType(t.flen, target.charset, target.collate),
      flag: t.flag & 1,
    });
  }
  if (t.charset.startsWith('utf8') && target.charset === 'utf8mb4') return e;
  if (e.kind === 'constant' && e.value instanceof Uint8Array && e.value.every((c) => c < 0x80)) return e;
  return asText(e, target, ctx);
}

const asText = (
  e: Expression,
  target: { readonly charset: string; readonly collate: string },
  ctx: BuildContext,
): Expression => castTo(e, stringType(UNSPECIFIED, target.charset, target.collate), ctx);
