/** What work that comes in steps gives in the end, without a pause. */
export function atOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const r = steps.next();
    if (r.done === true) return r.value;
  }
}
