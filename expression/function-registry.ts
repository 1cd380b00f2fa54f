import type { FieldType } from '../types/field-type.js';
import { mysqlError } from '../types/error-table.js';
import type { BuildContext } from './build-context.js';
import type { Emitter, Value } from './codegen.js';
import type { Expression, ScalarFunction } from './expression.js';

/** What newFunction settles about one call: arguments with their casts, result type, collation of comparisons. */
export interface Resolved {
  readonly args: readonly Expression[];
  readonly type: FieldType;
  readonly collation?: string;
  /** Text computed in UTF-8 whose charset is another: the type that it is converted to at last. */
  readonly result?: FieldType;
}

/**
 * One scalar function or operator. All that the server knows of it stands here; the planner, the compiler, EXPLAIN, the
 * coprocessor and the generated documentation read it.
 */
export interface FunctionSpec {
  /** Registry name, lower case. */
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly minArgs: number;
  /** Infinity for variadic functions. */
  readonly maxArgs: number;
  /** Argument casts and result type; throws MysqlError on illegal operands. */
  resolve(args: readonly Expression[], ctx: BuildContext, name: string): Resolved;
  /** An equivalent built of other functions, or null to go on with `resolve`. */
  rewrite?(args: readonly Expression[], ctx: BuildContext): Expression | null;
  /** Emits the code that computes one row. */
  emit(g: Emitter, node: ScalarFunction): Value;
  /** False when equal arguments may give different results within one statement (RAND) or it has side effects. */
  readonly deterministic?: boolean;
  /** False when the value depends on session or statement state: folded for one execution, never for a cached plan. */
  readonly stable?: boolean;
  /** Writes session state: runs once per row and in order. */
  readonly sideEffects?: boolean;
  /** Returns a promise (SLEEP, GET_LOCK). */
  readonly async?: boolean;
  /** NULL in any argument gives NULL; no errors, no warnings, no state: may run over dictionary entries. */
  readonly pure?: boolean;
  /** Name family of TiKV's signatures (tipb ScalarFuncSig); absent: never pushed down. */
  readonly pushdown?: string;
  /** Family, as the documentation groups it. */
  readonly family: string;
  /** One line, with the manual's section. */
  readonly doc: string;
  /** Operators and internal functions cannot be called by name in SQL. */
  readonly internal?: boolean;
}

/** Families of functions whose calls may each take as long as thousands of comparisons: their results, or texts, may be long. */
export const HEAVY_FAMILIES: ReadonlySet<string> = new Set([
  'string',
  'regexp',
  'json',
  'encryption',
  'fulltext',
  'vector',
  'miscellaneous',
]);
const SPECS = new Map<string, FunctionSpec>();

export function registerFunction(spec: FunctionSpec): void {
  for (const name of [spec.name, ...(spec.aliases ?? [])]) {
    if (SPECS.has(name)) throw new Error(`function ${name} is registered twice`);
    SPECS.set(name, spec);
  }
}

export function registerFunctions(specs: readonly FunctionSpec[]): void {
  for (const s of specs) registerFunction(s);
}

export function findFunction(name: string): FunctionSpec | undefined {
  return SPECS.get(name);
}

/** The spec of a built node; throws 1305 for an unknown name. */
export function functionSpec(name: string): FunctionSpec {
  const s = SPECS.get(name);
  if (s === undefined) throw mysqlError('ER_SP_DOES_NOT_EXIST', 'FUNCTION', name);
  return s;
}

/** All specs once each, by family and name. */
export function allFunctions(): FunctionSpec[] {
  return [...new Set(SPECS.values())].sort((a, b) =>
    a.family === b.family ? (a.name < b.name ? -1 : 1) : a.family < b.family ? -1 : 1,
  );
}
