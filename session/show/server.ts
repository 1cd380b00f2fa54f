import { computedVariable } from '../computed-variables.js';
import { allFunctions } from '../../expression/function-registry.js';
import type { Expr, Limit } from '../../parser/ast/index.js';
import { charsets } from '../../types/charset.js';
import { collations } from '../../types/collation.js';
import type { SqlWarning } from '../../types/error.js';
import type { Datum } from '../../types/datum.js';
import { allVariables } from '../variables/system-variable.js';
import { statusRows } from '../status/status-rows.js';
import type { Session } from '../session.js';
import { intColumn, text, textColumn } from '../static-rows.js';
import { registerShow } from './show-registry.js';
import { STORAGE_ENGINE } from '../../catalog/virtual/server-tables.js';

registerShow('VARIABLES', (session, stmt) => {
  const noop = session.engine.globals.get('tidb_enable_noop_variables') === 'ON';
  const variables = allVariables().filter(
    (v) => (!stmt.global || v.scope !== 'session') && (noop || v.noop !== true || v.name.startsWith('ti')),
  );
  return {
    columns: [textColumn('Variable_name', 64), textColumn('Value', 1024)],
    rows: variables.map((v) => [
      text(v.name),
      text(
        stmt.global
          ? session.engine.globals.get(v.name)
          : (computedVariable(session, v.name) ?? session.vars.get(v.name)),
      ),
    ]),
  };
});

registerShow('STATUS', (session, stmt) => ({
  columns: [textColumn('Variable_name', 64), textColumn('Value', 1024)],
  rows: statusRows(session, stmt.global).map(([name, value]) => [text(name), text(value)]),
}));

const warningRow = (w: SqlWarning): Datum[] => [text(w.level), w.code, text(w.message)];
const WARNING_COLUMNS = [textColumn('Level', 64), intColumn('Code'), textColumn('Message', 512)];

registerShow('WARNINGS', (session, stmt) => {
  if (stmt.count)
    return { columns: [intColumn('@@session.warning_count')], rows: [[session.diagnosticsCount.warnings]] };
  return { columns: WARNING_COLUMNS, rows: limited(session.diagnostics, stmt.limit).map(warningRow) };
});

registerShow('ERRORS', (session, stmt) => {
  if (stmt.count)
    return { columns: [intColumn('@@session.error_count')], rows: [[session.diagnosticsCount.errors]] };
  const errors = session.diagnostics.filter((w) => w.level === 'Error');
  return { columns: WARNING_COLUMNS, rows: limited(errors, stmt.limit).map(warningRow) };
});

function limited<T>(rows: readonly T[], limit: Limit | null): readonly T[] {
  if (limit === null) return rows;
  const value = (e: Expr | null): number => (e?.kind === 'IntLiteral' ? Number(e.value) : 0);
  const offset = value(limit.offset);
  return rows.slice(offset, offset + value(limit.count));
}

registerShow('PROCESSLIST', async (session, stmt) => ({
  columns: [
    intColumn('Id'),
    textColumn('User', 16),
    textColumn('Host', 64),
    textColumn('db', 64),
    textColumn('Command', 16),
    intColumn('Time'),
    textColumn('State', 64),
    textColumn('Info', 65535),
  ],
  rows: (await session.engine.processes(session)).map((p) => [
    p.id,
    text(p.user),
    text(p.host),
    text(p.db),
    text(p.command),
    p.time,
    text(p.state),
    text(p.info === null || stmt.full ? p.info : p.info.slice(0, 100)),
  ]),
}));

registerShow('CHARSET', (session) => ({
  columns: [
    textColumn('Charset', 32),
    textColumn('Description', 64),
    textColumn('Default collation', 32),
    intColumn('Maxlen'),
  ],
  rows: [...charsets()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((c) => [
      text(c.name),
      text(c.description),
      text(c.name === 'utf8mb4' ? session.vars.get('default_collation_for_utf8mb4') : c.defaultCollation),
      c.maxLen,
    ]),
}));

/** The collation that a charset has where none is named: of utf8mb4 the session's choice. */
const isDefault = (
  session: Session,
  c: { readonly name: string; readonly charset: string; readonly isDefault: boolean },
): boolean =>
  c.charset === 'utf8mb4' ? c.name === session.vars.get('default_collation_for_utf8mb4') : c.isDefault;

registerShow('COLLATION', (session) => ({
  columns: [
    textColumn('Collation', 32),
    textColumn('Charset', 32),
    intColumn('Id'),
    textColumn('Default', 3),
    textColumn('Compiled', 3),
    intColumn('Sortlen'),
    textColumn('Pad_attribute', 9),
  ],
  rows: [...collations()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((c) => [
      text(c.name),
      text(c.charset),
      c.id,
      text(isDefault(session, c) ? 'Yes' : ''),
      text('Yes'),
      c.sortLen,
      text(c.padSpace ? 'PAD SPACE' : 'NO PAD'),
    ]),
}));

registerShow('BUILTINS', () => ({
  columns: [textColumn('Supported_builtin_functions', 64)],
  rows: [...new Set(allFunctions().flatMap((f) => [f.name, ...(f.aliases ?? [])]))]
    .filter((name) => !name.startsWith('_'))
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => [text(name)]),
}));

/** TiDB: the configuration of each part of the cluster; here that of this server. */
registerShow('CONFIG', (session) => {
  session.privileges.requireGlobal('CONFIG');
  return {
    columns: [
      textColumn('Type', 64),
      textColumn('Instance', 64),
      textColumn('Name', 64),
      textColumn('Value', 128),
    ],
    rows: [...session.engine.settings].map(([name, value]) =>
      ['tidb', session.engine.instance, name, value].map((v) => text(v)),
    ),
  };
});

registerShow('ENGINES', () => ({
  columns: ['Engine', 'Support', 'Comment', 'Transactions', 'XA', 'Savepoints'].map((n) => textColumn(n, 64)),
  rows: [STORAGE_ENGINE],
}));

/** Forms whose objects do not exist here: they are empty, as on a MySQL without any. */
const EMPTY = {
  TRIGGERS: [
    'Trigger',
    'Event',
    'Table',
    'Statement',
    'Timing',
    'Created',
    'sql_mode',
    'Definer',
    'character_set_client',
    'collation_connection',
    'Database Collation',
  ],
  EVENTS: [
    'Db',
    'Name',
    'Time zone',
    'Definer',
    'Type',
    'Execute At',
    'Interval Value',
    'Interval Field',
    'Starts',
    'Ends',
    'Status',
    'Originator',
    'character_set_client',
    'collation_connection',
    'Database Collation',
  ],
  'PROCEDURE STATUS': [
    'Db',
    'Name',
    'Type',
    'Definer',
    'Modified',
    'Created',
    'Security_type',
    'Comment',
    'character_set_client',
    'collation_connection',
    'Database Collation',
  ],
  'FUNCTION STATUS': [
    'Db',
    'Name',
    'Type',
    'Definer',
    'Modified',
    'Created',
    'Security_type',
    'Comment',
    'character_set_client',
    'collation_connection',
    'Database Collation',
  ],
  PLUGINS: ['Name', 'Status', 'Type', 'Library', 'License', 'Version'],
  PROFILES: ['Query_ID', 'Duration', 'Query'],
  'OPEN TABLES': ['Database', 'Table', 'In_use', 'Name_locked'],
} as const;

for (const kind of Object.keys(EMPTY) as (keyof typeof EMPTY)[]) {
  registerShow(kind, () => ({
    columns: EMPTY[kind].map((name) => textColumn(name, 64)),
    rows: [],
    likeColumn: kind.endsWith('STATUS') ? 1 : 0,
  }));
}
