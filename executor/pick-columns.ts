import type { Chunk } from '../chunk/chunk.js';
import type { Operator } from './exec-context.js';
import { PipelineOperator } from './operator.js';

/** Hands on some of its child's columns, which are not copied: what a join gives when not all it reads is wanted. */
export class PickColumnsOperator extends PipelineOperator {
  constructor(
    child: Operator,
    private readonly positions: readonly number[],
  ) {
    super(child);
  }

  protected process(chunk: Chunk | null): Chunk | null {
    return chunk === null ? null : chunk.withColumns(this.positions.map((i) => chunk.columns[i]!));
  }
}
