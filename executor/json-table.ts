import { Chunk, CHUNK_ROWS } from '../chunk/chunk.js';
import { gather } from '../chunk/gather.js';
import { newVectorBuilder, type VectorBuilder } from '../chunk/vector-builder.js';
import type { Vector } from '../chunk/vector.js';
import { compileProjection, type Projection } from '../expression/compile.js';
import { readDocumentSteps } from '../expression/json/document.js';
import { jsonTableRows } from '../expression/json/table-shape.js';
import { Runtime } from '../expression/runtime.js';
import type { JsonTable } from '../planner/physical/plan.js';
import type { Operator } from './exec-context.js';
import { runSteps, type OperatorContext } from './operator.js';

/** Rows made between two looks at the time. */
const STEP_ROWS = 256;

/** JSON_TABLE: each row of the child with the rows that its document makes. */
export class JsonTableOperator implements Operator {
  private readonly projection: Projection;
  private readonly read: ReturnType<typeof readDocumentSteps>;
  private chunk: Chunk | null = null;
  private docs: Vector | null = null;
  private at = 0;

  constructor(
    private readonly plan: JsonTable,
    private readonly child: Operator,
    private readonly ctx: OperatorContext,
  ) {
    this.projection = compileProjection([plan.doc]);
    this.read = readDocumentSteps(plan.doc.type, 1, 'json_table');
  }

  open(): void | Promise<void> {
    return this.child.open();
  }

  close(): void | Promise<void> {
    this.chunk = null;
    this.docs = null;
    return this.child.close();
  }

  async next(): Promise<Chunk | null> {
    for (;;) {
      if (this.chunk === null || this.at >= this.chunk.rows) {
        this.chunk = await this.child.next();
        if (this.chunk === null) return null;
        this.docs = (await this.projection.run(this.chunk, this.ctx.eval))[0]!;
        this.at = 0;
      }
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
      const out = await runSteps(this.rows(this.chunk, this.docs!), this.ctx);
      if (out.length > 0) return out;
    }
  }

  /** The rows of the next documents, about a chunk of them: those of one document stay together. */
  private *rows(chunk: Chunk, docs: Vector): Generator<void, Chunk> {
    const { columns, rows: shape, keepEmpty } = this.plan;
    const builders: VectorBuilder[] = columns.map((c) => newVectorBuilder(c.type));
    const from: number[] = [];
    const rt = new Runtime(this.ctx.eval);
    while (this.at < chunk.rows && from.length < CHUNK_ROWS) {
      const row = chunk.sel === null ? this.at : chunk.sel[this.at]!;
      this.at++;
      const before = from.length;
      const doc = docs.get(row);
      if (doc !== null) {
        const steps = jsonTableRows(yield* this.read(doc), shape, columns.length, rt, (cells) => {
          from.push(row);
          for (let i = 0; i < cells.length; i++) builders[i]!.append(cells[i]!);
        });
        while (steps.next().done !== true) if (from.length % STEP_ROWS === 0) yield;
      }
      if (keepEmpty && from.length === before) {
        from.push(row);
        for (const b of builders) b.appendNull();
      }
    }
    rt.flush();
    const idx = Int32Array.from(from);
    return new Chunk(
      [...chunk.columns.map((c) => gather(c, idx)), ...builders.map((b) => b.finish())],
      idx.length,
    );
  }
}
