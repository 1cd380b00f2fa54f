import { Random, testSeed } from '../../testing/random.js';
import { pessimisticLock, type Lock } from './lock-table.js';
import { OrderedLocks } from './ordered-locks.js';
import { keyString } from '../codec/key-string.js';

const lockOn = (key: Uint8Array): Lock => pessimisticLock(key, keyString(key), 1n, key, 1);

test.each(['at random', 'in order'] as const)(
  'locks taken %s are found in the order of their keys',
  (how) => {
    const seed = testSeed();
    const r = new Random(seed);
    const ordered = new OrderedLocks();
    const model = new Map<string, Lock>();
    const key = (n: number): Uint8Array =>
      r.below(8) === 0 ? Uint8Array.of(n >> 8, n & 255, 0) : Uint8Array.of(n >> 8, n & 255);
    for (let step = 0; step < 6000; step++) {
      const at = key(how === 'in order' && r.below(3) > 0 ? step : r.below(3000));
      const id = keyString(at);
      const held = model.get(id);
      if (held !== undefined) {
        ordered.remove(held);
        model.delete(id);
      } else if (r.below(4) > 0) {
        const lock = lockOn(at);
        ordered.add(lock);
        model.set(id, lock);
      }
      if (step % 50 !== 0) continue;
      const names = [...model.keys()].sort((a, b) => (a < b ? -1 : 1));
      const probe = keyString(key(r.below(3000)));
      expect({
        seed,
        step,
        from: ordered.from(probe)?.id,
        after: ordered.after(probe)?.id,
        before: ordered.before(probe)?.id,
        last: ordered.before(null)?.id,
      }).toEqual({
        seed,
        step,
        from: names.find((n) => n >= probe),
        after: names.find((n) => n > probe),
        before: names.findLast((n) => n < probe),
        last: names[names.length - 1],
      });
      const walked: string[] = [];
      for (let l = ordered.from(''); l !== undefined; l = ordered.after(l.id)) walked.push(l.id);
      expect(walked).toEqual(names);
    }
  },
);
