import type { KnownValue } from '../../expression/constants-apart.js';
import type { EvalContext } from '../../expression/eval-context.js';
import type { Expression, ScalarFunction } from '../../expression/expression.js';
import { MysqlError } from '../../types/error.js';
import type { Datum } from '../../types/datum.js';
import type { Evaluator } from '../exec-context.js';
import type { Asker, EvaluatorPool } from './evaluator-pool.js';
import type { Failure, Outcome } from './protocol.js';

const errorOf = ({ code, sqlState, message }: Failure): Error =>
  code === undefined ? new Error(message) : new MysqlError(code, sqlState!, message);

/** The value, or the error, in the statement that asked for it. */
const inStatement =
  (o: Outcome) =>
  (ctx: EvalContext): Datum => {
    if ('failed' in o) throw errorOf(o.failed);
    for (const w of o.warnings) ctx.warn(w);
    return o.value;
  };

/** What one statement has computed by threads of their own. */
export class StatementEvaluator implements Evaluator {
  constructor(
    private readonly pool: EvaluatorPool,
    private readonly ctx: EvalContext,
    private readonly asker: Asker,
  ) {}

  checkpoint(): Promise<void> | undefined {
    return this.asker.checkpoint();
  }

  async evaluate(exprs: readonly Expression[]): Promise<readonly ((ctx: EvalContext) => Datum)[]> {
    return (await this.pool.evaluate(exprs, this.ctx, this.asker)).map(inStatement);
  }

  /** Values of calls of constants; null for those that err or warn. */
  async constants(calls: readonly ScalarFunction[]): Promise<ReadonlyMap<ScalarFunction, KnownValue>> {
    const outcomes = await this.pool.evaluate(calls, this.ctx, this.asker);
    return new Map(
      calls.map((call, i) => {
        const o = outcomes[i]!;
        return [call, 'failed' in o || o.warnings.length > 0 ? null : { value: o.value }];
      }),
    );
  }
}
