import type { Session } from '../session.js';
import type { NodeCounts } from './counts.js';

/** Where the values of SHOW STATUS come from. */
export interface StatusSource {
  readonly session: Session;
  /** What all nodes have counted. */
  readonly nodes: NodeCounts;
  /** Of the session, or of all nodes for SHOW GLOBAL STATUS. */
  /** At a place of `Count`, or one of `Work` behind FIRST_WORK. */
  count(place: number): number;
  command(place: number): number;
}

/** A status variable (MySQL manual, "Server Status Variables"). */
export interface StatusVariable {
  readonly name: string;
  /** Both: SHOW STATUS gives the session's value. */
  readonly scope: 'global' | 'session' | 'both';
  readonly doc: string;
  readonly value: (source: StatusSource) => string | number;
}

const byName = new Map<string, StatusVariable>();

export function defineStatus(variable: StatusVariable): void {
  if (byName.has(variable.name)) throw new Error(`two status variables ${variable.name}`);
  byName.set(variable.name, variable);
}

/** In the order of their names. */
export function allStatusVariables(): readonly StatusVariable[] {
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
