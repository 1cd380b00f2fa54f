/** Joins of a row or two, as below an Apply, are made by the thousand. */
const FIRST_CAPACITY = 16;

/** Pairs of a probe row and a build row (-1: none). */
export class PairBuffer {
  probe = new Int32Array(FIRST_CAPACITY);
  build = new Int32Array(FIRST_CAPACITY);
  count = 0;

  /** Makes room for so many more. */
  reserve(n: number): void {
    if (this.count + n <= this.probe.length) return;
    const size = Math.max(this.probe.length * 2, this.count + n);
    const probe = new Int32Array(size);
    probe.set(this.probe);
    this.probe = probe;
    const build = new Int32Array(size);
    build.set(this.build);
    this.build = build;
  }

  /** Adds the first `n` pairs but those whose build row is barred. */
  add(probeRows: Int32Array, buildRows: Int32Array, n: number, barred: Uint8Array | null): void {
    this.reserve(n);
    const { probe, build } = this;
    let at = this.count;
    if (barred === null) {
      for (let k = 0; k < n; k++) {
        probe[at] = probeRows[k]!;
        build[at++] = buildRows[k]!;
      }
    } else {
      for (let k = 0; k < n; k++) {
        if (barred[buildRows[k]!] === 1) continue;
        probe[at] = probeRows[k]!;
        build[at++] = buildRows[k]!;
      }
    }
    this.count = at;
  }

  /** Keeps the pairs at these positions, ascending. */
  keep(sel: Int32Array): void {
    const { probe, build } = this;
    for (let k = 0; k < sel.length; k++) {
      probe[k] = probe[sel[k]!]!;
      build[k] = build[sel[k]!]!;
    }
    this.count = sel.length;
  }

  /** Puts them in the order of the probe rows, of which there are `rows`: counting sort, stable. */
  sort(rows: number): void {
    const at = new Int32Array(rows + 1);
    for (let k = 0; k < this.count; k++) at[this.probe[k]! + 1]!++;
    for (let i = 1; i <= rows; i++) at[i]! += at[i - 1]!;
    const probe = new Int32Array(this.count);
    const build = new Int32Array(this.count);
    for (let k = 0; k < this.count; k++) {
      const to = at[this.probe[k]!]!++;
      probe[to] = this.probe[k]!;
      build[to] = this.build[k]!;
    }
    this.probe = probe;
    this.build = build;
  }
}
