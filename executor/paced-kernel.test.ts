import { describe, expect, it } from '@jest/globals';
import { chunkOf, chunkRows } from '../chunk/chunk-builder.js';
import type { Chunk } from '../chunk/chunk.js';
import { BytesVector, NumVector, type Vector } from '../chunk/vector.js';
import type { Filter, Projection } from '../expression/compile.js';
import { testContext } from '../expression/test-context.js';
import { intType } from '../expression/type-inference.js';
import { pacedFilter, pacedProjection } from './paced-kernel.js';

const ROWS = 1000;
const NODES = 5000;
const TYPES = [intType()];

/** Counts the rows that the kernel is given at once, and the chances in between. */
function recorder(): { parts: number[]; pauses: number; checkpoint(): Promise<void> | undefined } {
  return {
    parts: [],
    pauses: 0,
    checkpoint() {
      return ++this.pauses % 2 === 0 ? Promise.resolve() : undefined;
    },
  };
}

const numbers = (): Chunk =>
  chunkOf(
    Array.from({ length: ROWS }, (_, i) => [i]),
    TYPES,
  );

const everyThird = (chunk: Chunk): Chunk =>
  chunk.withSel(Int32Array.from({ length: Math.ceil(ROWS / 3) }, (_, i) => i * 3));

describe('kernels whose rows are expensive', () => {
  const evenOnes = (seen: number[]): Filter => ({
    nodes: NODES,
    run(chunk) {
      seen.push(chunk.rows);
      const rows = chunk.sel ?? Int32Array.from({ length: chunk.length }, (_, i) => i);
      const kept = rows.filter((i) => (chunk.columns[0]!.get(i) as number) % 2 === 0);
      return kept.length === rows.length ? chunk : chunk.withSel(kept);
    },
  });

  it.each([
    ['all rows', (c: Chunk) => c],
    ['selected rows', everyThird],
  ])('filters %s in parts as if at once', async (_, choose) => {
    const r = recorder();
    const chunk = choose(numbers());
    const whole = await evenOnes([]).run(chunk, testContext());
    const out = await pacedFilter(evenOnes(r.parts), r)!.run(chunk, testContext());
    expect(chunkRows(out)).toEqual(chunkRows(whole));
    expect(r.parts.length).toBeGreaterThan(1);
    expect(r.parts.reduce((a, b) => a + b)).toBe(chunk.rows);
    expect(r.pauses).toBe(r.parts.length);
  });

  it('gives the chunk itself where all rows pass', async () => {
    const chunk = numbers();
    const all: Filter = { nodes: NODES, run: (c) => c };
    expect(await pacedFilter(all, recorder())!.run(chunk, testContext())).toBe(chunk);
  });

  const squares = (seen: number[]): Projection => ({
    nodes: NODES,
    run(chunk) {
      seen.push(chunk.rows);
      const v = chunk.columns[0]!;
      const cells = Float64Array.from({ length: chunk.length }, (_, i) => (v.get(i) as number) ** 2);
      const texts = Array.from(cells, String);
      const offsets = new Int32Array(chunk.length + 1);
      texts.forEach((t, i) => (offsets[i + 1] = offsets[i]! + t.length));
      return [
        new NumVector(cells, chunk.length),
        new BytesVector(Buffer.from(texts.join('')), offsets, chunk.length),
      ];
    },
  });

  it.each([
    ['all rows', (c: Chunk) => c],
    ['selected rows', everyThird],
  ])('computes %s in parts as if at once', async (_, choose) => {
    const r = recorder();
    const chunk = choose(numbers());
    const rows = (columns: readonly Vector[]): unknown[] => chunkRows(chunk.withColumns(columns));
    const whole = await squares([]).run(chunk, testContext());
    const out = await pacedProjection(squares(r.parts), r).run(chunk, testContext());
    expect(rows(out)).toEqual(rows(whole));
    expect(out[0]!.length).toBe(ROWS);
    expect(r.parts.length).toBeGreaterThan(1);
    expect(r.parts.reduce((a, b) => a + b)).toBe(chunk.rows);
  });
});
