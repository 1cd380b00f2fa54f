import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import type { ImportJob } from '../import/import-jobs.js';
import { quote } from '../privileges/account-name.js';
import type { Session } from '../session.js';
import { datetimeColumn, doubleColumn, intColumn, text, textColumn } from '../static-rows.js';
import { registerShow, type ShowResult } from './show-registry.js';

/** 28.7MiB */
function sizeText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let [n, at] = [bytes, 0];
  while (n >= 1024 && at < units.length - 1) {
    n /= 1024;
    at++;
  }
  return `${Number(n.toPrecision(4))}${units[at]}`;
}

/** Rows as IMPORT INTO and SHOW IMPORT JOBS give them (TiDB docs, "SHOW IMPORT JOB"). */
export function importRows(jobs: readonly ImportJob[]): ShowResult {
  return {
    columns: [
      intColumn('Job_ID'),
      textColumn('Group_Key'),
      textColumn('Data_Source'),
      textColumn('Target_Table', 64),
      intColumn('Table_ID'),
      textColumn('Phase', 64),
      textColumn('Status', 64),
      textColumn('Source_File_Size', 64),
      intColumn('Imported_Rows'),
      textColumn('Result_Message'),
      textColumn('Create_Time', 19),
      textColumn('Start_Time', 19),
      textColumn('End_Time', 19),
      textColumn('Created_By', 300),
    ],
    rows: jobs.map((j): Datum[] => [
      j.id,
      text(j.groupKey === '' ? null : j.groupKey),
      text(j.source),
      text(j.target),
      j.tableId,
      text(j.phase),
      text(j.status),
      text(sizeText(j.sourceBytes)),
      j.rows,
      text(j.message),
      text(j.createTime),
      text(j.startTime),
      text(j.endTime),
      text(j.createdBy),
    ]),
  };
}

/** Everybody sees the own jobs, SUPER all of them. */
async function visibleJobs(session: Session, where: string): Promise<ImportJob[]> {
  const { user, host } = session.connection.account;
  const all = session.privileges.has('SUPER', null, null);
  const jobs = await session.engine.imports.list(where);
  return jobs.filter((j) => all || j.createdBy === `${user}@${host}`);
}

registerShow('IMPORT JOBS', async (session) => importRows(await visibleJobs(session, 'TRUE')));

registerShow('IMPORT JOB', async (session, stmt) => {
  const jobs = await visibleJobs(session, `id = ${stmt.id ?? 0}`);
  if (jobs.length === 0) throw mysqlError('ER_LOAD_DATA_JOB_NOT_FOUND', stmt.id ?? 0);
  return importRows(jobs);
});

const STATES = ['pending', 'running', 'finished', 'failed', 'cancelled'] as const;

function groupRows(jobs: readonly ImportJob[]): ShowResult {
  const groups = new Map<string, ImportJob[]>();
  for (const j of jobs) groups.set(j.groupKey, [...(groups.get(j.groupKey) ?? []), j]);
  return {
    columns: [
      textColumn('Group_Key'),
      intColumn('Total_Jobs'),
      ...STATES.map((s) => intColumn(`${s.charAt(0).toUpperCase()}${s.slice(1)}`)),
      textColumn('First_Job_Create_Time', 19),
      textColumn('Last_Job_Update_Time', 19),
    ],
    rows: [...groups].map(([key, list]): Datum[] => [
      text(key),
      list.length,
      ...STATES.map((s) => list.filter((j) => j.status === s).length),
      text(list[0]!.createTime),
      text(list.at(-1)!.endTime ?? list.at(-1)!.startTime),
    ]),
  };
}

registerShow('IMPORT GROUPS', async (session) => groupRows(await visibleJobs(session, "group_key <> ''")));
registerShow('IMPORT GROUP', async (session, stmt) =>
  groupRows(await visibleJobs(session, `group_key = ${quote(stmt.name ?? '')}`)),
);

/** Jobs of BACKUP and RESTORE, of which there are none. */
registerShow(['BACKUPS', 'RESTORES'], () => ({
  columns: [
    textColumn('Destination', 255),
    textColumn('State', 12),
    doubleColumn('Progress'),
    ...['Queue_time', 'Execution_time', 'Finish_time'].map((name) => datetimeColumn(name)),
    intColumn('Connection'),
    textColumn('Message'),
  ],
  rows: [],
}));
