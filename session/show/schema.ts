import { shownOrder, shownParts } from '../../catalog/table-layout.js';
import { SqlMode } from '../../types/sql-mode.js';
import { autoColumn, incrementCounter } from '../../catalog/auto-columns.js';
import type { ShowStmt } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { Flag } from '../../types/field-type.js';
import type { DbInfo, TableInfo } from '../../catalog/model.js';
import {
  createDatabaseText,
  createSequenceText,
  createTableText,
  inAnsiQuotes,
} from '../../catalog/show-create.js';
import { defaultText, extraText, hasCharset, keyText, typeText } from '../../catalog/type-text.js';
import type { Session } from '../session.js';
import { intColumn, text, textColumn } from '../static-rows.js';
import { columnsOfView } from '../view-columns.js';
import { registerShow, type ShowResult } from './show-registry.js';
import { indexPartFields } from '../../catalog/virtual/indexes.js';

/** The database that FROM names, or the current one. Throws 1044, also where there is none of the name, 1049, 1046. */
export function databaseOf(session: Session, schema: string | null): DbInfo {
  const name = session.databaseOf(schema);
  const db = session.schema.database(name);
  session.privileges.requireDatabase(db?.name ?? name);
  if (db === null) throw mysqlError('ER_BAD_DB_ERROR', name);
  return db;
}

/** `permanent`: a temporary table of the session does not stand before what everybody sees. Throws 1146, 1142. */
export function tableOf(
  session: Session,
  stmt: ShowStmt,
  permanent = false,
): { db: DbInfo; table: TableInfo } {
  const name = session.databaseOf(stmt.table?.schema ?? stmt.schema);
  const schema = permanent ? (session.schema.permanent ?? session.schema) : session.schema;
  const db = schema.database(name);
  const table = db === null || stmt.table === null ? null : schema.table(db.name, stmt.table.name);
  if (db === null || table === null) throw mysqlError('ER_NO_SUCH_TABLE', name, stmt.table?.name ?? '');
  if (!session.privileges.visible(db.name, table.name))
    session.privileges.require(stmt.what.startsWith('CREATE') ? 'SHOW' : 'SELECT', db.name, table.name);
  return { db, table };
}

const isInformationSchema = (name: string): boolean => name.toLowerCase() === 'information_schema';

registerShow('DATABASES', (session, stmt) => ({
  columns: [
    textColumn(stmt.like?.kind === 'StringLiteral' ? `Database (${stmt.like.value})` : 'Database', 64),
  ],
  // information_schema first, then by name, byte by byte, as TiDB has them.
  rows: session.schema
    .databases()
    .filter((d) => session.privileges.visible(d.name, null))
    .map((d) => d.name)
    .sort((a, b) => Number(isInformationSchema(b)) - Number(isInformationSchema(a)) || (a < b ? -1 : 1))
    .map((name) => [text(name)]),
}));

registerShow('TABLES', (session, stmt) => {
  const db = databaseOf(session, stmt.schema);
  const tables = session.schema
    .tables(db.name)
    .filter((t) => t.state === 'public' && session.privileges.visible(db.name, t.name));
  const title =
    stmt.like?.kind === 'StringLiteral'
      ? `Tables_in_${db.name} (${stmt.like.value})`
      : `Tables_in_${db.name}`;
  return {
    columns: stmt.full ? [textColumn(title, 64), textColumn('Table_type', 64)] : [textColumn(title, 64)],
    rows: tables.map((t) => (stmt.full ? [text(t.name), text(tableType(t))] : [text(t.name)])),
  };
});

function tableType(t: TableInfo): string {
  if (t.view !== undefined) return 'VIEW';
  if (t.sequence !== undefined) return 'SEQUENCE';
  return t.virtual === true ? 'SYSTEM VIEW' : 'BASE TABLE';
}

registerShow('COLUMNS', async (session, stmt) => {
  const { db, table } = tableOf(session, stmt);
  const all = table.view === undefined ? table.columns : await columnsOfView(session, db, table);
  const columns = all.filter((c) => c.state === 'public' && !c.hidden);
  const field = textColumn('Field', 64);
  const rest = [
    textColumn('Null', 3),
    textColumn('Key', 3),
    textColumn('Default', 1024),
    textColumn('Extra', 256),
  ];
  const privileges = text('select,insert,update,references');
  return {
    columns: stmt.full
      ? [
          field,
          textColumn('Type', 1024),
          textColumn('Collation', 32),
          ...rest,
          textColumn('Privileges', 80),
          textColumn('Comment', 1024),
        ]
      : [field, textColumn('Type', 1024), ...rest],
    rows: columns.map((c) => {
      const tail = [
        text((c.type.flag & Flag.NotNull) !== 0 ? 'NO' : 'YES'),
        text(keyText(c.type)),
        text(defaultText(c)),
        text(extraText(c)),
      ];
      const type = text(typeText(c.type));
      if (!stmt.full) return [text(c.name), type, ...tail];
      return [
        text(c.name),
        type,
        text(hasCharset(c.type) ? c.type.collate : null),
        ...tail,
        privileges,
        text(c.comment),
      ];
    }),
  };
});

registerShow('INDEX', async (session, stmt) => {
  const { table } = tableOf(session, stmt);
  const rows = [];
  const stats = await session.engine.statistics.want(table.id);
  for (const index of table.indices) {
    if (index.state !== 'public') continue;
    for (const [at, part] of shownParts(table, index).entries()) {
      const column = table.columns[part.offset]!;
      rows.push([
        text(table.name),
        index.unique ? 0 : 1,
        text(index.primary ? 'PRIMARY' : index.name),
        at + 1,
        text(column.hidden ? null : part.name),
        text(shownOrder(index, part)),
        Math.round(stats?.columns.get(column.id)?.ndv ?? 0),
        ...indexPartFields(index, part, column),
        text((table.pkIsHandle || table.isCommonHandle) && index.primary ? 'YES' : 'NO'),
        text(index.global === true ? 'YES' : 'NO'),
      ]);
    }
  }
  return {
    columns: [
      textColumn('Table', 64),
      intColumn('Non_unique'),
      textColumn('Key_name', 64),
      intColumn('Seq_in_index'),
      textColumn('Column_name', 64),
      textColumn('Collation', 1),
      intColumn('Cardinality'),
      intColumn('Sub_part'),
      textColumn('Packed', 10),
      textColumn('Null', 3),
      textColumn('Index_type', 16),
      textColumn('Comment', 16),
      textColumn('Index_comment', 1024),
      textColumn('Visible', 3),
      textColumn('Expression', 1024),
      textColumn('Clustered', 3),
      textColumn('Global', 3),
    ],
    rows,
    likeColumn: 2,
  };
});

registerShow('CREATE TABLE', async (session, stmt) => {
  const { db, table } = tableOf(session, stmt);
  if (table.view !== undefined) return createView(session, table);
  if (table.sequence !== undefined) return createSequence(table);
  const auto =
    autoColumn(table) === null
      ? 0n
      : await session.nextAutoId(
          db,
          table,
          table.autoRandom === undefined ? incrementCounter(table) : 'auto_random',
        );
  const created = createTableText(session.hypothetical?.over(table) ?? table, db.name, auto);
  const ansi = (session.evalContext.sqlMode & SqlMode.AnsiQuotes) !== 0;
  return {
    columns: [textColumn('Table', 64), textColumn('Create Table', 65535)],
    rows: [[text(table.name), text(ansi ? inAnsiQuotes(created, table) : created)]],
  };
});

registerShow('CREATE VIEW', (session, stmt) => {
  const { db, table } = tableOf(session, stmt, true);
  if (table.view === undefined) throw mysqlError('ER_WRONG_OBJECT', db.name, table.name, 'VIEW');
  return createView(session, table);
});

registerShow('CREATE SEQUENCE', (session, stmt) => {
  const { db, table } = tableOf(session, stmt, true);
  if (table.sequence === undefined) throw mysqlError('ER_WRONG_OBJECT', db.name, table.name, 'SEQUENCE');
  return createSequence(table);
});

const createSequence = (table: TableInfo): ShowResult => ({
  columns: [textColumn('Sequence', 64), textColumn('Create Sequence', 1024)],
  rows: [[text(table.name), text(createSequenceText(table))]],
});

function createView(session: Session, table: TableInfo): ShowResult {
  return {
    columns: [
      textColumn('View', 64),
      textColumn('Create View', 4096),
      textColumn('character_set_client', 32),
      textColumn('collation_connection', 32),
    ],
    rows: [
      [
        text(table.name),
        text(createViewText(table)),
        text('utf8mb4'),
        text(session.evalContext.connectionCollation),
      ],
    ],
  };
}

function createViewText(table: TableInfo): string {
  const v = table.view!;
  return `CREATE ALGORITHM=${v.algorithm} DEFINER=${v.definer} SQL SECURITY ${v.security} VIEW \`${table.name}\` (${v.columns.map((c) => `\`${c}\``).join(', ')}) AS ${v.selectText}`;
}

registerShow('CREATE DATABASE', (session, stmt) => {
  const db = databaseOf(session, stmt.schema);
  return {
    columns: [textColumn('Database', 64), textColumn('Create Database', 1024)],
    rows: [[text(db.name), text(createDatabaseText(db, stmt.ifNotExists))]],
  };
});
