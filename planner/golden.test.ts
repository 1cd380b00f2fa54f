import { goldenNames, runGolden } from './testing/golden.js';

describe('golden plans', () => {
  test.each(goldenNames())('%s', async (name) => {
    const { actual, expected } = await runGolden(name);
    expect(actual).toBe(expected);
  });
});
