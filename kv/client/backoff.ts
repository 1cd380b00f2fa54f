import { mysqlError } from '../../types/error-table.js';
import type { ErrorSymbol } from '../../types/error-table.js';
import type { RegionError } from '../rpc.js';
import { interruptionOf } from './interruptible.js';

interface BackoffClass {
  /** First and greatest sleep in milliseconds. */
  readonly base: number;
  readonly cap: number;
  readonly jitter: 'none' | 'full' | 'equal';
  /** What the client sees when the budget is spent on this. */
  readonly error: ErrorSymbol;
}

/** Why a request is tried again, and how soon (client-go, config/retry). */
export const BACKOFFS = {
  tikvRPC: { base: 100, cap: 2000, jitter: 'equal', error: 'ER_TIKV_SERVER_TIMEOUT' },
  txnLock: { base: 100, cap: 3000, jitter: 'equal', error: 'ER_RESOLVE_LOCK_TIMEOUT' },
  txnLockFast: { base: 2, cap: 3000, jitter: 'equal', error: 'ER_RESOLVE_LOCK_TIMEOUT' },
  pdRPC: { base: 500, cap: 3000, jitter: 'equal', error: 'ER_PD_SERVER_TIMEOUT' },
  regionMiss: { base: 2, cap: 500, jitter: 'none', error: 'ER_REGION_UNAVAILABLE' },
  regionScheduling: { base: 2, cap: 500, jitter: 'none', error: 'ER_REGION_UNAVAILABLE' },
  updateLeader: { base: 1, cap: 10, jitter: 'none', error: 'ER_REGION_UNAVAILABLE' },
  serverBusy: { base: 2000, cap: 10_000, jitter: 'equal', error: 'ER_TIKV_SERVER_BUSY' },
  staleCommand: { base: 2, cap: 1000, jitter: 'none', error: 'ER_TIKV_STALE_COMMAND' },
  diskFull: { base: 500, cap: 5000, jitter: 'none', error: 'ER_TIKV_DISK_FULL' },
  txnNotFound: { base: 2, cap: 500, jitter: 'none', error: 'ER_RESOLVE_LOCK_TIMEOUT' },
  maxTsNotSynced: { base: 2, cap: 500, jitter: 'none', error: 'ER_TIKV_MAX_TIMESTAMP_NOT_SYNCED' },
  dataNotReady: { base: 2, cap: 2000, jitter: 'none', error: 'ER_REGION_UNAVAILABLE' },
  regionNotInitialized: { base: 2, cap: 1000, jitter: 'none', error: 'ER_REGION_UNAVAILABLE' },
  recoveryInProgress: { base: 100, cap: 10_000, jitter: 'equal', error: 'ER_REGION_UNAVAILABLE' },
  isWitness: { base: 1000, cap: 10_000, jitter: 'equal', error: 'ER_REGION_UNAVAILABLE' },
} as const satisfies Record<string, BackoffClass>;

export type BackoffName = keyof typeof BACKOFFS;

/** Budgets in milliseconds of one operation's sleeps (client-go). */
export const BackoffBudget = {
  get: 20_000,
  scan: 20_000,
  coprocessor: 20_000,
  prewrite: 40_000,
  commit: 40_000,
  cleanup: 20_000,
  flashback: 1_800_000,
  pessimisticLock: 40_000,
} as const;

/** Null: trying again does not help. */
const REGION_ERROR_CLASS: Record<RegionError['kind'], BackoffName | null> = {
  notLeader: 'updateLeader',
  regionNotFound: 'regionMiss',
  epochNotMatch: 'regionMiss',
  keyNotInRegion: 'regionMiss',
  serverIsBusy: 'serverBusy',
  staleCommand: 'staleCommand',
  storeNotMatch: 'regionMiss',
  mismatchPeerId: 'regionMiss',
  regionNotInitialized: 'regionNotInitialized',
  maxTimestampNotSynced: 'maxTsNotSynced',
  readIndexNotReady: 'regionScheduling',
  proposalInMergingMode: 'regionScheduling',
  dataIsNotReady: 'dataNotReady',
  diskFull: 'diskFull',
  recoveryInProgress: 'recoveryInProgress',
  isWitness: 'isWitness',
  bucketVersionNotMatch: 'regionMiss',
  raftEntryTooLarge: null,
  flashbackInProgress: null,
  flashbackNotPrepared: null,
  // What commits a transaction looks at it first (committer.ts); to repeat anything else does no harm.
  undeterminedResult: 'regionMiss',
  other: 'tikvRPC',
};

/** The region's leader lost its office, or its raft log, while the request was under way. */
export const mayHaveTakenPlace = ({ kind }: RegionError): boolean =>
  kind === 'undeterminedResult' || kind === 'staleCommand';

/** Sleeps between the attempts of one operation, growing per cause, within one budget. Made only when something failed. */
export class Backoffer {
  private readonly attempts = new Map<BackoffName, number>();
  private spent = 0;

  constructor(
    private readonly budget: number,
    private readonly signal?: AbortSignal,
  ) {}

  /** Sleeps for the class's next time, at most `atMost`; throws the class's error, of this `reason`, when the budget is spent. */
  async sleep(name: BackoffName, atMost = Infinity, reason = ''): Promise<void> {
    const c: BackoffClass = BACKOFFS[name];
    const n = this.attempts.get(name) ?? 0;
    this.attempts.set(name, n + 1);
    const full = Math.min(c.cap, c.base * 2 ** n);
    let ms = full;
    if (c.jitter === 'full') ms = Math.random() * full;
    else if (c.jitter === 'equal') ms = full / 2 + (Math.random() * full) / 2;
    ms = Math.min(ms, atMost);
    if (this.spent + ms > this.budget) throw mysqlError(c.error, reason);
    this.spent += ms;
    await delay(ms, this.signal);
  }

  regionError(e: RegionError): Promise<void> {
    const name = REGION_ERROR_CLASS[e.kind];
    if (name === null) return Promise.reject(fatalRegionError(e));
    // A region whose leader is not known yet is electing one.
    if (e.kind === 'notLeader' && e.leaderStoreId === undefined) return this.sleep('regionScheduling');
    if (e.kind === 'diskFull') return this.sleep(name, Infinity, e.reason);
    return this.sleep(name, e.kind === 'serverIsBusy' && e.backoffMs > 0 ? e.backoffMs : Infinity);
  }
}

function fatalRegionError(e: RegionError): Error {
  switch (e.kind) {
    case 'raftEntryTooLarge':
      return mysqlError('ER_TXN_TOO_LARGE', e.size);
    case 'flashbackInProgress':
      return mysqlError(
        'ER_UNKNOWN_ERROR',
        `region ${e.regionId} is in flashback progress, FlashbackStartTS is ${e.startTs}`,
      );
    case 'flashbackNotPrepared':
      return mysqlError('ER_UNKNOWN_ERROR', 'region is not prepared for the flashback');
    default:
      return new Error(e.kind);
  }
}

/** Waits; rejects when the statement is interrupted. */
function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) {
      reject(interruptionOf(signal));
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(interruptionOf(signal!));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
