import type { NullMask } from './vector.js';

const NO_BYTES = new Uint8Array(0);
const INITIAL_CELLS = 128;

/**
 * Byte strings where they are stored instead of in a vector: cell i is sources[i][starts[i], ends[i]). Nothing is copied, so a cell
 * lasts no longer than what it points to. Filled anew for each batch.
 */
export class ByteSlices {
  readonly kind = 'slices';
  readonly sources: Uint8Array[] = [];
  private used = 0;
  starts = new Int32Array(INITIAL_CELLS);
  ends = new Int32Array(INITIAL_CELLS);
  nulls: NullMask = null;

  set(i: number, source: Uint8Array, start: number, end: number): void {
    if (i >= this.starts.length) this.grow();
    if (i >= this.used) this.used = i + 1;
    this.sources[i] = source;
    this.starts[i] = start;
    this.ends[i] = end;
  }

  setNull(i: number): void {
    this.set(i, NO_BYTES, 0, 0);
    this.nulls ??= new Uint8Array(this.starts.length);
    this.nulls[i] = 1;
  }

  /** Lets go of all cells. */
  clear(): void {
    this.sources.fill(NO_BYTES, 0, this.used);
    this.used = 0;
    this.nulls = null;
  }

  private grow(): void {
    const grown = (old: Int32Array): Int32Array<ArrayBuffer> => {
      const out = new Int32Array(2 * old.length);
      out.set(old);
      return out;
    };
    this.starts = grown(this.starts);
    this.ends = grown(this.ends);
    if (this.nulls === null) return;
    const nulls = new Uint8Array(this.starts.length);
    nulls.set(this.nulls);
    this.nulls = nulls;
  }
}
