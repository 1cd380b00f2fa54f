import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
import type { BorrowedTables } from '../../executor/columnar/borrowed-tables.js';
import type { ColumnarReplica } from '../../executor/columnar/columnar-replica.js';
import type { WantedReplica } from '../../executor/columnar/wanted-replicas.js';
import type { Datum } from '../../types/datum.js';
import { encodeUtf8 } from '../../types/charset.js';
import { replicaOf } from './data-store.js';
import type { EngineCore } from './engine-core.js';

const LOOK_MS = 500;
/** How long a start waits for statistics, ms (TiDB's force-init-stats waits for all). */
const STATISTICS_MS = 1000;

/** How long it waits for what another thread knows of columns, ms. */
const TAKEN_MS = 500;
const NO_STATISTICS = 'statistics were not read';
const NOT_TAKEN = 'columns of another thread were not taken over';
/** Looks before a thread makes a replica that the one with the store has not, or will have soon. */
const NONE_LOOKS = 2;
const SOON_LOOKS = 240;

/** Waits for no longer than so many ms. */
async function inTime(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([work, late]);
  clearTimeout(timer);
}

/** Physical ids of a table's rows. */
const physicalIds = (t: TableInfo): readonly number[] => t.partition?.definitions.map((d) => d.id) ?? [t.id];

/** Whether scans of a table find columns in memory; with `columns`, whether they find these. */
export function keepsColumns(
  core: EngineCore,
  table: TableInfo,
  columns: readonly ColumnInfo[] = [],
): boolean {
  const replica = replicaOf(core.storage);
  return replica !== null && physicalIds(table).every((id) => replica.keeps(id, columns));
}

/** Whether the columnar replica of a table that has one is there. */
export function hasReplica(core: EngineCore, table: TableInfo): boolean {
  const replica = table.tiflashReplica === undefined ? null : replicaOf(core.storage);
  return replica !== null && physicalIds(table).every((id) => replica.state(id).available);
}

/** Whether the columnar replica of a table, or of a partition of it, is being made. */
export function makesReplica(core: EngineCore, table: TableInfo): boolean {
  const replica = table.tiflashReplica === undefined ? null : replicaOf(core.storage);
  return replica !== null && physicalIds(table).some((id) => replica.isMaking(id));
}

/** Tells the replica which tables are to have one (SET TIFLASH REPLICA), at every change of the schema and while some are missing. */
export class ReplicaWatch {
  private timer: NodeJS.Timeout | null = null;
  private started = false;
  /** What the thread with the store lends to this one. */
  private borrowed: BorrowedTables | null = null;
  private asking = false;
  /** How often missing replicas were looked for in vain. */
  private looks = new Map<number, number>();

  constructor(private readonly core: EngineCore) {}

  /** Resolves when what the first statements over columns that outlived a restart would wait for is under way. */
  async start(): Promise<void> {
    this.core.virtualProviders.set('tiflash_replica', () => this.rows());
    const replica = replicaOf(this.core.storage);
    if (replica === null) return;
    let seen: object | null = null;
    let missing = true;
    const look = (): void => {
      const schema = this.core.schemaLoader.current;
      if (schema === seen && !missing) return;
      seen = schema;
      const wanted = this.wanted();
      replica.want(wanted);
      if (this.started) this.makeMissing(replica, wanted);
      missing = wanted.some((w) => !replica.state(w.physicalId).available);
    };
    look();
    if (replica.lent !== null) {
      this.core.cluster.lendColumns(replica.lent);
      await this.prepare(replica);
    } else {
      const { logger, cluster, statistics } = this.core;
      const lender = cluster.columnLender((news) => this.borrowed?.heed(news));
      if (lender !== null) {
        this.borrowed = replica.borrowFrom(lender, cluster.serverId);
        const taken = this.borrowed.takeAll().catch((err: unknown) => logger.error({ err }, NOT_TAKEN));
        await inTime(taken, TAKEN_MS);
      }
      // The thread with the store waits for its own, and reads columns back: this one's are read when they are asked for.
      statistics.load(...replica.held).catch((err: unknown) => logger.error({ err }, NO_STATISTICS));
    }
    // Small replicas, of which nothing is on disk, are made anew: that can wait for the first statements.
    this.started = true;
    this.timer = setInterval(look, LOOK_MS);
    this.timer.unref();
  }

  /** Tables are read once, by the thread that keeps them on disk; the others take them over, and make what is nowhere to be had. */
  private makeMissing(replica: ColumnarReplica, wanted: readonly WantedReplica[]): void {
    const { borrowed } = this;
    if (borrowed === null) return replica.makeMissing();
    const missing = wanted.map((w) => w.physicalId).filter((id) => !replica.state(id).available);
    const { logger } = this.core;
    if (missing.length === 0 || this.asking) return;
    this.asking = true;
    borrowed
      .takeOver(missing)
      .then((found) => {
        const looks = this.looks;
        this.looks = new Map();
        const own = new Set<number>();
        for (const id of missing) {
          const state = found.get(id) ?? 'none';
          if (state === 'taken') continue;
          const seen = (looks.get(id) ?? 0) + 1;
          this.looks.set(id, seen);
          // The thread that keeps tables may be about to hear of this one.
          if (seen > (state === 'soon' ? SOON_LOOKS : NONE_LOOKS)) own.add(id);
        }
        if (own.size > 0) replica.makeMissing(own);
      })
      .catch((err: unknown) => logger.error({ err }, NOT_TAKEN))
      .finally(() => (this.asking = false));
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /**
   * Has threads started and the columns read that were asked for before the restart, and waits for the statistics of their tables: a
   * plan of a large query made without them costs more than they do.
   */
  private async prepare(replica: ColumnarReplica): Promise<void> {
    const { threads, statistics, logger } = this.core;
    replica.loader = threads;
    const { held } = replica;
    if (held.length === 0) return;
    Promise.resolve(threads?.whenReady())
      .then(() => replica.restore())
      .catch((err: unknown) => logger.error({ err }, 'reading columns back failed'));
    const tables = new Set([...held, ...this.wanted().map((w) => w.physicalId)]);
    const loaded = statistics.load(...tables);
    await inTime(
      loaded.catch((err: unknown) => logger.error({ err }, NO_STATISTICS)),
      STATISTICS_MS,
    );
  }

  private *tables(): Generator<{ readonly db: string; readonly table: TableInfo }> {
    for (const db of this.core.schemaLoader.current.databases())
      for (const table of this.core.schemaLoader.current.tables(db.name))
        if (table.tiflashReplica !== undefined && table.state === 'public') yield { db: db.name, table };
  }

  private wanted(): WantedReplica[] {
    const out: WantedReplica[] = [];
    for (const { table } of this.tables()) {
      const ids = physicalIds(table);
      const rows = (this.core.rowCounts.get(table.id) ?? 0) / ids.length;
      for (const physicalId of ids) out.push({ physicalId, table, rows });
    }
    return out;
  }

  /** Rows of information_schema.tiflash_replica. */
  private rows(): Datum[][] {
    const replica = replicaOf(this.core.storage);
    return [...this.tables()].map(({ db, table }) => {
      const states = physicalIds(table).map((id) => replica?.state(id) ?? { available: false, progress: 0 });
      const available = states.every((s) => s.available);
      const progress = states.reduce((n, s) => n + s.progress, 0) / Math.max(1, states.length);
      return [
        encodeUtf8(db),
        encodeUtf8(table.name),
        table.id,
        table.tiflashReplica!.count,
        encodeUtf8(table.tiflashReplica!.labels.join(',')),
        available ? 1 : 0,
        available ? 1 : Math.round(progress * 100) / 100,
      ];
    });
  }
}
