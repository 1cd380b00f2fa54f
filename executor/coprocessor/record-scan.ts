import type { Chunk } from '../../chunk/chunk.js';
import type { MvccCursor, MvccReader } from '../../kv/mvcc-reader.js';
import type { KeyRange } from '../../kv/rpc.js';
import type { Operator } from '../exec-context.js';

/** RowBatchDecoder or IndexBatchDecoder. */
export interface BatchDecoder {
  readonly rows: number;
  /** False: the key alone tells everything. */
  readonly needsValue: boolean;
  readonly byteSize: number;
  append(key: Uint8Array, keyLength: number, b: Uint8Array, start: number, end: number): void;
  take(): Chunk;
}

/** Rows decoded before a chunk is handed up: about two milliseconds of decoding, so that the thread is never held long. */
const BATCH_ROWS = 1024;
/** The same of rows that are looked up one by one. */
const BATCH_POINTS = 256;
const BATCH_BYTES = 1 << 20;
/** The first chunk of a scan is small: many scans end there. */
const FIRST_BATCH_ROWS = 128;

/**
 * Reads key ranges of the row store into chunks. The cursor is paused whenever a chunk is handed up, since the consumer may
 * take any time over it. A call that throws (a lock in the way) loses nothing: rows decoded so far stay, and the next
 * call goes on behind them.
 */
export class RecordScan implements Operator {
  private cursor: MvccCursor | null = null;
  private at = 0;
  private batch: number;
  private closed = false;

  constructor(
    private readonly reader: MvccReader,
    private readonly decoder: BatchDecoder,
    /** Ascending; read from the last to the first when `desc`. */
    private readonly ranges: readonly KeyRange[],
    private readonly desc: boolean,
    private readonly keyOnly: boolean,
    private readonly onClose: ((decoder: BatchDecoder) => void) | null = null,
    /** Rows that are probably enough for the consumer. */
    enough = FIRST_BATCH_ROWS,
  ) {
    this.batch = Math.max(1, Math.min(enough, FIRST_BATCH_ROWS));
  }

  open(): void {}

  next(): Chunk | null {
    const { decoder, ranges } = this;
    while (this.at < ranges.length) {
      const range = ranges[this.desc ? ranges.length - 1 - this.at : this.at]!;
      if (this.cursor === null && isPoint(range)) {
        const value = this.reader.get(range.startKey);
        if (value !== null) decoder.append(range.startKey, range.startKey.length, value, 0, value.length);
        this.at++;
        if (decoder.rows >= Math.min(this.batch, BATCH_POINTS)) return this.take();
        continue;
      }
      this.cursor ??= this.reader.scan(range.startKey, range.endKey, this.desc, this.keyOnly);
      if (this.fill(this.cursor)) {
        this.cursor.pause();
        return this.take();
      }
      this.cursor.close();
      this.cursor = null;
      this.at++;
    }
    return decoder.rows > 0 ? this.take() : null;
  }

  close(): void {
    this.cursor?.close();
    this.cursor = null;
    this.at = this.ranges.length;
    if (this.closed) return;
    this.closed = true;
    this.onClose?.(this.decoder);
  }

  /** True when the batch is full, false at the end of the range. */
  private fill(cursor: MvccCursor): boolean {
    const { decoder, batch } = this;
    while (decoder.rows < batch) {
      if (!cursor.next()) return false;
      decoder.append(
        cursor.keyBuffer,
        cursor.keyLength,
        cursor.valueBuffer,
        cursor.valueStart,
        cursor.valueEnd,
      );
      if ((decoder.rows & 63) === 0 && decoder.byteSize > BATCH_BYTES) return true;
    }
    return true;
  }

  private take(): Chunk {
    this.batch = Math.min(BATCH_ROWS, this.batch * 4);
    return this.decoder.take();
  }
}

/** Whether the range holds one key: its end is the next key of the same length, or the key with a zero byte behind. */
export function isPoint(range: KeyRange): boolean {
  const { startKey, endKey } = range;
  const n = startKey.length;
  if (endKey.length === n + 1) {
    if (endKey[n] !== 0) return false;
    // Keys of one table differ in their last bytes.
    for (let i = n - 1; i >= 0; i--) if (startKey[i] !== endKey[i]) return false;
    return true;
  }
  if (endKey.length !== n || n !== 19 || startKey[10] !== 0x72) return false;
  // A record key with an integer handle, and the handle after it.
  if (endKey[n - 1]! !== startKey[n - 1]! + 1) return false;
  for (let i = n - 2; i >= 0; i--) if (startKey[i] !== endKey[i]) return false;
  return true;
}
