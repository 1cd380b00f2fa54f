/** What is to be known of a key at commit, beside its value. */
export const KeyFlag = {
  /** The key must not exist in the store. */
  PresumeNotExists: 1,
  /** Holds this transaction's pessimistic lock. */
  Locked: 2,
  /** Locked by FOR UPDATE in optimistic mode: checked at commit. */
  LockAtCommit: 4,
  /** A pessimistic lock has proved that the key did not exist when it was locked. */
  NewlyInserted: 8,
  /** Before the first write of the key the store has a value of it, or none. */
  AssertExist: 16,
  AssertNotExist: 32,
} as const;

export const ASSERTIONS = KeyFlag.AssertExist | KeyFlag.AssertNotExist;

/** Flags that a stage's rollback leaves: locks stay. */
export const LOCK_FLAGS = KeyFlag.Locked | KeyFlag.LockAtCommit | KeyFlag.NewlyInserted;

/** A key written or locked by a transaction. `value`: bytes, null = deleted, undefined = only locked, or its write was rolled back. */
export interface WriteEntry {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null | undefined;
  readonly flags: number;
  /** The value as it was before stage `before` began. */
  valueBefore(before: number): Uint8Array | null | undefined;
}
