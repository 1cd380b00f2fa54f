import { Flag, isNotNull } from '../../types/field-type.js';
import type { FieldType } from '../../types/field-type.js';
import { foldConstant } from '../build.js';
import type { BuildContext } from '../build-context.js';
import type { Emitter, Value } from '../codegen.js';
import { NULL_VALUE } from '../codegen.js';
import type { Expression, ScalarFunction } from '../expression.js';
import type { FunctionSpec } from '../function-registry.js';
import { registerFunctions } from '../function-registry.js';
import { BOOLEAN_FLAG, boolType } from '../type-inference.js';
import { asTruth } from '../truth.js';

/** Three-valued logic (manual, "Logical Operators"). The right operand is evaluated only where the left does not decide. */

/** An operand whose truth can be tested: strings count as numbers. */
export const truthArg = (a: Expression, ctx: BuildContext): Expression => foldConstant(asTruth(a), ctx);

/** Truth of an ENUM or SET operand is that of its number, which is its cell. */
function emitTruth(g: Emitter, e: Expression): Value {
  return g.emit(e);
}

export const boolOf = (args: readonly Pick<Expression, 'type'>[]): FieldType => ({
  ...boolType(),
  flag: Flag.Binary | BOOLEAN_FLAG | (args.every((a) => isNotNull(a.type)) ? Flag.NotNull : 0),
});

const resolveLogic: FunctionSpec['resolve'] = (raw, ctx) => {
  const args = raw.map((a) => truthArg(a, ctx));
  return { args, type: boolOf(args) };
};

/** AND: `decisive` is false; OR: `decisive` is true. */
function emitConnective(isAnd: boolean) {
  return (g: Emitter, node: ScalarFunction): Value => {
    const a = emitTruth(g, node.args[0]!);
    const right = g.capture(() => emitTruth(g, node.args[1]!));
    const b = right.result;
    const ta = a.nul === 'true' ? (isAnd ? 'true' : 'false') : g.truth(a);
    const tb = b.nul === 'true' ? (isAnd ? 'true' : 'false') : g.truth(b);
    if (a.nul === 'false' && b.nul === 'false' && right.lines.length === 0) {
      return g.bool(`(${ta})${isAnd ? '&&' : '||'}(${tb})`, 'false');
    }
    const v = g.variable(isAnd ? 'false' : 'true');
    const n = a.nul === 'false' && b.nul === 'false' ? 'false' : g.variable('false');
    const undecided = isAnd ? `(${ta})` : `!(${ta})`;
    const an = a.nul === 'false' ? 'false' : g.stableNull(a.nul);
    g.line(`if(${an === 'false' ? undecided : `${an}||${undecided}`}){`);
    g.append(right.lines);
    if (n === 'false') {
      g.line(`${v}=${tb};`);
    } else {
      const bDecides = isAnd ? `!(${tb})` : `(${tb})`;
      const bKnown = b.nul === 'false' ? bDecides : `!(${b.nul})&&${bDecides}`;
      g.line(`if(${bKnown}){${v}=${isAnd ? 'false' : 'true'};}`);
      const anyNull = [an, b.nul].filter((x) => x !== 'false').join('||');
      g.line(`else if(${anyNull})${n}=true;else ${v}=${isAnd ? 'true' : 'false'};`);
    }
    g.line('}');
    return g.bool(v, n);
  };
}

function emitXor(g: Emitter, node: ScalarFunction): Value {
  const a = emitTruth(g, node.args[0]!);
  const b = emitTruth(g, node.args[1]!);
  const nul = g.anyNull([a, b]);
  if (nul === 'true') return NULL_VALUE;
  return g.bool(`(${g.truth(a)})!==(${g.truth(b)})`, nul);
}

function emitNot(g: Emitter, node: ScalarFunction): Value {
  const a = emitTruth(g, node.args[0]!);
  return a.nul === 'true' ? a : g.bool(`!(${g.truth(a)})`, a.nul);
}

function emitIs(expected: boolean) {
  return (g: Emitter, node: ScalarFunction): Value => {
    const a = emitTruth(g, node.args[0]!);
    if (a.nul === 'true') return g.bool('false', 'false');
    const t = expected ? `(${g.truth(a)})` : `!(${g.truth(a)})`;
    return g.bool(a.nul === 'false' ? t : `!(${a.nul})&&${t}`, 'false');
  };
}

const truthTest = (name: string, expected: boolean, doc: string): FunctionSpec => ({
  name,
  minArgs: 1,
  maxArgs: 1,
  family: 'logic',
  internal: true,
  pushdown: expected ? 'IntIsTrue' : 'IntIsFalse',
  doc,
  resolve: (raw, ctx) => ({
    args: raw.map((a) => truthArg(a, ctx)),
    type: { ...boolType(), flag: Flag.Binary | Flag.NotNull | BOOLEAN_FLAG },
  }),
  emit: emitIs(expected),
});

registerFunctions([
  {
    name: 'and',
    minArgs: 2,
    maxArgs: 2,
    family: 'logic',
    internal: true,
    pushdown: 'LogicalAnd',
    doc: 'a AND b, a && b. Manual: Logical Operators.',
    resolve: resolveLogic,
    emit: emitConnective(true),
  },
  {
    name: 'or',
    minArgs: 2,
    maxArgs: 2,
    family: 'logic',
    internal: true,
    pushdown: 'LogicalOr',
    doc: 'a OR b, a || b. Manual: Logical Operators.',
    resolve: resolveLogic,
    emit: emitConnective(false),
  },
  {
    name: 'xor',
    minArgs: 2,
    maxArgs: 2,
    family: 'logic',
    internal: true,
    pushdown: 'LogicalXor',
    doc: 'a XOR b. Manual: Logical Operators.',
    resolve: resolveLogic,
    emit: emitXor,
  },
  {
    name: 'not',
    minArgs: 1,
    maxArgs: 1,
    family: 'logic',
    internal: true,
    pure: true,
    pushdown: 'UnaryNot',
    doc: 'NOT a, !a. Manual: Logical Operators.',
    resolve: resolveLogic,
    emit: emitNot,
  },
  truthTest('istrue', true, 'a IS TRUE. Manual: Comparison Functions and Operators.'),
  truthTest('isfalse', false, 'a IS FALSE. Manual: Comparison Functions and Operators.'),
  {
    name: 'isnull',
    minArgs: 1,
    maxArgs: 1,
    family: 'logic',
    pushdown: 'IsNull',
    doc: 'ISNULL(a), a IS NULL, a IS UNKNOWN. Manual: Comparison Functions and Operators.',
    resolve: (args) => ({ args, type: { ...boolType(), flag: Flag.Binary | Flag.NotNull | BOOLEAN_FLAG } }),
    emit(g, node) {
      const a = g.emit(node.args[0]!);
      return g.bool(a.nul === 'true' ? 'true' : a.nul === 'false' ? 'false' : a.nul, 'false');
    },
  },
]);
