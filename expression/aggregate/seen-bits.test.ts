import { NumVector } from '../../chunk/vector.js';
import { SeenBits } from './seen-bits.js';
import { Random, testSeed } from '../../testing/random.js';

const seed = testSeed();

test(`keeps the first row of each value of a group while ranges and groups grow (seed ${seed})`, () => {
  const r = new Random(seed);
  const below = (n: number): number => r.below(n);
  for (let round = 0; round < 60; round++) {
    const bits = new SeenBits();
    const known = new Set<string>();
    const grouped = below(3) > 0;
    let low = below(2000) - 1000;
    let width = 1 + below(40);
    let groups = 1 + below(3);
    for (let chunk = 0; chunk < 12; chunk++) {
      if (below(2) === 0) width = Math.min(5000, width * (1 + below(4)));
      if (below(3) === 0) low -= below(200);
      if (below(3) === 0) groups = Math.min(40, groups + below(8));
      const n = 200;
      const data = Int32Array.from({ length: n }, () => low + below(width));
      const nulls = Uint8Array.from({ length: n }, () => (below(10) === 0 ? 1 : 0));
      const ids = Int32Array.from({ length: n }, () => below(groups));
      const sel = below(2) === 0 ? null : Int32Array.from({ length: n / 2 }, (_, k) => k * 2 + below(2));
      const count = sel?.length ?? n;
      const out = new Int32Array(count);
      const found = new Int32Array(count);
      bits.find(grouped ? ids : null, new NumVector(data, n, nulls), sel, count, found);
      for (let k = 0; k < count; k++) {
        const i = sel === null ? k : sel[k]!;
        const had = nulls[i] !== 1 && known.has(`${grouped ? ids[i]! : 0} ${data[i]!}`);
        expect(found[k]).toBe(had ? 0 : -1);
      }
      const m = bits.add(grouped ? ids : null, new NumVector(data, n, nulls), sel, count, out);
      if (m < 0) {
        // Too wide: what was seen goes elsewhere, whole.
        const { ids: g, values } = bits.pairs();
        expect(new Set([...g].map((id, k) => `${id} ${values[k]}`))).toEqual(known);
        break;
      }
      const expected: number[] = [];
      for (let k = 0; k < count; k++) {
        const i = sel === null ? k : sel[k]!;
        const name = `${grouped ? ids[i]! : 0} ${data[i]!}`;
        if (nulls[i] === 1 || known.has(name)) continue;
        known.add(name);
        expected.push(i);
      }
      expect([...out.subarray(0, m)]).toEqual(expected);
    }
    if (known.size > 0) expect(bits.pairs().ids).toHaveLength(known.size);
  }
});

test('a range too wide for the rows seen is left alone', () => {
  const bits = new SeenBits();
  const v = new NumVector(Float64Array.of(1, 2 ** 40), 2);
  expect(bits.add(null, v, null, 2, new Int32Array(2))).toBe(-1);
});
