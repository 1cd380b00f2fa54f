import { decodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType, Flag, TypeCode, UNSPECIFIED } from '../../types/field-type.js';
import { castDatum } from '../cast-datum.js';
import type { EvalContext } from '../eval-context.js';
import type { Constant, Expression, ScalarFunction } from '../expression.js';
import { registerFunctions } from '../function-registry.js';
import { Runtime } from '../runtime.js';
import { BOOLEAN_FLAG, isStringType, stringType } from '../type-inference.js';
import { argCode } from './scalar.js';

/** User variables (manual, "User-Defined Variables"): @name is getvar('name'), @name := v is setvar('name', v). */

const nameOf = (e: Expression): string => decodeUtf8((e as Constant).value as Uint8Array).toLowerCase();

/** The type a variable keeps of an assigned value: 64-bit integers, decimals, doubles and strings; times become strings. */
export function variableType(t: FieldType): FieldType {
  const flag = t.flag & ~Flag.NotNull & ~BOOLEAN_FLAG;
  switch (evalType(t)) {
    case 'int':
      return t.tp === TypeCode.Null ? stringType() : { ...t, tp: TypeCode.LongLong, flen: 20, flag };
    case 'real':
      return { ...t, tp: TypeCode.Double, flen: 23, flag };
    case 'decimal':
      return { ...t, flen: 65, flag };
    default:
      return isStringType(t) ? stringType(UNSPECIFIED, t.charset, t.collate) : stringType();
  }
}

function read(rt: Runtime, name: string, type: FieldType): Datum {
  const v = rt.ctx.session.getUserVariable(name);
  return v === null ? null : castDatum(v.value, v.type, type, rt);
}

/** The value of a call of getvar. */
export function userVariable(call: ScalarFunction, ctx: EvalContext): Datum {
  const rt = new Runtime(ctx);
  const v = read(rt, nameOf(call.args[0]!), call.type);
  rt.flush();
  return v;
}

function write(rt: Runtime, name: string, from: FieldType, type: FieldType, value: Datum): Datum {
  const v = castDatum(value, from, type, rt);
  rt.ctx.session.setUserVariable(name, type, v instanceof Uint8Array ? v.slice() : v);
  return v;
}

registerFunctions([
  {
    name: 'getvar',
    minArgs: 1,
    maxArgs: 1,
    family: 'variable',
    internal: true,
    deterministic: false,
    stable: false,
    sideEffects: true,
    doc: '@name. Manual: User-Defined Variables.',
    resolve: (args, ctx) => ({
      args,
      type: stringType(UNSPECIFIED, ctx.connectionCharset, ctx.connectionCollation),
    }),
    emit(g, node) {
      const name = nameOf(node.args[0]!);
      return g.fromCall(`${g.pool(read)}(rt,${g.pool(name)},${g.pool(node.type)})`, node.type, 'false', true);
    },
  },
  {
    name: 'setvar',
    minArgs: 2,
    maxArgs: 2,
    family: 'variable',
    internal: true,
    deterministic: false,
    stable: false,
    sideEffects: true,
    doc: '@name := value. Manual: User-Defined Variables.',
    resolve: ([n, v]) => ({ args: [n!, v!], type: variableType(v!.type) }),
    emit(g, node) {
      const e = node.args[1]!;
      const v = isStringType(e.type) ? g.operand(e, 'string') : g.emit(e);
      const from = isStringType(e.type) && v.rep === 's' ? { ...e.type, tp: TypeCode.VarString } : e.type;
      const code =
        v.nul === 'true'
          ? 'null'
          : v.nul === 'false'
            ? argCode(g, v, e.type)
            : `(${v.nul}?null:${argCode(g, v, e.type)})`;
      return g.fromCall(
        `${g.pool(write)}(rt,${g.pool(nameOf(node.args[0]!))},${g.pool(from)},${g.pool(node.type)},${code})`,
        node.type,
        'false',
        true,
      );
    },
  },
]);
