/** Threads that can take part, by their number; 0 is one that is alone. */
const MAX_THREADS = 128;

/** The bytes of columns that each of the threads of a process keeps for itself, in memory that all of them see: one bound is for their sum. */
export class ColumnAccounts {
  private readonly bytes: Float64Array;

  constructor(
    readonly memory: SharedArrayBuffer = new SharedArrayBuffer(MAX_THREADS * 8),
    /** The number of this thread. */
    private readonly own = 0,
  ) {
    this.bytes = new Float64Array(memory);
  }

  /** Notes what this thread keeps; gives what all of them keep. */
  note(bytes: number): number {
    this.bytes[this.own] = bytes;
    let n = 0;
    for (const b of this.bytes) n += b;
    return n;
  }
}
