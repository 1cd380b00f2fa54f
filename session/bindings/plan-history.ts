import type { Statement } from '../../parser/ast/index.js';
import { parsedBinding } from './binding-store.js';

/** The statement with hints, given as text, in its outermost block; null for statements that have none there. */
export function withOuterHints(stmt: Statement, hints: readonly string[]): Statement | null {
  if (stmt.kind !== 'Select' && stmt.kind !== 'Insert' && stmt.kind !== 'Update' && stmt.kind !== 'Delete')
    return null;
  const carrier = parsedBinding(hints.length === 0 ? 'SELECT 1' : `SELECT /*+ ${hints.join(' ')} */ 1`);
  return carrier?.kind === 'Select' ? { ...stmt, hints: carrier.hints } : null;
}

/** A statement as the summaries keep it: without the values that it was executed with. */
export const sampleStatement = (text: string): Statement | null =>
  parsedBinding(text.replace(/ \[arguments: .*\]$/s, ''));
