import type { Constant, Expression, ScalarFunction } from '../../expression/expression.js';
import type { PhysicalPlan } from '../../planner/physical/plan.js';
import { evalType, type FieldType } from '../../types/field-type.js';

/** Members from which on a list of integers goes to the threads as an array: as objects each of them is cloned for each thread. */
const LONG = 1024;

/** `x IN (…)` whose members are apart. */
interface PackedIn extends ScalarFunction {
  readonly members: { readonly type: FieldType; readonly values: Float64Array };
}

const JOINED: ReadonlySet<string> = new Set(['and', 'or', 'not']);

/** A step of a fragment as it is sent. */
export const packLists = (p: PhysicalPlan): PhysicalPlan =>
  p.op === 'Selection' ? { ...p, conditions: p.conditions.map(pack) } : p;

/** A step of a fragment as it was before `packLists`. */
export const unpackLists = (p: PhysicalPlan): PhysicalPlan =>
  p.op === 'Selection' ? { ...p, conditions: p.conditions.map(unpack) } : p;

function pack(e: Expression): Expression {
  if (e.kind !== 'function') return e;
  if (JOINED.has(e.name)) return { ...e, args: e.args.map(pack) };
  if (e.name !== 'in' || e.args.length <= LONG) return e;
  const members = membersOf(e.args);
  if (members === null) return e;
  const packed: PackedIn = { ...e, args: [e.args[0]!], members };
  return packed;
}

/** The members as numbers, of the type of the longest; null where others than plain integers are among them. */
function membersOf(args: readonly Expression[]): PackedIn['members'] | null {
  const values = new Float64Array(new SharedArrayBuffer((args.length - 1) * 8));
  const first = args[1]!.type;
  if (evalType(first) !== 'int') return null;
  let type = first;
  for (let k = 1; k < args.length; k++) {
    const a = args[k]!;
    if (a.kind !== 'constant' || a.param !== undefined || typeof a.value !== 'number') return null;
    if (a.type.tp !== first.tp || a.type.flag !== first.flag) return null;
    if (a.type.flen > type.flen) ({ type } = a);
    values[k - 1] = a.value;
  }
  return { type, values };
}

function unpack(e: Expression): Expression {
  if (e.kind !== 'function') return e;
  if (JOINED.has(e.name)) return { ...e, args: e.args.map(unpack) };
  const { members, ...rest } = e as PackedIn;
  if (members === undefined) return e;
  const { type, values } = members;
  const args: Expression[] = [e.args[0]!];
  for (const value of values) args.push({ kind: 'constant', type, value } satisfies Constant);
  return { ...rest, args };
}
