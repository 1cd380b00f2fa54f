import { ByteWriter, compareBytes } from '../kv/codec/byte-writer.js';
import { encodeKeyPart } from '../kv/codec/datum-codec.js';
import { UTC_OFFSETS } from '../kv/codec/time-codec.js';
import { Random, testSeed } from '../testing/random.js';
import { newFieldType, TypeCode } from '../types/field-type.js';
import { descendingRanges, type RangeEnd } from './descending-ranges.js';

const INT = newFieldType(TypeCode.LongLong);
const VALUES = [null, 0, 1, 2];
const WIDTH = 3;
const PREFIX = Uint8Array.of(7);
const writer = new ByteWriter(64);

const part = (v: number | null, desc: boolean): Uint8Array => {
  encodeKeyPart(writer.reset(), v, INT, UTC_OFFSETS, desc);
  return writer.toBytes();
};

/** All keys of three parts, and the values in them. */
const tuples = VALUES.flatMap((a) => VALUES.flatMap((b) => VALUES.map((c) => [a, b, c])));

/** Where a tuple lies to those that begin with `parts`: before, among, or behind them. */
function side(tuple: readonly (number | null)[], parts: readonly (number | null)[]): number {
  for (const [i, p] of parts.entries()) {
    const [x, y] = [tuple[i] ?? -1, p ?? -1];
    if (x !== y) return x - y;
  }
  return 0;
}

test('the keys of a range of values are found whichever parts are in descending order', () => {
  const seed = testSeed();
  const r = new Random(seed);
  for (let round = 0; round < 3000; round++) {
    const descending = Array.from({ length: WIDTH }, () => r.chance(0.5));
    const end = (): { values: (number | null)[]; exclusive: boolean } => {
      const values = Array.from({ length: r.below(WIDTH + 1) }, () => r.pick(VALUES));
      return { values, exclusive: values.length > 0 && r.chance(0.5) };
    };
    const [low, high] = [end(), end()];
    // As most ranges are: the leading parts are points.
    if (r.chance(0.5)) high.values.splice(0, 2, ...low.values.slice(0, 2));
    const encoded = (e: typeof low): RangeEnd => ({
      parts: e.values.map((v) => part(v, false)),
      exclusive: e.exclusive,
    });
    const ranges = descendingRanges(PREFIX, encoded(low), encoded(high), descending);
    for (let i = 1; i < ranges.length; i++)
      expect(compareBytes(ranges[i - 1]!.endKey, ranges[i]!.startKey)).toBeLessThanOrEqual(0);
    const found = tuples.filter((t) => {
      const key = Buffer.concat([PREFIX, ...t.map((v, i) => part(v, descending[i]!))]);
      return ranges.some((x) => compareBytes(key, x.startKey) >= 0 && compareBytes(key, x.endKey) < 0);
    });
    const wanted = tuples.filter((t) => {
      const [l, h] = [side(t, low.values), side(t, high.values)];
      return (low.exclusive ? l > 0 : l >= 0) && (high.exclusive ? h < 0 : h <= 0);
    });
    expect({ seed, low, high, descending, found }).toEqual({ seed, low, high, descending, found: wanted });
  }
});
