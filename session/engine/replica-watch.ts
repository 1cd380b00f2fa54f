import type { TableInfo } from '../../catalog/model.js';
import type { ColumnarReplica, WantedReplica } from '../../executor/columnar/columnar-replica.js';
import type { Datum } from '../../types/datum.js';
import { encodeUtf8 } from '../../types/charset.js';
import { replicaOf } from './data-store.js';
import type { EngineCore } from './engine-core.js';

const LOOK_MS = 500;

/** Physical ids of a table's rows. */
const physicalIds = (t: TableInfo): readonly number[] => t.partition?.definitions.map((d) => d.id) ?? [t.id];

/** Whether the columnar replica of a table that has one is there. */
export function hasReplica(core: EngineCore, table: TableInfo): boolean {
  const replica = table.tiflashReplica === undefined ? null : replicaOf(core.storage);
  return replica !== null && physicalIds(table).every((id) => replica.state(id).available);
}

/** Tells the replica which tables are to have one (SET TIFLASH REPLICA), at every change of the schema and while some are missing. */
export class ReplicaWatch {
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly core: EngineCore) {}

  start(): void {
    this.core.virtualProviders.set('tiflash_replica', () => this.rows());
    const replica = replicaOf(this.core.storage);
    if (replica === null) return;
    this.prepare(replica).catch((err: unknown) =>
      this.core.logger.error({ err }, 'reading columns back failed'),
    );
    let seen: object | null = null;
    let missing = true;
    this.timer = setInterval(() => {
      const schema = this.core.schemaLoader.current;
      if (schema === seen && !missing) return;
      seen = schema;
      const wanted = this.wanted();
      replica.want(wanted);
      missing = wanted.some((w) => !replica.state(w.physicalId).available);
    }, LOOK_MS);
    this.timer.unref();
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** What the first statements over columns that outlived a restart would wait for: threads, statistics, the columns themselves. */
  private async prepare(replica: ColumnarReplica): Promise<void> {
    const { held } = replica;
    if (held.length === 0) return;
    this.core.threads?.ready();
    for (const id of held) await this.core.statistics.load(id);
    await replica.restore();
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
