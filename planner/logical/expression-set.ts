import type { Datum } from '../../types/datum.js';
import type { Expression } from '../../expression/expression.js';
import { sameExpr } from './expression-walk.js';

/** Of longer lists the first ones and their number tell one from another well enough. */
const HASHED_ARGS = 8;
const HASHED_BYTES = 32;

function datumHash(v: Datum): number {
  if (v === null) return 1;
  if (!(v instanceof Uint8Array)) return Number(v) | 0;
  let h = v.length;
  for (let i = 0; i < v.length && i < HASHED_BYTES; i++) h = (Math.imul(h, 31) + v[i]!) | 0;
  return h;
}

/** A number that expressions which `sameExpr` holds equal share. */
function shapeHash(e: Expression): number {
  switch (e.kind) {
    case 'column':
      return Math.imul(e.id, 0x9e3779b1) | 0;
    case 'correlated':
      return Math.imul(e.column.id, 0x85ebca6b) | 0;
    case 'constant':
      return datumHash(e.value);
    default: {
      let h = e.args.length;
      for (let i = 0; i < e.name.length; i++) h = (Math.imul(h, 31) + e.name.charCodeAt(i)) | 0;
      for (let i = 0; i < e.args.length && i < HASHED_ARGS; i++)
        h = (Math.imul(h, 31) + shapeHash(e.args[i]!)) | 0;
      return h;
    }
  }
}

/** Expressions, each once by `sameExpr`, in the order in which they came. */
export class ExpressionSet {
  readonly list: Expression[] = [];
  private readonly buckets = new Map<number, Expression[]>();

  constructor(expressions: Iterable<Expression> = []) {
    for (const e of expressions) this.add(e);
  }

  /** Whether it is new. */
  add(e: Expression): boolean {
    const h = shapeHash(e);
    const bucket = this.buckets.get(h);
    if (bucket === undefined) this.buckets.set(h, [e]);
    else if (bucket.some((o) => sameExpr(o, e))) return false;
    else bucket.push(e);
    this.list.push(e);
    return true;
  }
}
