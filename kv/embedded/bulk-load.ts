import type {
  BulkBeginRequest,
  BulkBeginResponse,
  BulkEndRequest,
  BulkWriteRequest,
  BulkWriteResponse,
} from '../rpc.js';
import { LockedError } from '../mvcc-reader.js';
import type { Checkpointer } from './checkpoint.js';
import type { DataListeners } from './data-listeners.js';
import type { LockTable } from './lock-table.js';
import { PackedStore, putBlocks } from './packed-store.js';
import type { Reads } from './reads.js';
import type { TimestampOracle } from './tso.js';
import type { VersionStore } from './version-store.js';

interface Load {
  readonly ts: bigint;
  readonly release: () => void;
}

/**
 * Loads of many entries that bypass the memtable and the log: made elsewhere of what is read at one snapshot, given here in key order as
 * packed blocks, and durable with the checkpoint that ends the load. After a crash before that, some or none of them are
 * there: the load is done again, and begins with the removal of what is left of it.
 */
export class BulkLoads {
  private readonly loads = new Map<number, Load>();
  private nextId = 1;

  constructor(
    private readonly versions: VersionStore,
    private readonly locks: LockTable,
    private readonly reads: Reads,
    private readonly checkpointer: Checkpointer,
    private readonly tso: TimestampOracle,
    private readonly listeners: DataListeners,
    private readonly dataFile: string,
  ) {}

  /** Who has the roots and the memtables reads the snapshot without this thread: pages and arenas stay as they are until `end`. */
  async begin(req: BulkBeginRequest): Promise<BulkBeginResponse> {
    const packed = new PackedStore(this.versions.env);
    for (const { startKey, endKey } of req.ranges)
      while (packed.removeRange(startKey, endKey)) await new Promise((resolve) => setImmediate(resolve));
    return this.locks.section(() => this.hold(req));
  }

  /** In the section of the timestamp: everything committed before it is in these layers. */
  private hold(req: BulkBeginRequest): BulkBeginResponse {
    const ts = this.tso.next();
    const reader = this.reads.reader(ts, null);
    try {
      reader.checkLocks!(req.source.startKey, req.source.endKey);
    } catch (e) {
      if (e instanceof LockedError) return { locked: e.lock };
      throw e;
    }
    const { env } = this.versions;
    const memory = this.versions.holdMemtables();
    const letGo = env.hold();
    const id = this.nextId++;
    this.loads.set(id, {
      ts,
      release: () => {
        letGo();
        memory.release();
      },
    });
    return {
      snapshot: {
        id,
        ts,
        dataFile: this.dataFile,
        mapAddress: env.pages.address,
        dataRoot: env.dataTree.root,
        historyRoot: env.historyTree.root,
        packedRoot: env.packedTree.root,
        loads: env.loads.buffer,
        memtables: memory.tables.map((t) => t.buffers),
      },
    };
  }

  write(req: BulkWriteRequest): BulkWriteResponse {
    const load = this.loads.get(req.id);
    if (load === undefined) throw new Error(`there is no bulk load ${req.id}`);
    if (req.blocks.length === 0) return { again: [] };
    return { again: putBlocks(this.versions, this.locks, load.ts, req.blocks, req.unique) };
  }

  async end(req: BulkEndRequest): Promise<void> {
    const load = this.loads.get(req.id);
    this.loads.delete(req.id);
    load?.release();
    if (!req.durable) return;
    for (const { startKey, endKey } of req.ranges) this.listeners.rangeChanged(startKey, endKey);
    await this.checkpointer.persistLoaded();
  }
}
