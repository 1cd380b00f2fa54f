import { PACKED_BLOCK_BYTES, PackedBlockWriter } from '../../kv/embedded/packed-block.js';

export interface EntryOutput {
  /** What all keys begin with. */
  readonly prefix: Uint8Array;
  readonly commitHi: number;
  readonly commitLo: number;
}

export interface KeyedOutput extends EntryOutput {
  /** Several rows may have the same key, which is an error. */
  readonly unique: boolean;
}

/** Two rows have the same key: the value of one of their entries. */
export class DuplicateEntryError extends Error {
  constructor(
    readonly key: Uint8Array,
    readonly value: Uint8Array,
  ) {
    super('duplicate index entry');
  }
}

/** Bytes of blocks handed over at a time, about: to write them holds up the store's thread for a millisecond. */
const GROUP_BYTES = 256 << 10;

/** Packed blocks behind each other: block i ends at `ends[i]`. */
export interface BlockGroup {
  readonly bytes: Uint8Array;
  readonly ends: readonly number[];
}

export const blocksOf = (group: BlockGroup): Uint8Array[] =>
  group.ends.map((end, i) => group.bytes.subarray(i === 0 ? 0 : group.ends[i - 1]!, end));

/** Buffers of groups that were handed over: each new one would bring garbage collection nearer, of all that the server has in memory. */
const spare: Uint8Array[] = [];
const MAX_SPARE = 8;

/** The buffer of a group may be used again. */
export function recycle(buffer: ArrayBuffer): void {
  if (buffer.byteLength === GROUP_BYTES && spare.length < MAX_SPARE) spare.push(new Uint8Array(buffer));
}

const freshBuffer = (): Uint8Array => spare.pop() ?? new Uint8Array(GROUP_BYTES);

/** Packs entries that come in the order of their keys into blocks, in groups as they are handed over. */
export class BlockGroups {
  private bytes = freshBuffer();
  private ends: number[] = [];
  private used = 0;
  private readonly writer: PackedBlockWriter;

  constructor({ prefix, commitHi, commitLo }: EntryOutput) {
    this.writer = new PackedBlockWriter(prefix, commitHi, commitLo, (block) => this.append(block));
  }

  /** The entry with key `from[keyStart, keyEnd)` behind the prefix and value `from[keyEnd, valueEnd)`. */
  add(from: Uint8Array, keyStart: number, keyEnd: number, valueEnd: number): void {
    this.writer.add(from, keyStart, keyEnd, valueEnd);
  }

  private append(block: Uint8Array): void {
    if (this.used + block.length > this.bytes.length) {
      const grown = new Uint8Array(2 * (this.used + block.length));
      grown.set(this.bytes.subarray(0, this.used));
      this.bytes = grown;
    }
    this.bytes.set(block, this.used);
    this.ends.push((this.used += block.length));
  }

  get full(): boolean {
    return this.used > GROUP_BYTES - 2 * PACKED_BLOCK_BYTES;
  }

  /** The blocks that are whole. */
  take(): BlockGroup {
    const group = { bytes: this.bytes.subarray(0, this.used), ends: this.ends };
    this.bytes = freshBuffer();
    this.ends = [];
    this.used = 0;
    return group;
  }

  /** What is left at the end; null: nothing. */
  rest(): BlockGroup | null {
    this.writer.flush();
    return this.used === 0 ? null : this.take();
  }
}
