/** What a node counts for SHOW STATUS and tells the others. */
export interface NodeCounts {
  readonly questions: number;
  readonly slowQueries: number;
  readonly failed: number;
  readonly connections: number;
  readonly mostSessions: number;
  readonly sessions: number;
  readonly running: number;
  /** Statements by kind. */
  readonly commands: Readonly<Record<string, number>>;
}

/** Counts of several nodes in one; the most sessions may have been at different times. */
export function sumOfCounts(nodes: Iterable<NodeCounts>): NodeCounts {
  const sum = {
    questions: 0,
    slowQueries: 0,
    failed: 0,
    connections: 0,
    mostSessions: 0,
    sessions: 0,
    running: 0,
  };
  const commands: Record<string, number> = {};
  for (const n of nodes) {
    for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += n[key];
    for (const [kind, count] of Object.entries(n.commands)) commands[kind] = (commands[kind] ?? 0) + count;
  }
  return { ...sum, commands };
}
