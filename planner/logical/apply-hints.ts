import type * as ast from '../../parser/ast/index.js';
import { enginesOf } from '../physical/engines.js';
import type { BuildState } from '../resolve/build-state.js';
import type { DataSource, LogicalPlan } from './plan.js';

const INDEX_HINTS: Readonly<Record<string, ast.IndexHintType>> = {
  USE_INDEX: 'USE',
  FORCE_INDEX: 'FORCE',
  IGNORE_INDEX: 'IGNORE',
};

/**
 * Marks the tables of a FROM clause as the block's hints ask. An unknown table or a hint of another block changes nothing.
 */
export function applyHints(state: BuildState, hints: readonly ast.Hint[], from: LogicalPlan): void {
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
    const type = INDEX_HINTS[hint.name];
    const table = hint.tables[0];
    if (type !== undefined && table !== undefined) {
      const found = hintTable(from, table.name.toLowerCase(), { type, scope: null, indexes: hint.indexes });
      if (!found) warnUnmatched(state, hint.text);
    }
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

function hintTable(p: LogicalPlan, alias: string, hint: ast.IndexHint): boolean {
  if (p.op === 'DataSource' && p.alias.toLowerCase() === alias) {
    // Indexes that do not exist are left out: a hint never fails a statement.
    const known = hint.indexes.filter(
      (n) => n.toLowerCase() === 'primary' || p.table.indices.some((i) => i.lower === n.toLowerCase()),
    );
    if (known.length > 0 || hint.indexes.length === 0)
      p.indexHints = [...p.indexHints, { ...hint, indexes: known }];
    return true;
  }
  return p.children.map((c) => hintTable(c, alias, hint)).includes(true);
}
