import { TableMutations } from '../../catalog/table-mutations.js';
import { NumVector, WideVector } from '../../chunk/vector.js';
import { TestSchema } from '../../planner/testing/test-schema.js';
import type { Datum } from '../../types/datum.js';
import { randomSource } from '../../testing/random.js';
import { UTC } from '../../types/timezone.js';
import { RunBuilder, RunReader } from './entry-run.js';
import { IntegerEntries } from './integer-entries.js';

const EDGES = [
  0,
  1,
  -1,
  255,
  256,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  -(2 ** 32),
  2 ** 53 - 1,
  1 - 2 ** 53,
];

/** Keys and values of what was gathered, in hexadecimal. */
function entriesOf(builder: RunBuilder): string[] {
  const run = builder.take(null);
  if (run === null) return [];
  const reader = new RunReader(run, 0);
  const out: string[] = [];
  const hex = (from: number, to: number): string => Buffer.from(reader.bytes.slice(from, to)).toString('hex');
  while (reader.next())
    out.push(`${hex(reader.keyStart, reader.keyEnd)} ${hex(reader.keyEnd, reader.valueEnd)}`);
  return out;
}

test('entries over integer columns are those of the generic encoder', async () => {
  const { seed, random } = randomSource();
  const schema = new TestSchema();
  await schema.create(
    'CREATE TABLE t (id BIGINT PRIMARY KEY, a INT, b BIGINT UNSIGNED, y YEAR, s VARCHAR(9), KEY ab (a, b), UNIQUE KEY bid (b, id), UNIQUE KEY ay (a, y), KEY da (b DESC, a), UNIQUE KEY dy (a, y DESC), KEY s (s), KEY sa (s(3), a))',
  );
  const table = schema.snapshot().table('test', 't')!;
  const rows = 500;
  const integer = (): number =>
    random() < 0.5 ? EDGES[Math.floor(random() * EDGES.length)]! : Math.floor((random() - 0.5) * 2 ** 40);
  const column = (make: () => number, nullable = true): NumVector => {
    const nulls = Uint8Array.from({ length: rows }, () => (nullable && random() < 0.1 ? 1 : 0));
    return new NumVector(Float64Array.from({ length: rows }, make), rows, nullable ? nulls : null);
  };
  const columns = [
    column(integer, false),
    column(() => Math.floor((random() - 0.5) * 2 ** 32)),
    column(() => Math.abs(integer())),
    column(() => 1901 + Math.floor(random() * 200)),
  ];
  const offsets = [0, 1, 2, 3];
  const handles = columns[0]!.data as Float64Array;
  const seen: string[] = [];
  for (const mutations of new TableMutations(table, table.id, UTC).indexes) {
    const integers = IntegerEntries.of(table, mutations.index, offsets);
    if (integers === null) continue;
    seen.push(mutations.index.name);
    const fast = new RunBuilder(0);
    expect(integers.append(fast, columns, handles, rows)).toBe(true);
    const slow = new RunBuilder(0);
    for (let r = 0; r < rows; r++) {
      const row: Datum[] = [...columns.map((c) => c.get(r)), null];
      slow.begin();
      mutations.appendKey(slow.writer, row, handles[r]!);
      slow.end(mutations.value(row, handles[r]!));
    }
    expect({ seed, entries: entriesOf(fast) }).toEqual({ seed, entries: entriesOf(slow) });
    const wide = new WideVector(new BigInt64Array(rows), rows);
    expect(integers.append(fast, [wide, wide, wide, wide], handles, rows)).toBe(false);
  }
  expect(seen).toEqual(['ab', 'bid', 'ay', 'da', 'dy', 'PRIMARY']);
});
