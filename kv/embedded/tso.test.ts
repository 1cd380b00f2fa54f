import fs from 'node:fs';
import { scratchDir } from './testing/client.js';
import { Random, testSeed } from '../../testing/random.js';
import { TimestampOracle } from './tso.js';

describe('timestamp oracle', () => {
  test('always larger: clock steps both ways, restarts proper and by crash', async () => {
    const random = new Random(testSeed());
    const directory = scratchDir('tso');
    let clock = 1_700_000_000_000;
    let last = 0n;
    let oracle = new TimestampOracle(directory, () => clock);
    const left: TimestampOracle[] = [];
    for (let step = 0; step < 5000; step++) {
      const dice = random.below(1000);
      if (dice < 5) clock -= random.below(100_000);
      else if (dice < 10) clock += random.below(100_000);
      else if (dice < 400) clock += random.below(20);
      else if (dice < 402) {
        oracle.close();
        oracle = new TimestampOracle(directory, () => clock);
      } else if (dice < 404) {
        // Gone without a close, as by kill -9.
        left.push(oracle);
        await new Promise((resolve) => setTimeout(resolve, 5));
        oracle = new TimestampOracle(directory, () => clock);
      } else if (dice < 410) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      const ts = oracle.next();
      expect(ts > last).toBe(true);
      last = ts;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    oracle.close();
    for (const each of left) each.close();
    fs.rmSync(directory, { recursive: true });
  });

  test('more than 2^18 in one millisecond of the clock', () => {
    const directory = scratchDir('tso');
    const oracle = new TimestampOracle(directory, () => 1_700_000_000_000);
    let last = 0n;
    for (let i = 0; i < 600_000; i++) {
      const ts = oracle.next();
      if (ts <= last) throw new Error(`${ts} after ${last}`);
      last = ts;
    }
    expect(last >> 18n).toBe(1_700_000_000_002n);
    oracle.advanceBeyond(last + 5n);
    expect(oracle.next()).toBe(last + 6n);
    oracle.close();
    fs.rmSync(directory, { recursive: true });
  });

  test('a torn lease record leaves the older one', () => {
    const directory = scratchDir('tso');
    const first = new TimestampOracle(directory, () => 1_700_000_000_000);
    const ts = first.next();
    const file = `${directory}/tso`;
    const content = fs.readFileSync(file);
    first.close();
    content[16 + 8]! ^= 255;
    fs.writeFileSync(file, content);
    const second = new TimestampOracle(directory, () => 1_600_000_000_000);
    expect(second.next() > ts).toBe(true);
    second.close();
    fs.rmSync(directory, { recursive: true });
  });
});
