/**
 * Which rows of a stream make a sample of a fixed size at most, each row as likely as any other. Instead of a random number a row
 * it takes one for each row chosen: the gap to the next one (Algorithm L; Li, "Reservoir-Sampling Algorithms of Time Complexity
 * O(n(1 + log(N/n)))", 1994). With a rate, each row is first kept with that chance.
 */
export class RowSampler {
  /** Number of the next row that may be chosen, from 0. */
  private nextRow: number;
  private w = 1;
  private state = 0x9e3779b9;
  /** Rows that passed the rate, and the number of the next of them that the full sample takes. */
  private passed = 0;
  private nextPassed: number;

  constructor(
    private readonly size: number,
    private readonly rate: number,
  ) {
    this.nextRow = this.byRate ? this.gapOfRate() : 0;
    this.nextPassed = size + this.gapOfReservoir();
  }

  /** The place of row `row` in the sample, -1 when it is not chosen. Rows come in order. */
  place(row: number): number {
    if (row < this.nextRow) return -1;
    const at = this.passed++;
    if (this.byRate) this.nextRow = row + 1 + this.gapOfRate();
    if (at < this.size) return at;
    const chosen = at === this.nextPassed;
    if (chosen) this.nextPassed = at + 1 + this.gapOfReservoir();
    if (!this.byRate) this.nextRow = this.passed = this.nextPassed;
    return chosen ? Math.floor(this.random() * this.size) : -1;
  }

  /** The first row from which `place` can be anything but -1. */
  get next(): number {
    return this.nextRow;
  }

  private get byRate(): boolean {
    return this.rate > 0 && this.rate < 1;
  }

  private gapOfRate(): number {
    return Math.floor(Math.log(this.random()) / Math.log1p(-this.rate));
  }

  private gapOfReservoir(): number {
    this.w *= Math.exp(Math.log(this.random()) / this.size);
    return Math.floor(Math.log(this.random()) / Math.log1p(-this.w));
  }

  /** xorshift32, within (0, 1): the sample is the same for the same rows. */
  private random(): number {
    let x = this.state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.state = x;
    return (x >>> 0) / 4294967296;
  }
}
