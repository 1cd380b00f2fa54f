import type { IndexInfo, TableInfo } from '../../catalog/model.js';
import {
  MIN_REGION_STEP,
  handlesBetween,
  indexBorders,
  keysBetween,
  lessThan,
  recordBorder,
  recordBorders,
} from '../../catalog/split-keys.js';
import { typeName } from '../../catalog/type-text.js';
import {
  ROWID_TYPE,
  cutToPrefix,
  descendingParts,
  handleColumn,
  primaryIndex,
} from '../../catalog/table-layout.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { encodeCommonHandle, indexSeekKey, recordKey, type Handle } from '../../kv/codec/table-key.js';
import type { Expr, SplitRegionStmt } from '../../parser/ast/index.js';
import type { Datum } from '../../types/datum.js';
import { convertDatum } from '../../types/convert.js';
import { PlainConvertContext } from '../../types/convert-context.js';
import { MysqlError } from '../../types/error.js';
import { mysqlError } from '../../types/error-table.js';
import type { FieldType } from '../../types/field-type.js';
import { datumToString } from '../../types/format.js';
import { timeZone, UTC, type TimeZone } from '../../types/timezone.js';
import type { Outcome } from '../run-statement.js';
import type { Session } from '../session.js';
import { doubleColumn, intColumn, staticRows } from '../static-rows.js';
import { evaluate } from './query.js';
import { registerStatement } from './statement-handler.js';
import { tableNamed } from './table-named.js';

/** TiDB's maxSplitRegionNum. */
const MAX_REGIONS = 1000;

interface Column {
  readonly name: string;
  readonly type: FieldType;
  /** Bytes or characters of the key's prefix; -1 = whole. */
  readonly length: number;
  readonly notNull: boolean;
}

const zoneOf = (session: Session): TimeZone => timeZone(session.evalContext.timeZone) ?? UTC;

const generic = (message: string): MysqlError => new MysqlError(1105, 'HY000', message);
const badRanges = (message: string): MysqlError => mysqlError('ER_INVALID_SPLIT_REGION_RANGES', message);

/** SPLIT TABLE t [INDEX i] BETWEEN … AND … REGIONS n | BY (…), … (TiDB, "Split Region"). */
registerStatement('SplitRegion', {
  transactional: 'read',
  run: async (session, stmt): Promise<Outcome> => {
    const { db, table } = tableNamed(session, stmt.table);
    session.privileges.require('INSERT', db.name, table.name);
    const index = stmt.index === null ? null : indexNamed(table, stmt.index);
    const borders =
      index === null ? await tableKeys(session, table, stmt) : await indexKeys(session, table, index, stmt);
    // Each partition is a table of its own in the store.
    const keys = physicalIds(table, stmt.partitions).flatMap(borders);
    const made = await session.storage.regions.split(keys);
    return staticRows([intColumn('TOTAL_SPLIT_REGION'), doubleColumn('SCATTER_FINISH_RATIO')], [[made, 1]]);
  },
});

/** What a statement splits: the borders for each partition. */
type Borders = (physicalId: number) => Uint8Array[];

/** The ids under which the named partitions, or all of the table, are stored. */
export function physicalIds(table: TableInfo, partitions: readonly string[]): number[] {
  if (table.partition === undefined) {
    if (partitions.length > 0) throw mysqlError('ER_PARTITION_CLAUSE_ON_NONPARTITIONED');
    return [table.id];
  }
  const { definitions } = table.partition;
  if (partitions.length === 0) return definitions.map((d) => d.id);
  return partitions.map((name) => {
    const found = definitions.find((d) => d.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) throw mysqlError('ER_UNKNOWN_PARTITION', name, table.name);
    return found.id;
  });
}

function indexNamed(table: TableInfo, name: string): IndexInfo {
  const index = table.indices.find((i) => i.lower === name.toLowerCase());
  if (index === undefined) throw mysqlError('ER_KEY_DOES_NOT_EXITS', name, table.name);
  if (index.primary && table.isCommonHandle)
    throw new MysqlError(1176, '42000', 'unable to split clustered index, please split table instead.');
  return index;
}

/** The values as the columns hold them. Throws 1265 for one that is none of its column's, 1690 for one out of range. */
async function valuesFor(
  session: Session,
  exprs: readonly Expr[],
  columns: readonly Column[],
): Promise<Datum[]> {
  if (exprs.length === 0) return [];
  const given = await evaluate(session, exprs);
  return given.map(({ type, value }, i) => {
    const column = columns[i]!;
    if (value === null) {
      if (column.notNull) throw mysqlError('ER_BAD_NULL_ERROR', column.name);
      return null;
    }
    const ctx = new PlainConvertContext(session.evalContext.sqlMode, true, zoneOf(session));
    try {
      return cutToPrefix(convertDatum(value, type, column.type, ctx), column.type, column.length);
    } catch (e) {
      if (!(e instanceof MysqlError)) throw e;
      const text = datumToString(value, type);
      if (e.code === 1264)
        throw new MysqlError(1690, '22003', `constant ${text} overflows ${typeName(column.type)}`);
      throw new MysqlError(1265, '01000', `Incorrect value: '${text}' for column '${column.name}'`);
    }
  });
}

function checkRegions(regions: number, what: 'table' | 'index'): void {
  if (regions > MAX_REGIONS) throw generic(`Split ${what} region num exceeded the limit ${MAX_REGIONS}`);
  if (regions < 1) throw generic(`Split ${what} region num should more than 0`);
}

const shown = (values: readonly Datum[], columns: readonly Column[]): string =>
  `(${values.map((v, i) => (v === null ? 'NULL' : datumToString(v, columns[i]!.type))).join(',')})`;

async function tableKeys(session: Session, table: TableInfo, stmt: SplitRegionStmt): Promise<Borders> {
  const { option } = stmt;
  const columns = handleColumns(table);
  const check = (values: readonly Expr[], which: 'lower' | 'upper'): void => {
    if (values.length !== columns.length)
      throw generic(`Split table region ${which} value count should be ${columns.length}`);
  };
  const zone = zoneOf(session);
  const types = columns.map((c) => c.type);
  const handleOf = (values: readonly Datum[]): Handle =>
    table.isCommonHandle ? encodeCommonHandle(values, types, zone) : (values[0] as number | bigint);
  if (option.values !== null) {
    const handles: Handle[] = [];
    for (const [i, row] of option.values.entries()) {
      if (row.length !== columns.length) throw mysqlError('ER_WRONG_VALUE_COUNT_ON_ROW', i + 1);
      handles.push(handleOf(await valuesFor(session, row, columns)));
    }
    return (id) => recordBorders(id, handles);
  }
  const regions = option.regions!;
  check(option.lower!, 'lower');
  check(option.upper!, 'upper');
  const lower = await valuesFor(session, option.lower!, columns);
  const upper = await valuesFor(session, option.upper!, columns);
  checkRegions(regions, 'table');
  if (table.isCommonHandle) {
    const [lowerHandle, upperHandle] = [handleOf(lower), handleOf(upper)];
    if (!lessThan(recordKey(table.id, lowerHandle), recordKey(table.id, upperHandle))) {
      throw badRanges(
        `Split table \`${table.name}\` region lower value ${shown(lower, columns)} should less than the upper value ${shown(upper, columns)}`,
      );
    }
    return (id) => [
      ...recordBorder(table, id),
      ...keysBetween(recordKey(id, lowerHandle), recordKey(id, upperHandle), regions),
    ];
  }
  const [from, to] = [BigInt(lower[0] as number | bigint), BigInt(upper[0] as number | bigint)];
  if (from >= to) throw badRanges(`lower value ${from} should less than the upper value ${to}`);
  const step = (to - from) / BigInt(regions);
  if (step < MIN_REGION_STEP)
    throw badRanges(`the region size is too small, expected at least ${MIN_REGION_STEP}, but got ${step}`);
  const handles = handlesBetween(from, step, regions);
  return (id) => [...recordBorder(table, id), ...recordBorders(id, handles)];
}

/** The columns of a handle: the integer primary key, the clustered key's columns, or the hidden row id. */
function handleColumns(table: TableInfo): Column[] {
  const primary = table.isCommonHandle ? primaryIndex(table) : null;
  if (primary !== null) return columnsOf(table, primary, true);
  const handle = handleColumn(table);
  return handle === null
    ? [{ name: '_tidb_rowid', type: ROWID_TYPE, length: -1, notNull: true }]
    : [{ name: handle.name, type: handle.type, length: -1, notNull: true }];
}

const columnsOf = (table: TableInfo, index: IndexInfo, notNull: boolean): Column[] =>
  index.columns.map((c) => {
    const { name, type } = table.columns[c.offset]!;
    return { name, type, length: c.length, notNull };
  });

async function indexKeys(
  session: Session,
  table: TableInfo,
  index: IndexInfo,
  stmt: SplitRegionStmt,
): Promise<Borders> {
  const { option } = stmt;
  const columns = columnsOf(table, index, false);
  const zone = zoneOf(session);
  /** A border needs no handle: entries of these values begin with it. */
  const keyOf = (id: number, values: readonly Datum[], descending = descendingParts(index)): Uint8Array =>
    indexSeekKey(
      id,
      index.id,
      values,
      columns.map((c) => c.type),
      zone,
      descending,
    );
  if (option.values !== null) {
    const rows: Datum[][] = [];
    for (const [i, row] of option.values.entries()) {
      if (row.length > columns.length) throw mysqlError('ER_WRONG_VALUE_COUNT_ON_ROW', i + 1);
      rows.push(await valuesFor(session, row, columns));
    }
    return (id) => [...indexBorders(table, id, index), ...rows.map((row) => keyOf(id, row))];
  }
  for (const which of ['lower', 'upper'] as const) {
    const values = option[which]!;
    if (values.length === 0)
      throw generic(`Split index \`${index.name}\` region ${which} value count should more than 0`);
    if (values.length > columns.length) throw mysqlError('ER_WRONG_VALUE_COUNT_ON_ROW', 1);
  }
  const lower = await valuesFor(session, option.lower!, columns);
  const upper = await valuesFor(session, option.upper!, columns);
  const regions = option.regions!;
  checkRegions(regions, 'index');
  if (!lessThan(keyOf(table.id, lower, []), keyOf(table.id, upper, []))) {
    throw badRanges(
      `Split index \`${index.name}\` region lower value ${shown(lower, columns)} should less than the upper value ${shown(upper, columns)}`,
    );
  }
  return (id) => {
    const [from, to] = [keyOf(id, lower), keyOf(id, upper)].sort(compareBytes);
    return [...indexBorders(table, id, index), ...keysBetween(from!, to!, regions)];
  };
}
