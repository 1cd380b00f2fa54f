import { Memtable, MemtableList } from './memtable.js';
import { RECORD_HEADER, VersionKind } from './record.js';
import { bytes } from './testing/client.js';
import { Random, testSeed } from '../../testing/random.js';

describe('Memtable', () => {
  test('lookups, order and neighbours against a sorted array', () => {
    const random = new Random(testSeed());
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
          const key = Buffer.from(table.bytes.subarray(at, at + table.keyLength(node))).toString('latin1');
          for (let version = table.newest(node); version !== 0; version = table.older(version))
            walked.push(`${key}@${table.commitLo(version)}`);
        }
        expect(walked).toEqual(sorted.map((entry) => `${entry.key}@${entry.ts}`));
        for (let i = 0; i < 500; i++) {
          const { key } = model[random.below(model.length)]!;
          const probe = random.chance(0.2) ? key + '!' : key;
          const ts = random.below(1100);
          const expected = sorted.find((entry) => entry.key === probe && entry.ts <= ts);
          const version = table.find(list, bytes(probe), 0, probe.length, 7, ts);
          expect(version === 0 ? undefined : table.commitLo(version)).toBe(expected?.ts);
          if (version !== 0) {
            const at = table.recordStart(version);
            const value = Buffer.from(
              table.bytes.subarray(at + RECORD_HEADER, at + table.recordLength(version)),
            );
            expect(value.toString()).toBe(`v${expected!.ts}`);
          }
          const keyOf = (node: number): string | undefined => {
            const at = table.keyStart(node);
            return node === 0
              ? undefined
              : Buffer.from(table.bytes.subarray(at, at + table.keyLength(node))).toString('latin1');
          };
          expect(keyOf(table.seekBefore(list, bytes(probe), 0, probe.length))).toBe(
            sorted.filter((entry) => entry.key < probe).at(-1)?.key,
          );
          expect(keyOf(table.seek(list, bytes(probe), 0, probe.length))).toBe(
            sorted.find((entry) => entry.key >= probe)?.key,
          );
          expect(keyOf(table.last(list))).toBe(sorted.at(-1)?.key);
        }
      }
    }
  });
});
