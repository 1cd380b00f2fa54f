import { status } from '@grpc/grpc-js';
import type { Awaitable } from '../../../types/awaitable.js';
import type { EmbeddedStore } from '../../embedded/engine.js';
import { maxStart, minEnd } from '../../client/router.js';
import type * as rpc from '../../rpc.js';
import type * as cop from '../generated/coprocessor.js';
import type * as pb from '../generated/kvrpcpb.js';
import type { BatchCommandsRequestRequest, BatchCommandsResponseResponseInit } from '../generated/tikvpb.js';
import { PessimisticLockKeyResultType, PessimisticLockWakeUpMode } from '../generated/kvrpcpb.js';
import { mutationFromWire, type CommandTag } from '../translate/commands.js';
import { contextFromWire } from '../translate/context.js';
import { keyErrorToWire, lockToWire } from '../translate/key-error.js';
import { ACTIONS, ASSERTION_LEVELS, PESSIMISTIC_ACTIONS } from '../translate/names.js';
import type { DurabilityGate } from './durability-gate.js';
import { RegionCheck, isRegion } from './region-check.js';
import type { Region, RegionTable } from './region-table.js';
import { RpcError } from './rpc-error.js';

/** A command's number, request and response. */
export type RequestCase = NonNullable<BatchCommandsRequestRequest['cmd']>;
export type ResponseCase = NonNullable<BatchCommandsResponseResponseInit['cmd']>;
type WireRequest<T extends CommandTag> = Extract<RequestCase, { tag: T }>['value'];
type WireResponse<T extends CommandTag> = Extract<ResponseCase, { tag: T }>['value'];

type Handler<T extends CommandTag> = (req: WireRequest<T>, region: Region) => Awaitable<WireResponse<T>>;

/** How one command is served once its region is found to be right. */
interface Served<T extends CommandTag> {
  /** Keys that must lie in the region. */
  readonly keys: ((req: WireRequest<T>) => readonly Uint8Array[]) | null;
  readonly handle: Handler<T>;
}

/**
 * Evaluates coprocessor requests, whose `data` is a tipb message: registered by the entry point, since evaluation lives above kv/. The
 * ranges lie in the region. Errors of the request are `otherError`, a lock in the way is `locked`.
 */
export type WireCoprocessor = (req: cop.Request, store: EmbeddedStore) => Awaitable<cop.ResponseInit>;

/** What serving a command takes. */
export interface CommandContext {
  readonly store: EmbeddedStore;
  readonly regions: RegionTable;
  readonly gate: DurabilityGate;
  readonly coprocessor: WireCoprocessor | null;
  readonly clusterId: bigint;
  /** Versions that nothing may read any more may be collected. */
  collect(safePoint: bigint): Promise<void>;
}

/** Commands of a flashback, which alone may enter a region that is prepared for one. */
const FLASHBACK = 35;
const PREPARE_FLASHBACK = 36;

const NO_KEYS = null;
const NO_ERRORS: readonly pb.KeyErrorInit[] = [];

const errorsToWire = (errors: readonly rpc.KeyError[]): readonly pb.KeyErrorInit[] =>
  errors.length === 0 ? NO_ERRORS : errors.map(keyErrorToWire);

const firstError = (errors: readonly rpc.KeyError[]): pb.KeyErrorInit | undefined =>
  errors.length === 0 ? undefined : keyErrorToWire(errors[0]!);

/** The store's disk is full, or the store is closing. */
const storeError = (e: rpc.RegionError | undefined): { message: string; diskFull?: object } | undefined =>
  e === undefined
    ? undefined
    : e.kind === 'diskFull'
      ? { message: 'disk full', diskFull: {} }
      : { message: e.kind };

const pairToWire = (p: rpc.KvPair): pb.KvPairInit => ({ key: p.key, value: p.value });

function then<A, B>(value: Awaitable<A>, next: (a: A) => B): Awaitable<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}

/** The commands of the Tikv service that BatchCommands carries, over the embedded store. */
export function commandTable(c: CommandContext): { readonly [T in CommandTag]?: Served<T> } {
  const { store } = c;
  return {
    1: {
      keys: (req) => [req.key],
      handle: (req) => {
        const res = store.get({ context: contextFromWire(req.context!), key: req.key, version: req.version });
        if (res.error !== undefined) return { error: keyErrorToWire(res.error) };
        // The value is a view that holds until the next call into the store.
        return res.value === undefined
          ? { notFound: true }
          : { value: Uint8Array.prototype.slice.call(res.value) };
      },
    },
    2: {
      keys: NO_KEYS,
      handle: (req, region) => {
        const [low, high] = req.reverse ? [req.endKey, req.startKey] : [req.startKey, req.endKey];
        const res = store.scan({
          context: contextFromWire(req.context!),
          startKey: maxStart(low, region.startKey),
          endKey: minEnd(high, region.endKey),
          limit: req.sampleStep > 1 ? req.limit * req.sampleStep : req.limit,
          version: req.version,
          keyOnly: req.keyOnly,
          reverse: req.reverse,
        });
        if (res.error !== undefined) return { error: keyErrorToWire(res.error) };
        const pairs = req.sampleStep > 1 ? res.pairs.filter((_, i) => i % req.sampleStep === 0) : res.pairs;
        return { pairs: pairs.map(pairToWire) };
      },
    },
    3: {
      keys: (req) => req.mutations.map((m) => m.key),
      handle: (req) =>
        then(
          store.prewrite({
            context: contextFromWire(req.context!),
            mutations: req.mutations.map(mutationFromWire),
            primaryLock: req.primaryLock,
            startVersion: req.startVersion,
            lockTtl: req.lockTtl,
            txnSize: req.txnSize,
            // A transaction without a for-update timestamp is optimistic, whatever actions it names: client-go always names some.
            pessimisticActions:
              req.forUpdateTs === 0n
                ? undefined
                : req.mutations.map(
                    (_, i) =>
                      PESSIMISTIC_ACTIONS.names[req.pessimisticActions[i] ?? 0] ?? 'skipPessimisticCheck',
                  ),
            forUpdateTs: req.forUpdateTs === 0n ? undefined : req.forUpdateTs,
            minCommitTs: req.minCommitTs,
            maxCommitTs: req.maxCommitTs,
            useAsyncCommit: req.useAsyncCommit,
            secondaries: req.secondaries,
            lockedAt: req.forUpdateTsConstraints.map((f) => ({
              index: f.index,
              forUpdateTs: f.expectedForUpdateTs,
            })),
            tryOnePc: req.tryOnePc,
            assertionLevel: ASSERTION_LEVELS.names[req.assertionLevel] ?? 'off',
          }),
          (res) => ({
            regionError: storeError(res.regionError),
            errors: errorsToWire(res.errors),
            minCommitTs: res.minCommitTs,
            onePcCommitTs: res.onePcCommitTs,
          }),
        ),
    },
    4: {
      keys: (req) => req.keys,
      handle: (req) =>
        then(
          store.commit({
            context: contextFromWire(req.context!),
            startVersion: req.startVersion,
            keys: req.keys,
            commitVersion: req.commitVersion,
          }),
          (res) => ({
            regionError: storeError(res.regionError),
            error: res.error === undefined ? undefined : keyErrorToWire(res.error),
            commitVersion: res.commitVersion,
          }),
        ),
    },
    6: { keys: (req) => [req.key], handle: (req) => cleanup(store, req) },
    7: {
      keys: (req) => req.keys,
      handle: (req) => {
        const res = store.batchGet({
          context: contextFromWire(req.context!),
          keys: req.keys,
          version: req.version,
        });
        if (res.error !== undefined) return { error: keyErrorToWire(res.error) };
        return { pairs: res.pairs.map(pairToWire) };
      },
    },
    8: {
      keys: (req) => req.keys,
      handle: (req) =>
        then(
          store.batchRollback({
            context: contextFromWire(req.context!),
            startVersion: req.startVersion,
            keys: req.keys,
          }),
          (res) => ({ regionError: storeError(res.regionError), error: firstError(res.errors) }),
        ),
    },
    9: {
      keys: NO_KEYS,
      handle: (req, region) => {
        const res = store.scanLock({
          context: contextFromWire(req.context!),
          maxVersion: req.maxVersion,
          startKey: maxStart(req.startKey, region.startKey),
          endKey: minEnd(req.endKey, region.endKey),
          limit: req.limit,
        });
        return { locks: res.locks.map(lockToWire) };
      },
    },
    10: {
      keys: (req) => req.keys,
      handle: async (req) => {
        const txns =
          req.txnInfos.length > 0 ? req.txnInfos : [{ txn: req.startVersion, status: req.commitVersion }];
        for (const t of txns) {
          const res = await store.resolveLock({
            context: contextFromWire(req.context!),
            startVersion: t.txn,
            commitVersion: t.status,
            keys: req.keys,
          });
          if (res.regionError !== undefined) return { regionError: storeError(res.regionError) };
          if (res.errors.length > 0) return { error: firstError(res.errors) };
        }
        return {};
      },
    },
    11: {
      keys: NO_KEYS,
      handle: async (req) => {
        await c.collect(req.safePoint);
        return {};
      },
    },
    12: {
      keys: NO_KEYS,
      handle: async (req, region) => {
        if (req.notifyOnly) return {};
        const res = await store.deleteRange({
          context: contextFromWire(req.context!),
          startKey: maxStart(req.startKey, region.startKey),
          endKey: minEnd(req.endKey, region.endKey),
        });
        const e = res.errors[0];
        return { error: e === undefined ? '' : e.kind === 'abort' ? e.message : e.kind };
      },
    },
    22: {
      keys: (req) => req.ranges.map((r) => r.start),
      handle: (req) =>
        c.coprocessor === null
          ? { otherError: `coprocessor requests of type ${req.tp} are not served` }
          : c.coprocessor(req, store),
    },
    23: {
      keys: (req) => req.mutations.map((m) => m.key),
      handle: (req) => pessimisticLock(store, req),
    },
    24: {
      keys: (req) => req.keys,
      handle: (req) => {
        const res = store.pessimisticRollback({
          context: contextFromWire(req.context!),
          startVersion: req.startVersion,
          forUpdateTs: req.forUpdateTs,
          keys: req.keys,
        });
        return { errors: errorsToWire(res.errors) };
      },
    },
    25: {
      keys: (req) => [req.primaryKey],
      handle: (req) =>
        then(
          store.checkTxnStatus({
            context: contextFromWire(req.context!),
            primaryKey: req.primaryKey,
            lockTs: req.lockTs,
            callerStartTs: req.callerStartTs,
            currentTs: req.currentTs,
            rollbackIfNotExist: req.rollbackIfNotExist,
            forceSyncCommit: req.forceSyncCommit,
            resolvingPessimisticLock: req.resolvingPessimisticLock,
          }),
          (res) => ({
            regionError: storeError(res.regionError),
            error: res.error === undefined ? undefined : keyErrorToWire(res.error),
            lockTtl: res.lockTtl,
            commitVersion: res.commitVersion,
            action: ACTIONS.numbers[res.action],
            lockInfo: res.lockInfo === undefined ? undefined : lockToWire(res.lockInfo),
          }),
        ),
    },
    26: {
      keys: (req) => [req.primaryLock],
      handle: (req) =>
        then(
          store.txnHeartBeat({
            context: contextFromWire(req.context!),
            primaryLock: req.primaryLock,
            startVersion: req.startVersion,
            adviseLockTtl: req.adviseLockTtl,
          }),
          (res) => ({
            regionError: storeError(res.regionError),
            error: res.error === undefined ? undefined : keyErrorToWire(res.error),
            lockTtl: res.lockTtl,
          }),
        ),
    },
    // Closes the region, so that nothing moves under the second phase.
    [PREPARE_FLASHBACK]: {
      keys: NO_KEYS,
      handle: (req, region) => {
        const { flashbackStartTs } = region;
        if (flashbackStartTs !== 0n && flashbackStartTs !== req.startTs) {
          const flashbackInProgress = { regionId: region.id, flashbackStartTs };
          return { regionError: { message: 'another flashback is in progress', flashbackInProgress } };
        }
        c.regions.setFlashback(region, req.startTs);
        return {};
      },
    },
    [FLASHBACK]: {
      keys: NO_KEYS,
      handle: async (req, region) => {
        if (region.flashbackStartTs !== req.startTs) {
          const flashbackNotPrepared = { regionId: region.id };
          return { regionError: { message: 'the region is not prepared', flashbackNotPrepared } };
        }
        if (req.commitTs <= req.startTs || req.version >= req.startTs)
          return { error: 'version < start_ts < commit_ts does not hold' };
        await store.flashback({
          context: contextFromWire(req.context!),
          startKey: maxStart(req.startKey, region.startKey),
          endKey: minEnd(req.endKey, region.endKey),
          version: req.version,
          startTs: req.startTs,
          commitTs: req.commitTs,
        });
        c.regions.setFlashback(region, 0n);
        return {};
      },
    },
    33: {
      keys: (req) => req.keys,
      handle: (req) =>
        then(
          store.checkSecondaryLocks({
            context: contextFromWire(req.context!),
            keys: req.keys,
            startVersion: req.startVersion,
          }),
          (res) => ({
            regionError: storeError(res.regionError),
            error: res.error === undefined ? undefined : keyErrorToWire(res.error),
            locks: res.locks.map(lockToWire),
            commitTs: res.commitTs,
          }),
        ),
    },
  };
}

/** Rolls one key back, or says that it is committed. A lock that lives on is answered (KvCleanup). */
async function cleanup(store: EmbeddedStore, req: pb.CleanupRequest): Promise<pb.CleanupResponseInit> {
  const context = contextFromWire(req.context!);
  if (req.currentTs !== 0n) {
    const { locks } = store.scanLock({
      context,
      maxVersion: req.startVersion,
      startKey: req.key,
      endKey: Uint8Array.of(...req.key, 0),
      limit: 1,
    });
    const lock = locks.find((l) => l.lockVersion === req.startVersion);
    if (lock !== undefined && (req.startVersion >> 18n) + BigInt(lock.lockTtl) >= req.currentTs >> 18n)
      return { error: { locked: lockToWire(lock) } };
  }
  const status = await store.checkTxnStatus({
    context,
    primaryKey: req.key,
    lockTs: req.startVersion,
    callerStartTs: 0n,
    currentTs: req.currentTs,
    rollbackIfNotExist: false,
  });
  if (status.commitVersion !== 0n) return { commitVersion: status.commitVersion };
  const res = await store.batchRollback({ context, startVersion: req.startVersion, keys: [req.key] });
  return { regionError: storeError(res.regionError), error: firstError(res.errors) };
}

function pessimisticLock(
  store: EmbeddedStore,
  req: pb.PessimisticLockRequest,
): Awaitable<pb.PessimisticLockResponseInit> {
  const forced = req.wakeUpMode === PessimisticLockWakeUpMode.WakeUpModeForceLock;
  if (forced && req.mutations.length > 1)
    return { errors: [{ abort: 'more than one key cannot be locked in spite of conflicts' }] };
  const locked = store.pessimisticLock({
    context: contextFromWire(req.context!),
    mutations: req.mutations.map(mutationFromWire),
    primaryLock: req.primaryLock,
    startVersion: req.startVersion,
    lockTtl: req.lockTtl,
    forUpdateTs: req.forUpdateTs,
    isFirstLock: req.isFirstLock,
    waitTimeout: req.waitTimeout,
    returnValues: req.returnValues || forced,
    checkExistence: req.checkExistence,
    lockOnlyIfExists: req.lockOnlyIfExists,
    minCommitTs: req.minCommitTs,
    newest: forced,
  });
  return then(locked, forced ? forcedLockToWire : (res) => lockResponseToWire(res, req.returnValues));
}

function lockResponseToWire(
  res: rpc.PessimisticLockResponse,
  withValues: boolean,
): pb.PessimisticLockResponseInit {
  if (res.errors.length > 0) return { errors: errorsToWire(res.errors) };
  return {
    values: withValues ? res.values?.map((v) => v ?? new Uint8Array(0)) : undefined,
    notFounds: res.notFounds,
  };
}

/** Of one key, which is locked in spite of newer versions: the answer tells of them. */
function forcedLockToWire({
  errors,
  values,
  lockedTs,
}: rpc.PessimisticLockResponse): pb.PessimisticLockResponseInit {
  if (errors.length > 0)
    return {
      errors: errorsToWire(errors),
      results: [{ type: PessimisticLockKeyResultType.LockResultFailed }],
    };
  const value = values?.[0] ?? null;
  const found = { value: value ?? undefined, existence: value !== null };
  return lockedTs === undefined
    ? { results: [{ type: PessimisticLockKeyResultType.LockResultNormal, ...found }] }
    : {
        results: [
          {
            type: PessimisticLockKeyResultType.LockResultLockedWithConflict,
            ...found,
            lockedWithConflictTs: lockedTs,
          },
        ],
      };
}

type TagsOf<Req> = {
  readonly [T in CommandTag]?: (req: WireRequest<T>) => Req;
};

/** Of which keys' commits an answer may tell; null: of any. */
const TOLD: TagsOf<readonly Uint8Array[] | null> = {
  1: (req) => [req.key],
  2: () => null,
  3: (req) => req.mutations.map((m) => m.key),
  4: (req) => req.keys,
  7: (req) => req.keys,
  22: () => null,
  23: (req) => req.mutations.map((m) => m.key),
  25: (req) => [req.primaryKey],
  33: (req) => req.keys,
};

/** Serves one command: the region's checks, then the store. */
export type CommandServer = <T extends CommandTag>(
  tag: T,
  request: WireRequest<T>,
) => Awaitable<WireResponse<T>>;

export function serveCommands(c: CommandContext, storeId: number): CommandServer {
  const table = commandTable(c);
  const check = new RegionCheck(c.regions, storeId);
  return <T extends CommandTag>(tag: T, request: WireRequest<T>): Awaitable<WireResponse<T>> => {
    const answer = (a: object): Awaitable<WireResponse<T>> => a as Awaitable<WireResponse<T>>;
    if (tag === 255) return answer({ testId: (request as { testId: bigint }).testId });
    const served = table[tag] as Served<T> | undefined;
    if (served === undefined)
      return answer({ regionError: { message: `command ${tag} is not served by this store` } });
    const context = (request as { context?: pb.Context }).context;
    const clusterId = context?.clusterId ?? 0n;
    if (clusterId !== 0n && clusterId !== c.clusterId)
      throw new RpcError(
        status.INVALID_ARGUMENT,
        `the request is for cluster ${clusterId}, this is ${c.clusterId}`,
      );
    const region = check.check(context, tag === FLASHBACK || tag === PREPARE_FLASHBACK);
    if (!isRegion(region)) return answer({ regionError: region });
    if (served.keys !== null) {
      const error = RegionCheck.keys(region, served.keys(request));
      if (error !== null) return answer({ regionError: error });
    }
    const told = TOLD[tag] as ((req: WireRequest<T>) => readonly Uint8Array[] | null) | undefined;
    const response = served.handle(request, region);
    if (told === undefined) return response;
    const kept = (r: WireResponse<T>): Awaitable<WireResponse<T>> => {
      const durable = c.gate.wait(told(request));
      return answer(durable === null ? (r as object) : durable.then(() => r as object));
    };
    return response instanceof Promise ? response.then(kept) : kept(response);
  };
}
