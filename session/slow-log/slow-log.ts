import { readFile } from 'node:fs/promises';
import type { GlobalVariables } from '../variables/variable-store.js';
import type { AppendFile } from './append-file.js';
import { formatEntry } from './slow-log-format.js';
import type { SlowQuery } from './slow-query.js';

/** The latest statements, which ADMIN SHOW SLOW looks at. */
const KEPT = 500;

/** The slow query log: statements that took longer than tidb_slow_log_threshold, in a file of TiDB's format, and the last ones in memory. */
export class SlowLog {
  private readonly kept: SlowQuery[] = [];
  /** Milliseconds from which a statement is logged. */
  threshold = Infinity;
  /** Null: only in memory. */
  file: AppendFile | null = null;

  constructor(globals: GlobalVariables) {
    const update = (): void => {
      const on = globals.get('tidb_enable_slow_log') === 'ON';
      this.threshold = on ? Number(globals.get('tidb_slow_log_threshold')) : Infinity;
    };
    globals.onChange('tidb_enable_slow_log', update);
    globals.onChange('tidb_slow_log_threshold', update);
  }

  add(query: SlowQuery): void {
    if (this.kept.length === KEPT) this.kept.shift();
    this.kept.push(query);
    this.file?.add(formatEntry(query));
  }

  /** What the log holds, or another file. Throws the system's error for a file that cannot be read. */
  text(path: string): Promise<string> {
    if (path !== '' && path !== this.file?.path) return readFile(path, 'utf8');
    return this.file?.text() ?? Promise.resolve(this.kept.map(formatEntry).join(''));
  }

  /** ADMIN SHOW SLOW: the last ones, or those that took longest. */
  admin(kind: 'RECENT' | 'TOP', scope: 'DEFAULT' | 'INTERNAL' | 'ALL', count: number): readonly SlowQuery[] {
    const wanted = this.kept.filter(
      (q) => scope === 'ALL' || kind === 'RECENT' || q.internal === (scope === 'INTERNAL'),
    );
    const ordered = kind === 'RECENT' ? wanted.reverse() : wanted.sort((a, b) => b.ms - a.ms);
    return ordered.slice(0, count);
  }
}
