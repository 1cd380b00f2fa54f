import type { Chunk } from '../../chunk/chunk.js';
import type { PageCursor, PagedReader } from '../../kv/paged-reader.js';
import type { KeyRange, KvPair } from '../../kv/rpc.js';
import type { Operator } from '../exec-context.js';
import { type BatchDecoder, isPoint } from './record-scan.js';

/** Rows of a chunk, of the first page of a range and of its largest. */
const BATCH_ROWS = 1024;
const FIRST_PAGE_ROWS = 128;
const MAX_PAGE_ROWS = 4096;
/** Single keys asked for at a time. */
const POINTS = 512;

/**
 * Reads key ranges of a store that is elsewhere into chunks, a page of rows at a time. From the second page of a range on, the next one
 * is on its way while this one is decoded.
 */
export class PagedScan implements Operator {
  private cursor: PageCursor | null = null;
  private page: readonly KvPair[] = [];
  private pageAt = 0;
  private pages = 0;
  private ahead: Promise<readonly KvPair[] | null> | null = null;
  private at = 0;
  private closed = false;

  constructor(
    private readonly reader: PagedReader,
    private readonly decoder: BatchDecoder,
    /** Ascending; read from the last to the first when `desc`. */
    private readonly ranges: readonly KeyRange[],
    private readonly desc: boolean,
    private readonly keyOnly: boolean,
    /** Rows after which the caller probably stops; 0 = all. */
    private readonly expected: number,
    private readonly onClose: (decoder: BatchDecoder) => void,
  ) {}

  open(): void {}

  async next(): Promise<Chunk | null> {
    const { decoder } = this;
    for (;;) {
      this.decode();
      if (decoder.rows >= BATCH_ROWS) return decoder.take();
      // A page that is there already is better handed up than held until the next one comes.
      if (decoder.rows > 0 && this.pages > 0) return decoder.take();
      if (!(await this.fetch())) return decoder.rows > 0 ? decoder.take() : null;
    }
  }

  private decode(): void {
    const { decoder, page } = this;
    while (this.pageAt < page.length && decoder.rows < BATCH_ROWS) {
      const { key, value } = page[this.pageAt++]!;
      decoder.append(key, key.length, value, 0, value.length);
    }
  }

  private rangeAt(i: number): KeyRange {
    return this.ranges[this.desc ? this.ranges.length - 1 - i : i]!;
  }

  /** Gets more rows; false at the end. */
  private async fetch(): Promise<boolean> {
    while (this.at < this.ranges.length) {
      if (this.cursor === null && isPoint(this.rangeAt(this.at))) {
        await this.fetchPoints();
        if (this.page.length > 0) return true;
        continue;
      }
      const cursor = (this.cursor ??= this.openRange(this.rangeAt(this.at)));
      const page = await (this.ahead ?? cursor.nextPage());
      this.ahead = null;
      if (page !== null) {
        this.page = page;
        this.pageAt = 0;
        if (this.pages++ > 0) {
          this.ahead = Promise.resolve(cursor.nextPage());
          // Awaited later, or never: a rejection until then is not unhandled.
          this.ahead.catch(() => undefined);
        }
        return true;
      }
      cursor.close();
      this.cursor = null;
      this.pages = 0;
      this.at++;
    }
    return false;
  }

  private openRange(range: KeyRange): PageCursor {
    const first = this.expected > 0 ? Math.min(this.expected, MAX_PAGE_ROWS) : FIRST_PAGE_ROWS;
    return this.reader.pages(range.startKey, range.endKey, {
      reverse: this.desc,
      keyOnly: this.keyOnly,
      firstRows: first,
      maxRows: MAX_PAGE_ROWS,
    });
  }

  private async fetchPoints(): Promise<void> {
    const keys: Uint8Array[] = [];
    while (this.at < this.ranges.length && keys.length < POINTS) {
      const range = this.rangeAt(this.at);
      if (!isPoint(range)) break;
      keys.push(range.startKey);
      this.at++;
    }
    const values = await this.reader.batchGet(keys);
    const page: KvPair[] = [];
    for (let i = 0; i < keys.length; i++) {
      const value = values[i]!;
      if (value !== null) page.push({ key: keys[i]!, value });
    }
    this.page = page;
    this.pageAt = 0;
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.cursor?.close();
    this.cursor = null;
    this.ahead = null;
    this.at = this.ranges.length;
    this.onClose(this.decoder);
  }
}
