import type { SchemaState, TableInfo } from '../../catalog/model.js';
import { decodeTable, encodeTable } from '../../catalog/meta/schema-codec.js';
import type { SqlWarning } from '../../types/error.js';
import type { Phase, TableTransition } from '../table-transition.js';

/** States of a job as ADMIN SHOW DDL JOBS names them (TiDB model.JobState). */
export type JobState =
  'queueing' | 'running' | 'rollingback' | 'rollback done' | 'cancelled' | 'cancelling' | 'paused' | 'synced';

export interface JobError {
  readonly code: number;
  readonly sqlState: string;
  readonly message: string;
}

/** A job without sign of life for so long is taken over by the owner. */
export const LEASE_MS = 6000;
export const HEARTBEAT_MS = 1500;

/** A schema change: one that is done (history), or one of several steps on its way (queue). */
export interface DdlJob {
  readonly id: number;
  /** As TiDB names it: `add index`, `create table`, `alter table multi-schema change`, … */
  readonly type: string;
  /** Types of the changes that a multi-schema change is made of; empty otherwise. */
  readonly parts: readonly string[];
  readonly state: JobState;
  readonly schemaState: SchemaState;
  readonly dbId: number;
  readonly tableId: number;
  readonly dbName: string;
  readonly tableName: string;
  readonly query: string;
  /** Milliseconds since the epoch; 0 = not yet. */
  readonly createTime: number;
  readonly startTime: number;
  readonly endTime: number;
  readonly error: JobError | null;
  /** Of values that were converted. */
  readonly warnings?: readonly SqlWarning[];
  readonly progress: JobProgress;
  readonly session: JobSession;
  readonly settings: JobSettings;
  /** Null in the history and for changes of one step. */
  readonly work: JobWork | null;
  readonly flashback?: FlashbackWork;
  /** The node that runs it, until when (milliseconds of the store's clock). */
  readonly node: string;
  readonly leaseUntil: number;
}

/** FLASHBACK CLUSTER: timestamps are decimal. */
export interface FlashbackWork {
  readonly ts: string;
  readonly startTs: string;
  /** Of the versions that are written; null until regions are closed. */
  readonly commitTs: string | null;
  /** Rows may have changed: there is no way back. */
  readonly begun: boolean;
}

/** What the statements of the job depend on. */
export interface JobSession {
  readonly database: string;
  readonly sqlMode: string;
  readonly timeZone: string;
}

/** ADMIN ALTER DDL JOBS. */
export interface JobSettings {
  readonly thread: number;
  readonly batchSize: number;
  /** Bytes a second; 0 = no limit. */
  readonly maxWriteSpeed: number;
}

export interface JobProgress {
  /** Rows done, of all passes. */
  readonly rows: number;
  /** Rows read by a bulk load that has not ended: done again if it does not. */
  readonly loading?: number;
  /** Index entries were loaded in bulk, not by transactions. */
  readonly ingested?: boolean;
  /** Rows to be done; 0 = unknown. */
  readonly total: number;
  /** Passes over the table that are done. */
  readonly passes: number;
  /** Where the present pass goes on (hex of a record key); '' = at the beginning. */
  readonly nextKey: string;
}

export interface JobWork {
  readonly transition: TableTransition;
  readonly phase: Phase;
}

export const rowsDone = (p: JobProgress): number => p.rows + (p.loading ?? 0);

/** Whether the job has come to its end. */
export const isEnded = (state: JobState): boolean =>
  state === 'synced' || state === 'cancelled' || state === 'rollback done';

interface StoredWork {
  readonly phase: Phase;
  readonly transition: Omit<TableTransition, 'base' | 'target'> & {
    readonly base: string;
    readonly target: string;
  };
}

const storeTable = (t: TableInfo): string => Buffer.from(encodeTable(t)).toString();
const loadTable = (s: string): TableInfo => decodeTable(Buffer.from(s));

/** job_meta of mysql.tidb_ddl_job and mysql.tidb_ddl_history. */
export function encodeJob(job: DdlJob): Uint8Array {
  const { work } = job;
  const stored: StoredWork | null =
    work === null
      ? null
      : {
          phase: work.phase,
          transition: {
            ...work.transition,
            base: storeTable(work.transition.base),
            target: storeTable(work.transition.target),
          },
        };
  return Buffer.from(JSON.stringify({ ...job, work: stored }));
}

export function decodeJob(bytes: Uint8Array): DdlJob {
  const stored = JSON.parse(Buffer.from(bytes).toString()) as Omit<DdlJob, 'work'> & {
    readonly work: StoredWork | null;
  };
  if (stored.work === null) return { ...stored, work: null };
  const { transition, phase } = stored.work;
  return {
    ...stored,
    work: {
      phase,
      transition: {
        ...transition,
        base: loadTable(transition.base),
        target: loadTable(transition.target),
      },
    },
  };
}

/** How far the job is, for the process list. */
export const progressText = (job: DdlJob): string =>
  job.progress.total === 0
    ? `${job.type}: ${job.schemaState}`
    : `${job.type}: ${rowsDone(job.progress)} rows (${percentage(job).toFixed(1)}%)`;

/** Types of jobs that fill indexes only. */
const FILLING: ReadonlySet<string> = new Set(['add index', 'add primary key']);
const MINUTE = 60;

/**
 * What ADMIN SHOW DDL JOBS remarks about a job, as TiDB does: how its indexes are filled, how far it is, and those of its settings that are
 * not the usual ones.
 */
export function jobComments(job: DdlJob, usual: JobSettings, now: number): string {
  // A job of one step fills nothing.
  const { settings, progress } = job;
  if (settings.thread === 0) return '';
  const out: string[] = [];
  if (FILLING.has(job.type) && job.startTime !== 0) out.push(progress.ingested === true ? 'ingest' : 'txn');
  if (job.work?.phase === 'writeReorg' && progress.total > 0) {
    const done = percentage(job);
    out.push(`${done.toFixed(1)}%`);
    if (done > 0 && job.state === 'running') {
      const seconds = Math.ceil(((now - job.startTime) / 1000) * (100 / done - 1));
      out.push(
        `ETA ${seconds < MINUTE ? `${seconds}s` : `${Math.floor(seconds / MINUTE)}m${seconds % MINUTE}s`}`,
      );
    }
  }
  if (settings.thread !== usual.thread) out.push(`thread=${settings.thread}`);
  if (settings.batchSize !== usual.batchSize) out.push(`batch_size=${settings.batchSize}`);
  if (settings.maxWriteSpeed !== usual.maxWriteSpeed) out.push(`max_write_speed=${settings.maxWriteSpeed}`);
  return out.join(', ');
}

/** How far the job is, in hundredths. */
export const percentage = (job: DdlJob): number =>
  job.progress.total === 0 ? 0 : Math.min(100, (100 * rowsDone(job.progress)) / job.progress.total);
