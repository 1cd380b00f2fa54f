import { Chunk } from '../../chunk/chunk.js';
import type { Vector } from '../../chunk/vector.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import type { Column, Expression } from '../../expression/expression.js';
import { columnsOf } from '../../expression/traverse.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import { evalApart } from '../apart-projection.js';
import type { ExecContext } from '../exec-context.js';

const READ = new WeakMap<Expression, readonly Column[]>();

function readBy(e: Expression): readonly Column[] {
  let read = READ.get(e);
  if (read === undefined) READ.set(e, (read = columnsOf(e)));
  return read;
}

/** The value of an expression for a row of cells by place. Vectors are made of those that it reads alone. */
export function evalOnRow(e: Expression, cell: (place: number) => Datum, ctx: ExecContext): Awaitable<Datum> {
  if (e.kind === 'column') return cell(e.index);
  const read = readBy(e);
  if (read.length === 0) return evalApart(e, ctx);
  const columns: Vector[] = [];
  for (const { index, type } of read) columns[index] = vectorOf([cell(index)], type);
  return evalApart(e, ctx, new Chunk(columns, 1));
}
