import type { InfoSchema, TableInfo } from '../../catalog/model.js';
import type { MetaReader, MetaWriter } from '../../catalog/meta/meta.js';
import { scanColumns } from '../../catalog/table-layout.js';
import { TableMutations } from '../../catalog/table-mutations.js';
import { RowBatchDecoder } from '../../kv/codec/row-batch-decoder.js';
import { recordRange } from '../../kv/codec/table-key.js';
import type { Datum } from '../../types/datum.js';
import { packDateTime } from '../../types/time.js';
import { decodeJob, encodeJob, isEnded, type DdlJob } from './job.js';

/** Jobs kept in mysql.tidb_ddl_history. */
export const QUEUE_TABLE = 'tidb_ddl_job';
export const HISTORY_TABLE = 'tidb_ddl_history';

const bytes = (s: string): Uint8Array => Buffer.from(s);

/**
 * Jobs in the store: rows of mysql.tidb_ddl_job while they run, of mysql.tidb_ddl_history afterwards, in TiDB's shape. Rows are
 * written directly, in the transaction that changes meta, so that a step and what the job says of it happen at once.
 */
export class JobTable {
  private readonly cache = new WeakMap<TableInfo, TableMutations>();

  constructor(private readonly schema: () => InfoSchema) {}

  /** Whether the tables exist yet: the first tables of a new store are made without jobs. */
  get ready(): boolean {
    return this.table(QUEUE_TABLE) !== null && this.table(HISTORY_TABLE) !== null;
  }

  private table(name: string): TableInfo | null {
    return this.schema().table('mysql', name);
  }

  private mutations(name: string): TableMutations {
    const table = this.table(name)!;
    let m = this.cache.get(table);
    if (m === undefined) this.cache.set(table, (m = new TableMutations(table, table.id)));
    return m;
  }

  /** Puts the job where it belongs: among the running ones, or into the history. */
  put(txn: MetaWriter, job: DdlJob): void {
    const queue = this.mutations(QUEUE_TABLE);
    if (!isEnded(job.state)) {
      txn.set(
        queue.recordKey(job.id),
        encode(queue, {
          job_id: job.id,
          reorg: job.work === null ? 0 : 1,
          schema_ids: bytes(String(job.dbId)),
          table_ids: bytes(String(job.tableId)),
          job_meta: encodeJob(job),
          type: 0,
          processing: job.state === 'running' ? 1 : 0,
        }),
      );
      return;
    }
    txn.delete(queue.recordKey(job.id));
    const history = this.mutations(HISTORY_TABLE);
    txn.set(
      history.recordKey(job.id),
      encode(history, {
        job_id: job.id,
        job_meta: encodeJob({ ...job, work: null }),
        db_name: bytes(job.dbName),
        table_name: bytes(job.tableName),
        schema_ids: bytes(String(job.dbId)),
        table_ids: bytes(String(job.tableId)),
        create_time: datetime(job.createTime),
      }),
    );
  }

  /** A running job; null when it has ended or never was. */
  async running(reader: MetaReader, id: number): Promise<DdlJob | null> {
    const value = await reader.get(this.mutations(QUEUE_TABLE).recordKey(id));
    return value === null ? null : jobOf(this.table(QUEUE_TABLE)!, this.mutations(QUEUE_TABLE), id, value);
  }

  async ended(reader: MetaReader, id: number): Promise<DdlJob | null> {
    const value = await reader.get(this.mutations(HISTORY_TABLE).recordKey(id));
    return value === null
      ? null
      : jobOf(this.table(HISTORY_TABLE)!, this.mutations(HISTORY_TABLE), id, value);
  }

  /** Running jobs, oldest first. */
  queue(reader: MetaReader): Promise<DdlJob[]> {
    return this.scan(reader, QUEUE_TABLE, false, Infinity, 0);
  }

  /** Ended jobs, newest first. */
  history(reader: MetaReader, limit: number, offset = 0): Promise<DdlJob[]> {
    return this.scan(reader, HISTORY_TABLE, true, limit, offset);
  }

  private async scan(
    reader: MetaReader,
    name: string,
    reverse: boolean,
    limit: number,
    offset: number,
  ): Promise<DdlJob[]> {
    if (!this.ready) return [];
    const table = this.table(name)!;
    const decoder = metaDecoder(table);
    const range = recordRange(table.id);
    const iterator = reader.iterate(range.startKey, range.endKey, { reverse });
    const jobs: DdlJob[] = [];
    try {
      for (let skipped = 0; jobs.length < limit;) {
        const step = iterator.next();
        const pair = step instanceof Promise ? await step : step;
        if (pair === null) break;
        if (skipped++ < offset) continue;
        jobs.push(decodeRow(decoder, pair.key, pair.value));
      }
    } finally {
      iterator.close();
    }
    return jobs;
  }
}

function encode(m: TableMutations, values: Readonly<Record<string, Datum>>): Uint8Array {
  return m.encodeRecord(m.table.columns.map((c) => values[c.lower] ?? null));
}

function metaDecoder(table: TableInfo): RowBatchDecoder {
  const column = table.columns.filter((c) => c.lower === 'job_meta');
  return new RowBatchDecoder(scanColumns(table, column, false), { initialRows: 1 });
}

function jobOf(table: TableInfo, m: TableMutations, id: number, value: Uint8Array): DdlJob {
  return decodeRow(metaDecoder(table), m.recordKey(id), value);
}

function decodeRow(decoder: RowBatchDecoder, key: Uint8Array, value: Uint8Array): DdlJob {
  decoder.append(key, key.length, value, 0, value.length);
  return decodeJob(decoder.take().columns[0]!.get(0) as Uint8Array);
}

function datetime(ms: number): Datum {
  const d = new Date(ms);
  return packDateTime(
    d.getFullYear(),
    d.getMonth() + 1,
    d.getDate(),
    d.getHours(),
    d.getMinutes(),
    d.getSeconds(),
    0,
    0,
  );
}
