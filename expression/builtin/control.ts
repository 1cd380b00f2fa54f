import { evalType, Flag, isNotNull, TypeCode } from '../../types/field-type.js';
import type { FieldType } from '../../types/field-type.js';
import { castTo, newFunction } from '../build.js';
import type { BuildContext } from '../build-context.js';
import type { Emitter, Value } from '../codegen.js';
import { deriveCollation, withCollation } from '../collation-derivation.js';
import type { Expression, ScalarFunction } from '../expression.js';
import { registerFunctions } from '../function-registry.js';
import { aggregateTypes, isStringType } from '../type-inference.js';
import { branchValues, caseTable, emitBranch, type CaseTable } from './case-table.js';
import { truthArg } from './logic.js';

/** Flow control (manual, "Flow Control Functions"). Only the alternative that is taken is evaluated. */

/** Alternatives cast to their common type. */
export function unifyAlternatives(
  values: readonly Expression[],
  what: string,
  ctx: BuildContext,
): { type: FieldType; values: Expression[] } {
  let type = aggregateTypes(values.map((v) => v.type));
  if (isString(type)) {
    const d = deriveCollation(values, what, {
      charset: ctx.connectionCharset,
      collate: ctx.connectionCollation,
    });
    type = withCollation(type, d);
    if (d.charset === 'binary') type = { ...type, flag: type.flag | Flag.Binary };
  }
  const target: FieldType = { ...type, flag: type.flag & ~Flag.NotNull };
  return {
    type,
    values: values.map((v) => (v.type.tp === TypeCode.Null ? v : castAlternative(v, target, ctx))),
  };
}

/** Strings keep their own length: a cast would only cut nothing. */
function castAlternative(v: Expression, type: FieldType, ctx: BuildContext): Expression {
  if (type.tp === TypeCode.Enum || type.tp === TypeCode.Set) return v;
  if (
    isStringType(type) &&
    isStringType(v.type) &&
    v.type.tp !== TypeCode.Enum &&
    v.type.tp !== TypeCode.Set
  ) {
    if (v.type.charset === type.charset || type.charset === 'binary') return v;
    return castTo(v, { ...type, flen: -1 }, ctx);
  }
  if (isStringType(type)) return castTo(v, { ...type, flen: -1 }, ctx);
  return castTo(v, type, ctx);
}

const isString = (t: FieldType): boolean =>
  evalType(t) === 'string' && t.tp !== TypeCode.Null && t.tp !== TypeCode.Enum && t.tp !== TypeCode.Set;

export function emitOperand(g: Emitter, e: Expression, type: FieldType): Value {
  return isString(type) ? g.operand(e, 'string') : g.emit(e);
}

function emitIf(g: Emitter, node: ScalarFunction): Value {
  const [c, a, b] = node.args as [Expression, Expression, Expression];
  const cond = g.emit(c);
  if (cond.nul === 'true') return emitOperand(g, b, node.type);
  const test = cond.nul === 'false' ? g.truth(cond) : `!(${cond.nul})&&(${g.truth(cond)})`;
  return g.choose([() => emitOperand(g, a, node.type), () => emitOperand(g, b, node.type)], (take) => {
    g.line(`if(${test}){`);
    take(0);
    g.line('}else{');
    take(1);
    g.line('}');
  });
}

/** The branch of a table is taken by its number, or its value is, where all of them are constants. */
function emitCaseTable(g: Emitter, node: ScalarFunction, table: CaseTable): Value {
  const values: Expression[] = [];
  for (let i = 1; i < node.args.length; i += 2) values.push(node.args[i]!);
  const others = node.args.length % 2 === 1 ? [() => emitOperand(g, node.args.at(-1)!, node.type)] : [];
  const at = emitBranch(g, table);
  const known = branchValues(values);
  if (known !== null)
    return g.choose([() => known(g, at), ...others], (take) => {
      g.line(`if(${at}>=0){`);
      take(0);
      if (others.length > 0) {
        g.line('}else{');
        take(1);
      }
      g.line('}');
    });
  return g.choose([...values.map((v) => () => emitOperand(g, v, node.type)), ...others], (take) => {
    g.line(`switch(${at}){`);
    for (let i = 0; i < values.length + others.length; i++) {
      g.line(i < values.length ? `case ${i}:{` : 'default:{');
      take(i);
      g.line('break;}');
    }
    g.line('}');
  });
}

function emitCase(g: Emitter, node: ScalarFunction): Value {
  const table = caseTable(node);
  if (table !== null) return emitCaseTable(g, node, table);
  const n = node.args.length;
  const pairs = Math.floor(n / 2);
  const alternatives: (() => Value)[] = [];
  for (let i = 0; i < pairs; i++) alternatives.push(() => emitOperand(g, node.args[2 * i + 1]!, node.type));
  if (n % 2 === 1) alternatives.push(() => emitOperand(g, node.args[n - 1]!, node.type));
  return g.choose(alternatives, (take) => {
    // Left where a condition holds: nested in each other, thousands of branches would be deeper than code is parsed.
    const end = g.name();
    g.line(`${end}:{`);
    for (let i = 0; i < pairs; i++) {
      const cond = g.emit(node.args[2 * i]!);
      const test =
        cond.nul === 'true'
          ? 'false'
          : cond.nul === 'false'
            ? g.truth(cond)
            : `!(${cond.nul})&&(${g.truth(cond)})`;
      g.line(`if(${test}){`);
      take(i);
      g.line(`break ${end};}`);
    }
    if (n % 2 === 1) take(pairs);
    g.line('}');
  });
}

/** The first argument that is not NULL. */
function emitCoalesce(g: Emitter, node: ScalarFunction): Value {
  const done = g.variable('false');
  const alternatives = node.args.map((a) => () => emitOperand(g, a, node.type));
  const parts: Value[] = [];
  const r = g.choose(
    alternatives.map((f) => () => {
      const v = f();
      parts.push(v);
      return v;
    }),
    (take) => {
      for (let i = 0; i < alternatives.length; i++) {
        g.line(`if(!${done}){`);
        take(i);
        const nul = parts[i]!.nul;
        g.line(`${done}=${nul === 'false' ? 'true' : nul === 'true' ? 'false' : `!(${nul})`};`);
        g.line('}');
      }
    },
  );
  return r;
}

registerFunctions([
  {
    name: 'if',
    minArgs: 3,
    maxArgs: 3,
    family: 'control',
    pushdown: 'If',
    doc: 'IF(cond, a, b): a where cond is true, else b. Manual: Flow Control Functions.',
    resolve([c, a, b], ctx) {
      const { type, values } = unifyAlternatives([a!, b!], 'if', ctx);
      return { args: [truthArg(c!, ctx), ...values], type, collation: type.collate };
    },
    emit: emitIf,
  },
  {
    name: 'case',
    minArgs: 1,
    maxArgs: Infinity,
    family: 'control',
    internal: true,
    pushdown: 'CaseWhen',
    doc: 'CASE WHEN cond THEN value … ELSE value END; arguments cond, value, …, [else]. Manual: Flow Control Functions.',
    resolve(args, ctx) {
      const conds: number[] = [];
      const values: number[] = [];
      args.forEach((_, i) => (i % 2 === 0 && i < args.length - 1 ? conds.push(i) : values.push(i)));
      const u = unifyAlternatives(
        values.map((i) => args[i]!),
        'case',
        ctx,
      );
      const out = args.slice();
      values.forEach((at, i) => (out[at] = u.values[i]!));
      for (const i of conds) out[i] = truthArg(out[i]!, ctx);
      const type = args.length % 2 === 1 ? u.type : { ...u.type, flag: u.type.flag & ~Flag.NotNull };
      return { args: out, type, collation: type.collate };
    },
    emit: emitCase,
  },
  {
    name: 'ifnull',
    minArgs: 2,
    maxArgs: 2,
    family: 'control',
    pushdown: 'IfNull',
    doc: 'IFNULL(a, b): a unless it is NULL, then b. Manual: Flow Control Functions.',
    resolve(args, ctx) {
      const { type, values } = unifyAlternatives(args, 'ifnull', ctx);
      return { args: values, type: anyNotNull(type, args), collation: type.collate };
    },
    emit: emitCoalesce,
  },
  {
    name: 'coalesce',
    minArgs: 1,
    maxArgs: Infinity,
    family: 'control',
    pushdown: 'Coalesce',
    doc: 'COALESCE(a, …): the first argument that is not NULL. Manual: Comparison Functions and Operators.',
    resolve(args, ctx) {
      const { type, values } = unifyAlternatives(args, 'coalesce', ctx);
      return { args: values, type: anyNotNull(type, args), collation: type.collate };
    },
    emit: emitCoalesce,
  },
  {
    name: 'nullif',
    minArgs: 2,
    maxArgs: 2,
    family: 'control',
    pushdown: 'If',
    doc: 'NULLIF(a, b): NULL where a = b, else a. Manual: Flow Control Functions.',
    rewrite: ([a, b], ctx) =>
      newFunction(
        'if',
        [
          newFunction('eq', [a!, b!], ctx),
          { kind: 'constant', value: null, type: { ...a!.type, flag: a!.type.flag & ~Flag.NotNull } },
          a!,
        ],
        ctx,
      ),
    resolve: (args) => ({ args, type: args[0]!.type }),
    emit: (g, node) => g.emit(node.args[0]!),
  },
]);

const anyNotNull = (t: FieldType, args: readonly Expression[]): FieldType => ({
  ...t,
  flag: args.some((a) => isNotNull(a.type)) ? t.flag | Flag.NotNull : t.flag & ~Flag.NotNull,
});
