import type { ColumnInfo, IndexInfo, SchemaState, TableInfo } from '../catalog/model.js';
import { indexRange, recordRange } from '../kv/codec/table-key.js';
import type { KeyRange } from '../kv/rpc.js';
import { Flag, isNotNull } from '../types/field-type.js';
import { withoutFlag, zeroValue } from './build-column.js';

/**
 * A change of a table from one form to another, as one job: what the target has and the base has not comes in through
 * the states delete-only, write-only and write-reorganisation, in which it is filled; then the target becomes public as a
 * whole, and what the base had and the target has not leaves through write-only and delete-only. Each phase differs from the
 * next by one F1 state of each part, so that nodes one version apart keep each other's data right (Rae et al., "Online,
 * Asynchronous Schema Change in F1", 2013). Up to `public` the change can be undone.
 */
export interface TableTransition {
  readonly base: TableInfo;
  readonly target: TableInfo;
  /** Columns to be found without NULL before they may be NOT NULL, by id. */
  readonly notNull: readonly number[];
  /** AUTO_INCREMENT = n: the least value to be given next, in decimal; '' = unchanged. */
  readonly autoIncrement: string;
  /** FORCE AUTO_INCREMENT = n: also where that is less than it was. */
  readonly forceAutoIncrement?: boolean;
  /** AUTO_RANDOM goes on counting where AUTO_INCREMENT was. */
  readonly randomFromIncrement?: boolean;
  /** Rows of partitions that the target has not go to those that the base has not; without it they are dropped with them. */
  readonly movesRows: boolean;
  /** Foreign keys of the target by name, for which every row must have its referenced row. */
  readonly foreignKeys?: readonly string[];
  /** CHECK constraints of the target by name, which every row must keep. */
  readonly checks?: readonly string[];
}

/** What the table looks like between two steps. 'none': as before; 'done': as the target says. */
export type Phase =
  | 'none'
  | 'deleteOnly'
  | 'writeOnly'
  | 'writeReorg'
  | 'public'
  | 'leavingDeleteOnly'
  | 'leavingClearing'
  | 'done'
  | 'undoingDeleteOnly'
  | 'undoingClearing';

const missing = <T extends { readonly id: number }>(from: readonly T[], of: readonly T[]): readonly T[] => {
  const ids = new Set(from.map((x) => x.id));
  return of.filter((x) => !ids.has(x.id));
};

export const addedColumns = (t: TableTransition): readonly ColumnInfo[] =>
  missing(t.base.columns, t.target.columns);
export const addedIndexes = (t: TableTransition): readonly IndexInfo[] =>
  missing(t.base.indices, t.target.indices);
export const droppedColumns = (t: TableTransition): readonly ColumnInfo[] =>
  missing(t.target.columns, t.base.columns);
export const droppedIndexes = (t: TableTransition): readonly IndexInfo[] =>
  missing(t.target.indices, t.base.indices);
/** Columns whose values are computed from others: of those that they take the place of, or by their defaults. */
export const rewrittenColumns = (t: TableTransition): readonly ColumnInfo[] =>
  addedColumns(t).filter((c) => c.changing !== undefined || c.filling === true);

/** Whether writers must know the division to come: rows move, or global indexes are made anew without some partitions. */
const redivides = (t: TableTransition): boolean =>
  t.movesRows ||
  (addedIndexes(t).some((i) => i.global === true) &&
    (addedPartitions(t).length > 0 || droppedPartitions(t).length > 0));

/** The phases that the change goes through, in their order, 'none' first and 'done' last. */
export function phasesOf(t: TableTransition): readonly Phase[] {
  const phases: Phase[] = ['none'];
  const fills = addedIndexes(t).length > 0 || rewrittenColumns(t).length > 0 || t.movesRows;
  const checks = t.notNull.length > 0 || t.foreignKeys !== undefined || t.checks !== undefined;
  if (addedColumns(t).length > 0 || fills || checks) {
    phases.push('deleteOnly', 'writeOnly');
    if (fills || checks) phases.push('writeReorg');
  }
  if (droppedColumns(t).length > 0 || droppedIndexes(t).length > 0 || t.movesRows)
    phases.push('public', 'leavingDeleteOnly');
  // Rows are cleared away when not even who is a version behind puts any.
  if (leavesOwnId(t)) phases.push('leavingClearing');
  phases.push('done');
  return phases;
}

/** Phases of the way back from where nothing is public yet. */
export function undoPhases(t: TableTransition, from: Phase): readonly Phase[] {
  if (from === 'deleteOnly' || from === 'undoingClearing') return ['none'];
  const cleared: Phase[] = takesOwnId(t) ? ['undoingClearing', 'none'] : ['none'];
  return from === 'undoingDeleteOnly' ? cleared : ['undoingDeleteOnly', ...cleared];
}

/** Whether the change may still be undone. */
export const isRevertible = (phase: Phase): boolean =>
  phase === 'none' || phase === 'deleteOnly' || phase === 'writeOnly' || phase === 'writeReorg';

/** The table in a phase. */
export function tableAt(t: TableTransition, phase: Phase): TableInfo {
  switch (phase) {
    case 'none':
      return withIds(t.base, t.target);
    case 'done':
      return settled(t.target);
    case 'public':
      return leaving(t, 'writeOnly');
    case 'leavingDeleteOnly':
    case 'leavingClearing':
      return leaving(t, 'deleteOnly');
    case 'undoingDeleteOnly':
    case 'undoingClearing':
      return arriving(t, 'deleteOnly');
    default:
      return arriving(t, phase);
  }
}

/** State of the parts on their way, as ADMIN SHOW DDL JOBS shows it. */
export function schemaStateOf(phase: Phase): SchemaState {
  switch (phase) {
    case 'none':
      return 'none';
    case 'done':
    case 'public':
      return 'public';
    case 'leavingDeleteOnly':
    case 'leavingClearing':
    case 'undoingDeleteOnly':
    case 'undoingClearing':
      return 'deleteOnly';
    default:
      return phase;
  }
}

/** Ids that were given out are not given out again. */
const withIds = (table: TableInfo, ids: TableInfo): TableInfo => ({
  ...table,
  maxColumnId: Math.max(table.maxColumnId, ids.maxColumnId),
  maxIndexId: Math.max(table.maxIndexId, ids.maxIndexId),
});

/** The target, whose columns no longer come from others. */
const settled = (target: TableInfo): TableInfo => ({
  ...target,
  columns: target.columns.map((c) => {
    if (c.changing === undefined && c.filling !== true) return c;
    const { changing: _, filling: __, ...rest } = c;
    return rest;
  }),
});

/** The base with the parts of the target that it lacks behind it. */
function arriving(t: TableTransition, state: SchemaState): TableInfo {
  const { base, target } = t;
  const writes = state === 'writeOnly' || state === 'writeReorg';
  const checked = new Set(writes ? t.notNull : []);
  const columns = [
    ...base.columns.map((c) => (checked.has(c.id) ? { ...c, preventNull: true } : c)),
    ...addedColumns(t).map((c) => outOfSight(c, state, taken(base, c))),
  ];
  const indices = [
    ...base.indices.map((i) => ({ index: i, of: base, state: i.state })),
    ...addedIndexes(t).map((i) => ({ index: i, of: target, state })),
  ];
  const assembled = assemble(withIds(base, target), columns, indices, base.indices);
  // Statements keep to keys that are to be checked.
  const keyed = writes && t.foreignKeys !== undefined ? withForeignKeys(assembled, t) : assembled;
  const table = writes && t.checks !== undefined ? withChecks(keyed, t) : keyed;
  return redivides(t)
    ? { ...table, moving: { state, partition: target.partition ?? null, copies: t.movesRows } }
    : table;
}

/** The table with the new foreign keys over columns that it shows already. */
function withForeignKeys(table: TableInfo, t: TableTransition): TableInfo {
  const names = new Set(t.foreignKeys);
  const shown = (name: string): boolean =>
    table.columns.some((c) => c.lower === name.toLowerCase() && c.state === 'public');
  const added = (t.target.foreignKeys ?? []).filter((k) => names.has(k.name) && k.columns.every(shown));
  return { ...table, foreignKeys: [...(t.base.foreignKeys ?? []), ...added] };
}

/** The table with the target's constraints that are to be checked, over its columns under the names that they have now. */
function withChecks(table: TableInfo, t: TableTransition): TableInfo {
  const names = new Set(t.checks);
  const byId = new Map(table.columns.map((c) => [c.id, c.name]));
  const added = (t.target.checks ?? [])
    .filter((c) => names.has(c.name))
    .map((c) => ({
      ...c,
      stored: c.columns.map((n) => byId.get(t.target.columns.find((x) => x.lower === n.toLowerCase())!.id)!),
    }));
  return { ...table, checks: [...(t.base.checks ?? []), ...added] };
}

/** The target with the parts of the base that it lacks behind it. */
function leaving(t: TableTransition, state: SchemaState): TableInfo {
  const { base, target } = t;
  const replaced = new Map(rewrittenColumns(t).map((c) => [c.changing, c.id]));
  const columns = [
    ...settled(target).columns,
    ...droppedColumns(t).map((c) => {
      const by = replaced.get(c.id);
      const hidden = outOfSight(c, state, taken(target, c));
      // NULL is allowed: the new column may hold it.
      return by === undefined ? hidden : { ...hidden, changing: by, type: withoutFlag(c.type, Flag.NotNull) };
    }),
  ];
  const indices = [
    ...target.indices.map((i) => ({ index: i, of: target, state: i.state })),
    ...droppedIndexes(t).map((i) => ({ index: i, of: base, state })),
  ];
  const table = assemble(target, columns, indices, target.indices);
  return redivides(t)
    ? { ...table, moving: { state, partition: base.partition ?? null, copies: t.movesRows } }
    : table;
}

/** Physical tables of partitions that the change takes away. A table's own id is not among them. */
export const droppedPartitions = (t: TableTransition): number[] => partitionIds(t.base, t.target);
/** Physical tables of partitions that the change brings. A table's own id is not among them. */
export const addedPartitions = (t: TableTransition): number[] => partitionIds(t.target, t.base);

function partitionIds(of: TableInfo, without: TableInfo): number[] {
  const gone = new Set(without.partition?.definitions.map((d) => d.id));
  return (of.partition?.definitions ?? []).map((d) => d.id).filter((id) => !gone.has(id));
}

/** Whether the rows lie under the table's own id, before the change or after it, which must be cleared of them. */
const leavesOwnId = (t: TableTransition): boolean => t.movesRows && t.base.partition === undefined;
const takesOwnId = (t: TableTransition): boolean => t.movesRows && t.target.partition === undefined;

/** Whether what lies under the table's own id is cleared away in this phase. */
export const clears = (phase: Phase): boolean => phase === 'leavingClearing' || phase === 'undoingClearing';

/** What lies under the table's own id while it is not partitioned. Entries of global indexes are there while it is, and stay. */
export function ownIdRanges(t: TableTransition): KeyRange[] {
  const [plain, divided] = t.base.partition === undefined ? [t.base, t.target] : [t.target, t.base];
  const global = new Set(divided.indices.flatMap((i) => (i.global === true ? [i.id] : [])));
  const indexes = plain.indices.filter((i) => !global.has(i.id));
  return [recordRange(plain.id), ...indexes.map((i) => indexRange(plain.id, i.id))];
}

const taken = (table: TableInfo, c: ColumnInfo): boolean => table.columns.some((o) => o.lower === c.lower);

/**
 * A column that no statement may name. Rows that are written get a value of it nonetheless: its default, or where it has
 * none the value that rows without it show.
 */
function outOfSight(c: ColumnInfo, state: SchemaState, inTheWay: boolean): ColumnInfo {
  const given = c.default;
  const name = inTheWay || c.changing !== undefined ? `_Col$_${c.name}_${c.id}` : c.name;
  const fallback = c.originDefault ?? (isNotNull(c.type) && c.generated === '' ? zeroValue(c.type) : null);
  const needed = given.kind === 'none' || (given.kind === 'value' && given.value === null);
  return {
    ...c,
    name,
    lower: name.toLowerCase(),
    state,
    autoIncrement: false,
    default: needed ? { kind: 'value', value: fallback } : given,
  };
}

function assemble(
  table: TableInfo,
  columns: readonly ColumnInfo[],
  indices: readonly { readonly index: IndexInfo; readonly of: TableInfo; readonly state: SchemaState }[],
  named: readonly IndexInfo[],
): TableInfo {
  const placed = columns.map((c, offset) => (c.offset === offset ? c : { ...c, offset }));
  const byId = new Map(placed.map((c) => [c.id, c]));
  const keep = new Set(named);
  return {
    ...table,
    columns: placed,
    indices: indices.map(({ index, of, state }) => {
      const clash = !keep.has(index) && named.some((n) => n.lower === index.lower);
      const name = clash ? `_Idx$_${index.name}_${index.id}` : index.name;
      return {
        ...index,
        name,
        lower: name.toLowerCase(),
        state,
        columns: index.columns.map((p) => {
          const column = byId.get(of.columns[p.offset]!.id)!;
          return { ...p, name: column.name, offset: column.offset };
        }),
      };
    }),
  };
}
