import type { Chunk } from '../../chunk/chunk.js';
import { hashColumns } from '../../chunk/hash.js';
import type { Vector } from '../../chunk/vector.js';
import type { FieldType } from '../../types/field-type.js';
import type { TempFiles } from '../exec-context.js';
import { type ChunkSpool, openSpools } from './chunk-spool.js';
import type { TempFile } from './temp-storage.js';

const BITS = 4;
export const PARTITIONS = 1 << BITS;
/** Levels of partitions within partitions: the bits of a hash are used up then. */
export const MAX_DEPTH = 32 / BITS - 1;

/**
 * Deals rows out to spools by the hash of their keys: equal keys to one spool. Each depth looks at other bits, the uppermost
 * first; hash tables look at the lowest.
 */
export class Partitioner {
  readonly spools: readonly ChunkSpool[];
  private readonly file: TempFile;
  private hashes = new Int32Array(0);

  constructor(
    private readonly types: readonly FieldType[],
    readonly depth: number,
    files: TempFiles,
  ) {
    const { file, spools } = openSpools(files, PARTITIONS);
    this.file = file;
    this.spools = spools;
  }

  get bytes(): number {
    return this.file.bytes;
  }

  /** Rows of `sel` (all when null) of the chunk, whose keys are given. */
  async add(chunk: Chunk, keys: readonly Vector[], sel: Int32Array | null): Promise<void> {
    const n = sel === null ? chunk.length : sel.length;
    if (this.hashes.length < n) this.hashes = new Int32Array(n);
    const { hashes } = this;
    hashColumns(keys, this.types, sel, n, hashes);
    const shift = 32 - BITS * (this.depth + 1);
    const counts = new Int32Array(PARTITIONS + 1);
    for (let k = 0; k < n; k++) {
      const p = (hashes[k]! >>> shift) & (PARTITIONS - 1);
      hashes[k] = p;
      counts[p + 1]!++;
    }
    for (let p = 0; p < PARTITIONS; p++) counts[p + 1]! += counts[p]!;
    const rows = new Int32Array(n);
    const at = counts.slice(0, PARTITIONS);
    for (let k = 0; k < n; k++) rows[at[hashes[k]!]!++] = sel === null ? k : sel[k]!;
    for (let p = 0; p < PARTITIONS; p++) {
      if (counts[p] === counts[p + 1]) continue;
      const done = this.spools[p]!.append(chunk.withSel(rows.subarray(counts[p], counts[p + 1])));
      if (done instanceof Promise) await done;
    }
  }

  async finish(): Promise<void> {
    for (const s of this.spools) await s.flush();
  }

  close(): void {
    this.file.close();
  }
}
