import { Random, testSeed } from '../../testing/random.js';
import { TxnMemBuffer } from './mem-buffer.js';
import { KeyFlag } from './write-entry.js';

const text = (b: Uint8Array | null | undefined): string | null | undefined =>
  b === null || b === undefined ? b : Buffer.from(b).toString('latin1');
const bytes = (s: string): Uint8Array => Buffer.from(s, 'latin1');

/** Runs random writes, stages and reads against sorted plain maps. */
test('behaves as a sorted map with nested undo', () => {
  const seed = testSeed();
  const r = new Random(seed);
  for (let round = 0; round < 20; round++) {
    const buffer = new TxnMemBuffer();
    let model = new Map<string, string | null>();
    const stages: { id: number; saved: Map<string, string | null> }[] = [];
    const width = r.pick([20, 300, 3000]);
    const keyOf = (n: number): string => `t${r.pick(['', 'prefix', '\xff\x00'])}${n}`;
    const check = (
      from: string,
      to: string,
      before: number | undefined,
      expected: Map<string, string | null>,
    ): void => {
      const want = [...expected]
        .filter(([k]) => k >= from && (to === '' || k < to))
        .sort((a, b) => (a[0] < b[0] ? -1 : 1));
      const got = [...buffer.iterate(bytes(from), bytes(to), false, before)].map((e) => [
        text(e.key),
        text(e.value),
      ]);
      expect({ seed, got }).toEqual({ seed, got: want });
      const back = [...buffer.iterate(bytes(from), bytes(to), true, before)].map((e) => [
        text(e.key),
        text(e.value),
      ]);
      expect({ seed, back }).toEqual({ seed, back: want.reverse() });
      if (before === undefined) expect(buffer.hasRange(bytes(from), bytes(to))).toBe(want.length > 0);
    };
    // Some grow past the size at which entries become records.
    for (let step = 0; step < (width === 3000 ? 2500 : 600); step++) {
      const key = keyOf(r.below(width));
      switch (r.below(12)) {
        case 0: {
          stages.push({ id: buffer.stage(), saved: new Map(model) });
          break;
        }
        case 1: {
          if (stages.length === 0) break;
          const at = r.below(3) === 0 ? r.below(stages.length) : stages.length - 1;
          const [s] = stages.splice(at);
          if (r.below(2) === 0) buffer.release(s!.id);
          else {
            buffer.rollback(s!.id);
            model = s!.saved;
          }
          break;
        }
        case 2:
          buffer.put(bytes(key), null, 0);
          model.set(key, null);
          break;
        case 3:
          buffer.setFlags(bytes(key), KeyFlag.Locked);
          break;
        case 4:
          expect({ seed, v: text(buffer.get(bytes(key))) }).toEqual({ seed, v: model.get(key) });
          break;
        case 5:
          if (r.below(10) === 0) {
            const [a, b] = [keyOf(r.below(width)), keyOf(r.below(width))].sort();
            check(a!, r.below(3) === 0 ? '' : b!, undefined, model);
            if (stages.length > 0) {
              const s = r.pick(stages);
              check(a!, b!, s.id, s.saved);
            }
          }
          break;
        default:
          buffer.put(bytes(key), bytes(`v${step}`), 0);
          model.set(key, `v${step}`);
      }
    }
    check('', '', undefined, model);
    expect(buffer.count).toBe(model.size);
    expect(buffer.size).toBe([...model].reduce((n, [k, v]) => n + k.length + (v?.length ?? 0), 0));
  }
});

test('cursors live through writes ahead of and behind them', () => {
  const buffer = new TxnMemBuffer();
  for (let i = 0; i < 500; i += 2) buffer.put(bytes(String(1000 + i)), bytes('x'), 0);
  // The walk goes on while the entries become records.
  for (let i = 0; i < 450; i++) buffer.put(bytes(String(3000 + i)), bytes('x'), 0);
  const seen: string[] = [];
  for (const e of buffer.iterate(bytes('1000'), bytes('2000'))) {
    const k = Number(text(e.key));
    seen.push(String(k));
    buffer.put(bytes(String(k - 1)), bytes('behind'), 0);
    if (k % 2 === 0 && k < 1400) buffer.put(bytes(String(k + 1)), bytes('ahead'), 0);
  }
  expect(seen).toEqual([...new Set(seen)].sort());
  expect(seen).toContain('1399');
});

test.each(['few', 'many'])('locks outlive a rolled back stage, presumptions do not (%s entries)', (size) => {
  const buffer = new TxnMemBuffer();
  const others = size === 'few' ? 0 : 2000;
  for (let i = 0; i < others; i++) buffer.setFlags(bytes(`l${i}`), KeyFlag.Locked);
  if (others > 0) buffer.put(bytes('a'), null, 0);
  const { count, size: bytesBefore } = buffer;
  const k = bytes('k');
  const id = buffer.stage();
  buffer.put(k, bytes('v'), KeyFlag.PresumeNotExists);
  buffer.setFlags(k, KeyFlag.Locked);
  buffer.rollback(id);
  expect(buffer.get(k)).toBeUndefined();
  expect(buffer.flagsOf(k)).toBe(KeyFlag.Locked);
  expect([buffer.count, buffer.size]).toEqual([count, bytesBefore]);
});

test('large values and long transactions', async () => {
  const buffer = new TxnMemBuffer();
  const n = 60_000;
  const keyOf = (i: number): Uint8Array => bytes(`k${String((i * 7919) % n).padStart(6, '0')}`);
  const valueOf = (i: number): Uint8Array => new Uint8Array(i % 1000 === 0 ? 300_000 : i % 90).fill(i % 251);
  for (let i = 0; i < n; i++) buffer.put(keyOf(i), valueOf(i), KeyFlag.PresumeNotExists);
  const id = buffer.stage();
  for (let i = 0; i < n; i += 3) buffer.put(keyOf(i), i % 2 === 0 ? null : bytes('other'), 0);
  const before = [...buffer.iterate(bytes(''), bytes(''), false, id)].length;
  const nested = buffer.stage();
  for (let i = 0; i < n; i += 5) buffer.put(keyOf(i), bytes('again'), 0);
  await buffer.release(nested);
  expect(buffer.get(keyOf(15))).toEqual(bytes('again'));
  await buffer.rollback(id);
  expect([before, buffer.count, buffer.entryCount]).toEqual([n, n, n]);
  let size = 0;
  for (let i = 0; i < n; i++) {
    const value = buffer.get(keyOf(i))!;
    if (!Buffer.from(value).equals(valueOf(i))) throw new Error(`value ${i}`);
    size += keyOf(i).length + value.length;
  }
  expect(buffer.size).toBe(size);
});
