import { RowCounts } from './row-counts.js';

test('counts of a table that changed much are to be stored at once, those of others in their turn', async () => {
  const stored: string[] = [];
  const run = (sql: string): Promise<never[]> => {
    stored.push(sql);
    return Promise.resolve([]);
  };
  const counts = new RowCounts();
  counts.add(1, 500, 500);
  expect(counts.pressing).toBe(false);
  counts.add(1, 600, 600);
  expect(counts.pressing).toBe(true);
  await counts.save(run, 7n, () => true);
  expect(stored).toEqual([expect.stringContaining('VALUES (7, 1, 1100, 1100) ON DUPLICATE KEY UPDATE')]);
  expect(counts.pressing).toBe(false);
  // Of a large table a thousand rows are few.
  counts.set(2, 1_000_000);
  counts.add(2, 0, 15_000);
  expect(counts.pressing).toBe(false);
  counts.add(2, 0, 6000);
  expect(counts.pressing).toBe(true);
  // Another node stores them.
  counts.keeper = false;
  expect(counts.pressing).toBe(false);
});

test('counts that could not be stored are stored the next time', async () => {
  const counts = new RowCounts();
  counts.add(1, 3, 3);
  await expect(
    counts.save(
      () => Promise.reject(new Error('away')),
      7n,
      () => true,
    ),
  ).rejects.toThrow('away');
  const stored: string[] = [];
  await counts.save(
    (sql) => {
      stored.push(sql);
      return Promise.resolve([]);
    },
    8n,
    () => true,
  );
  expect(stored).toEqual([expect.stringContaining('VALUES (8, 1, 3, 3)')]);
});
