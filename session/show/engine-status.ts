import { physicalOf } from '../../kv/client/oracle.js';
import { datetimeType } from '../../expression/type-inference.js';
import { mysqlError } from '../../types/error-table.js';
import { datumToString } from '../../types/format.js';
import { epochMicrosToLocal } from '../../types/timezone.js';
import type { ShowKind } from '../../parser/ast/index.js';
import { Work } from '../../executor/work-counts.js';
import { keptSince } from '../engine/gc-safe-point.js';
import { describeKey } from '../key-description.js';
import type { Session } from '../session.js';
import { text, textColumn } from '../static-rows.js';
import { Count, FIRST_WORK } from '../status/counts.js';
import {
  allDeadlocks,
  allTransactions,
  zoneOf,
  type DeadlockFact,
  type TransactionFact,
} from '../transaction-tables.js';
import { registerShow } from './show-registry.js';

/*
 * SHOW ENGINE INNODB STATUS: the sections of InnoDB's monitor that tell of what there is here (manual, "InnoDB Standard Monitor and Lock
 * Monitor Output"): the latest deadlock, open transactions with the locks they wait for, and rows read and written.
 */

const DATETIME = datetimeType(0);

const at = (session: Session, ms: number): string =>
  datumToString(epochMicrosToLocal(ms * 1000, 0, zoneOf(session)), DATETIME);

const heading = (title: string, rule = '-'): string[] => [
  rule.repeat(title.length),
  title,
  rule.repeat(title.length),
];

const keyText = (session: Session, key: Uint8Array): string =>
  `RECORD LOCK key ${Buffer.from(key).toString('hex').toUpperCase()} ${describeKey(key, session.schema, zoneOf(session)) ?? ''}`.trimEnd();

const secondsSince = (ms: number): number => Math.max(0, Math.floor((Date.now() - ms) / 1000));

function deadlockSection(session: Session, deadlock: DeadlockFact | undefined): string[] {
  if (deadlock === undefined) return [];
  const lines = [
    ...heading('LATEST DETECTED DEADLOCK'),
    `${at(session, deadlock.occurredAt / 1000)} ${deadlock.instance}`.trimEnd(),
  ];
  deadlock.waits.forEach((w, i) => {
    lines.push(
      `*** (${i + 1}) TRANSACTION:`,
      `TRANSACTION ${w.waiter}, started ${at(session, physicalOf(BigInt(w.waiter)))}`,
    );
    if (w.sql !== null) lines.push(w.sql);
    lines.push(
      `*** (${i + 1}) WAITING FOR THIS LOCK TO BE GRANTED:`,
      `${keyText(session, Buffer.from(w.key, 'hex'))} lock_mode X locks rec but not gap waiting`,
      `held by TRANSACTION ${w.holder}`,
    );
  });
  return lines;
}

function transactionLines(
  f: TransactionFact,
  waits: ReadonlyMap<string, { readonly key: Uint8Array; readonly waitForTxn: bigint }>,
  session: Session,
): string[] {
  const lines = [
    `---TRANSACTION ${f.id}, ACTIVE ${secondsSince(f.startMs)} sec`,
    `mysql tables in use ${f.sql === null ? 0 : f.tables.length}, locked ${f.tables.length}`,
    `${f.state === 'LockWaiting' ? 'LOCK WAIT ' : ''}${f.keys} row lock(s), undo log entries ${f.keys}`,
    `MySQL thread id ${f.session}, ${f.user} ${f.state}`,
  ];
  if (f.sql !== null) lines.push(f.sql);
  const wait = waits.get(f.id);
  if (wait !== undefined && f.waitingSinceMs > 0) {
    const title = `TRX HAS BEEN WAITING ${secondsSince(f.waitingSinceMs)} SEC FOR THIS LOCK TO BE GRANTED:`;
    lines.push(
      `------- ${title}`,
      `${keyText(session, wait.key)} lock_mode X locks rec but not gap waiting`,
      `held by TRANSACTION ${wait.waitForTxn}`,
      '------------------',
    );
  }
  return lines;
}

async function innodbStatus(session: Session): Promise<string> {
  const { engine } = session;
  const [deadlocks, transactions, waits, kept, now] = await Promise.all([
    allDeadlocks(engine),
    allTransactions(engine),
    engine.storage.lockWaits(),
    keptSince(engine),
    engine.storage.currentTs(),
  ]);
  deadlocks.sort((a, b) => a.occurredAt - b.occurredAt);
  const { counts } = engine.counts;
  const work = (...places: number[]): number => places.reduce((n, p) => n + counts[FIRST_WORK + p]!, 0);
  const waitOf = new Map(waits.map((w) => [String(w.txn), w]));
  return [
    '',
    ...heading(`${at(session, Date.now())} INNODB MONITOR OUTPUT`, '='),
    ...deadlockSection(session, deadlocks.at(-1)),
    ...heading('TRANSACTIONS'),
    `Trx id counter ${now}`,
    `Purge done for versions before ${kept === 0 ? 'none' : at(session, kept)}`,
    'LIST OF TRANSACTIONS FOR EACH SESSION:',
    ...transactions.flatMap((f) => transactionLines(f, waitOf, session)),
    ...heading('ROW OPERATIONS'),
    `${engine.counts.running} queries inside InnoDB, 0 queries in queue`,
    `Lock waits ${work(Work.lockWaits)}, ${Math.floor(work(Work.lockWaitMs))} ms`,
    `Number of rows inserted ${counts[Count.rowsInserted]}, updated ${counts[Count.rowsUpdated]}, deleted ${counts[Count.rowsDeleted]}, read ${work(Work.readKey, Work.readNext, Work.readPrev, Work.readRndNext)}`,
    ...heading('END OF INNODB MONITOR OUTPUT', '='),
    '',
  ].join('\n');
}

const COLUMNS = ['Type', 'Name', 'Status'].map((n) => textColumn(n, 1024));

for (const kind of ['ENGINE STATUS', 'ENGINE MUTEX', 'ENGINE LOGS'] as const satisfies readonly ShowKind[])
  registerShow(kind, async (session, stmt) => {
    session.privileges.requireGlobal('PROCESS');
    const engine = (stmt.name ?? '').toLowerCase();
    if (engine !== 'innodb' && engine !== 'performance_schema' && engine !== 'all')
      throw mysqlError('ER_UNKNOWN_STORAGE_ENGINE', stmt.name ?? '');
    if (kind !== 'ENGINE STATUS' || engine === 'performance_schema') return { columns: COLUMNS, rows: [] };
    return { columns: COLUMNS, rows: [[text('InnoDB'), text(''), text(await innodbStatus(session))]] };
  });
