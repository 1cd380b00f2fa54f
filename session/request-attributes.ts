import type { Hint, Statement } from '../parser/ast/index.js';
import type { RequestAttributes } from '../kv/storage.js';
import { ResourceGroupTag } from '../kv/tikv/generated/tipb.js';
import { normalizeDigest } from '../parser/digest.js';
import type { Session } from './session.js';
import type { StatementContext } from './statement-context.js';
import { durationMs } from './variables/go-duration.js';

/** Longer texts are not looked at for their first word. */
const HEAD = 64;

type Priority = RequestAttributes['priority'];

/** LOW_PRIORITY, HIGH_PRIORITY and DELAYED, as TiDB sends them. */
const PRIORITIES: ReadonlyMap<string, Priority> = new Map([
  ['LOW_PRIORITY', 'low'],
  ['DELAYED', 'low'],
  ['HIGH_PRIORITY', 'high'],
]);

/** What a session's requests to a cluster say of it, and which peers they are for. Read only when there is a cluster. */
export class SessionAttributes implements RequestAttributes {
  private statement: StatementContext | null = null;
  private source = '';
  private tagged: StatementContext | null = null;
  private tag: Uint8Array | undefined;

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

  get priority(): Priority {
    const { stmt } = this.session.statement;
    const forced = PRIORITIES.get(this.session.vars.get('tidb_force_priority'));
    return (stmt === null ? undefined : priorityOf(stmt)) ?? forced ?? 'normal';
  }

  get maxExecutionMs(): number {
    const { statement } = this.session;
    return statement.deadline === 0 ? 0 : Math.max(1, Math.ceil(statement.deadline - performance.now()));
  }

  get replicaRead(): string {
    const { stmt } = this.session.statement;
    const hints = stmt?.kind === 'Select' ? stmt.hints : NO_HINTS;
    if (hints.some((h) => h.name.toUpperCase() === 'READ_CONSISTENT_REPLICA')) return 'follower';
    return this.session.vars.get('tidb_replica_read');
  }

  get staleTs(): bigint | null {
    const past = this.session.past ?? this.session.transaction.past;
    return past?.stale === true ? past.ts : null;
  }

  get closestThreshold(): number {
    return Number(this.session.vars.get('tidb_adaptive_closest_read_threshold'));
  }

  get busyThresholdMs(): number {
    return durationMs(this.session.vars.get('tidb_load_based_replica_read_threshold'));
  }

  /** What ANALYZE reads, and what SQL_NO_CACHE asks for, pushes nothing out of the cache. */
  get notFillCache(): boolean {
    const { stmt } = this.session.statement;
    return stmt?.kind === 'AnalyzeTable' || (stmt?.kind === 'Select' && !(stmt.options.cache ?? true));
  }

  get txnSource(): bigint {
    return BigInt(this.session.vars.get('tidb_cdc_write_source'));
  }

  get resourceGroupTag(): Uint8Array | undefined {
    const { statement } = this.session;
    if (statement !== this.tagged) {
      this.tagged = statement;
      const sqlDigest = Buffer.from(normalizeDigest(statement.text).digest, 'hex');
      this.tag = sqlDigest.length === 0 ? undefined : ResourceGroupTag.encode({ sqlDigest });
    }
    return this.tag;
  }

  get signal(): AbortSignal {
    return this.session.statement.signal;
  }
}

const NO_HINTS: readonly Hint[] = [];

/** Undefined where the statement says nothing. */
function priorityOf(stmt: Statement): Priority | undefined {
  switch (stmt.kind) {
    case 'AnalyzeTable':
      return 'low';
    case 'Select':
      return stmt.options.highPriority ? 'high' : undefined;
    case 'Insert':
    case 'Update':
    case 'Delete':
      return stmt.priority === null ? undefined : PRIORITIES.get(stmt.priority);
    default:
      return undefined;
  }
}
