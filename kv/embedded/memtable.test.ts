import { Memtable, MemtableList } from './memtable.js';
import { RECORD_HEADER, VersionKind } from './record.js';
import { Random, bytes, testSeed } from './testing.js';
import { MAX_UINT32 } from './timestamp.js';

const MAX = MAX_UINT32;

describe('Memtable', () => {
  test('lookups, order and neighbours against a sorted array', () => {
    const random = new Random(testSeed('Memtable'));
    for (const ascending of [false, true]) {
      const table = new Memtable(1 << 20);
      const model: { key: string; ts: number; list: MemtableList }[] = [];
      for (let i = 0; i < 3000; i++) {
        const key = ascending
          ? `k${String(i >> 2).padStart(6, '0')}`
          : 'k' + '\0ab\xff'[random.below(4)]!.repeat(random.below(5)) + random.below(200);
        const ts = ascending ? 5000 - i : 1 + random.below(1000);
        const list = random.chance(0.1) ? MemtableList.marks : MemtableList.data;
        table.insert(list, bytes(key), VersionKind.put, 7, ts, 3, ts, bytes(`v${ts}`));
        if (!model.some((entry) => entry.key === key && entry.ts === ts && entry.list === list))
          model.push({ key, ts, list });
      }
      for (const list of [MemtableList.data, MemtableList.marks]) {
        const sorted = model
          .filter((entry) => entry.list === list)
          .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : b.ts - a.ts));
        expect(table.count(list)).toBe(sorted.length);
        const walked: string[] = [];
        for (let node = table.first(list); node !== 0; node = table.next(node)) {
          const at = table.keyStart(node);
          walked.push(
            Buffer.from(table.bytes.subarray(at, at + table.keyLength(node))).toString('latin1') +
              '@' +
              table.commitLo(node),
          );
        }
        expect(walked).toEqual(sorted.map((entry) => `${entry.key}@${entry.ts}`));
        for (let i = 0; i < 500; i++) {
          const { key } = model[random.below(model.length)]!;
          const probe = random.chance(0.2) ? key + '!' : key;
          const ts = random.below(1100);
          const expected = sorted.find((entry) => entry.key === probe && entry.ts <= ts);
          const node = table.find(list, bytes(probe), 0, probe.length, 7, ts);
          expect(node === 0 ? undefined : table.commitLo(node)).toBe(expected?.ts);
          if (node !== 0) {
            const at = table.recordStart(node);
            const value = Buffer.from(
              table.bytes.subarray(at + RECORD_HEADER, at + table.recordLength(node)),
            );
            expect(value.toString()).toBe(`v${expected!.ts}`);
          }
          const before = table.seekBefore(list, bytes(probe), 0, probe.length);
          const below = sorted.filter((entry) => entry.key < probe).at(-1);
          expect(before === 0 ? undefined : table.commitLo(before)).toBe(below?.ts);
          const from = table.seek(list, bytes(probe), 0, probe.length, MAX, MAX);
          expect(from === 0 ? undefined : table.commitLo(from)).toBe(
            sorted.find((entry) => entry.key >= probe)?.ts,
          );
        }
        const last = table.last(list);
        expect(last === 0 ? undefined : table.commitLo(last)).toBe(sorted.at(-1)?.ts);
      }
    }
  });
});
