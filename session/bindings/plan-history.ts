import type { Query, Statement } from '../../parser/ast/index.js';
import type { SummaryRecord } from '../summary/summary-record.js';
import { parsedBinding, type NewBinding } from './binding-store.js';
import { bindingKey, bindingText, withoutHints } from './binding-text.js';

/** The statement with hints, given as text, in the block that is written first; null for statements that have none there. */
export function withOuterHints(stmt: Statement, hints: readonly string[]): Statement | null {
  const carrier = parsedBinding(hints.length === 0 ? 'SELECT 1' : `SELECT /*+ ${hints.join(' ')} */ 1`);
  if (carrier?.kind !== 'Select') return null;
  const carried = carrier.hints;
  const place = <T extends Statement>(s: T): T | null => {
    if (s.kind === 'SetOperation') {
      const [first, ...rest] = s.branches;
      const query = place<Query>(first!.query);
      return query === null ? null : { ...s, branches: [{ ...first!, query }, ...rest] };
    }
    return s.kind === 'Select' || s.kind === 'Insert' || s.kind === 'Update' || s.kind === 'Delete'
      ? { ...s, hints: carried }
      : null;
  };
  return place(stmt);
}

/** A statement as the summaries keep it: without the values that it was executed with. */
export const sampleStatement = (text: string): Statement | null =>
  parsedBinding(text.replace(/ \[arguments: .*\]$/s, ''));

/** The binding that makes a statement run with the plan that it was recorded with; null where hints cannot. */
export function recordedBinding(record: SummaryRecord, source: string): NewBinding | null {
  const { identity, sample } = record;
  const stmt = sample === null ? null : sampleStatement(sample.text);
  if (stmt === null || identity === null) return null;
  const origin = withoutHints(stmt);
  const hinted = withOuterHints(origin, record.plan.hints);
  if (hinted === null) return null;
  const { database, planDigest } = identity;
  const key = bindingKey(origin, database);
  return {
    originalSql: key.sql,
    bindSql: bindingText(hinted, database),
    defaultDb: database,
    status: 'enabled',
    charset: sample!.charset,
    collation: sample!.collation,
    source,
    sqlDigest: key.digest,
    planDigest,
    hinted,
  };
}
