/**
 * One seed for all randomized tests of a run, printed before and, through jest-seed-reminder, after it. The test
 * processes inherit the environment.
 */
export default function seed() {
  process.env.RUTILE_SEED ??= String(Date.now() % 0x7fffffff);
  process.stdout.write(`RUTILE_SEED=${process.env.RUTILE_SEED}\n`);
}
