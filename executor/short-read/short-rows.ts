import type { ByteSlices } from '../../chunk/byte-slices.js';
import type { Vector } from '../../chunk/vector.js';

/** More rows than this, or bytes of them, are for the operators. */
export const MAX_ROWS = 512;
export const MAX_BYTES = 1 << 18;

/** The rows of a short read, in columns: `order` are their positions in them, null for all. Valid until this turn of the event loop ends. */
export interface ShortRows {
  readonly columns: readonly (Vector | ByteSlices)[];
  readonly rows: number;
  readonly order: Int32Array | null;
  /** To be called when they are written: lets go of what they point to. */
  release(): void;
}
