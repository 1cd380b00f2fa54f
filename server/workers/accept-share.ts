import type { Server } from 'node:net';

/** Instead of a number of clients: the worker has ended, and its successor does not accept yet. */
const AWAY = -1;

/** Clients of each worker, by its index, in memory that all workers share. */
export class ConnectionCounts {
  private readonly counts: Int32Array;

  constructor(
    readonly buffer: SharedArrayBuffer,
    readonly index: number,
  ) {
    this.counts = new Int32Array(buffer);
  }

  static create(workers: number): SharedArrayBuffer {
    return new SharedArrayBuffer(workers * 4);
  }

  add(n: number): void {
    Atomics.add(this.counts, this.index, n);
  }

  /** This worker accepts clients from now on, of which it has none. */
  arrive(): void {
    Atomics.store(this.counts, this.index, 0);
  }

  /** A worker has ended, and its clients with it. */
  static leave(buffer: SharedArrayBuffer, index: number): void {
    Atomics.store(new Int32Array(buffer), index, AWAY);
  }

  get total(): number {
    let n = 0;
    for (let i = 0; i < this.counts.length; i++) n += Math.max(0, Atomics.load(this.counts, i));
    return n;
  }

  /** Whether no worker has fewer clients than this one. */
  get isLeast(): boolean {
    const own = Atomics.load(this.counts, this.index);
    for (let i = 0; i < this.counts.length; i++) {
      const n = Atomics.load(this.counts, i);
      if (n !== AWAY && n < own) return false;
    }
    return true;
  }
}

/** What a listening handle of Node does beyond its typings. */
interface ListenHandle {
  listen(backlog: number): number;
  readStart(): number;
  readStop(): number;
}

const BACKLOG = 4096;

/**
 * A listening socket that several threads accept from. The kernel gives a new connection to whoever asks first, which is no
 * balance at all; so only those with the fewest clients ask. Asking stops with the handle's read interest, which a stream gives up in
 * `readStop`, and starts with `listen`, which on a socket that listens already only takes the interest up again.
 */
export class AcceptGate {
  private open = true;

  constructor(private readonly server: Server) {}

  set(open: boolean): void {
    if (open === this.open) return;
    const handle = (this.server as unknown as { readonly _handle: ListenHandle | null })._handle;
    if (handle === null) return;
    this.open = open;
    if (open) {
      handle.listen(BACKLOG);
    } else {
      handle.readStart();
      handle.readStop();
    }
  }
}
