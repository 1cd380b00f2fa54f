import type { InfoSchema, TableInfo } from '../../catalog/model.js';
import type { Chunk } from '../../chunk/chunk.js';
import { chunkRows } from '../../chunk/chunk-builder.js';
import { PLAIN_CONTEXT, type EvalContext } from '../../expression/eval-context.js';
import type { Snapshot, Storage, Transaction } from '../../kv/storage.js';
import type { Datum } from '../../types/datum.js';
import type { SqlWarning } from '../../types/error.js';
import { DEFAULT_SQL_MODE } from '../../types/sql-mode.js';
import type { ExecContext, MemoryTracker, Operator } from '../exec-context.js';

export interface TestContext extends ExecContext {
  readonly warnings: SqlWarning[];
  txn: Transaction | null;
  snapshot: Snapshot;
  currentReadTs: bigint;
  readonly held: { bytes: number };
}

export function testEval(warnings: SqlWarning[] = [], over: Partial<EvalContext> = {}): EvalContext {
  return {
    ...PLAIN_CONTEXT,
    sqlMode: DEFAULT_SQL_MODE,
    nowMicros: 1_700_000_000_000_000,
    warn: (w) => warnings.push(w),
    session: {} as EvalContext['session'],
    ...over,
  };
}

/** A statement's context over a store (or none, for operators that read nothing). */
export function testContext(
  storage: Storage | null = null,
  tables: readonly TableInfo[] = [],
  over: Partial<EvalContext> = {},
  variables: Readonly<Record<string, string>> = {},
  ids: { next: number } = { next: 1 },
): TestContext {
  const warnings: SqlWarning[] = [];
  const held = { bytes: 0 };
  const db = {
    id: 1,
    name: 'test',
    lower: 'test',
    charset: 'utf8mb4',
    collate: 'utf8mb4_bin',
    state: 'public' as const,
  };
  const schema: InfoSchema = {
    version: 1,
    database: () => db,
    databases: () => [db],
    table: (_db, name) => tables.find((t) => t.lower === name.toLowerCase()) ?? null,
    tableById: (id) => {
      const table = tables.find((t) => t.id === id);
      return table === undefined ? null : { db, table };
    },
    tables: () => tables,
  };
  const memory: MemoryTracker = {
    quota: Infinity,
    consume: (n) => {
      held.bytes += n;
    },
    release: (n) => {
      held.bytes -= n;
    },
    addSpillable: () => () => {},
    get root() {
      return memory;
    },
  };
  return {
    storage: storage as Storage,
    schema,
    eval: testEval(warnings, over),
    txn: null,
    snapshot: null as unknown as Snapshot,
    currentReadTs: 0n,
    signal: new AbortController().signal,
    checkpoint: () => undefined,
    variable: (name) => variables[name] ?? '',
    memory,
    disk: null,
    allocateIds: (_t, _k, count) => {
      const first = ids.next;
      ids.next += count;
      return first;
    },
    rebaseAutoId: (_t, value) => {
      if (Number(value) >= ids.next) ids.next = Number(value) + 1;
    },
    memTable: () => [],
    runtimeStats: null,
    feedback: null,
    noteModified: () => {},
    get warningCount() {
      return warnings.length;
    },
    takeBackWarnings: (count) => {
      warnings.length = count;
    },
    warnings,
    held,
    with(changes) {
      return { ...this, ...changes };
    },
  };
}

/** All chunks of an operator, opened and closed. */
export async function runOperator(op: Operator): Promise<Chunk[]> {
  const out: Chunk[] = [];
  try {
    await op.open();
    for (;;) {
      const c = await op.next();
      if (c === null) return out;
      if (c.rows === 0) throw new Error('an operator gave an empty chunk');
      out.push(c);
    }
  } finally {
    await op.close();
  }
}

export async function rowsOf(op: Operator): Promise<Datum[][]> {
  return (await runOperator(op)).flatMap(chunkRows);
}
