import { sqlString } from '../statement-text.js';
import { crc32 } from 'node:zlib';
import { checkTable } from '../../executor/check-table.js';
import type { TableName } from '../../parser/ast/index.js';
import { quoteName } from '../../parser/restore.js';
import { chunkRows } from '../../chunk/chunk-builder.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import { MysqlError } from '../../types/error.js';
import { datumToString } from '../../types/format.js';
import type { Outcome } from '../run-statement.js';
import type { Session } from '../session.js';
import { intColumn, staticRows, text, textColumn } from '../static-rows.js';
import { parse } from '../../parser/parser.js';
import type { Query } from '../../parser/ast/index.js';
import { planQuery } from '../plan-statement.js';
import { openQuery } from './query.js';
import { registerStatement } from './statement-handler.js';
import { partitionsNamed } from '../statistics/partitions-named.js';
import { tableNamed } from './table-named.js';

type Row = readonly [table: string, op: string, type: string, message: string];

const OPERATIONS = { CheckTable: 'check', OptimizeTable: 'optimize', RepairTable: 'repair' } as const;

/** Rows of one table, as MySQL's InnoDB answers. */
async function maintain(
  session: Session,
  kind: keyof typeof OPERATIONS,
  name: TableName,
): Promise<readonly Row[]> {
  const shown = `${session.databaseOf(name.schema)}.${name.name}`;
  const op = OPERATIONS[kind];
  try {
    const { db, table } = tableNamed(session, name);
    session.privileges.require('SELECT', db.name, table.name);
    if (kind === 'RepairTable')
      return [[shown, op, 'note', "The storage engine for the table doesn't support repair"]];
    if (table.view !== undefined) await planQuery(session, allOf(db.name, table.name), []);
    else if (table.sequence === undefined && table.virtual !== true)
      await checkTable(table, await session.readContext());
    return [[shown, op, 'status', 'OK']];
  } catch (e) {
    if (!(e instanceof MysqlError)) throw e;
    const missing = e.code === 1146;
    return [
      ...(e.cause instanceof MysqlError ? [[shown, op, 'Error', e.cause.message] as const] : []),
      [shown, op, 'Error', e.message],
      missing ? [shown, op, 'status', 'Operation failed'] : [shown, op, 'error', 'Corrupt'],
    ];
  }
}

/** CHECK and REPAIR TABLE answer rows for each table, whatever they find. */
registerStatement(['OptimizeTable', 'RepairTable', 'CheckTable'], {
  transactional: 'read',
  run: async (session, stmt): Promise<Outcome> => {
    if (stmt.kind === 'OptimizeTable') throw mysqlError('ER_NOT_SUPPORTED_YET', 'OPTIMIZE TABLE');
    const rows: Row[] = [];
    for (const name of stmt.tables) rows.push(...(await maintain(session, stmt.kind, name)));
    return staticRows(
      ['Table', 'Op', 'Msg_type', 'Msg_text'].map((n) => textColumn(n, 128)),
      rows.map((row) => row.map((cell) => text(cell))),
    );
  },
});

/** All that a table has. */
const allOf = (db: string, table: string): Query =>
  parse(`SELECT * FROM ${quoteName(db)}.${quoteName(table)}`, {})[0]!.stmt as Query;

/** Sum of the rows' CRC-32, in any order the same: equal contents give equal numbers, here as on another server of this kind. */
async function checksum(session: Session, db: string, table: string): Promise<number> {
  const planned = await planQuery(session, allOf(db, table), []);
  const types = planned.plan.schema.map((c) => c.type);
  const rows = await openQuery(planned, await session.readContext());
  let sum = 0;
  const cell = (v: Datum, i: number): Uint8Array =>
    v instanceof Uint8Array ? v : Buffer.from(datumToString(v, types[i]!));
  try {
    for (;;) {
      const chunk = await rows.nextChunk();
      if (chunk === null) return sum;
      for (const row of chunkRows(chunk)) {
        let crc = 0;
        for (let i = 0; i < row.length; i++) {
          const v = row[i]!;
          // A NULL is no empty text.
          crc = v === null ? crc32(Uint8Array.of(0), crc) : crc32(cell(v, i), crc32(Uint8Array.of(1), crc));
        }
        sum = (sum + crc) % 2 ** 32;
      }
      const pause = session.statement.checkpoint();
      if (pause !== undefined) await pause;
    }
  } finally {
    await rows.close();
  }
}

/** CHECKSUM TABLE (MySQL manual): NULL for a table that is not there, with a warning, and for QUICK, as of InnoDB. */
registerStatement('ChecksumTable', {
  transactional: 'read',
  run: async (session, stmt): Promise<Outcome> => {
    const rows: Datum[][] = [];
    for (const name of stmt.tables) {
      const shown = text(`${session.databaseOf(name.schema)}.${name.name}`);
      try {
        const { db, table } = tableNamed(session, name);
        session.privileges.require('SELECT', db.name, table.name);
        const none = stmt.mode === 'QUICK' || table.view !== undefined || table.sequence !== undefined;
        rows.push([shown, none ? null : await checksum(session, db.name, table.name)]);
      } catch (e) {
        if (!(e instanceof MysqlError) || e.code !== 1146) throw e;
        session.statement.warn({ level: 'Error', code: e.code, message: e.message });
        rows.push([shown, null]);
      }
    }
    return staticRows([textColumn('Table', 128), intColumn('Checksum')], rows);
  },
});

/** HELP looks into mysql.help_topic, which is as full as whoever loaded it made it (MySQL manual, "Server-Side Help Support"). */
registerStatement('Help', {
  run: async (session, stmt): Promise<Outcome> => {
    const quoted = sqlString(stmt.topic);
    const found = await session.engine.internalQuery(
      `SELECT name, description, example FROM mysql.help_topic WHERE name LIKE ${quoted}`,
    );
    if (found.length === 1)
      return staticRows(
        [textColumn('name', 64), textColumn('description', 65535), textColumn('example', 65535)],
        found,
      );
    return staticRows(
      [textColumn('name', 64), textColumn('is_it_category', 1)],
      found.map(([name]) => [name!, text('N')]),
    );
  },
});

/** The columnar replica keeps itself compact: there is nothing to do, but for what TiDB says of tables and partitions named. */
registerStatement('CompactTable', {
  run: (session, stmt): Outcome => {
    const { db, table } = tableNamed(session, stmt.table);
    session.privileges.require('ALTER', db.name, table.name);
    if (stmt.partitions.length > 0 && table.partition === undefined)
      throw mysqlError(
        'ER_UNKNOWN_ERROR',
        `table:${table.name} is not a partition table, but user specify partition name list:[${stmt.partitions.join(' ')}]`,
      );
    if (stmt.partitions.length > 0) partitionsNamed(table, stmt.partitions);
    if (table.tiflashReplica === undefined)
      session.statement.warn({
        level: 'Warning',
        code: 1105,
        message: 'compact skipped: no tiflash replica in the table',
      });
    return null;
  },
});
