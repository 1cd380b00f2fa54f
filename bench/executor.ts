/**
 * Operators over chunks in memory, rows per second: `npx tsx bench/executor.ts [rows]`. Hash join probe, aggregation of few and many
 * groups, sort, TopN, and a filtered scan through the column cache and through the row store.
 */
import { Chunk, CHUNK_ROWS } from '../chunk/chunk.js';
import { NumVector } from '../chunk/vector.js';
import { newFunction } from '../expression/index.js';
import type { AggFunc, Column } from '../expression/expression.js';
import { intType } from '../expression/type-inference.js';
import { ChunkListOperator } from '../executor/chunk-list.js';
import { createCoprocessorHandler } from '../executor/coprocessor/handler.js';
import type { Operator } from '../executor/exec-context.js';
import { HashAggOperator } from '../executor/hash-agg.js';
import { HashJoinOperator } from '../executor/hash-join.js';
import { SortOperator } from '../executor/sort.js';
import { TopNOperator } from '../executor/topn.js';
import { BIGINT, columns, INT } from '../executor/testing/random-chunks.js';
import { MemoryStorage } from '../executor/testing/memory-storage.js';
import { testContext } from '../executor/testing/test-context.js';
import { FULL, tableScan, testTable } from '../executor/testing/test-table.js';
import { TableMutations } from '../catalog/table-mutations.js';
import { tableKeyRanges } from '../executor/key-ranges.js';
import type { HashAgg, HashJoin, Selection } from '../planner/physical/plan.js';
import { Flag, newFieldType, TypeCode } from '../types/field-type.js';
import { UTC } from '../types/timezone.js';

const ROWS = Number(process.argv[2] ?? 2_000_000);
const ctx = testContext();

function chunks(rows: number, ...cells: ((i: number) => number)[]): Chunk[] {
  const out: Chunk[] = [];
  for (let at = 0; at < rows; at += CHUNK_ROWS) {
    const n = Math.min(CHUNK_ROWS, rows - at);
    out.push(
      new Chunk(
        cells.map(
          (f) =>
            new NumVector(
              Float64Array.from({ length: n }, (_, k) => f(at + k)),
              n,
            ),
        ),
        n,
      ),
    );
  }
  return out;
}

async function measure(name: string, rows: number, make: () => Operator): Promise<void> {
  let best = Infinity;
  let out = 0;
  for (let round = 0; round < 3; round++) {
    const op = make();
    const start = performance.now();
    await op.open();
    out = 0;
    for (let c = await op.next(); c !== null; c = await op.next()) out += c.rows;
    await op.close();
    best = Math.min(best, performance.now() - start);
  }
  console.log(
    `${name.padEnd(34)} ${best.toFixed(0).padStart(6)} ms  ${(rows / best / 1000).toFixed(1).padStart(7)} M rows/s  ${out} rows out`,
  );
}

const scatter = (i: number): number => Math.imul(i, 0x9e3779b1) >>> 0;
const cols = columns([BIGINT, BIGINT]);
const base = { id: 1, schema: cols, estRows: 1, task: 'root' as const };
const none = { ...base, op: 'TableDual' as const, rowCount: 0 };
const joined = [...cols, ...columns([BIGINT, BIGINT], 2)];

const join = (right: number): HashJoin => ({
  ...base,
  schema: joined,
  op: 'HashJoin',
  joinType: 'inner',
  left: none,
  right: none,
  leftConditions: [],
  rightConditions: [],
  otherConditions: [],
  leftKeys: [cols[0]!],
  rightKeys: [cols[right]!],
  nullEq: [false],
  build: 'right',
  nullAware: false,
});
const sum = (c: Column): AggFunc => ({
  name: 'sum',
  args: [c],
  distinct: false,
  type: intType(),
  mode: 'complete',
});
const agg = (key: Column): HashAgg => ({
  ...base,
  op: 'HashAgg',
  child: none,
  groupBy: [key],
  aggs: [sum(cols[1]!)],
});

const buildRows = Math.floor(ROWS / 10);
const probe = chunks(
  ROWS,
  (i) => scatter(i) % buildRows,
  (i) => i,
);
const dense = chunks(
  buildRows,
  (i) => i,
  (i) => i * 1000,
);
await measure(
  'hash join, dense keys',
  ROWS,
  () => new HashJoinOperator(join(0), new ChunkListOperator(probe), new ChunkListOperator(dense), ctx),
);
const sparseProbe = chunks(
  ROWS,
  (i) => (scatter(i) % buildRows) * 1000,
  (i) => i,
);
await measure(
  'hash join, hashed keys',
  ROWS,
  () => new HashJoinOperator(join(1), new ChunkListOperator(sparseProbe), new ChunkListOperator(dense), ctx),
);
const few = chunks(
  ROWS,
  (i) => scatter(i) % 6,
  (i) => i,
);
await measure(
  'hash aggregation, 6 groups',
  ROWS,
  () => new HashAggOperator(agg(cols[0]!), new ChunkListOperator(few), ctx),
);
await measure(
  `hash aggregation, ${buildRows} groups`,
  ROWS,
  () => new HashAggOperator(agg(cols[0]!), new ChunkListOperator(probe), ctx),
);
const by = [{ expr: cols[0]!, desc: false }];
await measure('sort', ROWS, () => new SortOperator(by, new ChunkListOperator(probe), ctx));
await measure('top 100', ROWS, () => new TopNOperator(by, 0, 100, new ChunkListOperator(probe), ctx));

const key = newFieldType(TypeCode.LongLong, { flag: Flag.PriKey | Flag.NotNull, flen: 20 });
const table = testTable([key, INT, INT, INT], { pk: 'handle', pkColumns: [0] });
const scanRows = Math.min(ROWS, 500_000);
for (const cached of [false, true]) {
  const handler = createCoprocessorHandler(cached ? {} : { columnar: null });
  const store = new MemoryStorage(handler);
  const m = new TableMutations(table, table.id, UTC);
  store.commit(
    Array.from({ length: scanRows }, (_, i) => ({
      key: m.recordKey(i),
      value: m.encodeRecord([i, scatter(i) % 100, i % 7, i]),
      presumed: false,
    })),
  );
  const scan = tableScan(table);
  const plan: Selection = {
    ...base,
    op: 'Selection',
    task: 'cop[tikv]',
    schema: scan.schema,
    child: scan,
    conditions: [newFunction('lt', [scan.schema[1]!, { kind: 'constant', type: INT, value: 10 }], ctx.eval)],
  };
  await measure(cached ? 'filtered scan, cached columns' : 'filtered scan, rows in memory', scanRows, () => {
    const ts = store.currentTs();
    const res = handler.handle(
      {
        context: { regionId: 1, regionEpoch: { confVer: 1, version: 1 } },
        dag: { plan, ctx },
        startTs: ts,
        ranges: tableKeyRanges(table, table.id, [FULL], UTC),
        keepOrder: false,
        desc: false,
        pagingSize: 0,
      },
      store.reader(ts),
      store.watch,
    );
    if (res instanceof Promise || res.chunks === undefined) throw new Error('no result');
    const source = res.chunks;
    return { open: () => {}, next: () => source.next(), close: () => source.close() };
  });
}
