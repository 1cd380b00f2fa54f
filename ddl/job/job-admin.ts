import type { Storage, Transaction } from '../../kv/storage.js';
import { transact } from '../../kv/transact.js';
import { mysqlError } from '../../types/error-table.js';
import type { MysqlError } from '../../types/error.js';
import { isRevertible } from '../table-transition.js';
import type { DdlJob, JobSettings } from './job.js';
import type { JobTable } from './job-table.js';
import type { WaitingJob } from './waiting-statements.js';

export type AdminOutcome = 'successful' | MysqlError;
export type JobWish = 'cancel' | 'pause' | 'resume';

/** ADMIN CANCEL, PAUSE and RESUME for a job of the store: its node reads the state that the job's row is given. */
export function askStored(
  storage: Storage,
  jobs: JobTable,
  id: number,
  wish: JobWish,
): Promise<AdminOutcome> {
  const ask = async (txn: Transaction): Promise<AdminOutcome> => {
    const job = await jobs.running(txn, id);
    const refused = refusal(job, id, wish);
    if (refused !== null) return refused;
    const state = wish === 'cancel' ? 'cancelling' : wish === 'pause' ? 'paused' : 'running';
    jobs.put(txn, { ...job!, state });
    return 'successful';
  };
  return transact(storage, ask, Infinity);
}

/** Types of jobs that read a table's rows, which their settings are about. */
const ALTERABLE: ReadonlySet<string> = new Set([
  'add index',
  'add primary key',
  'modify column',
  'alter table multi-schema change',
  'alter table reorganize partition',
  'alter table partition by',
  'alter table remove partitioning',
]);

/** ADMIN ALTER DDL JOBS: gives the settings as they are now. Throws 8224. */
export function alterStored(
  storage: Storage,
  jobs: JobTable,
  id: number,
  settings: Partial<JobSettings>,
): Promise<JobSettings> {
  const alter = async (txn: Transaction): Promise<JobSettings> => {
    const job = await jobs.running(txn, id);
    if (job === null) throw mysqlError('ER_DDL_JOB_NOT_FOUND', id);
    if (!ALTERABLE.has(job.type))
      throw mysqlError('ER_UNKNOWN_ERROR', `unsupported DDL operation: ${job.type}`);
    const next = { ...job, settings: { ...job.settings, ...settings } };
    jobs.put(txn, next);
    return next.settings;
  };
  return transact(storage, alter, Infinity);
}

/** The same for a statement that waits for its turn. */
export function askWaiting(waiting: WaitingJob, wish: JobWish): AdminOutcome {
  const { id, state } = waiting.job;
  if (wish === 'pause' && waiting.wish !== 'none') return mysqlError('ER_PAUSED_DDL_JOB', id);
  if (wish === 'resume' && waiting.wish !== 'pause')
    return mysqlError('ER_CANNOT_RESUME_DDL_JOB', id, `job state is ${state}, not paused`);
  waiting.wish = wish === 'resume' ? 'none' : wish;
  const next = wish === 'cancel' ? 'cancelling' : wish === 'pause' ? 'paused' : 'queueing';
  waiting.job = { ...waiting.job, state: next };
  return 'successful';
}

/** Why a job cannot be cancelled, paused or resumed; null when it can. */
function refusal(job: DdlJob | null, id: number, wish: JobWish): MysqlError | null {
  if (job === null) return mysqlError('ER_DDL_JOB_NOT_FOUND', id);
  const late =
    job.state === 'rollingback' ||
    (job.work !== null && !isRevertible(job.work.phase)) ||
    (job.flashback !== undefined && (wish === 'pause' || job.flashback.begun));
  if (wish === 'cancel') return late ? mysqlError('ER_CANNOT_CANCEL_DDL_JOB', id) : null;
  if (wish === 'pause') {
    if (job.state === 'paused') return mysqlError('ER_PAUSED_DDL_JOB', id);
    return late || job.state !== 'running'
      ? mysqlError('ER_CANNOT_PAUSE_DDL_JOB', id, `state [${job.state}] is not pausable`)
      : null;
  }
  return job.state === 'paused'
    ? null
    : mysqlError('ER_CANNOT_RESUME_DDL_JOB', id, 'job has not been paused');
}
