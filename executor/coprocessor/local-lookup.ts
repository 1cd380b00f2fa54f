import type { Chunk } from '../../chunk/chunk.js';
import type { KeyRange } from '../../kv/rpc.js';
import type { LocalIndexLookUp } from '../../planner/physical/plan.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { TimeZone } from '../../types/timezone.js';
import type { Operator } from '../exec-context.js';
import { compareHandles, handlesOf, recordRanges } from '../handle-reader.js';
import { leafScan } from '../../planner/physical/leaf-scan.js';

/** A scan of records by key, in the order of the ranges. */
export type RecordReader = (ranges: readonly KeyRange[]) => Operator;

/**
 * Looks up the rows of index entries next to the data: the store that reads the index has the rows as well. Handles of a chunk of
 * entries are sorted, so that rows are read as they lie. A scan that stops at a lock is asked again and goes on from there.
 */
export class LocalLookUpOperator implements Operator {
  private rows: Operator | null = null;

  constructor(
    private readonly plan: LocalIndexLookUp,
    private readonly entries: Operator,
    private readonly read: RecordReader,
    private readonly zone: TimeZone,
    private readonly found: (rows: number) => void,
  ) {}

  open(): Awaitable<void> {
    return this.entries.open();
  }

  next(): Awaitable<Chunk | null> {
    for (;;) {
      if (this.rows !== null) {
        const chunk = this.rows.next();
        if (chunk instanceof Promise) return chunk.then((c) => this.given(c) ?? this.next());
        const given = this.given(chunk);
        if (given !== null) return given;
      }
      const entries = this.entries.next();
      if (entries instanceof Promise) return entries.then((e) => (this.start(e) ? this.next() : null));
      if (!this.start(entries)) return null;
    }
  }

  private given(chunk: Chunk | null): Chunk | null {
    if (chunk === null) {
      void this.rows!.close();
      this.rows = null;
    } else this.found(chunk.rows);
    return chunk;
  }

  private start(entries: Chunk | null): boolean {
    if (entries === null) return false;
    const scan = leafScan(this.plan.child);
    const handles = handlesOf(scan, entries, this.zone).sort(compareHandles);
    this.rows = this.read(recordRanges(this.plan.rows.physicalId, handles));
    void this.rows.open();
    return true;
  }

  close(): Awaitable<void> {
    void this.rows?.close();
    this.rows = null;
    return this.entries.close();
  }
}
