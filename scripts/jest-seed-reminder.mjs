/** The seed again where a reader of a failed run looks first: at the end. */
export default function remind() {
  process.stdout.write(`RUTILE_SEED=${process.env.RUTILE_SEED} repeats this run's random choices\n`);
}
