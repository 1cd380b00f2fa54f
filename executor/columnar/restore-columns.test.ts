import { NumVector } from '../../chunk/vector.js';
import { newFieldType, TypeCode } from '../../types/field-type.js';
import type { ColumnLoader } from './column-loader.js';
import { ColumnSegment, KEY_LIST_ID } from './column-segment.js';
import { ColumnTable } from './column-table.js';
import { restoreColumns } from './restore-columns.js';

const INT = newFieldType(TypeCode.Long);
const ROWS = 1000;
const LOADER: ColumnLoader = { idle: true, loadColumn: () => null };

/** A table whose segment has columns of so many bytes each on disk, by their ids; what is read goes into `read`. */
function tableOf(id: number, bytes: ReadonlyMap<number, number>, read: string[]): ColumnTable {
  const table = new ColumnTable(id, 'UTC');
  const segment = new ColumnSegment(new Uint8Array([1]), new Uint8Array([2]), 1n, ROWS, null);
  for (const column of bytes.keys()) {
    segment.add(column, INT, table.dictionary(column), null);
    table.asked.add(column);
  }
  table.asked.add(KEY_LIST_ID);
  const extent = (length: number): { offset: number; length: number } => ({ offset: 0, length });
  segment.file = {
    name: `s${id}`,
    handles: extent(ROWS * 8),
    columns: new Map([...bytes].map(([column, length]) => [column, extent(length)])),
    borrowed: false,
    readColumn: () => ({ vector: new NumVector(new Int32Array(ROWS), ROWS), stats: null }),
    loadColumn: (column) => {
      read.push(`${id}/${column}`);
      return Promise.resolve({ vector: new NumVector(new Float64Array(ROWS), ROWS), stats: null });
    },
    readHandles: () => {
      throw new Error('read in this thread');
    },
  };
  table.segments = [segment];
  return table;
}

test('what holds up most statements comes back first: record keys, numbers and codes, long strings', async () => {
  const read: string[] = [];
  const tables = [
    tableOf(
      7,
      new Map([
        [1, ROWS * 60],
        [2, ROWS * 8],
      ]),
      read,
    ),
    tableOf(8, new Map([[1, ROWS]]), read),
  ];
  await restoreColumns(tables, LOADER, 1 << 30, () => false);
  expect(read).toEqual([`7/${KEY_LIST_ID}`, `8/${KEY_LIST_ID}`, '7/2', '8/1', '7/1']);
});
