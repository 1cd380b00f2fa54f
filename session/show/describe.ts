import type { DescribeTableStmt } from '../../parser/ast/index.js';
import type { RowsResult } from '../client-session.js';
import type { Session } from '../session.js';
import { runShow } from '../statements/show.js';
import { makeShow } from '../../parser/ast/make-show.js';

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
  return runShow(session, makeShow({ what: 'COLUMNS', table: stmt.table, like }));
}
