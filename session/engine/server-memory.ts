import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { MysqlError } from '../../types/error.js';
import type { StatementMemory } from '../statement-memory.js';

/** What a statement's account asks of its session when it is exceeded. */
export interface MemoryLimits {
  /** tidb_mem_oom_action. */
  memoryAction(): string;
  /** 8175, 8176. */
  memoryExceeded(error: 'ER_QUERY_MEM_EXCEEDED' | 'ER_SERVER_MEM_EXCEEDED'): MysqlError;
  logMemoryExceeded(held: number): void;
}

const PAGE_BYTES = 4096;
const SAMPLE_MS = 50;

/**
 * tidb_server_memory_limit: when the process uses more, the statement that holds most gives way (TiDB manual, "Configure the
 * memory usage threshold of a tidb-server instance").
 */
export class ServerMemory {
  /** Bytes by which a statement grows between two looks at the process. */
  readonly step = 8 << 20;
  private readonly statements = new Set<StatementMemory>();
  private used = 0;
  private sampledAt = -Infinity;
  private limitText = '';
  private limit = 0;

  constructor(private readonly variable: (name: string) => string) {}

  enter(statement: StatementMemory): void {
    this.statements.add(statement);
  }

  leave(statement: StatementMemory): void {
    this.statements.delete(statement);
  }

  /** Whether the limit is passed, and `statement` holds most and enough to be the reason. */
  isLargest(statement: StatementMemory): boolean {
    const text = this.variable('tidb_server_memory_limit');
    if (text !== this.limitText) {
      this.limitText = text;
      this.limit = memoryLimit(text);
    }
    if (this.limit === 0 || this.usage() <= this.limit) return false;
    if (statement.bytes < Number(this.variable('tidb_server_memory_limit_sess_min_size'))) return false;
    for (const s of this.statements) if (s.bytes > statement.bytes) return false;
    return true;
  }

  private usage(): number {
    const now = performance.now();
    if (now - this.sampledAt > SAMPLE_MS) {
      this.sampledAt = now;
      this.used = privateBytes();
    }
    return this.used;
  }
}

/** Bytes of memory that are the process's own: pages of mapped files, which the system takes back when it wants to, aside. */
function privateBytes(): number {
  try {
    const [, resident, shared] = readFileSync('/proc/self/statm', 'latin1').split(' ');
    return (Number(resident) - Number(shared)) * PAGE_BYTES;
  } catch {
    return process.memoryUsage.rss();
  }
}

const UNITS: Readonly<Record<string, number>> = { '': 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 };

/** Bytes of '80%' (of the machine's memory), '512MB' or a plain number; 0 = no limit, NaN = not a limit. */
export function memoryLimit(text: string): number {
  const share = /^\s*(\d+)\s*%\s*$/.exec(text);
  if (share !== null) {
    const percent = Number(share[1]);
    return percent >= 1 && percent <= 99 ? Math.floor((totalmem() * percent) / 100) : NaN;
  }
  const size = /^\s*(\d+)\s*([kmgt]b)?\s*$/i.exec(text);
  return size === null ? NaN : Number(size[1]) * UNITS[(size[2] ?? '').toLowerCase()]!;
}
