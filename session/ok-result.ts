import type { OkResult } from './client-session.js';
import type { Session } from './session.js';

/** An OK answer with the session's counters. */
export function okResult(session: Session): OkResult {
  const s = session.statement;
  return {
    kind: 'ok',
    affectedRows: s.affectedRows,
    lastInsertId: s.lastInsertId,
    info: s.info,
    warnings: s.warningCount,
  };
}
