import { closeSync, openSync, readSync } from 'node:fs';
import type { Vector } from '../../chunk/vector.js';
import { blockStats, type BlockStats } from './block-stats.js';
import { ColumnDictionary } from './column-dictionary.js';
import { decodeColumn } from './column-encoding.js';

/** Bytes [offset, offset + length) of a file. */
export interface Extent {
  readonly offset: number;
  readonly length: number;
}

/** A column as it comes from a file; strings that are coded have their codes and not yet their dictionary. */
export interface LoadedColumn {
  readonly vector: Vector;
  readonly stats: BlockStats | null;
  /** See LentColumn; absent: the memory is this thread's. */
  readonly use?: Float64Array;
}

/** Reads columns in other threads. */
export interface ColumnLoader {
  /** Somebody has nothing at all to do: what nobody waits for may be read. */
  readonly idle: boolean;
  /** Null when nobody has the time: whoever asks reads for himself. */
  loadColumn(file: string, at: Extent): Promise<LoadedColumn> | null;
}

/** Memory that is new is slow to write to, as the system gives it out by pages: what is decoded at once is read into the same again. */
const MAX_SCRATCH_BYTES = 8 << 20;
let scratch = new Uint8Array(0);

function scratchOf(bytes: number): Uint8Array {
  if (bytes > MAX_SCRATCH_BYTES) return new Uint8Array(bytes);
  if (bytes > scratch.length) scratch = new Uint8Array(Math.min(MAX_SCRATCH_BYTES, bytes * 2));
  return scratch.subarray(0, bytes);
}

/** Holds until the next call. Throws errors of the file system. */
export function readExtent(file: string, at: Extent): Uint8Array {
  const fd = openSync(file, 'r');
  try {
    const out = scratchOf(at.length);
    for (let done = 0; done < at.length;) {
      const n = readSync(fd, out, done, at.length - done, at.offset + done);
      if (n === 0) throw Object.assign(new Error(`${file} is cut short`), { code: 'EIO' });
      done += n;
    }
    return out;
  } finally {
    closeSync(fd);
  }
}

export function readLoadedColumn(file: string, at: Extent): LoadedColumn {
  const { vector, stats } = decodeColumn(readExtent(file, at), new ColumnDictionary());
  return { vector, stats: stats ?? blockStats(vector) };
}

/** A column that was loaded with the dictionary it is coded by. */
export const withDictionary = (v: Vector, dictionary: ColumnDictionary): Vector =>
  v.kind === 'bytes' && v.codes !== null ? dictionary.vector(v.codes, v.nulls) : v;
