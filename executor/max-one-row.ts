import { Chunk } from '../chunk/chunk.js';
import type { Vector } from '../chunk/vector.js';
import type { FieldType } from '../types/field-type.js';
import { mysqlError } from '../types/error-table.js';
import type { Operator } from './exec-context.js';
import { PipelineOperator } from './operator.js';
import { constantVector } from '../chunk/vector-builder.js';

/** A scalar subquery's row: exactly one, all NULL when the child has none, error 1242 when it has more. */
export class MaxOneRowOperator extends PipelineOperator {
  private found: Chunk | null = null;
  private done = false;

  constructor(
    child: Operator,
    private readonly types: readonly FieldType[],
  ) {
    super(child);
  }

  protected process(chunk: Chunk | null): Chunk | null | undefined {
    if (chunk !== null) {
      if (this.found !== null || chunk.rows > 1) throw mysqlError('ER_SUBQUERY_NO_1_ROW');
      this.found = chunk;
      return undefined;
    }
    if (this.done) return null;
    this.done = true;
    if (this.found !== null) return this.found;
    const columns: Vector[] = this.types.map((t) => constantVector(null, t, 1));
    return new Chunk(columns, 1);
  }
}
