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

/** The one engine, as SHOW ENGINES and information_schema.engines tell of it. */
export const STORAGE_ENGINE: Datum[] = [
  'InnoDB',
  'DEFAULT',
  'Supports transactions, row-level locking, and foreign keys',
  'YES',
  'YES',
  'YES',
].map((v) => text(v));

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
  () => [STORAGE_ENGINE],
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
  uint('DISK'),
  str('TxnStart', 64),
  str('RESOURCE_GROUP', 32),
  str('SESSION_ALIAS', 64),
  uint('ROWS_AFFECTED'),
  int('TIDB_CPU'),
  int('TIKV_CPU'),
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
  0,
  text(p.txnStart),
  text('default'),
  text(''),
  0,
  0,
  0,
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
  register(db, 'SESSION_STATUS', NAME_VALUE, (ctx) => pairs(ctx.statusVariables(false)));
  register(db, 'GLOBAL_STATUS', NAME_VALUE, (ctx) => pairs(ctx.statusVariables(true)));
}
