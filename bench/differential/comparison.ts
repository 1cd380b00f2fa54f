import { BenchServer } from '../oltp/servers.js';
import { knownDifference, type KnownDifference } from './known-difference.js';
import { Side, type Answer } from './side.js';

/** Both servers with the same rows, and what was found out about them so far. */
export class Comparison {
  compared = 0;
  different = 0;
  private readonly known = new Map<string, number>();

  constructor(
    readonly ours: Side,
    readonly theirs: Side,
    private readonly rules: readonly KnownDifference[],
  ) {}

  both(sql: string): Promise<[Answer, Answer]> {
    return Promise.all([this.ours.run(sql), this.theirs.run(sql)]);
  }

  /** A statement that neither may refuse. */
  async must(sql: string): Promise<void> {
    for (const r of await this.both(sql)) if (r.error !== null) throw new Error(`${sql}: ${r.error.message}`);
  }

  async setMode(mode: string): Promise<void> {
    await this.ours.setMode(mode);
    await this.theirs.setMode(mode);
  }

  /** Counts a difference; true when it is one that is not known. */
  isNew(sql: string, a: Answer, b: Answer): boolean {
    const rule = knownDifference(this.rules, sql, a, b);
    if (rule === null) this.different++;
    else this.known.set(rule.why, (this.known.get(rule.why) ?? 0) + 1);
    return rule === null;
  }

  summary(): string {
    const lines = [...this.known].map(([why, n]) => `  known, ${n}: ${why}`);
    return [`\n${this.compared} compared, ${this.different} different`, ...lines].join('\n');
  }
}

/** Where servers run already; those without a port are started, and removed at the end. */
export interface Ports {
  readonly rutile?: string | undefined;
  readonly mariadb?: string | undefined;
}

/** Runs a comparison over a database made anew on each server; exit code 1 when there were differences that are not known. */
export async function compareServers(
  ports: Ports,
  database: string,
  schema: string,
  rules: readonly KnownDifference[],
  run: (comparison: Comparison) => Promise<void>,
): Promise<void> {
  const rutile = ports.rutile === undefined ? await BenchServer.rutile([]) : null;
  const mariadb = ports.mariadb === undefined ? await BenchServer.mariadb([]) : null;
  try {
    const comparison = new Comparison(
      await Side.connect(rutile?.port ?? Number(ports.rutile), false, database, schema),
      await Side.connect(mariadb?.port ?? Number(ports.mariadb), true, database, schema),
      rules,
    );
    await run(comparison);
    console.log(comparison.summary());
    await comparison.ours.end();
    await comparison.theirs.end();
    process.exitCode = comparison.different > 0 ? 1 : 0;
  } finally {
    await rutile?.remove();
    await mariadb?.remove();
  }
}
