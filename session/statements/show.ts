import { allFields, makeSelect, tableSource } from '../../parser/ast/make-select.js';
import type { Expr, ShowStmt } from '../../parser/ast/index.js';
import type { DbInfo, InfoSchema, TableInfo } from '../../catalog/model.js';
import { virtualTableInfo } from '../../catalog/virtual/virtual-table.js';
import type { Datum } from '../../types/datum.js';
import { collation } from '../../types/collation.js';
import type { RowsResult } from '../client-session.js';
import { planQuery } from '../plan-statement.js';
import type { Session } from '../session.js';
import '../show/index.js';
import type { ShowResult } from '../show/show-registry.js';
import { showHandler } from '../show/show-registry.js';
import { SessionExecContext } from '../session-exec.js';
import { staticRows } from '../static-rows.js';
import { openQuery } from './query.js';
import { registerStatement } from './statement-handler.js';
import { ownRows } from '../own-rows.js';

/** Forms that read the diagnostics area and must not change it. */
const DIAGNOSTIC: ReadonlySet<string> = new Set(['WARNINGS', 'ERRORS']);

registerStatement('Show', {
  transactional: 'read',
  keepsDiagnostics: (stmt) => DIAGNOSTIC.has(stmt.what),
  run: (session, stmt) => runShow(session, stmt),
});

export async function runShow(session: Session, stmt: ShowStmt): Promise<RowsResult> {
  const result = await showHandler(stmt.what)(session, stmt);
  if (stmt.where !== null || (stmt.like !== null && stmt.like.kind !== 'StringLiteral'))
    return filtered(session, result, stmt);
  const rows = stmt.like?.kind === 'StringLiteral' ? likeRows(result, stmt.like.value) : result.rows;
  return staticRows(result.columns, rows);
}

/** LIKE without regard to case, as MySQL compares identifiers here. */
function likeRows(result: ShowResult, pattern: string): readonly (readonly Datum[])[] {
  const source = pattern.replace(
    /\\(.)|([.*+?^${}()|[\]])|(%)|(_)/gs,
    (_m, escaped?: string, special?: string, any?: string) => {
      if (escaped !== undefined) return escaped.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      if (special !== undefined) return `\\${special}`;
      return any === undefined ? '.' : '.*';
    },
  );
  const wanted = new RegExp(`^${source}$`, 'is');
  const at = result.likeColumn ?? 0;
  return result.rows.filter((row) => {
    const v = row[at];
    return (
      v !== null &&
      v !== undefined &&
      wanted.test(v instanceof Uint8Array ? Buffer.from(v).toString() : String(v))
    );
  });
}

/**
 * WHERE over the columns of a SHOW: the rows stand as a table of their own, from which an ordinary SELECT takes what
 * the condition wants.
 */
async function filtered(session: Session, result: ShowResult, stmt: ShowStmt): Promise<RowsResult> {
  const table = virtualTableInfo(`SHOW ${stmt.what}`, withCaselessNames(result));
  // A database that everybody may read in.
  const db = session.schema.database('information_schema')!;
  const schema = overlay(session.schema, db, table);
  const condition: Expr | null = stmt.where ?? likeCondition(result, stmt);
  const select = makeSelect({
    fields: allFields(),
    from: tableSource({ schema: db.name, name: table.name }),
    where: condition,
  });
  const planned = await planQuery(session, select, session.evalContext.params, schema);
  const context = new ShowContext(session, await session.readContext(), result.rows);
  const rows = await ownRows(await openQuery(planned, context.context));
  return staticRows(result.columns, rows);
}

function withCaselessNames(result: ShowResult): ShowResult['columns'] {
  return result.columns.map((c) =>
    collation(c.type.collate)?.charset === 'utf8mb4'
      ? { ...c, type: { ...c.type, collate: 'utf8mb4_general_ci' } }
      : c,
  );
}

function likeCondition(result: ShowResult, stmt: ShowStmt): Expr | null {
  if (stmt.like === null) return null;
  const name = result.columns[result.likeColumn ?? 0]!.name;
  return {
    kind: 'Like',
    expr: { kind: 'ColumnRef', schema: null, table: null, name, start: 0, end: 0 },
    pattern: stmt.like,
    escape: null,
    not: false,
    caseInsensitive: false,
    start: 0,
    end: 0,
  };
}

/** The schema plus one table in one of its databases. */
function overlay(schema: InfoSchema, db: DbInfo, table: TableInfo): InfoSchema {
  return {
    version: schema.version,
    database: (name) => schema.database(name),
    databases: () => schema.databases(),
    table: (dbName, name) =>
      name === table.name && dbName.toLowerCase() === db.lower ? table : schema.table(dbName, name),
    tableById: (id) => (id === table.id ? { db, table } : schema.tableById(id)),
    tables: (name) => schema.tables(name),
  };
}

/** An execution context whose virtual table is the SHOW's rows. */
class ShowContext {
  readonly context: SessionExecContext;

  constructor(session: Session, base: SessionExecContext, rows: readonly (readonly Datum[])[]) {
    this.context = new (class extends SessionExecContext {
      override memTable(scan: Parameters<SessionExecContext['memTable']>[0]): Datum[][] {
        return rows.map((row) => scan.columns.map((c) => row[c.offset] ?? null));
      }
    })(session, session.statement, base.schema, base.txn, base.snapshot, base.currentReadTs);
  }
}
