import { charsets } from '../../types/charset.js';
import { collations } from '../../types/collation.js';
import { int, longText, str, text, uint } from './columns.js';
import type { ProcessInfo, VirtualColumn, VirtualContext } from './virtual-table.js';
import { registerVirtualTable } from './virtual-table.js';
import type { Datum } from '../../types/datum.js';

const INFORMATION = 'INFORMATION_SCHEMA';
const PERFORMANCE = 'PERFORMANCE_SCHEMA';

const register = (
  db: string,
  name: string,
  columns: readonly VirtualColumn[],
  rows: (ctx: VirtualContext) => Datum[][] | Promise<Datum[][]>,
): void => registerVirtualTable({ db, name, columns, rows });

register(
  INFORMATION,
  'CHARACTER_SETS',
  [str('CHARACTER_SET_NAME', 32), str('DEFAULT_COLLATE_NAME', 32), str('DESCRIPTION', 60), int('MAXLEN')],
  () => charsets().map((c) => [text(c.name), text(c.defaultCollation), text(c.description), c.maxLen]),
);

register(
  INFORMATION,
  'COLLATIONS',
  [
    str('COLLATION_NAME', 32),
    str('CHARACTER_SET_NAME', 32),
    int('ID'),
    str('IS_DEFAULT', 3),
    str('IS_COMPILED', 3),
    int('SORTLEN'),
    str('PAD_ATTRIBUTE', 9),
  ],
  () =>
    collations().map((c) => [
      text(c.name),
      text(c.charset),
      c.id,
      text(c.isDefault ? 'Yes' : ''),
      text('Yes'),
      c.sortLen,
      text(c.padSpace ? 'PAD SPACE' : 'NO PAD'),
    ]),
);

register(
  INFORMATION,
  'COLLATION_CHARACTER_SET_APPLICABILITY',
  [str('COLLATION_NAME', 32), str('CHARACTER_SET_NAME', 32)],
  () => collations().map((c) => [text(c.name), text(c.charset)]),
);

register(
  INFORMATION,
  'ENGINES',
  [
    str('ENGINE'),
    str('SUPPORT', 8),
    str('COMMENT', 80),
    str('TRANSACTIONS', 3),
    str('XA', 3),
    str('SAVEPOINTS', 3),
  ],
  () => [
    [
      'InnoDB',
      'DEFAULT',
      'Supports transactions, row-level locking, and foreign keys',
      'YES',
      'YES',
      'YES',
    ].map((v) => text(v)),
  ],
);

const PROCESS_COLUMNS = [
  uint('ID'),
  str('USER', 16),
  str('HOST', 64),
  str('DB', 64),
  str('COMMAND', 16),
  int('TIME'),
  str('STATE', 64),
  longText('INFO'),
  str('DIGEST', 64),
  uint('MEM'),
  str('TxnStart', 64),
];

const processRow = (p: ProcessInfo): Datum[] => [
  p.id,
  text(p.user),
  text(p.host),
  text(p.db),
  text(p.command),
  p.time,
  text(p.state),
  text(p.info),
  text(p.digest),
  p.memory,
  text(p.txnStart),
];

register(INFORMATION, 'PROCESSLIST', PROCESS_COLUMNS, async (ctx) => (await ctx.processes()).map(processRow));

register(INFORMATION, 'CLUSTER_PROCESSLIST', [str('INSTANCE', 64), ...PROCESS_COLUMNS], async (ctx) =>
  (await ctx.processes()).map((p) => [text(p.instance), ...processRow(p)]),
);

const NAME_VALUE = [str('VARIABLE_NAME', 64), str('VARIABLE_VALUE', 1024)];
const pairs = (list: readonly (readonly [string, string])[]): Datum[][] =>
  list.map(([name, value]) => [text(name), text(value)]);

for (const db of [INFORMATION, PERFORMANCE]) {
  register(db, 'SESSION_VARIABLES', NAME_VALUE, (ctx) => pairs(ctx.sessionVariables()));
  register(db, 'GLOBAL_VARIABLES', NAME_VALUE, (ctx) => pairs(ctx.globalVariables()));
  register(db, 'SESSION_STATUS', NAME_VALUE, (ctx) => pairs(ctx.statusVariables()));
  register(db, 'GLOBAL_STATUS', NAME_VALUE, (ctx) => pairs(ctx.statusVariables()));
}

/** Tables whose objects do not exist here: tools read them and find nothing. */
const EMPTY: readonly (readonly [name: string, columns: readonly VirtualColumn[]])[] = [
  [
    'TRIGGERS',
    [
      str('TRIGGER_CATALOG'),
      str('TRIGGER_SCHEMA'),
      str('TRIGGER_NAME'),
      str('EVENT_MANIPULATION'),
      str('EVENT_OBJECT_CATALOG'),
      str('EVENT_OBJECT_SCHEMA'),
      str('EVENT_OBJECT_TABLE'),
      int('ACTION_ORDER'),
      longText('ACTION_CONDITION'),
      longText('ACTION_STATEMENT'),
      str('ACTION_ORIENTATION'),
      str('ACTION_TIMING'),
      str('CREATED'),
      str('SQL_MODE'),
      str('DEFINER'),
      str('CHARACTER_SET_CLIENT'),
      str('COLLATION_CONNECTION'),
      str('DATABASE_COLLATION'),
    ],
  ],
  [
    'ROUTINES',
    [
      str('SPECIFIC_NAME'),
      str('ROUTINE_CATALOG'),
      str('ROUTINE_SCHEMA'),
      str('ROUTINE_NAME'),
      str('ROUTINE_TYPE'),
      str('DATA_TYPE'),
      longText('DTD_IDENTIFIER'),
      str('ROUTINE_BODY'),
      longText('ROUTINE_DEFINITION'),
      str('IS_DETERMINISTIC'),
      str('SQL_DATA_ACCESS'),
      str('SECURITY_TYPE'),
      str('CREATED'),
      str('LAST_ALTERED'),
      str('SQL_MODE'),
      longText('ROUTINE_COMMENT'),
      str('DEFINER'),
      str('CHARACTER_SET_CLIENT'),
      str('COLLATION_CONNECTION'),
      str('DATABASE_COLLATION'),
    ],
  ],
  [
    'PARAMETERS',
    [
      str('SPECIFIC_CATALOG'),
      str('SPECIFIC_SCHEMA'),
      str('SPECIFIC_NAME'),
      int('ORDINAL_POSITION'),
      str('PARAMETER_MODE'),
      str('PARAMETER_NAME'),
      str('DATA_TYPE'),
      longText('DTD_IDENTIFIER'),
      str('ROUTINE_TYPE'),
    ],
  ],
  [
    'EVENTS',
    [
      str('EVENT_CATALOG'),
      str('EVENT_SCHEMA'),
      str('EVENT_NAME'),
      str('DEFINER'),
      str('TIME_ZONE'),
      str('EVENT_BODY'),
      longText('EVENT_DEFINITION'),
      str('EVENT_TYPE'),
      str('EXECUTE_AT'),
      str('INTERVAL_VALUE'),
      str('INTERVAL_FIELD'),
      str('SQL_MODE'),
      str('STARTS'),
      str('ENDS'),
      str('STATUS'),
      str('ON_COMPLETION'),
      str('CREATED'),
      str('LAST_ALTERED'),
      str('LAST_EXECUTED'),
      str('EVENT_COMMENT'),
      int('ORIGINATOR'),
      str('CHARACTER_SET_CLIENT'),
      str('COLLATION_CONNECTION'),
      str('DATABASE_COLLATION'),
    ],
  ],
  [
    'PLUGINS',
    [
      str('PLUGIN_NAME'),
      str('PLUGIN_VERSION'),
      str('PLUGIN_STATUS'),
      str('PLUGIN_TYPE'),
      str('PLUGIN_TYPE_VERSION'),
      str('PLUGIN_LIBRARY'),
      str('PLUGIN_LIBRARY_VERSION'),
      str('PLUGIN_AUTHOR'),
      longText('PLUGIN_DESCRIPTION'),
      str('PLUGIN_LICENSE'),
      str('LOAD_OPTION'),
    ],
  ],
  [
    'FILES',
    [
      int('FILE_ID'),
      str('FILE_NAME', 4000),
      str('FILE_TYPE'),
      str('TABLESPACE_NAME'),
      str('TABLE_CATALOG'),
      str('TABLE_SCHEMA'),
      str('TABLE_NAME'),
      str('LOGFILE_GROUP_NAME'),
      int('LOGFILE_GROUP_NUMBER'),
      str('ENGINE'),
      str('FULLTEXT_KEYS'),
      int('DELETED_ROWS'),
      int('UPDATE_COUNT'),
      int('FREE_EXTENTS'),
      int('TOTAL_EXTENTS'),
      int('EXTENT_SIZE'),
      int('INITIAL_SIZE'),
      int('MAXIMUM_SIZE'),
      int('AUTOEXTEND_SIZE'),
      str('STATUS'),
      str('EXTRA'),
    ],
  ],
  ['COLUMN_STATISTICS', [str('SCHEMA_NAME'), str('TABLE_NAME'), str('COLUMN_NAME'), longText('HISTOGRAM')]],
];
for (const [name, columns] of EMPTY) register(INFORMATION, name, columns, () => []);
