import { Chunk } from '../chunk/chunk.js';
import type { FieldType } from '../types/field-type.js';
import type { Operator } from './exec-context.js';
import { constantVector } from '../chunk/vector-builder.js';

/** No row, or one row of NULLs for the projection above. */
export class TableDualOperator implements Operator {
  private done: boolean;

  constructor(
    private readonly types: readonly FieldType[],
    private readonly rowCount: number,
  ) {
    this.done = rowCount === 0;
  }

  open(): void {}

  next(): Chunk | null {
    if (this.done) return null;
    this.done = true;
    return new Chunk(
      this.types.map((t) => constantVector(null, t, this.rowCount)),
      this.rowCount,
    );
  }

  close(): void {}
}
