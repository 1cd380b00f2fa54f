/** Deadlocks kept (TiDB's pessimistic-txn.deadlock-history-capacity). */
const CAPACITY = 10;

/** One wait of a ring. */
export interface DeadlockWait {
  readonly waiter: bigint;
  readonly holder: bigint;
  readonly key: Uint8Array;
  /** The statement that waited; null when its session has gone on, or is elsewhere and has not been asked. */
  sql: string | null;
  /** Of that statement, hexadecimal, where a cluster tells it; else ''. */
  readonly digest: string;
}

export interface Deadlock {
  readonly id: number;
  /** Microseconds since the epoch. */
  readonly occurredAt: number;
  readonly waits: readonly DeadlockWait[];
}

/** The last deadlocks that statements of this node ran into, oldest first. */
export class DeadlockHistory {
  private readonly kept: Deadlock[] = [];
  private nextId = 1;

  add(waits: readonly DeadlockWait[]): void {
    this.kept.push({ id: this.nextId++, occurredAt: Date.now() * 1000, waits });
    if (this.kept.length > CAPACITY) this.kept.shift();
  }

  list(): readonly Deadlock[] {
    return this.kept;
  }
}
