import { Random } from '../../testing/random.js';
import { KeyMap } from './key-map.js';

test('does what a Map does, for keys of any length', () => {
  const random = new Random(7);
  const ours = new KeyMap<number>();
  const map = new Map<string, number>();
  for (let i = 0; i < 3000; i++) {
    const key = String.fromCharCode(...Array.from({ length: random.below(3) }, () => random.below(256)));
    if (random.below(3) === 0) expect(ours.delete(key)).toBe(map.delete(key));
    else {
      ours.set(key, i);
      map.set(key, i);
    }
    expect(ours.size).toBe(map.size);
    expect(ours.get(key)).toBe(map.get(key));
    expect(ours.has(key)).toBe(map.has(key));
  }
  expect([...ours.values()].sort()).toEqual([...map.values()].sort());
});
