import { findVirtualTable } from '../../catalog/virtual/virtual-table.js';
import type { MysqlError } from '../../types/error.js';
import type { EngineCore } from '../engine/engine-core.js';
import type { Session } from '../session.js';
import type { StatementContext } from '../statement-context.js';
import { factRow, type Fact } from './fact-rows.js';

interface ErrorCount {
  message: string;
  errors: number;
  warnings: number;
  first: number;
  last: number;
}

/** Users and hosts whose errors are told apart; those beyond count in the sum only. */
const MAX_NAMES = 1000;

/** Errors and warnings that clients were given, by number, in all and by user and host (TiDB docs, "CLIENT_ERRORS_SUMMARY_GLOBAL"). */
export class ClientErrors {
  private readonly all = new Map<number, ErrorCount>();
  private readonly byUser = new Map<string, Map<number, ErrorCount>>();
  private readonly byHost = new Map<string, Map<number, ErrorCount>>();

  /** A statement that ended with an error or warnings. */
  note(session: Session, statement: StatementContext, error: MysqlError | null): void {
    const { user, host } = session.connection;
    const counts = [this.all, named(this.byUser, user), named(this.byHost, host)];
    const now = Date.now();
    for (const of of counts) {
      if (of === null) continue;
      for (const w of statement.warnings) {
        const isError = error !== null && w.level === 'Error';
        let c = of.get(w.code);
        if (c === undefined)
          of.set(w.code, (c = { message: w.message, errors: 0, warnings: 0, first: now, last: now }));
        if (isError) c.errors++;
        else c.warnings++;
        c.last = now;
      }
    }
  }

  clear(): void {
    this.all.clear();
    this.byUser.clear();
    this.byHost.clear();
  }

  facts(): Fact[] {
    return factsOf(this.all, {});
  }
  userFacts(): Fact[] {
    return [...this.byUser].flatMap(([USER, of]) => factsOf(of, { USER }));
  }
  hostFacts(): Fact[] {
    return [...this.byHost].flatMap(([HOST, of]) => factsOf(of, { HOST }));
  }
}

function named(names: Map<string, Map<number, ErrorCount>>, name: string): Map<number, ErrorCount> | null {
  let of = names.get(name);
  if (of === undefined) {
    if (names.size >= MAX_NAMES) return null;
    names.set(name, (of = new Map()));
  }
  return of;
}

const factsOf = (of: ReadonlyMap<number, ErrorCount>, name: Fact): Fact[] =>
  [...of].map(([code, c]) => ({
    ...name,
    ERROR_NUMBER: code,
    ERROR_MESSAGE: c.message,
    ERROR_COUNT: c.errors,
    WARNING_COUNT: c.warnings,
    FIRST_SEEN: c.first,
    LAST_SEEN: c.last,
  }));

export function registerServerTables(core: EngineCore): void {
  const provide = (name: string, facts: (session: Session) => readonly Fact[]): void => {
    const { columns } = findVirtualTable('information_schema', name)!;
    core.virtualProviders.set(name, (session) => facts(session).map((f) => factRow(columns, f, session)));
  };
  const { clientErrors } = core;
  const guarded =
    (facts: () => Fact[]) =>
    (session: Session): Fact[] => {
      session.privileges.requireGlobal('PROCESS');
      return facts();
    };
  provide(
    'client_errors_summary_global',
    guarded(() => clientErrors.facts()),
  );
  provide('client_errors_summary_by_user', (session) => {
    const all = session.privileges.has('PROCESS', null, null);
    return clientErrors.userFacts().filter((f) => all || f['USER'] === session.connection.user);
  });
  provide(
    'client_errors_summary_by_host',
    guarded(() => clientErrors.hostFacts()),
  );
}
