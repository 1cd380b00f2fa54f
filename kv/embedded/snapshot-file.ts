import type { MvccCursor } from '../mvcc-reader.js';
import type { BulkSnapshot } from '../rpc.js';
import { LoadTable, NO_LOADS } from './load-table.js';
import { Memtable, MemtableList } from './memtable.js';
import { attachPageMap, type PageMap } from './page-map.js';
import { TreeCursor } from './page-tree.js';
import { highHalf, lowHalf } from './timestamp.js';
import { VersionCursor } from './version-cursor.js';
import { VersionReader, type VersionPages } from './version-reader.js';

/** A store's snapshot read from its pages and memtables, in any thread of the process: see bulk-load.ts. */
export class SnapshotFile {
  private readonly versions: FixedVersions;

  constructor(private readonly snapshot: BulkSnapshot) {
    this.versions = new FixedVersions(snapshot);
  }

  scan(startKey: Uint8Array, endKey: Uint8Array): MvccCursor {
    const { ts } = this.snapshot;
    return new VersionCursor(this.versions, startKey, endKey, false, highHalf(ts), lowHalf(ts), null);
  }

  close(): void {
    this.versions.env.pages.close();
  }
}

class FixedVersions extends VersionReader {
  readonly active: Memtable;
  readonly frozen: Memtable | null;

  constructor(snapshot: BulkSnapshot) {
    super(new FixedPages(attachPageMap(snapshot.dataFile, snapshot.mapAddress), snapshot));
    const [active, frozen] = snapshot.memtables;
    this.active = Memtable.attach(active!);
    this.frozen = frozen === undefined ? null : Memtable.attach(frozen);
  }
}

class FixedPages implements VersionPages {
  readonly epoch = 0;
  readonly dataTree: TreeCursor;
  readonly historyTree: TreeCursor;
  readonly marksTree: TreeCursor;
  readonly packedTree: TreeCursor;
  readonly loads: LoadTable;

  constructor(
    readonly pages: PageMap,
    snapshot: BulkSnapshot,
  ) {
    this.dataTree = new TreeCursor(pages, snapshot.dataRoot);
    this.historyTree = new TreeCursor(pages, snapshot.historyRoot);
    this.packedTree = new TreeCursor(pages, snapshot.packedRoot);
    this.loads = snapshot.loads === undefined ? NO_LOADS : new LoadTable(snapshot.loads);
    // Marks are for writers.
    this.marksTree = new TreeCursor(pages);
  }
}

/**
 * Keys that divide [startKey, endKey) into `parts` or more ranges with about as many pages each (less where the snapshot has not
 * as many): separators of the upper levels of the tree, and keys of upper levels of what is in memory.
 */
export function dividingKeys(
  snapshot: BulkSnapshot,
  startKey: Uint8Array,
  endKey: Uint8Array,
  parts: number,
): Uint8Array[] {
  const pages = attachPageMap(snapshot.dataFile, snapshot.mapAddress);
  try {
    const data = new TreeCursor(pages, snapshot.dataRoot).separators(startKey, endKey, parts);
    const packed = new TreeCursor(pages, snapshot.packedRoot).separators(startKey, endKey, parts);
    const recent = snapshot.memtables.flatMap((shared) =>
      Memtable.attach(shared).separators(MemtableList.data, startKey, endKey, parts),
    );
    return [...data, ...packed, ...recent].sort((a, b) => Buffer.compare(a, b));
  } finally {
    pages.close();
  }
}
