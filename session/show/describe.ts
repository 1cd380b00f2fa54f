import type { DescribeTableStmt, ShowStmt } from '../../parser/ast/index.js';
import type { RowsResult } from '../client-session.js';
import type { Session } from '../session.js';
import { runShow } from '../statements/show.js';

/** DESC t [column | 'pattern']: SHOW COLUMNS with LIKE. */
export function describeTable(session: Session, stmt: DescribeTableStmt): Promise<RowsResult> {
  const like =
    stmt.column === null
      ? null
      : {
          kind: 'StringLiteral' as const,
          value: stmt.isPattern ? stmt.column : stmt.column.replace(/[\\%_]/g, '\\$&'),
          bytes: null,
          charset: null,
          firstPart: null,
          start: 0,
          end: 0,
        };
  const show: ShowStmt = {
    kind: 'Show',
    what: 'COLUMNS',
    full: false,
    extended: false,
    global: false,
    schema: null,
    table: stmt.table,
    name: null,
    partitions: [],
    ifNotExists: false,
    user: null,
    roles: [],
    limit: null,
    count: false,
    id: null,
    profileTypes: [],
    like,
    where: null,
  };
  return runShow(session, show);
}
