import type { RequestAttributes } from '../kv/storage.js';
import type { Session } from './session.js';
import type { StatementContext } from './statement-context.js';

/** Longer texts are not looked at for their first word. */
const HEAD = 64;

/** What a session's requests to a cluster say of it. Read only when there is a cluster. */
export class SessionAttributes implements RequestAttributes {
  private statement: StatementContext | null = null;
  private source = '';

  constructor(private readonly session: Session) {}

  /** `external_Select`: who asks, and the statement's kind (client-go, util.RequestSource). */
  get requestSource(): string {
    const { statement } = this.session;
    if (statement !== this.statement) {
      this.statement = statement;
      const word = /[a-z]+/i.exec(statement.text.slice(0, HEAD))?.[0].toLowerCase() ?? 'others';
      const by = this.session.connection.id === 0 ? 'internal' : 'external';
      this.source = `${by}_${word[0]!.toUpperCase()}${word.slice(1)}`;
    }
    return this.source;
  }

  get resourceGroup(): string {
    return this.session.resourceGroup;
  }
  readonly priority = 'normal';

  get maxExecutionMs(): number {
    const { statement } = this.session;
    return statement.deadline === 0 ? 0 : Math.max(1, Math.ceil(statement.deadline - performance.now()));
  }

  get signal(): AbortSignal {
    return this.session.statement.signal;
  }
}
