import { andThen } from '../executor/operator.js';
import type { Awaitable } from '../types/awaitable.js';

/** Ids that a statement was given: what it has told its client stays true when it is run again. */
export class StatementIds {
  private readonly given: { readonly count: number; readonly first: number | bigint }[] = [];
  private next = 0;
  private replays = false;

  constructor(
    /** LAST_INSERT_ID() as the statement found it. */
    readonly lastInsertId: number | bigint,
  ) {}

  allocate(count: number, make: () => Awaitable<number | bigint>): Awaitable<number | bigint> {
    const known = this.given[this.next];
    // Where it now wants more than it did, it gets new ones.
    if (this.replays && known?.count === count) {
      this.next++;
      return known.first;
    }
    return andThen(make(), (first) => {
      if (!this.replays) this.given.push({ count, first });
      return first;
    });
  }

  /** The statement is run again. */
  rewind(): void {
    this.replays = true;
    this.next = 0;
  }
}
