import type * as ast from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { enginesOf } from '../physical/engines.js';
import { lookUpRefusal } from '../physical/lookup-pushdown.js';
import type { BuildState } from '../resolve/build-state.js';
import type { DataSource, IndexWish, LogicalPlan } from './plan.js';

/** Hints that name indexes: which those are to be read by, and what is asked of them besides. */
const INDEX_HINTS: Readonly<Record<string, { readonly type: ast.IndexHintType; readonly wish?: IndexWish }>> =
  {
    USE_INDEX: { type: 'USE' },
    FORCE_INDEX: { type: 'FORCE' },
    IGNORE_INDEX: { type: 'IGNORE' },
    ORDER_INDEX: { type: 'USE', wish: { ordered: true } },
    NO_ORDER_INDEX: { type: 'USE', wish: { ordered: false } },
    INDEX_LOOKUP_PUSHDOWN: { type: 'USE', wish: { lookedUpInStore: true } },
  };

/**
 * Marks the tables of a FROM clause as the hints about its query block ask. An unknown table changes nothing.
 */
export function applyHints(state: BuildState, hints: readonly ast.Hint[], from: LogicalPlan): void {
  for (const hint of hints) if (hint.name === 'HYPO_INDEX') addHypothetical(state, hint, from);
  for (const hint of hints) {
    if (hint.name === 'READ_FROM_STORAGE') {
      for (const t of hint.tables) hintEngine(state, from, t.name.toLowerCase(), hint);
      continue;
    }
    if (hint.name === 'USE_INDEX_MERGE') {
      const named = hint.tables[0];
      const indexes = new Set(hint.indexes.map((n) => n.toLowerCase()));
      const found =
        named !== undefined && forTable(from, named.name.toLowerCase(), (ds) => (ds.mergeHint = indexes));
      if (!found) warnUnmatched(state, hint.text);
      continue;
    }
    if (hint.name === 'NO_INDEX_MERGE') {
      forSources(from, (ds) => (ds.noIndexMerge = true));
      continue;
    }
    const kind = INDEX_HINTS[hint.name];
    const table = hint.tables[0];
    if (hint.name === 'NO_INDEX_LOOKUP_PUSHDOWN' && table !== undefined) {
      if (hint.indexes.length > 0)
        warn(
          state,
          'hint NO_INDEX_LOOKUP_PUSH_DOWN is inapplicable, only table name without indexes is supported',
        );
      else forTable(from, table.name.toLowerCase(), (ds) => (ds.noLookUpInStore = true));
      continue;
    }
    if (kind === undefined || table === undefined) continue;
    if (kind.wish?.lookedUpInStore === true && hint.indexes.length === 0) {
      warn(state, 'hint INDEX_LOOKUP_PUSH_DOWN is inapplicable, the index names should be specified');
      continue;
    }
    const found = forTable(from, table.name.toLowerCase(), (ds) => hintIndexes(state, ds, hint, kind, hints));
    if (!found) warnUnmatched(state, hint.text);
  }
}

function hintEngine(state: BuildState, p: LogicalPlan, alias: string, hint: ast.Hint): void {
  if (p.op === 'DataSource' && p.alias.toLowerCase() === alias) {
    const engine = String(hint.value).toLowerCase();
    if (engine !== 'tikv' && engine !== 'tiflash') return;
    if (enginesOf(state.ctx, p.table).includes(engine)) p.engineHint = engine;
    else
      state.ctx.warn({
        level: 'Warning',
        code: 1815,
        message:
          `No available path for table ${p.db.name}.${p.alias} with the store type ${engine} of the hint ` +
          '/*+ read_from_storage */, please check the status of the table replica and variable value of ' +
          `tidb_isolation_read_engines(${state.ctx.variable('tidb_isolation_read_engines')})`,
      });
  }
  for (const c of p.children) hintEngine(state, c, alias, hint);
}

function warnUnmatched(state: BuildState, text: string): void {
  state.ctx.warn({
    level: 'Warning',
    code: 1815,
    message: `${text} is inapplicable: the table it names is not in this query block`,
  });
}

/** HYPO_INDEX(t, name, columns…): EXPLAIN plans as if the index were there (TiDB docs, "Hypothetical indexes"). */
function addHypothetical(state: BuildState, hint: ast.Hint, from: LogicalPlan): void {
  const [table] = hint.tables;
  const [name, ...columns] = hint.indexes;
  if (table === undefined || name === undefined || columns.length === 0) return;
  const found = forTable(from, table.name.toLowerCase(), (ds) => {
    const index = state.ctx.hypotheticalIndex?.(ds.table, name, columns) ?? null;
    if (index !== null) ds.table = { ...ds.table, indices: [...ds.table.indices, index] };
  });
  if (!found) warnUnmatched(state, hint.text);
}

/** Every stored table of a block. */
function forSources(p: LogicalPlan, f: (ds: DataSource) => void): boolean {
  if (p.op === 'DataSource') {
    f(p);
    return true;
  }
  return p.children.map((c) => forSources(c, f)).includes(true);
}

/** The stored tables of a block that have an alias; false when there are none. */
function forTable(p: LogicalPlan, alias: string, f: (ds: DataSource) => void): boolean {
  let found = false;
  forSources(p, (ds) => {
    if (ds.alias.toLowerCase() !== alias) return;
    f(ds);
    found = true;
  });
  return found;
}

/** Has a source read by the indexes that a hint names. Those that do not exist are told of: a hint never fails a statement. */
function hintIndexes(
  state: BuildState,
  ds: DataSource,
  hint: ast.Hint,
  { type, wish }: { readonly type: ast.IndexHintType; readonly wish?: IndexWish },
  all: readonly ast.Hint[],
): void {
  const indexes = hint.indexes.filter((name) => {
    const lower = name.toLowerCase();
    if (ds.table.indices.some((i) => i.lower === lower) || (lower === 'primary' && hasHandleKey(ds)))
      return true;
    const { code, message } = mysqlError('ER_KEY_DOES_NOT_EXITS', name, ds.table.name);
    state.ctx.warn({ level: 'Warning', code, message });
    return false;
  });
  const granted = indexes.filter((name) => wish?.lookedUpInStore !== true || looksUp(state, ds, name, all));
  if (wish !== undefined) {
    const wishes = new Map(ds.indexWishes);
    for (const name of granted)
      wishes.set(name.toLowerCase(), { ...wishes.get(name.toLowerCase()), ...wish });
    ds.indexWishes = wishes;
  }
  if (type !== 'IGNORE' || indexes.length > 0)
    ds.indexHints = [...ds.indexHints, { type, scope: null, indexes: granted }];
}

const hasHandleKey = ({ table }: DataSource): boolean => table.pkIsHandle || table.isCommonHandle;

/** Whether INDEX_LOOKUP_PUSHDOWN can be had of an index; tells why not. */
function looksUp(state: BuildState, ds: DataSource, name: string, all: readonly ast.Hint[]): boolean {
  const forbidden = all.some(
    (h) =>
      h.name === 'NO_INDEX_LOOKUP_PUSHDOWN' &&
      h.indexes.length === 0 &&
      h.tables[0]?.name.toLowerCase() === ds.alias.toLowerCase(),
  );
  const index = ds.table.indices.find((i) => i.lower === name.toLowerCase());
  if (index === undefined) return false;
  if (forbidden) {
    warn(state, 'hint INDEX_LOOKUP_PUSHDOWN cannot be inapplicable, NO_INDEX_LOOKUP_PUSHDOWN is specified');
    return false;
  }
  const refusal = lookUpRefusal(state.ctx, ds.table, index);
  if (refusal === null) return true;
  warn(state, `hint INDEX_LOOKUP_PUSHDOWN is inapplicable, ${refusal}`);
  return false;
}

const warn = (state: BuildState, message: string): void =>
  state.joinHints === null
    ? state.ctx.warn({ level: 'Warning', code: 1815, message })
    : state.joinHints.warn(message);
