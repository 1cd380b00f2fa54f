import { ByteSearch } from './byte-search.js';
import { Random, testSeed } from '../../testing/random.js';

const seed = testSeed();

test(`finds what indexOf finds, in ranges in any order (seed ${seed})`, () => {
  const r = new Random(seed);
  const below = (n: number): number => r.below(n);
  for (let round = 0; round < 300; round++) {
    const letters = 1 + below(4);
    const text = Buffer.from(Array.from({ length: below(3000) }, () => 97 + below(letters)));
    const needle = Buffer.from(
      Array.from({ length: 1 + below(round % 10 === 0 ? 300 : 6) }, () => 97 + below(letters)),
    );
    const search = new ByteSearch(needle);
    const over = search.over(text);
    let at = 0;
    for (let k = 0; k < 200; k++) {
      // Mostly one range behind the other.
      if (below(8) === 0) at = below(text.length + 1);
      const end = Math.min(text.length, at + below(20));
      const found = text.subarray(at, end).indexOf(needle);
      const expected = found < 0 ? -1 : at + found;
      expect(search.indexOf(text, at, end)).toBe(expected);
      expect(over.indexIn(at, end)).toBe(expected);
      at = end;
    }
  }
});
