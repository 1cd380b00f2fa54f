import type { ExecContext } from './exec-context.js';

/**
 * The context in which current reads are made: pessimistic DML and locking SELECT see what is committed at
 * `currentReadTs`, not what was at the transaction's start.
 */
export function currentReadContext(ctx: ExecContext): ExecContext {
  if (ctx.txn === null || !ctx.txn.pessimistic || ctx.snapshot.ts === ctx.currentReadTs) return ctx;
  return ctx.with({ snapshot: ctx.storage.snapshot(ctx.currentReadTs) });
}
