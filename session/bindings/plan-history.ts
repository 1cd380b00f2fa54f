import type { Query, Statement } from '../../parser/ast/index.js';
import { parsedBinding } from './binding-store.js';

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
