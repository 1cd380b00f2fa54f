import type { ParsedStatement, Statement } from '../../parser/ast/index.js';
import { hintsOf } from '../statement-hints.js';
import { COMMAND_PLACE, countedAs } from '../status/commands.js';
import { FIRST_COMMAND } from '../status/counts.js';
import {
  handlerOf,
  needsOf,
  type StatementHandler,
  type StatementKind,
  type TransactionNeed,
} from './statement-handler.js';

/**
 * What follows from a statement's text alone about how it is run, found out once for all executions. Statements of all kinds have it in one
 * form: code that asks the statements themselves, which have many, would look up where the answer lies each time.
 */
export interface StatementTraits {
  readonly stmt: Statement;
  readonly kind: StatementKind;
  readonly run: StatementHandler['run'];
  readonly implicitCommit: StatementHandler['implicitCommit'];
  readonly changesSchema: boolean;
  readonly writes: boolean;
  readonly needs: TransactionNeed;
  readonly keepsDiagnostics: boolean;
  /** Where its kind is counted; -1: nowhere. */
  readonly counted: number;
  /** IGNORE. */
  readonly lenient: boolean;
  readonly hinted: boolean;
  /** A query, which max_execution_time is for. */
  readonly limited: boolean;
}

export function traitsOf(parsed: ParsedStatement): StatementTraits {
  const known = parsed.traits as StatementTraits | undefined;
  // Copies of a parsed statement may have another part of it in its place.
  if (known !== undefined && known.stmt === parsed.stmt) return known;
  const traits = analyzed(parsed.stmt);
  parsed.traits = traits;
  return traits;
}

function analyzed(stmt: Statement): StatementTraits {
  const { kind } = stmt;
  const handler = handlerOf(kind);
  const place = COMMAND_PLACE[countedAs(stmt)];
  return {
    stmt,
    kind,
    run: handler.run,
    implicitCommit: handler.implicitCommit,
    changesSchema: handler.changesSchema === true,
    writes: handler.writes === true,
    needs: needsOf(stmt),
    keepsDiagnostics: handler.keepsDiagnostics?.(stmt) ?? false,
    counted: place === undefined ? -1 : FIRST_COMMAND + place,
    lenient: 'ignore' in stmt && stmt.ignore === true,
    hinted: hintsOf(stmt).length > 0,
    limited: kind === 'Select' || kind === 'SetOperation',
  };
}
