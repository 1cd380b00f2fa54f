import { charset, convertCharset, decodeUtf8 } from '../../types/charset.js';
import type { Charset } from '../../types/charset.js';
import { collation } from '../../types/collation.js';
import { mysqlError } from '../../types/error-table.js';
import { Flag, TypeCode, UNSPECIFIED } from '../../types/field-type.js';
import { castTo, explicitCast } from '../build.js';
import type { Constant } from '../expression.js';
import { registerFunction } from '../function-registry.js';
import { hexEscape } from '../hex-escape.js';
import type { Runtime } from '../runtime.js';
import { charLength, isStringType, stringType } from '../type-inference.js';

/** CONVERT … USING and COLLATE (manual, "Character Set and Collation Functions"). */

/** Bytes as text of the charset; NULL with a warning where they are none. */
function asTextOf(rt: Runtime, b: Uint8Array, to: Charset): Uint8Array | null {
  const bad = to.invalidAt(b);
  if (bad < 0) return b;
  rt.warning('ER_CANNOT_CONVERT_STRING', hexEscape(b), 'binary', to.name);
  return null;
}

/** CONVERT(e USING charset): (e, charset name). */
registerFunction({
  name: 'convert',
  minArgs: 2,
  maxArgs: 2,
  family: 'cast',
  internal: true,
  doc: 'CONVERT(e USING charset). Manual: Cast Functions and Operators.',
  resolve([e, name], ctx) {
    const cs = decodeUtf8((name as Constant).value as Uint8Array);
    const target = charset(cs);
    if (target === undefined) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', cs);
    const text = isStringType(e!.type)
      ? e!
      : castTo(e!, stringType(UNSPECIFIED, ctx.connectionCharset, ctx.connectionCollation), ctx);
    return {
      args: [text, name!],
      type: {
        ...stringType(charLength(e!.type), target.name, target.defaultCollation),
        flag: target.name === 'binary' ? Flag.Binary : 0,
      },
    };
  },
  emit(g, node) {
    const a = g.operand(node.args[0]!, 'string');
    const from = charset(node.args[0]!.type.charset);
    const to = charset(node.type.charset);
    if (
      a.nul === 'true' ||
      from === undefined ||
      to === undefined ||
      from.name === to.name ||
      to.name === 'binary'
    ) {
      return a;
    }
    if (from.name === 'binary') {
      // Bytes are taken as they are where they are text of the charset.
      return g.fromCall(
        `${g.pool(asTextOf)}(rt,${g.asDatum(a, 'string')},${g.pool(to)})`,
        node.type,
        a.nul,
        true,
      );
    }
    return g.fromBytes(
      `${g.pool(convertCharset)}(${g.asDatum(a, 'string')},${g.pool(from)},${g.pool(to)})`,
      a.nul,
      false,
    );
  },
});

/** e COLLATE name: (e, collation name). */
registerFunction({
  name: 'collate',
  minArgs: 2,
  maxArgs: 2,
  family: 'cast',
  internal: true,
  pure: true,
  pushdown: 'Collate',
  doc: 'e COLLATE collation. Manual: The COLLATE Clause.',
  resolve([e, name], ctx) {
    const c = collation(decodeUtf8((name as Constant).value as Uint8Array));
    if (c === undefined)
      throw mysqlError('ER_UNKNOWN_COLLATION', decodeUtf8((name as Constant).value as Uint8Array));
    const member = e!.type.tp === TypeCode.Enum || e!.type.tp === TypeCode.Set;
    const text = member
      ? explicitCast(e!, stringType(e!.type.flen, e!.type.charset, e!.type.collate), ctx)
      : isStringType(e!.type)
        ? e!
        : castTo(e!, stringType(UNSPECIFIED, ctx.connectionCharset, ctx.connectionCollation), ctx);
    const cs = isStringType(e!.type) || c.name !== 'binary' ? text.type.charset : 'binary';
    const utf8 = (x: string): string => (x === 'utf8mb3' ? 'utf8' : x);
    if (
      e!.type.tp !== TypeCode.Null &&
      utf8(cs) !== utf8(c.charset) &&
      !(cs === 'ascii' && c.charset.startsWith('utf8'))
    ) {
      throw mysqlError('ER_COLLATION_CHARSET_MISMATCH', c.name, cs);
    }
    return {
      args: [text, name!],
      type: { ...text.type, charset: c.charset, collate: c.name },
      collation: c.name,
    };
  },
  emit: (g, node) => g.operand(node.args[0]!, 'string'),
});
