/**
 * Pseudo-random numbers for randomized tests (mulberry32): reproducible from the seed, which comes from the environment variable
 * RUTILE_TEST_SEED or from the clock and is printed by the test.
 */
export function randomSource(fixed?: number): { readonly seed: number; readonly random: () => number } {
  const seed = fixed ?? (Number(process.env['RUTILE_TEST_SEED'] ?? 0) || Date.now() % 2147483647);
  let a = seed;
  const random = (): number => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { seed, random };
}
