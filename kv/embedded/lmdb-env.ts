import fs from 'node:fs';
import path from 'node:path';
import { open, type Database, type RootDatabase } from 'lmdb';
import { LoadTable } from './load-table.js';
import { MDB_RDONLY, native, type NativeTxn } from './lmdb-native.js';
import { PAGE_SIZE, openPageMap, type PageMap } from './page-map.js';
import { META_END, TreeCursor, currentMeta, databaseRoot, mainRoot } from './page-tree.js';

export const DATA_FILE = 'data.mdb';
export const LMDB_LOCK_FILE = 'data.mdb-lock';

export type Table = Database<Uint8Array, Uint8Array>;

/**
 * The LMDB environment: six tables written through lmdb-js by this thread only, read from their pages.
 *
 *     data     user key -> record of its newest version (a tombstone too)
 *     history  memcomparable(user key) + ~commit ts -> record of an older version
 *     marks    memcomparable(user key) + ~ts + kind -> record: lock records (ts = commit ts) and rollback marks (ts = start ts)
 *     locks    user key -> Percolator lock as of the last checkpoint
 *     packed   user key of the last entry -> block of entries that were loaded in bulk (packed-block.ts)
 *     loads    mark of a load that is a transaction -> what it is (bulk-load.ts)
 *
 * Invariants: a key without a row in `data` has none in `history`. A version in `packed` is older than all others of its key; blocks do
 * not overlap.
 *
 * The environment runs with MDB_NOSYNC; what is durable is decided by checkpoint.ts and the log.
 */
export class LmdbEnv {
  readonly data: Table;
  readonly history: Table;
  readonly marks: Table;
  readonly locks: Table;
  readonly packed: Table;
  readonly stagedLoads: Table;
  /** What `stagedLoads` says of commits, for readers. */
  readonly loads = new LoadTable();
  readonly pages: PageMap;
  /** Grows with each write transaction and each change of the memtables: cursors that saw another epoch must seek again. */
  epoch = 0;
  /** Called after each write transaction. */
  onWrite: (() => void) | null = null;
  readonly dataTree: TreeCursor;
  readonly historyTree: TreeCursor;
  readonly marksTree: TreeCursor;
  readonly locksTree: TreeCursor;
  readonly packedTree: TreeCursor;
  private readonly root: RootDatabase<Uint8Array, Uint8Array>;
  private readonly dataFd: number;
  private pinned: NativeTxn | null = null;
  private metaPage = 0;

  constructor(directory: string, mapSize: number) {
    const file = path.join(directory, DATA_FILE);
    // `pageSize` and `mapSize` are read by lmdb-js but not all in its typings.
    const options = {
      path: file,
      noSubdir: true,
      noSync: true,
      overlappingSync: false,
      pageSize: PAGE_SIZE,
      mapSize,
      maxDbs: 8,
      noMemInit: false,
      keyEncoding: 'binary' as const,
      encoding: 'binary' as const,
    };
    this.root = open<Uint8Array, Uint8Array>(options);
    const table = (name: string): Table =>
      this.root.openDB<Uint8Array, Uint8Array>({ name, keyEncoding: 'binary', encoding: 'binary' });
    this.data = table('data');
    this.history = table('history');
    this.marks = table('marks');
    this.locks = table('locks');
    this.packed = table('packed');
    this.stagedLoads = table('loads');
    this.pages = openPageMap(file);
    this.dataTree = new TreeCursor(this.pages);
    this.historyTree = new TreeCursor(this.pages);
    this.marksTree = new TreeCursor(this.pages);
    this.locksTree = new TreeCursor(this.pages);
    this.packedTree = new TreeCursor(this.pages);
    this.dataFd = fs.openSync(file, 'r');
    this.refresh();
  }

  /** Runs `body` as one LMDB write transaction: all of its puts and removes or, when it throws, none. */
  write(body: () => void): void {
    // The callback must not return what a put returns: lmdb-js would take it for a promise and commit later.
    this.root.transactionSync(() => {
      body();
    });
    this.refresh();
    this.onWrite?.();
  }

  /** Keeps the pages of the current snapshot from being reused until the next pin; see checkpoint.ts. */
  pin(): () => void {
    const env = (this.root as unknown as { env: object }).env;
    const previous = this.pinned;
    this.pinned = new native.Txn(env, MDB_RDONLY);
    return () => previous?.abort();
  }

  /** Holds the present snapshot's pages for a reader of its own, until the returned function is called. */
  hold(): () => void {
    const env = (this.root as unknown as { env: object }).env;
    const txn = new native.Txn(env, MDB_RDONLY);
    return () => txn.abort();
  }

  /** Copy of the meta page that describes the current snapshot. */
  metaCopy(): Buffer {
    const at = this.pages.at(this.metaPage);
    return Buffer.from(this.pages.window(this.metaPage).u8.subarray(at, at + META_END));
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.fdatasync(this.dataFd, (error) => (error === null ? resolve() : reject(error)));
    });
  }

  /** Bytes of the data file. */
  fileSize(): number {
    return fs.fstatSync(this.dataFd).size;
  }

  async close(): Promise<void> {
    this.pages.close();
    this.pinned?.abort();
    this.pinned = null;
    fs.closeSync(this.dataFd);
    await this.root.close();
  }

  private refresh(): void {
    this.pages.invalidate();
    this.epoch++;
    this.metaPage = currentMeta(this.pages).page;
    const main = mainRoot(this.pages, this.metaPage);
    this.dataTree.root = databaseRoot(this.pages, main, DATA_NAME);
    this.historyTree.root = databaseRoot(this.pages, main, HISTORY_NAME);
    this.marksTree.root = databaseRoot(this.pages, main, MARKS_NAME);
    this.locksTree.root = databaseRoot(this.pages, main, LOCKS_NAME);
    this.packedTree.root = databaseRoot(this.pages, main, PACKED_NAME);
  }
}

// lmdb-js' LMDB keeps the terminating zero of a database's name.
const DATA_NAME = Buffer.from('data\0');
const HISTORY_NAME = Buffer.from('history\0');
const MARKS_NAME = Buffer.from('marks\0');
const LOCKS_NAME = Buffer.from('locks\0');
const PACKED_NAME = Buffer.from('packed\0');
