// Written by `npm run protos` from kv/tikv/proto/kvrpcpb.proto.
import { NO_BYTES, NONE, codec, type Codec } from '../wire/codec.js';
import type { ProtoReader } from '../wire/proto-reader.js';
import type { ProtoWriter } from '../wire/proto-writer.js';
import * as deadlock from './deadlock.js';
import * as errorpb from './errorpb.js';
import * as metapb from './metapb.js';
import * as resource_manager from './resource_manager.js';
import * as tracepb from './tracepb.js';
export const PrewriteRequestPessimisticAction = {
  SKIP_PESSIMISTIC_CHECK: 0,
  DO_PESSIMISTIC_CHECK: 1,
  DO_CONSTRAINT_CHECK: 2,
} as const;
export const PessimisticLockWakeUpMode = { WakeUpModeNormal: 0, WakeUpModeForceLock: 1 } as const;
export const PessimisticLockKeyResultType = {
  LockResultNormal: 0,
  LockResultLockedWithConflict: 1,
  LockResultFailed: 2,
} as const;
export const APIVersion = { V1: 0, V1TTL: 1, V2: 2 } as const;
export const WriteConflictReason = {
  Unknown: 0,
  Optimistic: 1,
  PessimisticRetry: 2,
  SelfRolledBack: 3,
  RcCheckTs: 4,
  LazyUniquenessCheck: 5,
  NotLockedKeyConflict: 6,
} as const;
export const CommandPri = { Normal: 0, Low: 1, High: 2 } as const;
export const IsolationLevel = { SI: 0, RC: 1, RCCheckTS: 2 } as const;
export const DiskFullOpt = { NotAllowedOnFull: 0, AllowedOnAlmostFull: 1, AllowedOnAlreadyFull: 2 } as const;
export const Op = {
  Put: 0,
  Del: 1,
  Lock: 2,
  Rollback: 3,
  Insert: 4,
  PessimisticLock: 5,
  CheckNotExists: 6,
} as const;
export const Assertion = { None: 0, Exist: 1, NotExist: 2 } as const;
export const AssertionLevel = { Off: 0, Fast: 1, Strict: 2 } as const;
export const Action = {
  NoAction: 0,
  TTLExpireRollback: 1,
  LockNotExistRollback: 2,
  MinCommitTSPushed: 3,
  TTLExpirePessimisticRollback: 4,
  LockNotExistDoNothing: 5,
} as const;
export interface GetRequest {
  context: Context | undefined;
  key: Uint8Array;
  version: bigint;
}
export interface GetRequestInit {
  readonly context?: ContextInit | undefined;
  readonly key?: Uint8Array | undefined;
  readonly version?: bigint | undefined;
}
export function writeGetRequest(w: ProtoWriter, m: GetRequestInit): void {
  if (m.version !== undefined && m.version !== 0n) {
    w.u64(m.version);
    w.varint(24);
  }
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(18);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetRequest(r: ProtoReader, end: number): GetRequest {
  const m: GetRequest = { context: undefined, key: NO_BYTES, version: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 18:
        m.key = r.bytes();
        break;
      case 24:
        m.version = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetRequest: Codec<GetRequest, GetRequestInit> = codec(
  'kvrpcpb.GetRequest',
  readGetRequest,
  writeGetRequest,
);
export interface GetResponse {
  regionError: errorpb.Error | undefined;
  error: KeyError | undefined;
  value: Uint8Array;
  notFound: boolean;
  execDetailsV2: ExecDetailsV2 | undefined;
}
export interface GetResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: KeyErrorInit | undefined;
  readonly value?: Uint8Array | undefined;
  readonly notFound?: boolean | undefined;
  readonly execDetailsV2?: ExecDetailsV2Init | undefined;
}
export function writeGetResponse(w: ProtoWriter, m: GetResponseInit): void {
  if (m.execDetailsV2 !== undefined) {
    const at = w.written;
    writeExecDetailsV2(w, m.execDetailsV2);
    w.varint(w.written - at);
    w.varint(50);
  }
  if (m.notFound === true) {
    w.bool(m.notFound);
    w.varint(32);
  }
  if (m.value !== undefined && m.value.length > 0) {
    w.bytes(m.value);
    w.varint(26);
  }
  if (m.error !== undefined) {
    const at = w.written;
    writeKeyError(w, m.error);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetResponse(r: ProtoReader, end: number): GetResponse {
  const m: GetResponse = {
    regionError: undefined,
    error: undefined,
    value: NO_BYTES,
    notFound: false,
    execDetailsV2: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = readKeyError(r, r.end());
        break;
      case 26:
        m.value = r.bytes();
        break;
      case 32:
        m.notFound = r.bool();
        break;
      case 50:
        m.execDetailsV2 = readExecDetailsV2(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetResponse: Codec<GetResponse, GetResponseInit> = codec(
  'kvrpcpb.GetResponse',
  readGetResponse,
  writeGetResponse,
);
export interface ScanRequest {
  context: Context | undefined;
  startKey: Uint8Array;
  limit: number;
  version: bigint;
  keyOnly: boolean;
  reverse: boolean;
  endKey: Uint8Array;
  sampleStep: number;
}
export interface ScanRequestInit {
  readonly context?: ContextInit | undefined;
  readonly startKey?: Uint8Array | undefined;
  readonly limit?: number | undefined;
  readonly version?: bigint | undefined;
  readonly keyOnly?: boolean | undefined;
  readonly reverse?: boolean | undefined;
  readonly endKey?: Uint8Array | undefined;
  readonly sampleStep?: number | undefined;
}
export function writeScanRequest(w: ProtoWriter, m: ScanRequestInit): void {
  if (m.sampleStep !== undefined && m.sampleStep !== 0) {
    w.varint(m.sampleStep);
    w.varint(64);
  }
  if (m.endKey !== undefined && m.endKey.length > 0) {
    w.bytes(m.endKey);
    w.varint(58);
  }
  if (m.reverse === true) {
    w.bool(m.reverse);
    w.varint(48);
  }
  if (m.keyOnly === true) {
    w.bool(m.keyOnly);
    w.varint(40);
  }
  if (m.version !== undefined && m.version !== 0n) {
    w.u64(m.version);
    w.varint(32);
  }
  if (m.limit !== undefined && m.limit !== 0) {
    w.varint(m.limit);
    w.varint(24);
  }
  if (m.startKey !== undefined && m.startKey.length > 0) {
    w.bytes(m.startKey);
    w.varint(18);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readScanRequest(r: ProtoReader, end: number): ScanRequest {
  const m: ScanRequest = {
    context: undefined,
    startKey: NO_BYTES,
    limit: 0,
    version: 0n,
    keyOnly: false,
    reverse: false,
    endKey: NO_BYTES,
    sampleStep: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 18:
        m.startKey = r.bytes();
        break;
      case 24:
        m.limit = r.uint32();
        break;
      case 32:
        m.version = r.u64();
        break;
      case 40:
        m.keyOnly = r.bool();
        break;
      case 48:
        m.reverse = r.bool();
        break;
      case 58:
        m.endKey = r.bytes();
        break;
      case 64:
        m.sampleStep = r.uint32();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ScanRequest: Codec<ScanRequest, ScanRequestInit> = codec(
  'kvrpcpb.ScanRequest',
  readScanRequest,
  writeScanRequest,
);
export interface ScanResponse {
  regionError: errorpb.Error | undefined;
  pairs: readonly KvPair[];
  error: KeyError | undefined;
}
export interface ScanResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly pairs?: readonly KvPairInit[] | undefined;
  readonly error?: KeyErrorInit | undefined;
}
export function writeScanResponse(w: ProtoWriter, m: ScanResponseInit): void {
  if (m.error !== undefined) {
    const at = w.written;
    writeKeyError(w, m.error);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.pairs !== undefined && m.pairs.length > 0)
    for (let i = m.pairs.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeKvPair(w, m.pairs[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readScanResponse(r: ProtoReader, end: number): ScanResponse {
  const m: ScanResponse = { regionError: undefined, pairs: NONE, error: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        ((m.pairs === NONE ? (m.pairs = []) : m.pairs) as KvPair[]).push(readKvPair(r, r.end()));
        break;
      case 26:
        m.error = readKeyError(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ScanResponse: Codec<ScanResponse, ScanResponseInit> = codec(
  'kvrpcpb.ScanResponse',
  readScanResponse,
  writeScanResponse,
);
export interface PrewriteRequestForUpdateTSConstraint {
  index: number;
  expectedForUpdateTs: bigint;
}
export interface PrewriteRequestForUpdateTSConstraintInit {
  readonly index?: number | undefined;
  readonly expectedForUpdateTs?: bigint | undefined;
}
export function writePrewriteRequestForUpdateTSConstraint(
  w: ProtoWriter,
  m: PrewriteRequestForUpdateTSConstraintInit,
): void {
  if (m.expectedForUpdateTs !== undefined && m.expectedForUpdateTs !== 0n) {
    w.u64(m.expectedForUpdateTs);
    w.varint(16);
  }
  if (m.index !== undefined && m.index !== 0) {
    w.varint(m.index);
    w.varint(8);
  }
}
export function readPrewriteRequestForUpdateTSConstraint(
  r: ProtoReader,
  end: number,
): PrewriteRequestForUpdateTSConstraint {
  const m: PrewriteRequestForUpdateTSConstraint = { index: 0, expectedForUpdateTs: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.index = r.uint32();
        break;
      case 16:
        m.expectedForUpdateTs = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PrewriteRequestForUpdateTSConstraint: Codec<
  PrewriteRequestForUpdateTSConstraint,
  PrewriteRequestForUpdateTSConstraintInit
> = codec(
  'kvrpcpb.PrewriteRequest.ForUpdateTSConstraint',
  readPrewriteRequestForUpdateTSConstraint,
  writePrewriteRequestForUpdateTSConstraint,
);
export interface PrewriteRequest {
  context: Context | undefined;
  mutations: readonly Mutation[];
  primaryLock: Uint8Array;
  startVersion: bigint;
  lockTtl: number;
  skipConstraintCheck: boolean;
  pessimisticActions: readonly number[];
  txnSize: number;
  forUpdateTs: bigint;
  minCommitTs: bigint;
  useAsyncCommit: boolean;
  secondaries: readonly Uint8Array[];
  tryOnePc: boolean;
  maxCommitTs: bigint;
  assertionLevel: number;
  forUpdateTsConstraints: readonly PrewriteRequestForUpdateTSConstraint[];
}
export interface PrewriteRequestInit {
  readonly context?: ContextInit | undefined;
  readonly mutations?: readonly MutationInit[] | undefined;
  readonly primaryLock?: Uint8Array | undefined;
  readonly startVersion?: bigint | undefined;
  readonly lockTtl?: number | undefined;
  readonly skipConstraintCheck?: boolean | undefined;
  readonly pessimisticActions?: readonly number[] | undefined;
  readonly txnSize?: number | undefined;
  readonly forUpdateTs?: bigint | undefined;
  readonly minCommitTs?: bigint | undefined;
  readonly useAsyncCommit?: boolean | undefined;
  readonly secondaries?: readonly Uint8Array[] | undefined;
  readonly tryOnePc?: boolean | undefined;
  readonly maxCommitTs?: bigint | undefined;
  readonly assertionLevel?: number | undefined;
  readonly forUpdateTsConstraints?: readonly PrewriteRequestForUpdateTSConstraintInit[] | undefined;
}
export function writePrewriteRequest(w: ProtoWriter, m: PrewriteRequestInit): void {
  if (m.forUpdateTsConstraints !== undefined && m.forUpdateTsConstraints.length > 0)
    for (let i = m.forUpdateTsConstraints.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writePrewriteRequestForUpdateTSConstraint(w, m.forUpdateTsConstraints[i]!);
        w.varint(w.written - at);
        w.varint(130);
      }
    }
  if (m.assertionLevel !== undefined && m.assertionLevel !== 0) {
    w.varint(m.assertionLevel);
    w.varint(120);
  }
  if (m.maxCommitTs !== undefined && m.maxCommitTs !== 0n) {
    w.u64(m.maxCommitTs);
    w.varint(112);
  }
  if (m.tryOnePc === true) {
    w.bool(m.tryOnePc);
    w.varint(104);
  }
  if (m.secondaries !== undefined && m.secondaries.length > 0)
    for (let i = m.secondaries.length - 1; i >= 0; i--) {
      w.bytes(m.secondaries[i]!);
      w.varint(98);
    }
  if (m.useAsyncCommit === true) {
    w.bool(m.useAsyncCommit);
    w.varint(88);
  }
  if (m.minCommitTs !== undefined && m.minCommitTs !== 0n) {
    w.u64(m.minCommitTs);
    w.varint(80);
  }
  if (m.forUpdateTs !== undefined && m.forUpdateTs !== 0n) {
    w.u64(m.forUpdateTs);
    w.varint(72);
  }
  if (m.txnSize !== undefined && m.txnSize !== 0) {
    w.varint(m.txnSize);
    w.varint(64);
  }
  if (m.pessimisticActions !== undefined && m.pessimisticActions.length > 0) {
    const at = w.written;
    for (let i = m.pessimisticActions.length - 1; i >= 0; i--) w.varint(m.pessimisticActions[i]!);
    w.varint(w.written - at);
    w.varint(58);
  }
  if (m.skipConstraintCheck === true) {
    w.bool(m.skipConstraintCheck);
    w.varint(48);
  }
  if (m.lockTtl !== undefined && m.lockTtl !== 0) {
    w.varint(m.lockTtl);
    w.varint(40);
  }
  if (m.startVersion !== undefined && m.startVersion !== 0n) {
    w.u64(m.startVersion);
    w.varint(32);
  }
  if (m.primaryLock !== undefined && m.primaryLock.length > 0) {
    w.bytes(m.primaryLock);
    w.varint(26);
  }
  if (m.mutations !== undefined && m.mutations.length > 0)
    for (let i = m.mutations.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeMutation(w, m.mutations[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readPrewriteRequest(r: ProtoReader, end: number): PrewriteRequest {
  const m: PrewriteRequest = {
    context: undefined,
    mutations: NONE,
    primaryLock: NO_BYTES,
    startVersion: 0n,
    lockTtl: 0,
    skipConstraintCheck: false,
    pessimisticActions: NONE,
    txnSize: 0,
    forUpdateTs: 0n,
    minCommitTs: 0n,
    useAsyncCommit: false,
    secondaries: NONE,
    tryOnePc: false,
    maxCommitTs: 0n,
    assertionLevel: 0,
    forUpdateTsConstraints: NONE,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 18:
        ((m.mutations === NONE ? (m.mutations = []) : m.mutations) as Mutation[]).push(
          readMutation(r, r.end()),
        );
        break;
      case 26:
        m.primaryLock = r.bytes();
        break;
      case 32:
        m.startVersion = r.u64();
        break;
      case 40:
        m.lockTtl = r.uint();
        break;
      case 48:
        m.skipConstraintCheck = r.bool();
        break;
      case 56:
        (
          (m.pessimisticActions === NONE ? (m.pessimisticActions = []) : m.pessimisticActions) as number[]
        ).push(r.int32());
        break;
      case 58: {
        const list = (
          m.pessimisticActions === NONE ? (m.pessimisticActions = []) : m.pessimisticActions
        ) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.int32());
        break;
      }
      case 64:
        m.txnSize = r.uint();
        break;
      case 72:
        m.forUpdateTs = r.u64();
        break;
      case 80:
        m.minCommitTs = r.u64();
        break;
      case 88:
        m.useAsyncCommit = r.bool();
        break;
      case 98:
        ((m.secondaries === NONE ? (m.secondaries = []) : m.secondaries) as Uint8Array[]).push(r.bytes());
        break;
      case 104:
        m.tryOnePc = r.bool();
        break;
      case 112:
        m.maxCommitTs = r.u64();
        break;
      case 120:
        m.assertionLevel = r.int32();
        break;
      case 130:
        (
          (m.forUpdateTsConstraints === NONE
            ? (m.forUpdateTsConstraints = [])
            : m.forUpdateTsConstraints) as PrewriteRequestForUpdateTSConstraint[]
        ).push(readPrewriteRequestForUpdateTSConstraint(r, r.end()));
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PrewriteRequest: Codec<PrewriteRequest, PrewriteRequestInit> = codec(
  'kvrpcpb.PrewriteRequest',
  readPrewriteRequest,
  writePrewriteRequest,
);
export interface PrewriteResponse {
  regionError: errorpb.Error | undefined;
  errors: readonly KeyError[];
  minCommitTs: bigint;
  onePcCommitTs: bigint;
  execDetailsV2: ExecDetailsV2 | undefined;
}
export interface PrewriteResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly errors?: readonly KeyErrorInit[] | undefined;
  readonly minCommitTs?: bigint | undefined;
  readonly onePcCommitTs?: bigint | undefined;
  readonly execDetailsV2?: ExecDetailsV2Init | undefined;
}
export function writePrewriteResponse(w: ProtoWriter, m: PrewriteResponseInit): void {
  if (m.execDetailsV2 !== undefined) {
    const at = w.written;
    writeExecDetailsV2(w, m.execDetailsV2);
    w.varint(w.written - at);
    w.varint(42);
  }
  if (m.onePcCommitTs !== undefined && m.onePcCommitTs !== 0n) {
    w.u64(m.onePcCommitTs);
    w.varint(32);
  }
  if (m.minCommitTs !== undefined && m.minCommitTs !== 0n) {
    w.u64(m.minCommitTs);
    w.varint(24);
  }
  if (m.errors !== undefined && m.errors.length > 0)
    for (let i = m.errors.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeKeyError(w, m.errors[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readPrewriteResponse(r: ProtoReader, end: number): PrewriteResponse {
  const m: PrewriteResponse = {
    regionError: undefined,
    errors: NONE,
    minCommitTs: 0n,
    onePcCommitTs: 0n,
    execDetailsV2: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        ((m.errors === NONE ? (m.errors = []) : m.errors) as KeyError[]).push(readKeyError(r, r.end()));
        break;
      case 24:
        m.minCommitTs = r.u64();
        break;
      case 32:
        m.onePcCommitTs = r.u64();
        break;
      case 42:
        m.execDetailsV2 = readExecDetailsV2(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PrewriteResponse: Codec<PrewriteResponse, PrewriteResponseInit> = codec(
  'kvrpcpb.PrewriteResponse',
  readPrewriteResponse,
  writePrewriteResponse,
);
export interface PessimisticLockRequest {
  context: Context | undefined;
  mutations: readonly Mutation[];
  primaryLock: Uint8Array;
  startVersion: bigint;
  lockTtl: number;
  forUpdateTs: bigint;
  isFirstLock: boolean;
  waitTimeout: number;
  force: boolean;
  returnValues: boolean;
  minCommitTs: bigint;
  checkExistence: boolean;
  lockOnlyIfExists: boolean;
  wakeUpMode: number;
}
export interface PessimisticLockRequestInit {
  readonly context?: ContextInit | undefined;
  readonly mutations?: readonly MutationInit[] | undefined;
  readonly primaryLock?: Uint8Array | undefined;
  readonly startVersion?: bigint | undefined;
  readonly lockTtl?: number | undefined;
  readonly forUpdateTs?: bigint | undefined;
  readonly isFirstLock?: boolean | undefined;
  readonly waitTimeout?: number | undefined;
  readonly force?: boolean | undefined;
  readonly returnValues?: boolean | undefined;
  readonly minCommitTs?: bigint | undefined;
  readonly checkExistence?: boolean | undefined;
  readonly lockOnlyIfExists?: boolean | undefined;
  readonly wakeUpMode?: number | undefined;
}
export function writePessimisticLockRequest(w: ProtoWriter, m: PessimisticLockRequestInit): void {
  if (m.wakeUpMode !== undefined && m.wakeUpMode !== 0) {
    w.varint(m.wakeUpMode);
    w.varint(112);
  }
  if (m.lockOnlyIfExists === true) {
    w.bool(m.lockOnlyIfExists);
    w.varint(104);
  }
  if (m.checkExistence === true) {
    w.bool(m.checkExistence);
    w.varint(96);
  }
  if (m.minCommitTs !== undefined && m.minCommitTs !== 0n) {
    w.u64(m.minCommitTs);
    w.varint(88);
  }
  if (m.returnValues === true) {
    w.bool(m.returnValues);
    w.varint(80);
  }
  if (m.force === true) {
    w.bool(m.force);
    w.varint(72);
  }
  if (m.waitTimeout !== undefined && m.waitTimeout !== 0) {
    w.varint(m.waitTimeout);
    w.varint(64);
  }
  if (m.isFirstLock === true) {
    w.bool(m.isFirstLock);
    w.varint(56);
  }
  if (m.forUpdateTs !== undefined && m.forUpdateTs !== 0n) {
    w.u64(m.forUpdateTs);
    w.varint(48);
  }
  if (m.lockTtl !== undefined && m.lockTtl !== 0) {
    w.varint(m.lockTtl);
    w.varint(40);
  }
  if (m.startVersion !== undefined && m.startVersion !== 0n) {
    w.u64(m.startVersion);
    w.varint(32);
  }
  if (m.primaryLock !== undefined && m.primaryLock.length > 0) {
    w.bytes(m.primaryLock);
    w.varint(26);
  }
  if (m.mutations !== undefined && m.mutations.length > 0)
    for (let i = m.mutations.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeMutation(w, m.mutations[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readPessimisticLockRequest(r: ProtoReader, end: number): PessimisticLockRequest {
  const m: PessimisticLockRequest = {
    context: undefined,
    mutations: NONE,
    primaryLock: NO_BYTES,
    startVersion: 0n,
    lockTtl: 0,
    forUpdateTs: 0n,
    isFirstLock: false,
    waitTimeout: 0,
    force: false,
    returnValues: false,
    minCommitTs: 0n,
    checkExistence: false,
    lockOnlyIfExists: false,
    wakeUpMode: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 18:
        ((m.mutations === NONE ? (m.mutations = []) : m.mutations) as Mutation[]).push(
          readMutation(r, r.end()),
        );
        break;
      case 26:
        m.primaryLock = r.bytes();
        break;
      case 32:
        m.startVersion = r.u64();
        break;
      case 40:
        m.lockTtl = r.uint();
        break;
      case 48:
        m.forUpdateTs = r.u64();
        break;
      case 56:
        m.isFirstLock = r.bool();
        break;
      case 64:
        m.waitTimeout = r.int();
        break;
      case 72:
        m.force = r.bool();
        break;
      case 80:
        m.returnValues = r.bool();
        break;
      case 88:
        m.minCommitTs = r.u64();
        break;
      case 96:
        m.checkExistence = r.bool();
        break;
      case 104:
        m.lockOnlyIfExists = r.bool();
        break;
      case 112:
        m.wakeUpMode = r.int32();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PessimisticLockRequest: Codec<PessimisticLockRequest, PessimisticLockRequestInit> = codec(
  'kvrpcpb.PessimisticLockRequest',
  readPessimisticLockRequest,
  writePessimisticLockRequest,
);
export interface PessimisticLockKeyResult {
  type: number;
  value: Uint8Array;
  existence: boolean;
  lockedWithConflictTs: bigint;
  skipResolvingLock: boolean;
}
export interface PessimisticLockKeyResultInit {
  readonly type?: number | undefined;
  readonly value?: Uint8Array | undefined;
  readonly existence?: boolean | undefined;
  readonly lockedWithConflictTs?: bigint | undefined;
  readonly skipResolvingLock?: boolean | undefined;
}
export function writePessimisticLockKeyResult(w: ProtoWriter, m: PessimisticLockKeyResultInit): void {
  if (m.skipResolvingLock === true) {
    w.bool(m.skipResolvingLock);
    w.varint(88);
  }
  if (m.lockedWithConflictTs !== undefined && m.lockedWithConflictTs !== 0n) {
    w.u64(m.lockedWithConflictTs);
    w.varint(32);
  }
  if (m.existence === true) {
    w.bool(m.existence);
    w.varint(24);
  }
  if (m.value !== undefined && m.value.length > 0) {
    w.bytes(m.value);
    w.varint(18);
  }
  if (m.type !== undefined && m.type !== 0) {
    w.varint(m.type);
    w.varint(8);
  }
}
export function readPessimisticLockKeyResult(r: ProtoReader, end: number): PessimisticLockKeyResult {
  const m: PessimisticLockKeyResult = {
    type: 0,
    value: NO_BYTES,
    existence: false,
    lockedWithConflictTs: 0n,
    skipResolvingLock: false,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.type = r.int32();
        break;
      case 18:
        m.value = r.bytes();
        break;
      case 24:
        m.existence = r.bool();
        break;
      case 32:
        m.lockedWithConflictTs = r.u64();
        break;
      case 88:
        m.skipResolvingLock = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PessimisticLockKeyResult: Codec<PessimisticLockKeyResult, PessimisticLockKeyResultInit> = codec(
  'kvrpcpb.PessimisticLockKeyResult',
  readPessimisticLockKeyResult,
  writePessimisticLockKeyResult,
);
export interface PessimisticLockResponse {
  regionError: errorpb.Error | undefined;
  errors: readonly KeyError[];
  commitTs: bigint;
  value: Uint8Array;
  values: readonly Uint8Array[];
  notFounds: readonly boolean[];
  execDetailsV2: ExecDetailsV2 | undefined;
  results: readonly PessimisticLockKeyResult[];
}
export interface PessimisticLockResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly errors?: readonly KeyErrorInit[] | undefined;
  readonly commitTs?: bigint | undefined;
  readonly value?: Uint8Array | undefined;
  readonly values?: readonly Uint8Array[] | undefined;
  readonly notFounds?: readonly boolean[] | undefined;
  readonly execDetailsV2?: ExecDetailsV2Init | undefined;
  readonly results?: readonly PessimisticLockKeyResultInit[] | undefined;
}
export function writePessimisticLockResponse(w: ProtoWriter, m: PessimisticLockResponseInit): void {
  if (m.results !== undefined && m.results.length > 0)
    for (let i = m.results.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writePessimisticLockKeyResult(w, m.results[i]!);
        w.varint(w.written - at);
        w.varint(66);
      }
    }
  if (m.execDetailsV2 !== undefined) {
    const at = w.written;
    writeExecDetailsV2(w, m.execDetailsV2);
    w.varint(w.written - at);
    w.varint(58);
  }
  if (m.notFounds !== undefined && m.notFounds.length > 0) {
    const at = w.written;
    for (let i = m.notFounds.length - 1; i >= 0; i--) w.bool(m.notFounds[i]!);
    w.varint(w.written - at);
    w.varint(50);
  }
  if (m.values !== undefined && m.values.length > 0)
    for (let i = m.values.length - 1; i >= 0; i--) {
      w.bytes(m.values[i]!);
      w.varint(42);
    }
  if (m.value !== undefined && m.value.length > 0) {
    w.bytes(m.value);
    w.varint(34);
  }
  if (m.commitTs !== undefined && m.commitTs !== 0n) {
    w.u64(m.commitTs);
    w.varint(24);
  }
  if (m.errors !== undefined && m.errors.length > 0)
    for (let i = m.errors.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeKeyError(w, m.errors[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readPessimisticLockResponse(r: ProtoReader, end: number): PessimisticLockResponse {
  const m: PessimisticLockResponse = {
    regionError: undefined,
    errors: NONE,
    commitTs: 0n,
    value: NO_BYTES,
    values: NONE,
    notFounds: NONE,
    execDetailsV2: undefined,
    results: NONE,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        ((m.errors === NONE ? (m.errors = []) : m.errors) as KeyError[]).push(readKeyError(r, r.end()));
        break;
      case 24:
        m.commitTs = r.u64();
        break;
      case 34:
        m.value = r.bytes();
        break;
      case 42:
        ((m.values === NONE ? (m.values = []) : m.values) as Uint8Array[]).push(r.bytes());
        break;
      case 48:
        ((m.notFounds === NONE ? (m.notFounds = []) : m.notFounds) as boolean[]).push(r.bool());
        break;
      case 50: {
        const list = (m.notFounds === NONE ? (m.notFounds = []) : m.notFounds) as boolean[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.bool());
        break;
      }
      case 58:
        m.execDetailsV2 = readExecDetailsV2(r, r.end());
        break;
      case 66:
        ((m.results === NONE ? (m.results = []) : m.results) as PessimisticLockKeyResult[]).push(
          readPessimisticLockKeyResult(r, r.end()),
        );
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PessimisticLockResponse: Codec<PessimisticLockResponse, PessimisticLockResponseInit> = codec(
  'kvrpcpb.PessimisticLockResponse',
  readPessimisticLockResponse,
  writePessimisticLockResponse,
);
export interface PessimisticRollbackRequest {
  context: Context | undefined;
  startVersion: bigint;
  forUpdateTs: bigint;
  keys: readonly Uint8Array[];
}
export interface PessimisticRollbackRequestInit {
  readonly context?: ContextInit | undefined;
  readonly startVersion?: bigint | undefined;
  readonly forUpdateTs?: bigint | undefined;
  readonly keys?: readonly Uint8Array[] | undefined;
}
export function writePessimisticRollbackRequest(w: ProtoWriter, m: PessimisticRollbackRequestInit): void {
  if (m.keys !== undefined && m.keys.length > 0)
    for (let i = m.keys.length - 1; i >= 0; i--) {
      w.bytes(m.keys[i]!);
      w.varint(34);
    }
  if (m.forUpdateTs !== undefined && m.forUpdateTs !== 0n) {
    w.u64(m.forUpdateTs);
    w.varint(24);
  }
  if (m.startVersion !== undefined && m.startVersion !== 0n) {
    w.u64(m.startVersion);
    w.varint(16);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readPessimisticRollbackRequest(r: ProtoReader, end: number): PessimisticRollbackRequest {
  const m: PessimisticRollbackRequest = { context: undefined, startVersion: 0n, forUpdateTs: 0n, keys: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 16:
        m.startVersion = r.u64();
        break;
      case 24:
        m.forUpdateTs = r.u64();
        break;
      case 34:
        ((m.keys === NONE ? (m.keys = []) : m.keys) as Uint8Array[]).push(r.bytes());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PessimisticRollbackRequest: Codec<PessimisticRollbackRequest, PessimisticRollbackRequestInit> =
  codec(
    'kvrpcpb.PessimisticRollbackRequest',
    readPessimisticRollbackRequest,
    writePessimisticRollbackRequest,
  );
export interface PessimisticRollbackResponse {
  regionError: errorpb.Error | undefined;
  errors: readonly KeyError[];
  execDetailsV2: ExecDetailsV2 | undefined;
}
export interface PessimisticRollbackResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly errors?: readonly KeyErrorInit[] | undefined;
  readonly execDetailsV2?: ExecDetailsV2Init | undefined;
}
export function writePessimisticRollbackResponse(w: ProtoWriter, m: PessimisticRollbackResponseInit): void {
  if (m.execDetailsV2 !== undefined) {
    const at = w.written;
    writeExecDetailsV2(w, m.execDetailsV2);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.errors !== undefined && m.errors.length > 0)
    for (let i = m.errors.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeKeyError(w, m.errors[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readPessimisticRollbackResponse(r: ProtoReader, end: number): PessimisticRollbackResponse {
  const m: PessimisticRollbackResponse = { regionError: undefined, errors: NONE, execDetailsV2: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        ((m.errors === NONE ? (m.errors = []) : m.errors) as KeyError[]).push(readKeyError(r, r.end()));
        break;
      case 26:
        m.execDetailsV2 = readExecDetailsV2(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PessimisticRollbackResponse: Codec<
  PessimisticRollbackResponse,
  PessimisticRollbackResponseInit
> = codec(
  'kvrpcpb.PessimisticRollbackResponse',
  readPessimisticRollbackResponse,
  writePessimisticRollbackResponse,
);
export interface TxnHeartBeatRequest {
  context: Context | undefined;
  primaryLock: Uint8Array;
  startVersion: bigint;
  adviseLockTtl: number;
}
export interface TxnHeartBeatRequestInit {
  readonly context?: ContextInit | undefined;
  readonly primaryLock?: Uint8Array | undefined;
  readonly startVersion?: bigint | undefined;
  readonly adviseLockTtl?: number | undefined;
}
export function writeTxnHeartBeatRequest(w: ProtoWriter, m: TxnHeartBeatRequestInit): void {
  if (m.adviseLockTtl !== undefined && m.adviseLockTtl !== 0) {
    w.varint(m.adviseLockTtl);
    w.varint(32);
  }
  if (m.startVersion !== undefined && m.startVersion !== 0n) {
    w.u64(m.startVersion);
    w.varint(24);
  }
  if (m.primaryLock !== undefined && m.primaryLock.length > 0) {
    w.bytes(m.primaryLock);
    w.varint(18);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readTxnHeartBeatRequest(r: ProtoReader, end: number): TxnHeartBeatRequest {
  const m: TxnHeartBeatRequest = {
    context: undefined,
    primaryLock: NO_BYTES,
    startVersion: 0n,
    adviseLockTtl: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 18:
        m.primaryLock = r.bytes();
        break;
      case 24:
        m.startVersion = r.u64();
        break;
      case 32:
        m.adviseLockTtl = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const TxnHeartBeatRequest: Codec<TxnHeartBeatRequest, TxnHeartBeatRequestInit> = codec(
  'kvrpcpb.TxnHeartBeatRequest',
  readTxnHeartBeatRequest,
  writeTxnHeartBeatRequest,
);
export interface TxnHeartBeatResponse {
  regionError: errorpb.Error | undefined;
  error: KeyError | undefined;
  lockTtl: number;
  execDetailsV2: ExecDetailsV2 | undefined;
}
export interface TxnHeartBeatResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: KeyErrorInit | undefined;
  readonly lockTtl?: number | undefined;
  readonly execDetailsV2?: ExecDetailsV2Init | undefined;
}
export function writeTxnHeartBeatResponse(w: ProtoWriter, m: TxnHeartBeatResponseInit): void {
  if (m.execDetailsV2 !== undefined) {
    const at = w.written;
    writeExecDetailsV2(w, m.execDetailsV2);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.lockTtl !== undefined && m.lockTtl !== 0) {
    w.varint(m.lockTtl);
    w.varint(24);
  }
  if (m.error !== undefined) {
    const at = w.written;
    writeKeyError(w, m.error);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readTxnHeartBeatResponse(r: ProtoReader, end: number): TxnHeartBeatResponse {
  const m: TxnHeartBeatResponse = {
    regionError: undefined,
    error: undefined,
    lockTtl: 0,
    execDetailsV2: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = readKeyError(r, r.end());
        break;
      case 24:
        m.lockTtl = r.uint();
        break;
      case 34:
        m.execDetailsV2 = readExecDetailsV2(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const TxnHeartBeatResponse: Codec<TxnHeartBeatResponse, TxnHeartBeatResponseInit> = codec(
  'kvrpcpb.TxnHeartBeatResponse',
  readTxnHeartBeatResponse,
  writeTxnHeartBeatResponse,
);
export interface CheckTxnStatusRequest {
  context: Context | undefined;
  primaryKey: Uint8Array;
  lockTs: bigint;
  callerStartTs: bigint;
  currentTs: bigint;
  rollbackIfNotExist: boolean;
  forceSyncCommit: boolean;
  resolvingPessimisticLock: boolean;
  verifyIsPrimary: boolean;
}
export interface CheckTxnStatusRequestInit {
  readonly context?: ContextInit | undefined;
  readonly primaryKey?: Uint8Array | undefined;
  readonly lockTs?: bigint | undefined;
  readonly callerStartTs?: bigint | undefined;
  readonly currentTs?: bigint | undefined;
  readonly rollbackIfNotExist?: boolean | undefined;
  readonly forceSyncCommit?: boolean | undefined;
  readonly resolvingPessimisticLock?: boolean | undefined;
  readonly verifyIsPrimary?: boolean | undefined;
}
export function writeCheckTxnStatusRequest(w: ProtoWriter, m: CheckTxnStatusRequestInit): void {
  if (m.verifyIsPrimary === true) {
    w.bool(m.verifyIsPrimary);
    w.varint(72);
  }
  if (m.resolvingPessimisticLock === true) {
    w.bool(m.resolvingPessimisticLock);
    w.varint(64);
  }
  if (m.forceSyncCommit === true) {
    w.bool(m.forceSyncCommit);
    w.varint(56);
  }
  if (m.rollbackIfNotExist === true) {
    w.bool(m.rollbackIfNotExist);
    w.varint(48);
  }
  if (m.currentTs !== undefined && m.currentTs !== 0n) {
    w.u64(m.currentTs);
    w.varint(40);
  }
  if (m.callerStartTs !== undefined && m.callerStartTs !== 0n) {
    w.u64(m.callerStartTs);
    w.varint(32);
  }
  if (m.lockTs !== undefined && m.lockTs !== 0n) {
    w.u64(m.lockTs);
    w.varint(24);
  }
  if (m.primaryKey !== undefined && m.primaryKey.length > 0) {
    w.bytes(m.primaryKey);
    w.varint(18);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readCheckTxnStatusRequest(r: ProtoReader, end: number): CheckTxnStatusRequest {
  const m: CheckTxnStatusRequest = {
    context: undefined,
    primaryKey: NO_BYTES,
    lockTs: 0n,
    callerStartTs: 0n,
    currentTs: 0n,
    rollbackIfNotExist: false,
    forceSyncCommit: false,
    resolvingPessimisticLock: false,
    verifyIsPrimary: false,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 18:
        m.primaryKey = r.bytes();
        break;
      case 24:
        m.lockTs = r.u64();
        break;
      case 32:
        m.callerStartTs = r.u64();
        break;
      case 40:
        m.currentTs = r.u64();
        break;
      case 48:
        m.rollbackIfNotExist = r.bool();
        break;
      case 56:
        m.forceSyncCommit = r.bool();
        break;
      case 64:
        m.resolvingPessimisticLock = r.bool();
        break;
      case 72:
        m.verifyIsPrimary = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const CheckTxnStatusRequest: Codec<CheckTxnStatusRequest, CheckTxnStatusRequestInit> = codec(
  'kvrpcpb.CheckTxnStatusRequest',
  readCheckTxnStatusRequest,
  writeCheckTxnStatusRequest,
);
export interface CheckTxnStatusResponse {
  regionError: errorpb.Error | undefined;
  error: KeyError | undefined;
  lockTtl: number;
  commitVersion: bigint;
  action: number;
  lockInfo: LockInfo | undefined;
  execDetailsV2: ExecDetailsV2 | undefined;
}
export interface CheckTxnStatusResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: KeyErrorInit | undefined;
  readonly lockTtl?: number | undefined;
  readonly commitVersion?: bigint | undefined;
  readonly action?: number | undefined;
  readonly lockInfo?: LockInfoInit | undefined;
  readonly execDetailsV2?: ExecDetailsV2Init | undefined;
}
export function writeCheckTxnStatusResponse(w: ProtoWriter, m: CheckTxnStatusResponseInit): void {
  if (m.execDetailsV2 !== undefined) {
    const at = w.written;
    writeExecDetailsV2(w, m.execDetailsV2);
    w.varint(w.written - at);
    w.varint(58);
  }
  if (m.lockInfo !== undefined) {
    const at = w.written;
    writeLockInfo(w, m.lockInfo);
    w.varint(w.written - at);
    w.varint(50);
  }
  if (m.action !== undefined && m.action !== 0) {
    w.varint(m.action);
    w.varint(40);
  }
  if (m.commitVersion !== undefined && m.commitVersion !== 0n) {
    w.u64(m.commitVersion);
    w.varint(32);
  }
  if (m.lockTtl !== undefined && m.lockTtl !== 0) {
    w.varint(m.lockTtl);
    w.varint(24);
  }
  if (m.error !== undefined) {
    const at = w.written;
    writeKeyError(w, m.error);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readCheckTxnStatusResponse(r: ProtoReader, end: number): CheckTxnStatusResponse {
  const m: CheckTxnStatusResponse = {
    regionError: undefined,
    error: undefined,
    lockTtl: 0,
    commitVersion: 0n,
    action: 0,
    lockInfo: undefined,
    execDetailsV2: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = readKeyError(r, r.end());
        break;
      case 24:
        m.lockTtl = r.uint();
        break;
      case 32:
        m.commitVersion = r.u64();
        break;
      case 40:
        m.action = r.int32();
        break;
      case 50:
        m.lockInfo = readLockInfo(r, r.end());
        break;
      case 58:
        m.execDetailsV2 = readExecDetailsV2(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const CheckTxnStatusResponse: Codec<CheckTxnStatusResponse, CheckTxnStatusResponseInit> = codec(
  'kvrpcpb.CheckTxnStatusResponse',
  readCheckTxnStatusResponse,
  writeCheckTxnStatusResponse,
);
export interface CheckSecondaryLocksRequest {
  context: Context | undefined;
  keys: readonly Uint8Array[];
  startVersion: bigint;
}
export interface CheckSecondaryLocksRequestInit {
  readonly context?: ContextInit | undefined;
  readonly keys?: readonly Uint8Array[] | undefined;
  readonly startVersion?: bigint | undefined;
}
export function writeCheckSecondaryLocksRequest(w: ProtoWriter, m: CheckSecondaryLocksRequestInit): void {
  if (m.startVersion !== undefined && m.startVersion !== 0n) {
    w.u64(m.startVersion);
    w.varint(24);
  }
  if (m.keys !== undefined && m.keys.length > 0)
    for (let i = m.keys.length - 1; i >= 0; i--) {
      w.bytes(m.keys[i]!);
      w.varint(18);
    }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readCheckSecondaryLocksRequest(r: ProtoReader, end: number): CheckSecondaryLocksRequest {
  const m: CheckSecondaryLocksRequest = { context: undefined, keys: NONE, startVersion: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 18:
        ((m.keys === NONE ? (m.keys = []) : m.keys) as Uint8Array[]).push(r.bytes());
        break;
      case 24:
        m.startVersion = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const CheckSecondaryLocksRequest: Codec<CheckSecondaryLocksRequest, CheckSecondaryLocksRequestInit> =
  codec(
    'kvrpcpb.CheckSecondaryLocksRequest',
    readCheckSecondaryLocksRequest,
    writeCheckSecondaryLocksRequest,
  );
export interface CheckSecondaryLocksResponse {
  regionError: errorpb.Error | undefined;
  error: KeyError | undefined;
  locks: readonly LockInfo[];
  commitTs: bigint;
  execDetailsV2: ExecDetailsV2 | undefined;
}
export interface CheckSecondaryLocksResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: KeyErrorInit | undefined;
  readonly locks?: readonly LockInfoInit[] | undefined;
  readonly commitTs?: bigint | undefined;
  readonly execDetailsV2?: ExecDetailsV2Init | undefined;
}
export function writeCheckSecondaryLocksResponse(w: ProtoWriter, m: CheckSecondaryLocksResponseInit): void {
  if (m.execDetailsV2 !== undefined) {
    const at = w.written;
    writeExecDetailsV2(w, m.execDetailsV2);
    w.varint(w.written - at);
    w.varint(42);
  }
  if (m.commitTs !== undefined && m.commitTs !== 0n) {
    w.u64(m.commitTs);
    w.varint(32);
  }
  if (m.locks !== undefined && m.locks.length > 0)
    for (let i = m.locks.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeLockInfo(w, m.locks[i]!);
        w.varint(w.written - at);
        w.varint(26);
      }
    }
  if (m.error !== undefined) {
    const at = w.written;
    writeKeyError(w, m.error);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readCheckSecondaryLocksResponse(r: ProtoReader, end: number): CheckSecondaryLocksResponse {
  const m: CheckSecondaryLocksResponse = {
    regionError: undefined,
    error: undefined,
    locks: NONE,
    commitTs: 0n,
    execDetailsV2: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = readKeyError(r, r.end());
        break;
      case 26:
        ((m.locks === NONE ? (m.locks = []) : m.locks) as LockInfo[]).push(readLockInfo(r, r.end()));
        break;
      case 32:
        m.commitTs = r.u64();
        break;
      case 42:
        m.execDetailsV2 = readExecDetailsV2(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const CheckSecondaryLocksResponse: Codec<
  CheckSecondaryLocksResponse,
  CheckSecondaryLocksResponseInit
> = codec(
  'kvrpcpb.CheckSecondaryLocksResponse',
  readCheckSecondaryLocksResponse,
  writeCheckSecondaryLocksResponse,
);
export interface CommitRequest {
  context: Context | undefined;
  startVersion: bigint;
  keys: readonly Uint8Array[];
  commitVersion: bigint;
}
export interface CommitRequestInit {
  readonly context?: ContextInit | undefined;
  readonly startVersion?: bigint | undefined;
  readonly keys?: readonly Uint8Array[] | undefined;
  readonly commitVersion?: bigint | undefined;
}
export function writeCommitRequest(w: ProtoWriter, m: CommitRequestInit): void {
  if (m.commitVersion !== undefined && m.commitVersion !== 0n) {
    w.u64(m.commitVersion);
    w.varint(32);
  }
  if (m.keys !== undefined && m.keys.length > 0)
    for (let i = m.keys.length - 1; i >= 0; i--) {
      w.bytes(m.keys[i]!);
      w.varint(26);
    }
  if (m.startVersion !== undefined && m.startVersion !== 0n) {
    w.u64(m.startVersion);
    w.varint(16);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readCommitRequest(r: ProtoReader, end: number): CommitRequest {
  const m: CommitRequest = { context: undefined, startVersion: 0n, keys: NONE, commitVersion: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 16:
        m.startVersion = r.u64();
        break;
      case 26:
        ((m.keys === NONE ? (m.keys = []) : m.keys) as Uint8Array[]).push(r.bytes());
        break;
      case 32:
        m.commitVersion = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const CommitRequest: Codec<CommitRequest, CommitRequestInit> = codec(
  'kvrpcpb.CommitRequest',
  readCommitRequest,
  writeCommitRequest,
);
export interface CommitResponse {
  regionError: errorpb.Error | undefined;
  error: KeyError | undefined;
  commitVersion: bigint;
  execDetailsV2: ExecDetailsV2 | undefined;
}
export interface CommitResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: KeyErrorInit | undefined;
  readonly commitVersion?: bigint | undefined;
  readonly execDetailsV2?: ExecDetailsV2Init | undefined;
}
export function writeCommitResponse(w: ProtoWriter, m: CommitResponseInit): void {
  if (m.execDetailsV2 !== undefined) {
    const at = w.written;
    writeExecDetailsV2(w, m.execDetailsV2);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.commitVersion !== undefined && m.commitVersion !== 0n) {
    w.u64(m.commitVersion);
    w.varint(24);
  }
  if (m.error !== undefined) {
    const at = w.written;
    writeKeyError(w, m.error);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readCommitResponse(r: ProtoReader, end: number): CommitResponse {
  const m: CommitResponse = {
    regionError: undefined,
    error: undefined,
    commitVersion: 0n,
    execDetailsV2: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = readKeyError(r, r.end());
        break;
      case 24:
        m.commitVersion = r.u64();
        break;
      case 34:
        m.execDetailsV2 = readExecDetailsV2(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const CommitResponse: Codec<CommitResponse, CommitResponseInit> = codec(
  'kvrpcpb.CommitResponse',
  readCommitResponse,
  writeCommitResponse,
);
export interface CleanupRequest {
  context: Context | undefined;
  key: Uint8Array;
  startVersion: bigint;
  currentTs: bigint;
}
export interface CleanupRequestInit {
  readonly context?: ContextInit | undefined;
  readonly key?: Uint8Array | undefined;
  readonly startVersion?: bigint | undefined;
  readonly currentTs?: bigint | undefined;
}
export function writeCleanupRequest(w: ProtoWriter, m: CleanupRequestInit): void {
  if (m.currentTs !== undefined && m.currentTs !== 0n) {
    w.u64(m.currentTs);
    w.varint(32);
  }
  if (m.startVersion !== undefined && m.startVersion !== 0n) {
    w.u64(m.startVersion);
    w.varint(24);
  }
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(18);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readCleanupRequest(r: ProtoReader, end: number): CleanupRequest {
  const m: CleanupRequest = { context: undefined, key: NO_BYTES, startVersion: 0n, currentTs: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 18:
        m.key = r.bytes();
        break;
      case 24:
        m.startVersion = r.u64();
        break;
      case 32:
        m.currentTs = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const CleanupRequest: Codec<CleanupRequest, CleanupRequestInit> = codec(
  'kvrpcpb.CleanupRequest',
  readCleanupRequest,
  writeCleanupRequest,
);
export interface CleanupResponse {
  regionError: errorpb.Error | undefined;
  error: KeyError | undefined;
  commitVersion: bigint;
}
export interface CleanupResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: KeyErrorInit | undefined;
  readonly commitVersion?: bigint | undefined;
}
export function writeCleanupResponse(w: ProtoWriter, m: CleanupResponseInit): void {
  if (m.commitVersion !== undefined && m.commitVersion !== 0n) {
    w.u64(m.commitVersion);
    w.varint(24);
  }
  if (m.error !== undefined) {
    const at = w.written;
    writeKeyError(w, m.error);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readCleanupResponse(r: ProtoReader, end: number): CleanupResponse {
  const m: CleanupResponse = { regionError: undefined, error: undefined, commitVersion: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = readKeyError(r, r.end());
        break;
      case 24:
        m.commitVersion = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const CleanupResponse: Codec<CleanupResponse, CleanupResponseInit> = codec(
  'kvrpcpb.CleanupResponse',
  readCleanupResponse,
  writeCleanupResponse,
);
export interface BatchGetRequest {
  context: Context | undefined;
  keys: readonly Uint8Array[];
  version: bigint;
}
export interface BatchGetRequestInit {
  readonly context?: ContextInit | undefined;
  readonly keys?: readonly Uint8Array[] | undefined;
  readonly version?: bigint | undefined;
}
export function writeBatchGetRequest(w: ProtoWriter, m: BatchGetRequestInit): void {
  if (m.version !== undefined && m.version !== 0n) {
    w.u64(m.version);
    w.varint(24);
  }
  if (m.keys !== undefined && m.keys.length > 0)
    for (let i = m.keys.length - 1; i >= 0; i--) {
      w.bytes(m.keys[i]!);
      w.varint(18);
    }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readBatchGetRequest(r: ProtoReader, end: number): BatchGetRequest {
  const m: BatchGetRequest = { context: undefined, keys: NONE, version: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 18:
        ((m.keys === NONE ? (m.keys = []) : m.keys) as Uint8Array[]).push(r.bytes());
        break;
      case 24:
        m.version = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BatchGetRequest: Codec<BatchGetRequest, BatchGetRequestInit> = codec(
  'kvrpcpb.BatchGetRequest',
  readBatchGetRequest,
  writeBatchGetRequest,
);
export interface BatchGetResponse {
  regionError: errorpb.Error | undefined;
  pairs: readonly KvPair[];
  execDetailsV2: ExecDetailsV2 | undefined;
  error: KeyError | undefined;
}
export interface BatchGetResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly pairs?: readonly KvPairInit[] | undefined;
  readonly execDetailsV2?: ExecDetailsV2Init | undefined;
  readonly error?: KeyErrorInit | undefined;
}
export function writeBatchGetResponse(w: ProtoWriter, m: BatchGetResponseInit): void {
  if (m.error !== undefined) {
    const at = w.written;
    writeKeyError(w, m.error);
    w.varint(w.written - at);
    w.varint(42);
  }
  if (m.execDetailsV2 !== undefined) {
    const at = w.written;
    writeExecDetailsV2(w, m.execDetailsV2);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.pairs !== undefined && m.pairs.length > 0)
    for (let i = m.pairs.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeKvPair(w, m.pairs[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readBatchGetResponse(r: ProtoReader, end: number): BatchGetResponse {
  const m: BatchGetResponse = {
    regionError: undefined,
    pairs: NONE,
    execDetailsV2: undefined,
    error: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        ((m.pairs === NONE ? (m.pairs = []) : m.pairs) as KvPair[]).push(readKvPair(r, r.end()));
        break;
      case 34:
        m.execDetailsV2 = readExecDetailsV2(r, r.end());
        break;
      case 42:
        m.error = readKeyError(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BatchGetResponse: Codec<BatchGetResponse, BatchGetResponseInit> = codec(
  'kvrpcpb.BatchGetResponse',
  readBatchGetResponse,
  writeBatchGetResponse,
);
export interface BatchRollbackRequest {
  context: Context | undefined;
  startVersion: bigint;
  keys: readonly Uint8Array[];
}
export interface BatchRollbackRequestInit {
  readonly context?: ContextInit | undefined;
  readonly startVersion?: bigint | undefined;
  readonly keys?: readonly Uint8Array[] | undefined;
}
export function writeBatchRollbackRequest(w: ProtoWriter, m: BatchRollbackRequestInit): void {
  if (m.keys !== undefined && m.keys.length > 0)
    for (let i = m.keys.length - 1; i >= 0; i--) {
      w.bytes(m.keys[i]!);
      w.varint(26);
    }
  if (m.startVersion !== undefined && m.startVersion !== 0n) {
    w.u64(m.startVersion);
    w.varint(16);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readBatchRollbackRequest(r: ProtoReader, end: number): BatchRollbackRequest {
  const m: BatchRollbackRequest = { context: undefined, startVersion: 0n, keys: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 16:
        m.startVersion = r.u64();
        break;
      case 26:
        ((m.keys === NONE ? (m.keys = []) : m.keys) as Uint8Array[]).push(r.bytes());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BatchRollbackRequest: Codec<BatchRollbackRequest, BatchRollbackRequestInit> = codec(
  'kvrpcpb.BatchRollbackRequest',
  readBatchRollbackRequest,
  writeBatchRollbackRequest,
);
export interface BatchRollbackResponse {
  regionError: errorpb.Error | undefined;
  error: KeyError | undefined;
  execDetailsV2: ExecDetailsV2 | undefined;
}
export interface BatchRollbackResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: KeyErrorInit | undefined;
  readonly execDetailsV2?: ExecDetailsV2Init | undefined;
}
export function writeBatchRollbackResponse(w: ProtoWriter, m: BatchRollbackResponseInit): void {
  if (m.execDetailsV2 !== undefined) {
    const at = w.written;
    writeExecDetailsV2(w, m.execDetailsV2);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.error !== undefined) {
    const at = w.written;
    writeKeyError(w, m.error);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readBatchRollbackResponse(r: ProtoReader, end: number): BatchRollbackResponse {
  const m: BatchRollbackResponse = { regionError: undefined, error: undefined, execDetailsV2: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = readKeyError(r, r.end());
        break;
      case 26:
        m.execDetailsV2 = readExecDetailsV2(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BatchRollbackResponse: Codec<BatchRollbackResponse, BatchRollbackResponseInit> = codec(
  'kvrpcpb.BatchRollbackResponse',
  readBatchRollbackResponse,
  writeBatchRollbackResponse,
);
export interface ScanLockRequest {
  context: Context | undefined;
  maxVersion: bigint;
  startKey: Uint8Array;
  limit: number;
  endKey: Uint8Array;
}
export interface ScanLockRequestInit {
  readonly context?: ContextInit | undefined;
  readonly maxVersion?: bigint | undefined;
  readonly startKey?: Uint8Array | undefined;
  readonly limit?: number | undefined;
  readonly endKey?: Uint8Array | undefined;
}
export function writeScanLockRequest(w: ProtoWriter, m: ScanLockRequestInit): void {
  if (m.endKey !== undefined && m.endKey.length > 0) {
    w.bytes(m.endKey);
    w.varint(42);
  }
  if (m.limit !== undefined && m.limit !== 0) {
    w.varint(m.limit);
    w.varint(32);
  }
  if (m.startKey !== undefined && m.startKey.length > 0) {
    w.bytes(m.startKey);
    w.varint(26);
  }
  if (m.maxVersion !== undefined && m.maxVersion !== 0n) {
    w.u64(m.maxVersion);
    w.varint(16);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readScanLockRequest(r: ProtoReader, end: number): ScanLockRequest {
  const m: ScanLockRequest = {
    context: undefined,
    maxVersion: 0n,
    startKey: NO_BYTES,
    limit: 0,
    endKey: NO_BYTES,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 16:
        m.maxVersion = r.u64();
        break;
      case 26:
        m.startKey = r.bytes();
        break;
      case 32:
        m.limit = r.uint32();
        break;
      case 42:
        m.endKey = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ScanLockRequest: Codec<ScanLockRequest, ScanLockRequestInit> = codec(
  'kvrpcpb.ScanLockRequest',
  readScanLockRequest,
  writeScanLockRequest,
);
export interface ScanLockResponse {
  regionError: errorpb.Error | undefined;
  error: KeyError | undefined;
  locks: readonly LockInfo[];
  execDetailsV2: ExecDetailsV2 | undefined;
}
export interface ScanLockResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: KeyErrorInit | undefined;
  readonly locks?: readonly LockInfoInit[] | undefined;
  readonly execDetailsV2?: ExecDetailsV2Init | undefined;
}
export function writeScanLockResponse(w: ProtoWriter, m: ScanLockResponseInit): void {
  if (m.execDetailsV2 !== undefined) {
    const at = w.written;
    writeExecDetailsV2(w, m.execDetailsV2);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.locks !== undefined && m.locks.length > 0)
    for (let i = m.locks.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeLockInfo(w, m.locks[i]!);
        w.varint(w.written - at);
        w.varint(26);
      }
    }
  if (m.error !== undefined) {
    const at = w.written;
    writeKeyError(w, m.error);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readScanLockResponse(r: ProtoReader, end: number): ScanLockResponse {
  const m: ScanLockResponse = {
    regionError: undefined,
    error: undefined,
    locks: NONE,
    execDetailsV2: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = readKeyError(r, r.end());
        break;
      case 26:
        ((m.locks === NONE ? (m.locks = []) : m.locks) as LockInfo[]).push(readLockInfo(r, r.end()));
        break;
      case 34:
        m.execDetailsV2 = readExecDetailsV2(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ScanLockResponse: Codec<ScanLockResponse, ScanLockResponseInit> = codec(
  'kvrpcpb.ScanLockResponse',
  readScanLockResponse,
  writeScanLockResponse,
);
export interface ResolveLockRequest {
  context: Context | undefined;
  startVersion: bigint;
  commitVersion: bigint;
  txnInfos: readonly TxnInfo[];
  keys: readonly Uint8Array[];
}
export interface ResolveLockRequestInit {
  readonly context?: ContextInit | undefined;
  readonly startVersion?: bigint | undefined;
  readonly commitVersion?: bigint | undefined;
  readonly txnInfos?: readonly TxnInfoInit[] | undefined;
  readonly keys?: readonly Uint8Array[] | undefined;
}
export function writeResolveLockRequest(w: ProtoWriter, m: ResolveLockRequestInit): void {
  if (m.keys !== undefined && m.keys.length > 0)
    for (let i = m.keys.length - 1; i >= 0; i--) {
      w.bytes(m.keys[i]!);
      w.varint(42);
    }
  if (m.txnInfos !== undefined && m.txnInfos.length > 0)
    for (let i = m.txnInfos.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeTxnInfo(w, m.txnInfos[i]!);
        w.varint(w.written - at);
        w.varint(34);
      }
    }
  if (m.commitVersion !== undefined && m.commitVersion !== 0n) {
    w.u64(m.commitVersion);
    w.varint(24);
  }
  if (m.startVersion !== undefined && m.startVersion !== 0n) {
    w.u64(m.startVersion);
    w.varint(16);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readResolveLockRequest(r: ProtoReader, end: number): ResolveLockRequest {
  const m: ResolveLockRequest = {
    context: undefined,
    startVersion: 0n,
    commitVersion: 0n,
    txnInfos: NONE,
    keys: NONE,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 16:
        m.startVersion = r.u64();
        break;
      case 24:
        m.commitVersion = r.u64();
        break;
      case 34:
        ((m.txnInfos === NONE ? (m.txnInfos = []) : m.txnInfos) as TxnInfo[]).push(readTxnInfo(r, r.end()));
        break;
      case 42:
        ((m.keys === NONE ? (m.keys = []) : m.keys) as Uint8Array[]).push(r.bytes());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ResolveLockRequest: Codec<ResolveLockRequest, ResolveLockRequestInit> = codec(
  'kvrpcpb.ResolveLockRequest',
  readResolveLockRequest,
  writeResolveLockRequest,
);
export interface ResolveLockResponse {
  regionError: errorpb.Error | undefined;
  error: KeyError | undefined;
  execDetailsV2: ExecDetailsV2 | undefined;
}
export interface ResolveLockResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: KeyErrorInit | undefined;
  readonly execDetailsV2?: ExecDetailsV2Init | undefined;
}
export function writeResolveLockResponse(w: ProtoWriter, m: ResolveLockResponseInit): void {
  if (m.execDetailsV2 !== undefined) {
    const at = w.written;
    writeExecDetailsV2(w, m.execDetailsV2);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.error !== undefined) {
    const at = w.written;
    writeKeyError(w, m.error);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readResolveLockResponse(r: ProtoReader, end: number): ResolveLockResponse {
  const m: ResolveLockResponse = { regionError: undefined, error: undefined, execDetailsV2: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = readKeyError(r, r.end());
        break;
      case 26:
        m.execDetailsV2 = readExecDetailsV2(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ResolveLockResponse: Codec<ResolveLockResponse, ResolveLockResponseInit> = codec(
  'kvrpcpb.ResolveLockResponse',
  readResolveLockResponse,
  writeResolveLockResponse,
);
export interface GCRequest {
  context: Context | undefined;
  safePoint: bigint;
}
export interface GCRequestInit {
  readonly context?: ContextInit | undefined;
  readonly safePoint?: bigint | undefined;
}
export function writeGCRequest(w: ProtoWriter, m: GCRequestInit): void {
  if (m.safePoint !== undefined && m.safePoint !== 0n) {
    w.u64(m.safePoint);
    w.varint(16);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGCRequest(r: ProtoReader, end: number): GCRequest {
  const m: GCRequest = { context: undefined, safePoint: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 16:
        m.safePoint = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GCRequest: Codec<GCRequest, GCRequestInit> = codec(
  'kvrpcpb.GCRequest',
  readGCRequest,
  writeGCRequest,
);
export interface GCResponse {
  regionError: errorpb.Error | undefined;
  error: KeyError | undefined;
}
export interface GCResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: KeyErrorInit | undefined;
}
export function writeGCResponse(w: ProtoWriter, m: GCResponseInit): void {
  if (m.error !== undefined) {
    const at = w.written;
    writeKeyError(w, m.error);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGCResponse(r: ProtoReader, end: number): GCResponse {
  const m: GCResponse = { regionError: undefined, error: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = readKeyError(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GCResponse: Codec<GCResponse, GCResponseInit> = codec(
  'kvrpcpb.GCResponse',
  readGCResponse,
  writeGCResponse,
);
export interface DeleteRangeRequest {
  context: Context | undefined;
  startKey: Uint8Array;
  endKey: Uint8Array;
  notifyOnly: boolean;
}
export interface DeleteRangeRequestInit {
  readonly context?: ContextInit | undefined;
  readonly startKey?: Uint8Array | undefined;
  readonly endKey?: Uint8Array | undefined;
  readonly notifyOnly?: boolean | undefined;
}
export function writeDeleteRangeRequest(w: ProtoWriter, m: DeleteRangeRequestInit): void {
  if (m.notifyOnly === true) {
    w.bool(m.notifyOnly);
    w.varint(32);
  }
  if (m.endKey !== undefined && m.endKey.length > 0) {
    w.bytes(m.endKey);
    w.varint(26);
  }
  if (m.startKey !== undefined && m.startKey.length > 0) {
    w.bytes(m.startKey);
    w.varint(18);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readDeleteRangeRequest(r: ProtoReader, end: number): DeleteRangeRequest {
  const m: DeleteRangeRequest = {
    context: undefined,
    startKey: NO_BYTES,
    endKey: NO_BYTES,
    notifyOnly: false,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 18:
        m.startKey = r.bytes();
        break;
      case 26:
        m.endKey = r.bytes();
        break;
      case 32:
        m.notifyOnly = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const DeleteRangeRequest: Codec<DeleteRangeRequest, DeleteRangeRequestInit> = codec(
  'kvrpcpb.DeleteRangeRequest',
  readDeleteRangeRequest,
  writeDeleteRangeRequest,
);
export interface DeleteRangeResponse {
  regionError: errorpb.Error | undefined;
  error: string;
}
export interface DeleteRangeResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: string | undefined;
}
export function writeDeleteRangeResponse(w: ProtoWriter, m: DeleteRangeResponseInit): void {
  if (m.error !== undefined && m.error !== '') {
    w.string(m.error);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readDeleteRangeResponse(r: ProtoReader, end: number): DeleteRangeResponse {
  const m: DeleteRangeResponse = { regionError: undefined, error: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const DeleteRangeResponse: Codec<DeleteRangeResponse, DeleteRangeResponseInit> = codec(
  'kvrpcpb.DeleteRangeResponse',
  readDeleteRangeResponse,
  writeDeleteRangeResponse,
);
export interface PrepareFlashbackToVersionRequest {
  context: Context | undefined;
  startKey: Uint8Array;
  endKey: Uint8Array;
  startTs: bigint;
  version: bigint;
}
export interface PrepareFlashbackToVersionRequestInit {
  readonly context?: ContextInit | undefined;
  readonly startKey?: Uint8Array | undefined;
  readonly endKey?: Uint8Array | undefined;
  readonly startTs?: bigint | undefined;
  readonly version?: bigint | undefined;
}
export function writePrepareFlashbackToVersionRequest(
  w: ProtoWriter,
  m: PrepareFlashbackToVersionRequestInit,
): void {
  if (m.version !== undefined && m.version !== 0n) {
    w.u64(m.version);
    w.varint(40);
  }
  if (m.startTs !== undefined && m.startTs !== 0n) {
    w.u64(m.startTs);
    w.varint(32);
  }
  if (m.endKey !== undefined && m.endKey.length > 0) {
    w.bytes(m.endKey);
    w.varint(26);
  }
  if (m.startKey !== undefined && m.startKey.length > 0) {
    w.bytes(m.startKey);
    w.varint(18);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readPrepareFlashbackToVersionRequest(
  r: ProtoReader,
  end: number,
): PrepareFlashbackToVersionRequest {
  const m: PrepareFlashbackToVersionRequest = {
    context: undefined,
    startKey: NO_BYTES,
    endKey: NO_BYTES,
    startTs: 0n,
    version: 0n,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 18:
        m.startKey = r.bytes();
        break;
      case 26:
        m.endKey = r.bytes();
        break;
      case 32:
        m.startTs = r.u64();
        break;
      case 40:
        m.version = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PrepareFlashbackToVersionRequest: Codec<
  PrepareFlashbackToVersionRequest,
  PrepareFlashbackToVersionRequestInit
> = codec(
  'kvrpcpb.PrepareFlashbackToVersionRequest',
  readPrepareFlashbackToVersionRequest,
  writePrepareFlashbackToVersionRequest,
);
export interface PrepareFlashbackToVersionResponse {
  regionError: errorpb.Error | undefined;
  error: string;
}
export interface PrepareFlashbackToVersionResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: string | undefined;
}
export function writePrepareFlashbackToVersionResponse(
  w: ProtoWriter,
  m: PrepareFlashbackToVersionResponseInit,
): void {
  if (m.error !== undefined && m.error !== '') {
    w.string(m.error);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readPrepareFlashbackToVersionResponse(
  r: ProtoReader,
  end: number,
): PrepareFlashbackToVersionResponse {
  const m: PrepareFlashbackToVersionResponse = { regionError: undefined, error: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PrepareFlashbackToVersionResponse: Codec<
  PrepareFlashbackToVersionResponse,
  PrepareFlashbackToVersionResponseInit
> = codec(
  'kvrpcpb.PrepareFlashbackToVersionResponse',
  readPrepareFlashbackToVersionResponse,
  writePrepareFlashbackToVersionResponse,
);
export interface FlashbackToVersionRequest {
  context: Context | undefined;
  version: bigint;
  startKey: Uint8Array;
  endKey: Uint8Array;
  startTs: bigint;
  commitTs: bigint;
}
export interface FlashbackToVersionRequestInit {
  readonly context?: ContextInit | undefined;
  readonly version?: bigint | undefined;
  readonly startKey?: Uint8Array | undefined;
  readonly endKey?: Uint8Array | undefined;
  readonly startTs?: bigint | undefined;
  readonly commitTs?: bigint | undefined;
}
export function writeFlashbackToVersionRequest(w: ProtoWriter, m: FlashbackToVersionRequestInit): void {
  if (m.commitTs !== undefined && m.commitTs !== 0n) {
    w.u64(m.commitTs);
    w.varint(48);
  }
  if (m.startTs !== undefined && m.startTs !== 0n) {
    w.u64(m.startTs);
    w.varint(40);
  }
  if (m.endKey !== undefined && m.endKey.length > 0) {
    w.bytes(m.endKey);
    w.varint(34);
  }
  if (m.startKey !== undefined && m.startKey.length > 0) {
    w.bytes(m.startKey);
    w.varint(26);
  }
  if (m.version !== undefined && m.version !== 0n) {
    w.u64(m.version);
    w.varint(16);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readFlashbackToVersionRequest(r: ProtoReader, end: number): FlashbackToVersionRequest {
  const m: FlashbackToVersionRequest = {
    context: undefined,
    version: 0n,
    startKey: NO_BYTES,
    endKey: NO_BYTES,
    startTs: 0n,
    commitTs: 0n,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 16:
        m.version = r.u64();
        break;
      case 26:
        m.startKey = r.bytes();
        break;
      case 34:
        m.endKey = r.bytes();
        break;
      case 40:
        m.startTs = r.u64();
        break;
      case 48:
        m.commitTs = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const FlashbackToVersionRequest: Codec<FlashbackToVersionRequest, FlashbackToVersionRequestInit> =
  codec('kvrpcpb.FlashbackToVersionRequest', readFlashbackToVersionRequest, writeFlashbackToVersionRequest);
export interface FlashbackToVersionResponse {
  regionError: errorpb.Error | undefined;
  error: string;
}
export interface FlashbackToVersionResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: string | undefined;
}
export function writeFlashbackToVersionResponse(w: ProtoWriter, m: FlashbackToVersionResponseInit): void {
  if (m.error !== undefined && m.error !== '') {
    w.string(m.error);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readFlashbackToVersionResponse(r: ProtoReader, end: number): FlashbackToVersionResponse {
  const m: FlashbackToVersionResponse = { regionError: undefined, error: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const FlashbackToVersionResponse: Codec<FlashbackToVersionResponse, FlashbackToVersionResponseInit> =
  codec(
    'kvrpcpb.FlashbackToVersionResponse',
    readFlashbackToVersionResponse,
    writeFlashbackToVersionResponse,
  );
export interface UnsafeDestroyRangeRequest {
  context: Context | undefined;
  startKey: Uint8Array;
  endKey: Uint8Array;
}
export interface UnsafeDestroyRangeRequestInit {
  readonly context?: ContextInit | undefined;
  readonly startKey?: Uint8Array | undefined;
  readonly endKey?: Uint8Array | undefined;
}
export function writeUnsafeDestroyRangeRequest(w: ProtoWriter, m: UnsafeDestroyRangeRequestInit): void {
  if (m.endKey !== undefined && m.endKey.length > 0) {
    w.bytes(m.endKey);
    w.varint(26);
  }
  if (m.startKey !== undefined && m.startKey.length > 0) {
    w.bytes(m.startKey);
    w.varint(18);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readUnsafeDestroyRangeRequest(r: ProtoReader, end: number): UnsafeDestroyRangeRequest {
  const m: UnsafeDestroyRangeRequest = { context: undefined, startKey: NO_BYTES, endKey: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 18:
        m.startKey = r.bytes();
        break;
      case 26:
        m.endKey = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const UnsafeDestroyRangeRequest: Codec<UnsafeDestroyRangeRequest, UnsafeDestroyRangeRequestInit> =
  codec('kvrpcpb.UnsafeDestroyRangeRequest', readUnsafeDestroyRangeRequest, writeUnsafeDestroyRangeRequest);
export interface UnsafeDestroyRangeResponse {
  regionError: errorpb.Error | undefined;
  error: string;
}
export interface UnsafeDestroyRangeResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: string | undefined;
}
export function writeUnsafeDestroyRangeResponse(w: ProtoWriter, m: UnsafeDestroyRangeResponseInit): void {
  if (m.error !== undefined && m.error !== '') {
    w.string(m.error);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readUnsafeDestroyRangeResponse(r: ProtoReader, end: number): UnsafeDestroyRangeResponse {
  const m: UnsafeDestroyRangeResponse = { regionError: undefined, error: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const UnsafeDestroyRangeResponse: Codec<UnsafeDestroyRangeResponse, UnsafeDestroyRangeResponseInit> =
  codec(
    'kvrpcpb.UnsafeDestroyRangeResponse',
    readUnsafeDestroyRangeResponse,
    writeUnsafeDestroyRangeResponse,
  );
export interface PhysicalScanLockRequest {
  context: Context | undefined;
  maxTs: bigint;
  startKey: Uint8Array;
  limit: number;
}
export interface PhysicalScanLockRequestInit {
  readonly context?: ContextInit | undefined;
  readonly maxTs?: bigint | undefined;
  readonly startKey?: Uint8Array | undefined;
  readonly limit?: number | undefined;
}
export function writePhysicalScanLockRequest(w: ProtoWriter, m: PhysicalScanLockRequestInit): void {
  if (m.limit !== undefined && m.limit !== 0) {
    w.varint(m.limit);
    w.varint(32);
  }
  if (m.startKey !== undefined && m.startKey.length > 0) {
    w.bytes(m.startKey);
    w.varint(26);
  }
  if (m.maxTs !== undefined && m.maxTs !== 0n) {
    w.u64(m.maxTs);
    w.varint(16);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readPhysicalScanLockRequest(r: ProtoReader, end: number): PhysicalScanLockRequest {
  const m: PhysicalScanLockRequest = { context: undefined, maxTs: 0n, startKey: NO_BYTES, limit: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 16:
        m.maxTs = r.u64();
        break;
      case 26:
        m.startKey = r.bytes();
        break;
      case 32:
        m.limit = r.uint32();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PhysicalScanLockRequest: Codec<PhysicalScanLockRequest, PhysicalScanLockRequestInit> = codec(
  'kvrpcpb.PhysicalScanLockRequest',
  readPhysicalScanLockRequest,
  writePhysicalScanLockRequest,
);
export interface PhysicalScanLockResponse {
  error: string;
  locks: readonly LockInfo[];
}
export interface PhysicalScanLockResponseInit {
  readonly error?: string | undefined;
  readonly locks?: readonly LockInfoInit[] | undefined;
}
export function writePhysicalScanLockResponse(w: ProtoWriter, m: PhysicalScanLockResponseInit): void {
  if (m.locks !== undefined && m.locks.length > 0)
    for (let i = m.locks.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeLockInfo(w, m.locks[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.error !== undefined && m.error !== '') {
    w.string(m.error);
    w.varint(10);
  }
}
export function readPhysicalScanLockResponse(r: ProtoReader, end: number): PhysicalScanLockResponse {
  const m: PhysicalScanLockResponse = { error: '', locks: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.error = r.string();
        break;
      case 18:
        ((m.locks === NONE ? (m.locks = []) : m.locks) as LockInfo[]).push(readLockInfo(r, r.end()));
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PhysicalScanLockResponse: Codec<PhysicalScanLockResponse, PhysicalScanLockResponseInit> = codec(
  'kvrpcpb.PhysicalScanLockResponse',
  readPhysicalScanLockResponse,
  writePhysicalScanLockResponse,
);
export interface SplitRegionRequest {
  context: Context | undefined;
  splitKey: Uint8Array;
  splitKeys: readonly Uint8Array[];
  isRawKv: boolean;
}
export interface SplitRegionRequestInit {
  readonly context?: ContextInit | undefined;
  readonly splitKey?: Uint8Array | undefined;
  readonly splitKeys?: readonly Uint8Array[] | undefined;
  readonly isRawKv?: boolean | undefined;
}
export function writeSplitRegionRequest(w: ProtoWriter, m: SplitRegionRequestInit): void {
  if (m.isRawKv === true) {
    w.bool(m.isRawKv);
    w.varint(32);
  }
  if (m.splitKeys !== undefined && m.splitKeys.length > 0)
    for (let i = m.splitKeys.length - 1; i >= 0; i--) {
      w.bytes(m.splitKeys[i]!);
      w.varint(26);
    }
  if (m.splitKey !== undefined && m.splitKey.length > 0) {
    w.bytes(m.splitKey);
    w.varint(18);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readSplitRegionRequest(r: ProtoReader, end: number): SplitRegionRequest {
  const m: SplitRegionRequest = { context: undefined, splitKey: NO_BYTES, splitKeys: NONE, isRawKv: false };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 18:
        m.splitKey = r.bytes();
        break;
      case 26:
        ((m.splitKeys === NONE ? (m.splitKeys = []) : m.splitKeys) as Uint8Array[]).push(r.bytes());
        break;
      case 32:
        m.isRawKv = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const SplitRegionRequest: Codec<SplitRegionRequest, SplitRegionRequestInit> = codec(
  'kvrpcpb.SplitRegionRequest',
  readSplitRegionRequest,
  writeSplitRegionRequest,
);
export interface SplitRegionResponse {
  regionError: errorpb.Error | undefined;
  left: metapb.Region | undefined;
  right: metapb.Region | undefined;
  regions: readonly metapb.Region[];
}
export interface SplitRegionResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly left?: metapb.RegionInit | undefined;
  readonly right?: metapb.RegionInit | undefined;
  readonly regions?: readonly metapb.RegionInit[] | undefined;
}
export function writeSplitRegionResponse(w: ProtoWriter, m: SplitRegionResponseInit): void {
  if (m.regions !== undefined && m.regions.length > 0)
    for (let i = m.regions.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        metapb.writeRegion(w, m.regions[i]!);
        w.varint(w.written - at);
        w.varint(34);
      }
    }
  if (m.right !== undefined) {
    const at = w.written;
    metapb.writeRegion(w, m.right);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.left !== undefined) {
    const at = w.written;
    metapb.writeRegion(w, m.left);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readSplitRegionResponse(r: ProtoReader, end: number): SplitRegionResponse {
  const m: SplitRegionResponse = { regionError: undefined, left: undefined, right: undefined, regions: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.left = metapb.readRegion(r, r.end());
        break;
      case 26:
        m.right = metapb.readRegion(r, r.end());
        break;
      case 34:
        ((m.regions === NONE ? (m.regions = []) : m.regions) as metapb.Region[]).push(
          metapb.readRegion(r, r.end()),
        );
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const SplitRegionResponse: Codec<SplitRegionResponse, SplitRegionResponseInit> = codec(
  'kvrpcpb.SplitRegionResponse',
  readSplitRegionResponse,
  writeSplitRegionResponse,
);
export interface MvccGetByKeyRequest {
  context: Context | undefined;
  key: Uint8Array;
}
export interface MvccGetByKeyRequestInit {
  readonly context?: ContextInit | undefined;
  readonly key?: Uint8Array | undefined;
}
export function writeMvccGetByKeyRequest(w: ProtoWriter, m: MvccGetByKeyRequestInit): void {
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(18);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readMvccGetByKeyRequest(r: ProtoReader, end: number): MvccGetByKeyRequest {
  const m: MvccGetByKeyRequest = { context: undefined, key: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 18:
        m.key = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const MvccGetByKeyRequest: Codec<MvccGetByKeyRequest, MvccGetByKeyRequestInit> = codec(
  'kvrpcpb.MvccGetByKeyRequest',
  readMvccGetByKeyRequest,
  writeMvccGetByKeyRequest,
);
export interface MvccGetByKeyResponse {
  regionError: errorpb.Error | undefined;
  error: string;
  info: MvccInfo | undefined;
}
export interface MvccGetByKeyResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: string | undefined;
  readonly info?: MvccInfoInit | undefined;
}
export function writeMvccGetByKeyResponse(w: ProtoWriter, m: MvccGetByKeyResponseInit): void {
  if (m.info !== undefined) {
    const at = w.written;
    writeMvccInfo(w, m.info);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.error !== undefined && m.error !== '') {
    w.string(m.error);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readMvccGetByKeyResponse(r: ProtoReader, end: number): MvccGetByKeyResponse {
  const m: MvccGetByKeyResponse = { regionError: undefined, error: '', info: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = r.string();
        break;
      case 26:
        m.info = readMvccInfo(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const MvccGetByKeyResponse: Codec<MvccGetByKeyResponse, MvccGetByKeyResponseInit> = codec(
  'kvrpcpb.MvccGetByKeyResponse',
  readMvccGetByKeyResponse,
  writeMvccGetByKeyResponse,
);
export interface MvccGetByStartTsRequest {
  context: Context | undefined;
  startTs: bigint;
}
export interface MvccGetByStartTsRequestInit {
  readonly context?: ContextInit | undefined;
  readonly startTs?: bigint | undefined;
}
export function writeMvccGetByStartTsRequest(w: ProtoWriter, m: MvccGetByStartTsRequestInit): void {
  if (m.startTs !== undefined && m.startTs !== 0n) {
    w.u64(m.startTs);
    w.varint(16);
  }
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readMvccGetByStartTsRequest(r: ProtoReader, end: number): MvccGetByStartTsRequest {
  const m: MvccGetByStartTsRequest = { context: undefined, startTs: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      case 16:
        m.startTs = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const MvccGetByStartTsRequest: Codec<MvccGetByStartTsRequest, MvccGetByStartTsRequestInit> = codec(
  'kvrpcpb.MvccGetByStartTsRequest',
  readMvccGetByStartTsRequest,
  writeMvccGetByStartTsRequest,
);
export interface MvccGetByStartTsResponse {
  regionError: errorpb.Error | undefined;
  error: string;
  key: Uint8Array;
  info: MvccInfo | undefined;
}
export interface MvccGetByStartTsResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: string | undefined;
  readonly key?: Uint8Array | undefined;
  readonly info?: MvccInfoInit | undefined;
}
export function writeMvccGetByStartTsResponse(w: ProtoWriter, m: MvccGetByStartTsResponseInit): void {
  if (m.info !== undefined) {
    const at = w.written;
    writeMvccInfo(w, m.info);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(26);
  }
  if (m.error !== undefined && m.error !== '') {
    w.string(m.error);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readMvccGetByStartTsResponse(r: ProtoReader, end: number): MvccGetByStartTsResponse {
  const m: MvccGetByStartTsResponse = { regionError: undefined, error: '', key: NO_BYTES, info: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = r.string();
        break;
      case 26:
        m.key = r.bytes();
        break;
      case 34:
        m.info = readMvccInfo(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const MvccGetByStartTsResponse: Codec<MvccGetByStartTsResponse, MvccGetByStartTsResponseInit> = codec(
  'kvrpcpb.MvccGetByStartTsResponse',
  readMvccGetByStartTsResponse,
  writeMvccGetByStartTsResponse,
);
export interface StoreSafeTSRequest {
  keyRange: KeyRange | undefined;
}
export interface StoreSafeTSRequestInit {
  readonly keyRange?: KeyRangeInit | undefined;
}
export function writeStoreSafeTSRequest(w: ProtoWriter, m: StoreSafeTSRequestInit): void {
  if (m.keyRange !== undefined) {
    const at = w.written;
    writeKeyRange(w, m.keyRange);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readStoreSafeTSRequest(r: ProtoReader, end: number): StoreSafeTSRequest {
  const m: StoreSafeTSRequest = { keyRange: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.keyRange = readKeyRange(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const StoreSafeTSRequest: Codec<StoreSafeTSRequest, StoreSafeTSRequestInit> = codec(
  'kvrpcpb.StoreSafeTSRequest',
  readStoreSafeTSRequest,
  writeStoreSafeTSRequest,
);
export interface StoreSafeTSResponse {
  safeTs: bigint;
}
export interface StoreSafeTSResponseInit {
  readonly safeTs?: bigint | undefined;
}
export function writeStoreSafeTSResponse(w: ProtoWriter, m: StoreSafeTSResponseInit): void {
  if (m.safeTs !== undefined && m.safeTs !== 0n) {
    w.u64(m.safeTs);
    w.varint(8);
  }
}
export function readStoreSafeTSResponse(r: ProtoReader, end: number): StoreSafeTSResponse {
  const m: StoreSafeTSResponse = { safeTs: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.safeTs = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const StoreSafeTSResponse: Codec<StoreSafeTSResponse, StoreSafeTSResponseInit> = codec(
  'kvrpcpb.StoreSafeTSResponse',
  readStoreSafeTSResponse,
  writeStoreSafeTSResponse,
);
export interface GetLockWaitInfoRequest {
  context: Context | undefined;
}
export interface GetLockWaitInfoRequestInit {
  readonly context?: ContextInit | undefined;
}
export function writeGetLockWaitInfoRequest(w: ProtoWriter, m: GetLockWaitInfoRequestInit): void {
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetLockWaitInfoRequest(r: ProtoReader, end: number): GetLockWaitInfoRequest {
  const m: GetLockWaitInfoRequest = { context: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetLockWaitInfoRequest: Codec<GetLockWaitInfoRequest, GetLockWaitInfoRequestInit> = codec(
  'kvrpcpb.GetLockWaitInfoRequest',
  readGetLockWaitInfoRequest,
  writeGetLockWaitInfoRequest,
);
export interface GetLockWaitInfoResponse {
  regionError: errorpb.Error | undefined;
  error: string;
  entries: readonly deadlock.WaitForEntry[];
}
export interface GetLockWaitInfoResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: string | undefined;
  readonly entries?: readonly deadlock.WaitForEntryInit[] | undefined;
}
export function writeGetLockWaitInfoResponse(w: ProtoWriter, m: GetLockWaitInfoResponseInit): void {
  if (m.entries !== undefined && m.entries.length > 0)
    for (let i = m.entries.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        deadlock.writeWaitForEntry(w, m.entries[i]!);
        w.varint(w.written - at);
        w.varint(26);
      }
    }
  if (m.error !== undefined && m.error !== '') {
    w.string(m.error);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetLockWaitInfoResponse(r: ProtoReader, end: number): GetLockWaitInfoResponse {
  const m: GetLockWaitInfoResponse = { regionError: undefined, error: '', entries: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = r.string();
        break;
      case 26:
        ((m.entries === NONE ? (m.entries = []) : m.entries) as deadlock.WaitForEntry[]).push(
          deadlock.readWaitForEntry(r, r.end()),
        );
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetLockWaitInfoResponse: Codec<GetLockWaitInfoResponse, GetLockWaitInfoResponseInit> = codec(
  'kvrpcpb.GetLockWaitInfoResponse',
  readGetLockWaitInfoResponse,
  writeGetLockWaitInfoResponse,
);
export interface GetLockWaitHistoryRequest {
  context: Context | undefined;
}
export interface GetLockWaitHistoryRequestInit {
  readonly context?: ContextInit | undefined;
}
export function writeGetLockWaitHistoryRequest(w: ProtoWriter, m: GetLockWaitHistoryRequestInit): void {
  if (m.context !== undefined) {
    const at = w.written;
    writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetLockWaitHistoryRequest(r: ProtoReader, end: number): GetLockWaitHistoryRequest {
  const m: GetLockWaitHistoryRequest = { context: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = readContext(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetLockWaitHistoryRequest: Codec<GetLockWaitHistoryRequest, GetLockWaitHistoryRequestInit> =
  codec('kvrpcpb.GetLockWaitHistoryRequest', readGetLockWaitHistoryRequest, writeGetLockWaitHistoryRequest);
export interface GetLockWaitHistoryResponse {
  regionError: errorpb.Error | undefined;
  error: string;
  entries: readonly deadlock.WaitForEntry[];
}
export interface GetLockWaitHistoryResponseInit {
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly error?: string | undefined;
  readonly entries?: readonly deadlock.WaitForEntryInit[] | undefined;
}
export function writeGetLockWaitHistoryResponse(w: ProtoWriter, m: GetLockWaitHistoryResponseInit): void {
  if (m.entries !== undefined && m.entries.length > 0)
    for (let i = m.entries.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        deadlock.writeWaitForEntry(w, m.entries[i]!);
        w.varint(w.written - at);
        w.varint(26);
      }
    }
  if (m.error !== undefined && m.error !== '') {
    w.string(m.error);
    w.varint(18);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetLockWaitHistoryResponse(r: ProtoReader, end: number): GetLockWaitHistoryResponse {
  const m: GetLockWaitHistoryResponse = { regionError: undefined, error: '', entries: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 18:
        m.error = r.string();
        break;
      case 26:
        ((m.entries === NONE ? (m.entries = []) : m.entries) as deadlock.WaitForEntry[]).push(
          deadlock.readWaitForEntry(r, r.end()),
        );
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetLockWaitHistoryResponse: Codec<GetLockWaitHistoryResponse, GetLockWaitHistoryResponseInit> =
  codec(
    'kvrpcpb.GetLockWaitHistoryResponse',
    readGetLockWaitHistoryResponse,
    writeGetLockWaitHistoryResponse,
  );
export interface Context {
  regionId: number;
  regionEpoch: metapb.RegionEpoch | undefined;
  peer: metapb.Peer | undefined;
  term: number;
  priority: number;
  isolationLevel: number;
  notFillCache: boolean;
  syncLog: boolean;
  recordTimeStat: boolean;
  recordScanStat: boolean;
  replicaRead: boolean;
  resolvedLocks: readonly bigint[];
  maxExecutionDurationMs: number;
  appliedIndex: bigint;
  taskId: bigint;
  staleRead: boolean;
  resourceGroupTag: Uint8Array;
  diskFullOpt: number;
  isRetryRequest: boolean;
  apiVersion: number;
  committedLocks: readonly bigint[];
  traceContext: tracepb.TraceContext | undefined;
  requestSource: string;
  txnSource: bigint;
  busyThresholdMs: number;
  resourceControlContext: ResourceControlContext | undefined;
  keyspaceId: number;
  bucketsVersion: bigint;
  sourceStmt: SourceStmt | undefined;
  clusterId: bigint;
}
export interface ContextInit {
  readonly regionId?: number | undefined;
  readonly regionEpoch?: metapb.RegionEpochInit | undefined;
  readonly peer?: metapb.PeerInit | undefined;
  readonly term?: number | undefined;
  readonly priority?: number | undefined;
  readonly isolationLevel?: number | undefined;
  readonly notFillCache?: boolean | undefined;
  readonly syncLog?: boolean | undefined;
  readonly recordTimeStat?: boolean | undefined;
  readonly recordScanStat?: boolean | undefined;
  readonly replicaRead?: boolean | undefined;
  readonly resolvedLocks?: readonly bigint[] | undefined;
  readonly maxExecutionDurationMs?: number | undefined;
  readonly appliedIndex?: bigint | undefined;
  readonly taskId?: bigint | undefined;
  readonly staleRead?: boolean | undefined;
  readonly resourceGroupTag?: Uint8Array | undefined;
  readonly diskFullOpt?: number | undefined;
  readonly isRetryRequest?: boolean | undefined;
  readonly apiVersion?: number | undefined;
  readonly committedLocks?: readonly bigint[] | undefined;
  readonly traceContext?: tracepb.TraceContextInit | undefined;
  readonly requestSource?: string | undefined;
  readonly txnSource?: bigint | undefined;
  readonly busyThresholdMs?: number | undefined;
  readonly resourceControlContext?: ResourceControlContextInit | undefined;
  readonly keyspaceId?: number | undefined;
  readonly bucketsVersion?: bigint | undefined;
  readonly sourceStmt?: SourceStmtInit | undefined;
  readonly clusterId?: bigint | undefined;
}
export function writeContext(w: ProtoWriter, m: ContextInit): void {
  if (m.clusterId !== undefined && m.clusterId !== 0n) {
    w.u64(m.clusterId);
    w.varint(280);
  }
  if (m.sourceStmt !== undefined) {
    const at = w.written;
    writeSourceStmt(w, m.sourceStmt);
    w.varint(w.written - at);
    w.varint(274);
  }
  if (m.bucketsVersion !== undefined && m.bucketsVersion !== 0n) {
    w.u64(m.bucketsVersion);
    w.varint(264);
  }
  if (m.keyspaceId !== undefined && m.keyspaceId !== 0) {
    w.varint(m.keyspaceId);
    w.varint(256);
  }
  if (m.resourceControlContext !== undefined) {
    const at = w.written;
    writeResourceControlContext(w, m.resourceControlContext);
    w.varint(w.written - at);
    w.varint(226);
  }
  if (m.busyThresholdMs !== undefined && m.busyThresholdMs !== 0) {
    w.varint(m.busyThresholdMs);
    w.varint(216);
  }
  if (m.txnSource !== undefined && m.txnSource !== 0n) {
    w.u64(m.txnSource);
    w.varint(200);
  }
  if (m.requestSource !== undefined && m.requestSource !== '') {
    w.string(m.requestSource);
    w.varint(194);
  }
  if (m.traceContext !== undefined) {
    const at = w.written;
    tracepb.writeTraceContext(w, m.traceContext);
    w.varint(w.written - at);
    w.varint(186);
  }
  if (m.committedLocks !== undefined && m.committedLocks.length > 0) {
    const at = w.written;
    for (let i = m.committedLocks.length - 1; i >= 0; i--) w.u64(m.committedLocks[i]!);
    w.varint(w.written - at);
    w.varint(178);
  }
  if (m.apiVersion !== undefined && m.apiVersion !== 0) {
    w.varint(m.apiVersion);
    w.varint(168);
  }
  if (m.isRetryRequest === true) {
    w.bool(m.isRetryRequest);
    w.varint(160);
  }
  if (m.diskFullOpt !== undefined && m.diskFullOpt !== 0) {
    w.varint(m.diskFullOpt);
    w.varint(152);
  }
  if (m.resourceGroupTag !== undefined && m.resourceGroupTag.length > 0) {
    w.bytes(m.resourceGroupTag);
    w.varint(146);
  }
  if (m.staleRead === true) {
    w.bool(m.staleRead);
    w.varint(136);
  }
  if (m.taskId !== undefined && m.taskId !== 0n) {
    w.u64(m.taskId);
    w.varint(128);
  }
  if (m.appliedIndex !== undefined && m.appliedIndex !== 0n) {
    w.u64(m.appliedIndex);
    w.varint(120);
  }
  if (m.maxExecutionDurationMs !== undefined && m.maxExecutionDurationMs !== 0) {
    w.varint(m.maxExecutionDurationMs);
    w.varint(112);
  }
  if (m.resolvedLocks !== undefined && m.resolvedLocks.length > 0) {
    const at = w.written;
    for (let i = m.resolvedLocks.length - 1; i >= 0; i--) w.u64(m.resolvedLocks[i]!);
    w.varint(w.written - at);
    w.varint(106);
  }
  if (m.replicaRead === true) {
    w.bool(m.replicaRead);
    w.varint(96);
  }
  if (m.recordScanStat === true) {
    w.bool(m.recordScanStat);
    w.varint(88);
  }
  if (m.recordTimeStat === true) {
    w.bool(m.recordTimeStat);
    w.varint(80);
  }
  if (m.syncLog === true) {
    w.bool(m.syncLog);
    w.varint(72);
  }
  if (m.notFillCache === true) {
    w.bool(m.notFillCache);
    w.varint(64);
  }
  if (m.isolationLevel !== undefined && m.isolationLevel !== 0) {
    w.varint(m.isolationLevel);
    w.varint(56);
  }
  if (m.priority !== undefined && m.priority !== 0) {
    w.varint(m.priority);
    w.varint(48);
  }
  if (m.term !== undefined && m.term !== 0) {
    w.varint(m.term);
    w.varint(40);
  }
  if (m.peer !== undefined) {
    const at = w.written;
    metapb.writePeer(w, m.peer);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.regionEpoch !== undefined) {
    const at = w.written;
    metapb.writeRegionEpoch(w, m.regionEpoch);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(8);
  }
}
export function readContext(r: ProtoReader, end: number): Context {
  const m: Context = {
    regionId: 0,
    regionEpoch: undefined,
    peer: undefined,
    term: 0,
    priority: 0,
    isolationLevel: 0,
    notFillCache: false,
    syncLog: false,
    recordTimeStat: false,
    recordScanStat: false,
    replicaRead: false,
    resolvedLocks: NONE,
    maxExecutionDurationMs: 0,
    appliedIndex: 0n,
    taskId: 0n,
    staleRead: false,
    resourceGroupTag: NO_BYTES,
    diskFullOpt: 0,
    isRetryRequest: false,
    apiVersion: 0,
    committedLocks: NONE,
    traceContext: undefined,
    requestSource: '',
    txnSource: 0n,
    busyThresholdMs: 0,
    resourceControlContext: undefined,
    keyspaceId: 0,
    bucketsVersion: 0n,
    sourceStmt: undefined,
    clusterId: 0n,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.regionId = r.uint();
        break;
      case 18:
        m.regionEpoch = metapb.readRegionEpoch(r, r.end());
        break;
      case 26:
        m.peer = metapb.readPeer(r, r.end());
        break;
      case 40:
        m.term = r.uint();
        break;
      case 48:
        m.priority = r.int32();
        break;
      case 56:
        m.isolationLevel = r.int32();
        break;
      case 64:
        m.notFillCache = r.bool();
        break;
      case 72:
        m.syncLog = r.bool();
        break;
      case 80:
        m.recordTimeStat = r.bool();
        break;
      case 88:
        m.recordScanStat = r.bool();
        break;
      case 96:
        m.replicaRead = r.bool();
        break;
      case 104:
        ((m.resolvedLocks === NONE ? (m.resolvedLocks = []) : m.resolvedLocks) as bigint[]).push(r.u64());
        break;
      case 106: {
        const list = (m.resolvedLocks === NONE ? (m.resolvedLocks = []) : m.resolvedLocks) as bigint[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.u64());
        break;
      }
      case 112:
        m.maxExecutionDurationMs = r.uint();
        break;
      case 120:
        m.appliedIndex = r.u64();
        break;
      case 128:
        m.taskId = r.u64();
        break;
      case 136:
        m.staleRead = r.bool();
        break;
      case 146:
        m.resourceGroupTag = r.bytes();
        break;
      case 152:
        m.diskFullOpt = r.int32();
        break;
      case 160:
        m.isRetryRequest = r.bool();
        break;
      case 168:
        m.apiVersion = r.int32();
        break;
      case 176:
        ((m.committedLocks === NONE ? (m.committedLocks = []) : m.committedLocks) as bigint[]).push(r.u64());
        break;
      case 178: {
        const list = (m.committedLocks === NONE ? (m.committedLocks = []) : m.committedLocks) as bigint[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.u64());
        break;
      }
      case 186:
        m.traceContext = tracepb.readTraceContext(r, r.end());
        break;
      case 194:
        m.requestSource = r.string();
        break;
      case 200:
        m.txnSource = r.u64();
        break;
      case 216:
        m.busyThresholdMs = r.uint32();
        break;
      case 226:
        m.resourceControlContext = readResourceControlContext(r, r.end());
        break;
      case 256:
        m.keyspaceId = r.uint32();
        break;
      case 264:
        m.bucketsVersion = r.u64();
        break;
      case 274:
        m.sourceStmt = readSourceStmt(r, r.end());
        break;
      case 280:
        m.clusterId = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Context: Codec<Context, ContextInit> = codec('kvrpcpb.Context', readContext, writeContext);
export interface ResourceControlContext {
  resourceGroupName: string;
  penalty: resource_manager.Consumption | undefined;
  overridePriority: bigint;
}
export interface ResourceControlContextInit {
  readonly resourceGroupName?: string | undefined;
  readonly penalty?: resource_manager.ConsumptionInit | undefined;
  readonly overridePriority?: bigint | undefined;
}
export function writeResourceControlContext(w: ProtoWriter, m: ResourceControlContextInit): void {
  if (m.overridePriority !== undefined && m.overridePriority !== 0n) {
    w.u64(m.overridePriority);
    w.varint(24);
  }
  if (m.penalty !== undefined) {
    const at = w.written;
    resource_manager.writeConsumption(w, m.penalty);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.resourceGroupName !== undefined && m.resourceGroupName !== '') {
    w.string(m.resourceGroupName);
    w.varint(10);
  }
}
export function readResourceControlContext(r: ProtoReader, end: number): ResourceControlContext {
  const m: ResourceControlContext = { resourceGroupName: '', penalty: undefined, overridePriority: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.resourceGroupName = r.string();
        break;
      case 18:
        m.penalty = resource_manager.readConsumption(r, r.end());
        break;
      case 24:
        m.overridePriority = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ResourceControlContext: Codec<ResourceControlContext, ResourceControlContextInit> = codec(
  'kvrpcpb.ResourceControlContext',
  readResourceControlContext,
  writeResourceControlContext,
);
export interface SourceStmt {
  startTs: bigint;
  connectionId: bigint;
  stmtId: bigint;
  sessionAlias: string;
}
export interface SourceStmtInit {
  readonly startTs?: bigint | undefined;
  readonly connectionId?: bigint | undefined;
  readonly stmtId?: bigint | undefined;
  readonly sessionAlias?: string | undefined;
}
export function writeSourceStmt(w: ProtoWriter, m: SourceStmtInit): void {
  if (m.sessionAlias !== undefined && m.sessionAlias !== '') {
    w.string(m.sessionAlias);
    w.varint(34);
  }
  if (m.stmtId !== undefined && m.stmtId !== 0n) {
    w.u64(m.stmtId);
    w.varint(24);
  }
  if (m.connectionId !== undefined && m.connectionId !== 0n) {
    w.u64(m.connectionId);
    w.varint(16);
  }
  if (m.startTs !== undefined && m.startTs !== 0n) {
    w.u64(m.startTs);
    w.varint(8);
  }
}
export function readSourceStmt(r: ProtoReader, end: number): SourceStmt {
  const m: SourceStmt = { startTs: 0n, connectionId: 0n, stmtId: 0n, sessionAlias: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.startTs = r.u64();
        break;
      case 16:
        m.connectionId = r.u64();
        break;
      case 24:
        m.stmtId = r.u64();
        break;
      case 34:
        m.sessionAlias = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const SourceStmt: Codec<SourceStmt, SourceStmtInit> = codec(
  'kvrpcpb.SourceStmt',
  readSourceStmt,
  writeSourceStmt,
);
export interface LockInfo {
  primaryLock: Uint8Array;
  lockVersion: bigint;
  key: Uint8Array;
  lockTtl: number;
  txnSize: number;
  lockType: number;
  lockForUpdateTs: bigint;
  useAsyncCommit: boolean;
  minCommitTs: bigint;
  secondaries: readonly Uint8Array[];
  durationToLastUpdateMs: number;
}
export interface LockInfoInit {
  readonly primaryLock?: Uint8Array | undefined;
  readonly lockVersion?: bigint | undefined;
  readonly key?: Uint8Array | undefined;
  readonly lockTtl?: number | undefined;
  readonly txnSize?: number | undefined;
  readonly lockType?: number | undefined;
  readonly lockForUpdateTs?: bigint | undefined;
  readonly useAsyncCommit?: boolean | undefined;
  readonly minCommitTs?: bigint | undefined;
  readonly secondaries?: readonly Uint8Array[] | undefined;
  readonly durationToLastUpdateMs?: number | undefined;
}
export function writeLockInfo(w: ProtoWriter, m: LockInfoInit): void {
  if (m.durationToLastUpdateMs !== undefined && m.durationToLastUpdateMs !== 0) {
    w.varint(m.durationToLastUpdateMs);
    w.varint(88);
  }
  if (m.secondaries !== undefined && m.secondaries.length > 0)
    for (let i = m.secondaries.length - 1; i >= 0; i--) {
      w.bytes(m.secondaries[i]!);
      w.varint(82);
    }
  if (m.minCommitTs !== undefined && m.minCommitTs !== 0n) {
    w.u64(m.minCommitTs);
    w.varint(72);
  }
  if (m.useAsyncCommit === true) {
    w.bool(m.useAsyncCommit);
    w.varint(64);
  }
  if (m.lockForUpdateTs !== undefined && m.lockForUpdateTs !== 0n) {
    w.u64(m.lockForUpdateTs);
    w.varint(56);
  }
  if (m.lockType !== undefined && m.lockType !== 0) {
    w.varint(m.lockType);
    w.varint(48);
  }
  if (m.txnSize !== undefined && m.txnSize !== 0) {
    w.varint(m.txnSize);
    w.varint(40);
  }
  if (m.lockTtl !== undefined && m.lockTtl !== 0) {
    w.varint(m.lockTtl);
    w.varint(32);
  }
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(26);
  }
  if (m.lockVersion !== undefined && m.lockVersion !== 0n) {
    w.u64(m.lockVersion);
    w.varint(16);
  }
  if (m.primaryLock !== undefined && m.primaryLock.length > 0) {
    w.bytes(m.primaryLock);
    w.varint(10);
  }
}
export function readLockInfo(r: ProtoReader, end: number): LockInfo {
  const m: LockInfo = {
    primaryLock: NO_BYTES,
    lockVersion: 0n,
    key: NO_BYTES,
    lockTtl: 0,
    txnSize: 0,
    lockType: 0,
    lockForUpdateTs: 0n,
    useAsyncCommit: false,
    minCommitTs: 0n,
    secondaries: NONE,
    durationToLastUpdateMs: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.primaryLock = r.bytes();
        break;
      case 16:
        m.lockVersion = r.u64();
        break;
      case 26:
        m.key = r.bytes();
        break;
      case 32:
        m.lockTtl = r.uint();
        break;
      case 40:
        m.txnSize = r.uint();
        break;
      case 48:
        m.lockType = r.int32();
        break;
      case 56:
        m.lockForUpdateTs = r.u64();
        break;
      case 64:
        m.useAsyncCommit = r.bool();
        break;
      case 72:
        m.minCommitTs = r.u64();
        break;
      case 82:
        ((m.secondaries === NONE ? (m.secondaries = []) : m.secondaries) as Uint8Array[]).push(r.bytes());
        break;
      case 88:
        m.durationToLastUpdateMs = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const LockInfo: Codec<LockInfo, LockInfoInit> = codec('kvrpcpb.LockInfo', readLockInfo, writeLockInfo);
export interface KeyError {
  locked: LockInfo | undefined;
  retryable: string;
  abort: string;
  conflict: WriteConflict | undefined;
  alreadyExist: AlreadyExist | undefined;
  deadlock: Deadlock | undefined;
  commitTsExpired: CommitTsExpired | undefined;
  txnNotFound: TxnNotFound | undefined;
  commitTsTooLarge: CommitTsTooLarge | undefined;
  assertionFailed: AssertionFailed | undefined;
  primaryMismatch: PrimaryMismatch | undefined;
  txnLockNotFound: TxnLockNotFound | undefined;
}
export interface KeyErrorInit {
  readonly locked?: LockInfoInit | undefined;
  readonly retryable?: string | undefined;
  readonly abort?: string | undefined;
  readonly conflict?: WriteConflictInit | undefined;
  readonly alreadyExist?: AlreadyExistInit | undefined;
  readonly deadlock?: DeadlockInit | undefined;
  readonly commitTsExpired?: CommitTsExpiredInit | undefined;
  readonly txnNotFound?: TxnNotFoundInit | undefined;
  readonly commitTsTooLarge?: CommitTsTooLargeInit | undefined;
  readonly assertionFailed?: AssertionFailedInit | undefined;
  readonly primaryMismatch?: PrimaryMismatchInit | undefined;
  readonly txnLockNotFound?: TxnLockNotFoundInit | undefined;
}
export function writeKeyError(w: ProtoWriter, m: KeyErrorInit): void {
  if (m.txnLockNotFound !== undefined) {
    const at = w.written;
    writeTxnLockNotFound(w, m.txnLockNotFound);
    w.varint(w.written - at);
    w.varint(98);
  }
  if (m.primaryMismatch !== undefined) {
    const at = w.written;
    writePrimaryMismatch(w, m.primaryMismatch);
    w.varint(w.written - at);
    w.varint(90);
  }
  if (m.assertionFailed !== undefined) {
    const at = w.written;
    writeAssertionFailed(w, m.assertionFailed);
    w.varint(w.written - at);
    w.varint(82);
  }
  if (m.commitTsTooLarge !== undefined) {
    const at = w.written;
    writeCommitTsTooLarge(w, m.commitTsTooLarge);
    w.varint(w.written - at);
    w.varint(74);
  }
  if (m.txnNotFound !== undefined) {
    const at = w.written;
    writeTxnNotFound(w, m.txnNotFound);
    w.varint(w.written - at);
    w.varint(66);
  }
  if (m.commitTsExpired !== undefined) {
    const at = w.written;
    writeCommitTsExpired(w, m.commitTsExpired);
    w.varint(w.written - at);
    w.varint(58);
  }
  if (m.deadlock !== undefined) {
    const at = w.written;
    writeDeadlock(w, m.deadlock);
    w.varint(w.written - at);
    w.varint(50);
  }
  if (m.alreadyExist !== undefined) {
    const at = w.written;
    writeAlreadyExist(w, m.alreadyExist);
    w.varint(w.written - at);
    w.varint(42);
  }
  if (m.conflict !== undefined) {
    const at = w.written;
    writeWriteConflict(w, m.conflict);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.abort !== undefined && m.abort !== '') {
    w.string(m.abort);
    w.varint(26);
  }
  if (m.retryable !== undefined && m.retryable !== '') {
    w.string(m.retryable);
    w.varint(18);
  }
  if (m.locked !== undefined) {
    const at = w.written;
    writeLockInfo(w, m.locked);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readKeyError(r: ProtoReader, end: number): KeyError {
  const m: KeyError = {
    locked: undefined,
    retryable: '',
    abort: '',
    conflict: undefined,
    alreadyExist: undefined,
    deadlock: undefined,
    commitTsExpired: undefined,
    txnNotFound: undefined,
    commitTsTooLarge: undefined,
    assertionFailed: undefined,
    primaryMismatch: undefined,
    txnLockNotFound: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.locked = readLockInfo(r, r.end());
        break;
      case 18:
        m.retryable = r.string();
        break;
      case 26:
        m.abort = r.string();
        break;
      case 34:
        m.conflict = readWriteConflict(r, r.end());
        break;
      case 42:
        m.alreadyExist = readAlreadyExist(r, r.end());
        break;
      case 50:
        m.deadlock = readDeadlock(r, r.end());
        break;
      case 58:
        m.commitTsExpired = readCommitTsExpired(r, r.end());
        break;
      case 66:
        m.txnNotFound = readTxnNotFound(r, r.end());
        break;
      case 74:
        m.commitTsTooLarge = readCommitTsTooLarge(r, r.end());
        break;
      case 82:
        m.assertionFailed = readAssertionFailed(r, r.end());
        break;
      case 90:
        m.primaryMismatch = readPrimaryMismatch(r, r.end());
        break;
      case 98:
        m.txnLockNotFound = readTxnLockNotFound(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const KeyError: Codec<KeyError, KeyErrorInit> = codec('kvrpcpb.KeyError', readKeyError, writeKeyError);
export interface WriteConflict {
  startTs: bigint;
  conflictTs: bigint;
  key: Uint8Array;
  primary: Uint8Array;
  conflictCommitTs: bigint;
  reason: number;
}
export interface WriteConflictInit {
  readonly startTs?: bigint | undefined;
  readonly conflictTs?: bigint | undefined;
  readonly key?: Uint8Array | undefined;
  readonly primary?: Uint8Array | undefined;
  readonly conflictCommitTs?: bigint | undefined;
  readonly reason?: number | undefined;
}
export function writeWriteConflict(w: ProtoWriter, m: WriteConflictInit): void {
  if (m.reason !== undefined && m.reason !== 0) {
    w.varint(m.reason);
    w.varint(48);
  }
  if (m.conflictCommitTs !== undefined && m.conflictCommitTs !== 0n) {
    w.u64(m.conflictCommitTs);
    w.varint(40);
  }
  if (m.primary !== undefined && m.primary.length > 0) {
    w.bytes(m.primary);
    w.varint(34);
  }
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(26);
  }
  if (m.conflictTs !== undefined && m.conflictTs !== 0n) {
    w.u64(m.conflictTs);
    w.varint(16);
  }
  if (m.startTs !== undefined && m.startTs !== 0n) {
    w.u64(m.startTs);
    w.varint(8);
  }
}
export function readWriteConflict(r: ProtoReader, end: number): WriteConflict {
  const m: WriteConflict = {
    startTs: 0n,
    conflictTs: 0n,
    key: NO_BYTES,
    primary: NO_BYTES,
    conflictCommitTs: 0n,
    reason: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.startTs = r.u64();
        break;
      case 16:
        m.conflictTs = r.u64();
        break;
      case 26:
        m.key = r.bytes();
        break;
      case 34:
        m.primary = r.bytes();
        break;
      case 40:
        m.conflictCommitTs = r.u64();
        break;
      case 48:
        m.reason = r.int32();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const WriteConflict: Codec<WriteConflict, WriteConflictInit> = codec(
  'kvrpcpb.WriteConflict',
  readWriteConflict,
  writeWriteConflict,
);
export interface AlreadyExist {
  key: Uint8Array;
}
export interface AlreadyExistInit {
  readonly key?: Uint8Array | undefined;
}
export function writeAlreadyExist(w: ProtoWriter, m: AlreadyExistInit): void {
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(10);
  }
}
export function readAlreadyExist(r: ProtoReader, end: number): AlreadyExist {
  const m: AlreadyExist = { key: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.key = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const AlreadyExist: Codec<AlreadyExist, AlreadyExistInit> = codec(
  'kvrpcpb.AlreadyExist',
  readAlreadyExist,
  writeAlreadyExist,
);
export interface Deadlock {
  lockTs: bigint;
  lockKey: Uint8Array;
  deadlockKeyHash: bigint;
  waitChain: readonly deadlock.WaitForEntry[];
  deadlockKey: Uint8Array;
}
export interface DeadlockInit {
  readonly lockTs?: bigint | undefined;
  readonly lockKey?: Uint8Array | undefined;
  readonly deadlockKeyHash?: bigint | undefined;
  readonly waitChain?: readonly deadlock.WaitForEntryInit[] | undefined;
  readonly deadlockKey?: Uint8Array | undefined;
}
export function writeDeadlock(w: ProtoWriter, m: DeadlockInit): void {
  if (m.deadlockKey !== undefined && m.deadlockKey.length > 0) {
    w.bytes(m.deadlockKey);
    w.varint(42);
  }
  if (m.waitChain !== undefined && m.waitChain.length > 0)
    for (let i = m.waitChain.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        deadlock.writeWaitForEntry(w, m.waitChain[i]!);
        w.varint(w.written - at);
        w.varint(34);
      }
    }
  if (m.deadlockKeyHash !== undefined && m.deadlockKeyHash !== 0n) {
    w.u64(m.deadlockKeyHash);
    w.varint(24);
  }
  if (m.lockKey !== undefined && m.lockKey.length > 0) {
    w.bytes(m.lockKey);
    w.varint(18);
  }
  if (m.lockTs !== undefined && m.lockTs !== 0n) {
    w.u64(m.lockTs);
    w.varint(8);
  }
}
export function readDeadlock(r: ProtoReader, end: number): Deadlock {
  const m: Deadlock = {
    lockTs: 0n,
    lockKey: NO_BYTES,
    deadlockKeyHash: 0n,
    waitChain: NONE,
    deadlockKey: NO_BYTES,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.lockTs = r.u64();
        break;
      case 18:
        m.lockKey = r.bytes();
        break;
      case 24:
        m.deadlockKeyHash = r.u64();
        break;
      case 34:
        ((m.waitChain === NONE ? (m.waitChain = []) : m.waitChain) as deadlock.WaitForEntry[]).push(
          deadlock.readWaitForEntry(r, r.end()),
        );
        break;
      case 42:
        m.deadlockKey = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Deadlock: Codec<Deadlock, DeadlockInit> = codec('kvrpcpb.Deadlock', readDeadlock, writeDeadlock);
export interface CommitTsExpired {
  startTs: bigint;
  attemptedCommitTs: bigint;
  key: Uint8Array;
  minCommitTs: bigint;
}
export interface CommitTsExpiredInit {
  readonly startTs?: bigint | undefined;
  readonly attemptedCommitTs?: bigint | undefined;
  readonly key?: Uint8Array | undefined;
  readonly minCommitTs?: bigint | undefined;
}
export function writeCommitTsExpired(w: ProtoWriter, m: CommitTsExpiredInit): void {
  if (m.minCommitTs !== undefined && m.minCommitTs !== 0n) {
    w.u64(m.minCommitTs);
    w.varint(32);
  }
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(26);
  }
  if (m.attemptedCommitTs !== undefined && m.attemptedCommitTs !== 0n) {
    w.u64(m.attemptedCommitTs);
    w.varint(16);
  }
  if (m.startTs !== undefined && m.startTs !== 0n) {
    w.u64(m.startTs);
    w.varint(8);
  }
}
export function readCommitTsExpired(r: ProtoReader, end: number): CommitTsExpired {
  const m: CommitTsExpired = { startTs: 0n, attemptedCommitTs: 0n, key: NO_BYTES, minCommitTs: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.startTs = r.u64();
        break;
      case 16:
        m.attemptedCommitTs = r.u64();
        break;
      case 26:
        m.key = r.bytes();
        break;
      case 32:
        m.minCommitTs = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const CommitTsExpired: Codec<CommitTsExpired, CommitTsExpiredInit> = codec(
  'kvrpcpb.CommitTsExpired',
  readCommitTsExpired,
  writeCommitTsExpired,
);
export interface TxnNotFound {
  startTs: bigint;
  primaryKey: Uint8Array;
}
export interface TxnNotFoundInit {
  readonly startTs?: bigint | undefined;
  readonly primaryKey?: Uint8Array | undefined;
}
export function writeTxnNotFound(w: ProtoWriter, m: TxnNotFoundInit): void {
  if (m.primaryKey !== undefined && m.primaryKey.length > 0) {
    w.bytes(m.primaryKey);
    w.varint(18);
  }
  if (m.startTs !== undefined && m.startTs !== 0n) {
    w.u64(m.startTs);
    w.varint(8);
  }
}
export function readTxnNotFound(r: ProtoReader, end: number): TxnNotFound {
  const m: TxnNotFound = { startTs: 0n, primaryKey: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.startTs = r.u64();
        break;
      case 18:
        m.primaryKey = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const TxnNotFound: Codec<TxnNotFound, TxnNotFoundInit> = codec(
  'kvrpcpb.TxnNotFound',
  readTxnNotFound,
  writeTxnNotFound,
);
export interface CommitTsTooLarge {
  commitTs: bigint;
}
export interface CommitTsTooLargeInit {
  readonly commitTs?: bigint | undefined;
}
export function writeCommitTsTooLarge(w: ProtoWriter, m: CommitTsTooLargeInit): void {
  if (m.commitTs !== undefined && m.commitTs !== 0n) {
    w.u64(m.commitTs);
    w.varint(8);
  }
}
export function readCommitTsTooLarge(r: ProtoReader, end: number): CommitTsTooLarge {
  const m: CommitTsTooLarge = { commitTs: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.commitTs = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const CommitTsTooLarge: Codec<CommitTsTooLarge, CommitTsTooLargeInit> = codec(
  'kvrpcpb.CommitTsTooLarge',
  readCommitTsTooLarge,
  writeCommitTsTooLarge,
);
export interface AssertionFailed {
  startTs: bigint;
  key: Uint8Array;
  assertion: number;
  existingStartTs: bigint;
  existingCommitTs: bigint;
}
export interface AssertionFailedInit {
  readonly startTs?: bigint | undefined;
  readonly key?: Uint8Array | undefined;
  readonly assertion?: number | undefined;
  readonly existingStartTs?: bigint | undefined;
  readonly existingCommitTs?: bigint | undefined;
}
export function writeAssertionFailed(w: ProtoWriter, m: AssertionFailedInit): void {
  if (m.existingCommitTs !== undefined && m.existingCommitTs !== 0n) {
    w.u64(m.existingCommitTs);
    w.varint(40);
  }
  if (m.existingStartTs !== undefined && m.existingStartTs !== 0n) {
    w.u64(m.existingStartTs);
    w.varint(32);
  }
  if (m.assertion !== undefined && m.assertion !== 0) {
    w.varint(m.assertion);
    w.varint(24);
  }
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(18);
  }
  if (m.startTs !== undefined && m.startTs !== 0n) {
    w.u64(m.startTs);
    w.varint(8);
  }
}
export function readAssertionFailed(r: ProtoReader, end: number): AssertionFailed {
  const m: AssertionFailed = {
    startTs: 0n,
    key: NO_BYTES,
    assertion: 0,
    existingStartTs: 0n,
    existingCommitTs: 0n,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.startTs = r.u64();
        break;
      case 18:
        m.key = r.bytes();
        break;
      case 24:
        m.assertion = r.int32();
        break;
      case 32:
        m.existingStartTs = r.u64();
        break;
      case 40:
        m.existingCommitTs = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const AssertionFailed: Codec<AssertionFailed, AssertionFailedInit> = codec(
  'kvrpcpb.AssertionFailed',
  readAssertionFailed,
  writeAssertionFailed,
);
export interface PrimaryMismatch {
  lockInfo: LockInfo | undefined;
}
export interface PrimaryMismatchInit {
  readonly lockInfo?: LockInfoInit | undefined;
}
export function writePrimaryMismatch(w: ProtoWriter, m: PrimaryMismatchInit): void {
  if (m.lockInfo !== undefined) {
    const at = w.written;
    writeLockInfo(w, m.lockInfo);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readPrimaryMismatch(r: ProtoReader, end: number): PrimaryMismatch {
  const m: PrimaryMismatch = { lockInfo: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.lockInfo = readLockInfo(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PrimaryMismatch: Codec<PrimaryMismatch, PrimaryMismatchInit> = codec(
  'kvrpcpb.PrimaryMismatch',
  readPrimaryMismatch,
  writePrimaryMismatch,
);
export interface TxnLockNotFound {
  key: Uint8Array;
}
export interface TxnLockNotFoundInit {
  readonly key?: Uint8Array | undefined;
}
export function writeTxnLockNotFound(w: ProtoWriter, m: TxnLockNotFoundInit): void {
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(10);
  }
}
export function readTxnLockNotFound(r: ProtoReader, end: number): TxnLockNotFound {
  const m: TxnLockNotFound = { key: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.key = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const TxnLockNotFound: Codec<TxnLockNotFound, TxnLockNotFoundInit> = codec(
  'kvrpcpb.TxnLockNotFound',
  readTxnLockNotFound,
  writeTxnLockNotFound,
);
export interface TimeDetail {
  waitWallTimeMs: number;
  processWallTimeMs: number;
  kvReadWallTimeMs: number;
  totalRpcWallTimeNs: number;
}
export interface TimeDetailInit {
  readonly waitWallTimeMs?: number | undefined;
  readonly processWallTimeMs?: number | undefined;
  readonly kvReadWallTimeMs?: number | undefined;
  readonly totalRpcWallTimeNs?: number | undefined;
}
export function writeTimeDetail(w: ProtoWriter, m: TimeDetailInit): void {
  if (m.totalRpcWallTimeNs !== undefined && m.totalRpcWallTimeNs !== 0) {
    w.varint(m.totalRpcWallTimeNs);
    w.varint(32);
  }
  if (m.kvReadWallTimeMs !== undefined && m.kvReadWallTimeMs !== 0) {
    w.varint(m.kvReadWallTimeMs);
    w.varint(24);
  }
  if (m.processWallTimeMs !== undefined && m.processWallTimeMs !== 0) {
    w.varint(m.processWallTimeMs);
    w.varint(16);
  }
  if (m.waitWallTimeMs !== undefined && m.waitWallTimeMs !== 0) {
    w.varint(m.waitWallTimeMs);
    w.varint(8);
  }
}
export function readTimeDetail(r: ProtoReader, end: number): TimeDetail {
  const m: TimeDetail = {
    waitWallTimeMs: 0,
    processWallTimeMs: 0,
    kvReadWallTimeMs: 0,
    totalRpcWallTimeNs: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.waitWallTimeMs = r.uint();
        break;
      case 16:
        m.processWallTimeMs = r.uint();
        break;
      case 24:
        m.kvReadWallTimeMs = r.uint();
        break;
      case 32:
        m.totalRpcWallTimeNs = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const TimeDetail: Codec<TimeDetail, TimeDetailInit> = codec(
  'kvrpcpb.TimeDetail',
  readTimeDetail,
  writeTimeDetail,
);
export interface TimeDetailV2 {
  waitWallTimeNs: number;
  processWallTimeNs: number;
  processSuspendWallTimeNs: number;
  kvReadWallTimeNs: number;
  totalRpcWallTimeNs: number;
}
export interface TimeDetailV2Init {
  readonly waitWallTimeNs?: number | undefined;
  readonly processWallTimeNs?: number | undefined;
  readonly processSuspendWallTimeNs?: number | undefined;
  readonly kvReadWallTimeNs?: number | undefined;
  readonly totalRpcWallTimeNs?: number | undefined;
}
export function writeTimeDetailV2(w: ProtoWriter, m: TimeDetailV2Init): void {
  if (m.totalRpcWallTimeNs !== undefined && m.totalRpcWallTimeNs !== 0) {
    w.varint(m.totalRpcWallTimeNs);
    w.varint(40);
  }
  if (m.kvReadWallTimeNs !== undefined && m.kvReadWallTimeNs !== 0) {
    w.varint(m.kvReadWallTimeNs);
    w.varint(32);
  }
  if (m.processSuspendWallTimeNs !== undefined && m.processSuspendWallTimeNs !== 0) {
    w.varint(m.processSuspendWallTimeNs);
    w.varint(24);
  }
  if (m.processWallTimeNs !== undefined && m.processWallTimeNs !== 0) {
    w.varint(m.processWallTimeNs);
    w.varint(16);
  }
  if (m.waitWallTimeNs !== undefined && m.waitWallTimeNs !== 0) {
    w.varint(m.waitWallTimeNs);
    w.varint(8);
  }
}
export function readTimeDetailV2(r: ProtoReader, end: number): TimeDetailV2 {
  const m: TimeDetailV2 = {
    waitWallTimeNs: 0,
    processWallTimeNs: 0,
    processSuspendWallTimeNs: 0,
    kvReadWallTimeNs: 0,
    totalRpcWallTimeNs: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.waitWallTimeNs = r.uint();
        break;
      case 16:
        m.processWallTimeNs = r.uint();
        break;
      case 24:
        m.processSuspendWallTimeNs = r.uint();
        break;
      case 32:
        m.kvReadWallTimeNs = r.uint();
        break;
      case 40:
        m.totalRpcWallTimeNs = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const TimeDetailV2: Codec<TimeDetailV2, TimeDetailV2Init> = codec(
  'kvrpcpb.TimeDetailV2',
  readTimeDetailV2,
  writeTimeDetailV2,
);
export interface ScanInfo {
  total: number;
  processed: number;
  readBytes: number;
}
export interface ScanInfoInit {
  readonly total?: number | undefined;
  readonly processed?: number | undefined;
  readonly readBytes?: number | undefined;
}
export function writeScanInfo(w: ProtoWriter, m: ScanInfoInit): void {
  if (m.readBytes !== undefined && m.readBytes !== 0) {
    w.varint(m.readBytes);
    w.varint(24);
  }
  if (m.processed !== undefined && m.processed !== 0) {
    w.varint(m.processed);
    w.varint(16);
  }
  if (m.total !== undefined && m.total !== 0) {
    w.varint(m.total);
    w.varint(8);
  }
}
export function readScanInfo(r: ProtoReader, end: number): ScanInfo {
  const m: ScanInfo = { total: 0, processed: 0, readBytes: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.total = r.int();
        break;
      case 16:
        m.processed = r.int();
        break;
      case 24:
        m.readBytes = r.int();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ScanInfo: Codec<ScanInfo, ScanInfoInit> = codec('kvrpcpb.ScanInfo', readScanInfo, writeScanInfo);
export interface ScanDetail {
  write: ScanInfo | undefined;
  lock: ScanInfo | undefined;
  data: ScanInfo | undefined;
}
export interface ScanDetailInit {
  readonly write?: ScanInfoInit | undefined;
  readonly lock?: ScanInfoInit | undefined;
  readonly data?: ScanInfoInit | undefined;
}
export function writeScanDetail(w: ProtoWriter, m: ScanDetailInit): void {
  if (m.data !== undefined) {
    const at = w.written;
    writeScanInfo(w, m.data);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.lock !== undefined) {
    const at = w.written;
    writeScanInfo(w, m.lock);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.write !== undefined) {
    const at = w.written;
    writeScanInfo(w, m.write);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readScanDetail(r: ProtoReader, end: number): ScanDetail {
  const m: ScanDetail = { write: undefined, lock: undefined, data: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.write = readScanInfo(r, r.end());
        break;
      case 18:
        m.lock = readScanInfo(r, r.end());
        break;
      case 26:
        m.data = readScanInfo(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ScanDetail: Codec<ScanDetail, ScanDetailInit> = codec(
  'kvrpcpb.ScanDetail',
  readScanDetail,
  writeScanDetail,
);
export interface ScanDetailV2 {
  processedVersions: number;
  totalVersions: number;
  rocksdbDeleteSkippedCount: number;
  rocksdbKeySkippedCount: number;
  rocksdbBlockCacheHitCount: number;
  rocksdbBlockReadCount: number;
  rocksdbBlockReadByte: number;
  processedVersionsSize: number;
  rocksdbBlockReadNanos: number;
  getSnapshotNanos: number;
  readIndexProposeWaitNanos: number;
  readIndexConfirmWaitNanos: number;
  readPoolScheduleWaitNanos: number;
}
export interface ScanDetailV2Init {
  readonly processedVersions?: number | undefined;
  readonly totalVersions?: number | undefined;
  readonly rocksdbDeleteSkippedCount?: number | undefined;
  readonly rocksdbKeySkippedCount?: number | undefined;
  readonly rocksdbBlockCacheHitCount?: number | undefined;
  readonly rocksdbBlockReadCount?: number | undefined;
  readonly rocksdbBlockReadByte?: number | undefined;
  readonly processedVersionsSize?: number | undefined;
  readonly rocksdbBlockReadNanos?: number | undefined;
  readonly getSnapshotNanos?: number | undefined;
  readonly readIndexProposeWaitNanos?: number | undefined;
  readonly readIndexConfirmWaitNanos?: number | undefined;
  readonly readPoolScheduleWaitNanos?: number | undefined;
}
export function writeScanDetailV2(w: ProtoWriter, m: ScanDetailV2Init): void {
  if (m.readPoolScheduleWaitNanos !== undefined && m.readPoolScheduleWaitNanos !== 0) {
    w.varint(m.readPoolScheduleWaitNanos);
    w.varint(104);
  }
  if (m.readIndexConfirmWaitNanos !== undefined && m.readIndexConfirmWaitNanos !== 0) {
    w.varint(m.readIndexConfirmWaitNanos);
    w.varint(96);
  }
  if (m.readIndexProposeWaitNanos !== undefined && m.readIndexProposeWaitNanos !== 0) {
    w.varint(m.readIndexProposeWaitNanos);
    w.varint(88);
  }
  if (m.getSnapshotNanos !== undefined && m.getSnapshotNanos !== 0) {
    w.varint(m.getSnapshotNanos);
    w.varint(80);
  }
  if (m.rocksdbBlockReadNanos !== undefined && m.rocksdbBlockReadNanos !== 0) {
    w.varint(m.rocksdbBlockReadNanos);
    w.varint(72);
  }
  if (m.processedVersionsSize !== undefined && m.processedVersionsSize !== 0) {
    w.varint(m.processedVersionsSize);
    w.varint(64);
  }
  if (m.rocksdbBlockReadByte !== undefined && m.rocksdbBlockReadByte !== 0) {
    w.varint(m.rocksdbBlockReadByte);
    w.varint(56);
  }
  if (m.rocksdbBlockReadCount !== undefined && m.rocksdbBlockReadCount !== 0) {
    w.varint(m.rocksdbBlockReadCount);
    w.varint(48);
  }
  if (m.rocksdbBlockCacheHitCount !== undefined && m.rocksdbBlockCacheHitCount !== 0) {
    w.varint(m.rocksdbBlockCacheHitCount);
    w.varint(40);
  }
  if (m.rocksdbKeySkippedCount !== undefined && m.rocksdbKeySkippedCount !== 0) {
    w.varint(m.rocksdbKeySkippedCount);
    w.varint(32);
  }
  if (m.rocksdbDeleteSkippedCount !== undefined && m.rocksdbDeleteSkippedCount !== 0) {
    w.varint(m.rocksdbDeleteSkippedCount);
    w.varint(24);
  }
  if (m.totalVersions !== undefined && m.totalVersions !== 0) {
    w.varint(m.totalVersions);
    w.varint(16);
  }
  if (m.processedVersions !== undefined && m.processedVersions !== 0) {
    w.varint(m.processedVersions);
    w.varint(8);
  }
}
export function readScanDetailV2(r: ProtoReader, end: number): ScanDetailV2 {
  const m: ScanDetailV2 = {
    processedVersions: 0,
    totalVersions: 0,
    rocksdbDeleteSkippedCount: 0,
    rocksdbKeySkippedCount: 0,
    rocksdbBlockCacheHitCount: 0,
    rocksdbBlockReadCount: 0,
    rocksdbBlockReadByte: 0,
    processedVersionsSize: 0,
    rocksdbBlockReadNanos: 0,
    getSnapshotNanos: 0,
    readIndexProposeWaitNanos: 0,
    readIndexConfirmWaitNanos: 0,
    readPoolScheduleWaitNanos: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.processedVersions = r.uint();
        break;
      case 16:
        m.totalVersions = r.uint();
        break;
      case 24:
        m.rocksdbDeleteSkippedCount = r.uint();
        break;
      case 32:
        m.rocksdbKeySkippedCount = r.uint();
        break;
      case 40:
        m.rocksdbBlockCacheHitCount = r.uint();
        break;
      case 48:
        m.rocksdbBlockReadCount = r.uint();
        break;
      case 56:
        m.rocksdbBlockReadByte = r.uint();
        break;
      case 64:
        m.processedVersionsSize = r.uint();
        break;
      case 72:
        m.rocksdbBlockReadNanos = r.uint();
        break;
      case 80:
        m.getSnapshotNanos = r.uint();
        break;
      case 88:
        m.readIndexProposeWaitNanos = r.uint();
        break;
      case 96:
        m.readIndexConfirmWaitNanos = r.uint();
        break;
      case 104:
        m.readPoolScheduleWaitNanos = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ScanDetailV2: Codec<ScanDetailV2, ScanDetailV2Init> = codec(
  'kvrpcpb.ScanDetailV2',
  readScanDetailV2,
  writeScanDetailV2,
);
export interface ExecDetails {
  timeDetail: TimeDetail | undefined;
  scanDetail: ScanDetail | undefined;
}
export interface ExecDetailsInit {
  readonly timeDetail?: TimeDetailInit | undefined;
  readonly scanDetail?: ScanDetailInit | undefined;
}
export function writeExecDetails(w: ProtoWriter, m: ExecDetailsInit): void {
  if (m.scanDetail !== undefined) {
    const at = w.written;
    writeScanDetail(w, m.scanDetail);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.timeDetail !== undefined) {
    const at = w.written;
    writeTimeDetail(w, m.timeDetail);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readExecDetails(r: ProtoReader, end: number): ExecDetails {
  const m: ExecDetails = { timeDetail: undefined, scanDetail: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.timeDetail = readTimeDetail(r, r.end());
        break;
      case 18:
        m.scanDetail = readScanDetail(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ExecDetails: Codec<ExecDetails, ExecDetailsInit> = codec(
  'kvrpcpb.ExecDetails',
  readExecDetails,
  writeExecDetails,
);
export interface ExecDetailsV2 {
  timeDetail: TimeDetail | undefined;
  scanDetailV2: ScanDetailV2 | undefined;
  writeDetail: WriteDetail | undefined;
  timeDetailV2: TimeDetailV2 | undefined;
}
export interface ExecDetailsV2Init {
  readonly timeDetail?: TimeDetailInit | undefined;
  readonly scanDetailV2?: ScanDetailV2Init | undefined;
  readonly writeDetail?: WriteDetailInit | undefined;
  readonly timeDetailV2?: TimeDetailV2Init | undefined;
}
export function writeExecDetailsV2(w: ProtoWriter, m: ExecDetailsV2Init): void {
  if (m.timeDetailV2 !== undefined) {
    const at = w.written;
    writeTimeDetailV2(w, m.timeDetailV2);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.writeDetail !== undefined) {
    const at = w.written;
    writeWriteDetail(w, m.writeDetail);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.scanDetailV2 !== undefined) {
    const at = w.written;
    writeScanDetailV2(w, m.scanDetailV2);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.timeDetail !== undefined) {
    const at = w.written;
    writeTimeDetail(w, m.timeDetail);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readExecDetailsV2(r: ProtoReader, end: number): ExecDetailsV2 {
  const m: ExecDetailsV2 = {
    timeDetail: undefined,
    scanDetailV2: undefined,
    writeDetail: undefined,
    timeDetailV2: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.timeDetail = readTimeDetail(r, r.end());
        break;
      case 18:
        m.scanDetailV2 = readScanDetailV2(r, r.end());
        break;
      case 26:
        m.writeDetail = readWriteDetail(r, r.end());
        break;
      case 34:
        m.timeDetailV2 = readTimeDetailV2(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ExecDetailsV2: Codec<ExecDetailsV2, ExecDetailsV2Init> = codec(
  'kvrpcpb.ExecDetailsV2',
  readExecDetailsV2,
  writeExecDetailsV2,
);
export interface WriteDetail {
  storeBatchWaitNanos: number;
  proposeSendWaitNanos: number;
  persistLogNanos: number;
  raftDbWriteLeaderWaitNanos: number;
  raftDbSyncLogNanos: number;
  raftDbWriteMemtableNanos: number;
  commitLogNanos: number;
  applyBatchWaitNanos: number;
  applyLogNanos: number;
  applyMutexLockNanos: number;
  applyWriteLeaderWaitNanos: number;
  applyWriteWalNanos: number;
  applyWriteMemtableNanos: number;
  latchWaitNanos: number;
  processNanos: number;
  throttleNanos: number;
  pessimisticLockWaitNanos: number;
}
export interface WriteDetailInit {
  readonly storeBatchWaitNanos?: number | undefined;
  readonly proposeSendWaitNanos?: number | undefined;
  readonly persistLogNanos?: number | undefined;
  readonly raftDbWriteLeaderWaitNanos?: number | undefined;
  readonly raftDbSyncLogNanos?: number | undefined;
  readonly raftDbWriteMemtableNanos?: number | undefined;
  readonly commitLogNanos?: number | undefined;
  readonly applyBatchWaitNanos?: number | undefined;
  readonly applyLogNanos?: number | undefined;
  readonly applyMutexLockNanos?: number | undefined;
  readonly applyWriteLeaderWaitNanos?: number | undefined;
  readonly applyWriteWalNanos?: number | undefined;
  readonly applyWriteMemtableNanos?: number | undefined;
  readonly latchWaitNanos?: number | undefined;
  readonly processNanos?: number | undefined;
  readonly throttleNanos?: number | undefined;
  readonly pessimisticLockWaitNanos?: number | undefined;
}
export function writeWriteDetail(w: ProtoWriter, m: WriteDetailInit): void {
  if (m.pessimisticLockWaitNanos !== undefined && m.pessimisticLockWaitNanos !== 0) {
    w.varint(m.pessimisticLockWaitNanos);
    w.varint(136);
  }
  if (m.throttleNanos !== undefined && m.throttleNanos !== 0) {
    w.varint(m.throttleNanos);
    w.varint(128);
  }
  if (m.processNanos !== undefined && m.processNanos !== 0) {
    w.varint(m.processNanos);
    w.varint(120);
  }
  if (m.latchWaitNanos !== undefined && m.latchWaitNanos !== 0) {
    w.varint(m.latchWaitNanos);
    w.varint(112);
  }
  if (m.applyWriteMemtableNanos !== undefined && m.applyWriteMemtableNanos !== 0) {
    w.varint(m.applyWriteMemtableNanos);
    w.varint(104);
  }
  if (m.applyWriteWalNanos !== undefined && m.applyWriteWalNanos !== 0) {
    w.varint(m.applyWriteWalNanos);
    w.varint(96);
  }
  if (m.applyWriteLeaderWaitNanos !== undefined && m.applyWriteLeaderWaitNanos !== 0) {
    w.varint(m.applyWriteLeaderWaitNanos);
    w.varint(88);
  }
  if (m.applyMutexLockNanos !== undefined && m.applyMutexLockNanos !== 0) {
    w.varint(m.applyMutexLockNanos);
    w.varint(80);
  }
  if (m.applyLogNanos !== undefined && m.applyLogNanos !== 0) {
    w.varint(m.applyLogNanos);
    w.varint(72);
  }
  if (m.applyBatchWaitNanos !== undefined && m.applyBatchWaitNanos !== 0) {
    w.varint(m.applyBatchWaitNanos);
    w.varint(64);
  }
  if (m.commitLogNanos !== undefined && m.commitLogNanos !== 0) {
    w.varint(m.commitLogNanos);
    w.varint(56);
  }
  if (m.raftDbWriteMemtableNanos !== undefined && m.raftDbWriteMemtableNanos !== 0) {
    w.varint(m.raftDbWriteMemtableNanos);
    w.varint(48);
  }
  if (m.raftDbSyncLogNanos !== undefined && m.raftDbSyncLogNanos !== 0) {
    w.varint(m.raftDbSyncLogNanos);
    w.varint(40);
  }
  if (m.raftDbWriteLeaderWaitNanos !== undefined && m.raftDbWriteLeaderWaitNanos !== 0) {
    w.varint(m.raftDbWriteLeaderWaitNanos);
    w.varint(32);
  }
  if (m.persistLogNanos !== undefined && m.persistLogNanos !== 0) {
    w.varint(m.persistLogNanos);
    w.varint(24);
  }
  if (m.proposeSendWaitNanos !== undefined && m.proposeSendWaitNanos !== 0) {
    w.varint(m.proposeSendWaitNanos);
    w.varint(16);
  }
  if (m.storeBatchWaitNanos !== undefined && m.storeBatchWaitNanos !== 0) {
    w.varint(m.storeBatchWaitNanos);
    w.varint(8);
  }
}
export function readWriteDetail(r: ProtoReader, end: number): WriteDetail {
  const m: WriteDetail = {
    storeBatchWaitNanos: 0,
    proposeSendWaitNanos: 0,
    persistLogNanos: 0,
    raftDbWriteLeaderWaitNanos: 0,
    raftDbSyncLogNanos: 0,
    raftDbWriteMemtableNanos: 0,
    commitLogNanos: 0,
    applyBatchWaitNanos: 0,
    applyLogNanos: 0,
    applyMutexLockNanos: 0,
    applyWriteLeaderWaitNanos: 0,
    applyWriteWalNanos: 0,
    applyWriteMemtableNanos: 0,
    latchWaitNanos: 0,
    processNanos: 0,
    throttleNanos: 0,
    pessimisticLockWaitNanos: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.storeBatchWaitNanos = r.uint();
        break;
      case 16:
        m.proposeSendWaitNanos = r.uint();
        break;
      case 24:
        m.persistLogNanos = r.uint();
        break;
      case 32:
        m.raftDbWriteLeaderWaitNanos = r.uint();
        break;
      case 40:
        m.raftDbSyncLogNanos = r.uint();
        break;
      case 48:
        m.raftDbWriteMemtableNanos = r.uint();
        break;
      case 56:
        m.commitLogNanos = r.uint();
        break;
      case 64:
        m.applyBatchWaitNanos = r.uint();
        break;
      case 72:
        m.applyLogNanos = r.uint();
        break;
      case 80:
        m.applyMutexLockNanos = r.uint();
        break;
      case 88:
        m.applyWriteLeaderWaitNanos = r.uint();
        break;
      case 96:
        m.applyWriteWalNanos = r.uint();
        break;
      case 104:
        m.applyWriteMemtableNanos = r.uint();
        break;
      case 112:
        m.latchWaitNanos = r.uint();
        break;
      case 120:
        m.processNanos = r.uint();
        break;
      case 128:
        m.throttleNanos = r.uint();
        break;
      case 136:
        m.pessimisticLockWaitNanos = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const WriteDetail: Codec<WriteDetail, WriteDetailInit> = codec(
  'kvrpcpb.WriteDetail',
  readWriteDetail,
  writeWriteDetail,
);
export interface KvPair {
  error: KeyError | undefined;
  key: Uint8Array;
  value: Uint8Array;
}
export interface KvPairInit {
  readonly error?: KeyErrorInit | undefined;
  readonly key?: Uint8Array | undefined;
  readonly value?: Uint8Array | undefined;
}
export function writeKvPair(w: ProtoWriter, m: KvPairInit): void {
  if (m.value !== undefined && m.value.length > 0) {
    w.bytes(m.value);
    w.varint(26);
  }
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(18);
  }
  if (m.error !== undefined) {
    const at = w.written;
    writeKeyError(w, m.error);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readKvPair(r: ProtoReader, end: number): KvPair {
  const m: KvPair = { error: undefined, key: NO_BYTES, value: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.error = readKeyError(r, r.end());
        break;
      case 18:
        m.key = r.bytes();
        break;
      case 26:
        m.value = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const KvPair: Codec<KvPair, KvPairInit> = codec('kvrpcpb.KvPair', readKvPair, writeKvPair);
export interface Mutation {
  op: number;
  key: Uint8Array;
  value: Uint8Array;
  assertion: number;
}
export interface MutationInit {
  readonly op?: number | undefined;
  readonly key?: Uint8Array | undefined;
  readonly value?: Uint8Array | undefined;
  readonly assertion?: number | undefined;
}
export function writeMutation(w: ProtoWriter, m: MutationInit): void {
  if (m.assertion !== undefined && m.assertion !== 0) {
    w.varint(m.assertion);
    w.varint(32);
  }
  if (m.value !== undefined && m.value.length > 0) {
    w.bytes(m.value);
    w.varint(26);
  }
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(18);
  }
  if (m.op !== undefined && m.op !== 0) {
    w.varint(m.op);
    w.varint(8);
  }
}
export function readMutation(r: ProtoReader, end: number): Mutation {
  const m: Mutation = { op: 0, key: NO_BYTES, value: NO_BYTES, assertion: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.op = r.int32();
        break;
      case 18:
        m.key = r.bytes();
        break;
      case 26:
        m.value = r.bytes();
        break;
      case 32:
        m.assertion = r.int32();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Mutation: Codec<Mutation, MutationInit> = codec('kvrpcpb.Mutation', readMutation, writeMutation);
export interface MvccWrite {
  type: number;
  startTs: bigint;
  commitTs: bigint;
  shortValue: Uint8Array;
  hasOverlappedRollback: boolean;
  hasGcFence: boolean;
  gcFence: bigint;
  lastChangeTs: bigint;
  versionsToLastChange: bigint;
}
export interface MvccWriteInit {
  readonly type?: number | undefined;
  readonly startTs?: bigint | undefined;
  readonly commitTs?: bigint | undefined;
  readonly shortValue?: Uint8Array | undefined;
  readonly hasOverlappedRollback?: boolean | undefined;
  readonly hasGcFence?: boolean | undefined;
  readonly gcFence?: bigint | undefined;
  readonly lastChangeTs?: bigint | undefined;
  readonly versionsToLastChange?: bigint | undefined;
}
export function writeMvccWrite(w: ProtoWriter, m: MvccWriteInit): void {
  if (m.versionsToLastChange !== undefined && m.versionsToLastChange !== 0n) {
    w.u64(m.versionsToLastChange);
    w.varint(72);
  }
  if (m.lastChangeTs !== undefined && m.lastChangeTs !== 0n) {
    w.u64(m.lastChangeTs);
    w.varint(64);
  }
  if (m.gcFence !== undefined && m.gcFence !== 0n) {
    w.u64(m.gcFence);
    w.varint(56);
  }
  if (m.hasGcFence === true) {
    w.bool(m.hasGcFence);
    w.varint(48);
  }
  if (m.hasOverlappedRollback === true) {
    w.bool(m.hasOverlappedRollback);
    w.varint(40);
  }
  if (m.shortValue !== undefined && m.shortValue.length > 0) {
    w.bytes(m.shortValue);
    w.varint(34);
  }
  if (m.commitTs !== undefined && m.commitTs !== 0n) {
    w.u64(m.commitTs);
    w.varint(24);
  }
  if (m.startTs !== undefined && m.startTs !== 0n) {
    w.u64(m.startTs);
    w.varint(16);
  }
  if (m.type !== undefined && m.type !== 0) {
    w.varint(m.type);
    w.varint(8);
  }
}
export function readMvccWrite(r: ProtoReader, end: number): MvccWrite {
  const m: MvccWrite = {
    type: 0,
    startTs: 0n,
    commitTs: 0n,
    shortValue: NO_BYTES,
    hasOverlappedRollback: false,
    hasGcFence: false,
    gcFence: 0n,
    lastChangeTs: 0n,
    versionsToLastChange: 0n,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.type = r.int32();
        break;
      case 16:
        m.startTs = r.u64();
        break;
      case 24:
        m.commitTs = r.u64();
        break;
      case 34:
        m.shortValue = r.bytes();
        break;
      case 40:
        m.hasOverlappedRollback = r.bool();
        break;
      case 48:
        m.hasGcFence = r.bool();
        break;
      case 56:
        m.gcFence = r.u64();
        break;
      case 64:
        m.lastChangeTs = r.u64();
        break;
      case 72:
        m.versionsToLastChange = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const MvccWrite: Codec<MvccWrite, MvccWriteInit> = codec(
  'kvrpcpb.MvccWrite',
  readMvccWrite,
  writeMvccWrite,
);
export interface MvccValue {
  startTs: bigint;
  value: Uint8Array;
}
export interface MvccValueInit {
  readonly startTs?: bigint | undefined;
  readonly value?: Uint8Array | undefined;
}
export function writeMvccValue(w: ProtoWriter, m: MvccValueInit): void {
  if (m.value !== undefined && m.value.length > 0) {
    w.bytes(m.value);
    w.varint(18);
  }
  if (m.startTs !== undefined && m.startTs !== 0n) {
    w.u64(m.startTs);
    w.varint(8);
  }
}
export function readMvccValue(r: ProtoReader, end: number): MvccValue {
  const m: MvccValue = { startTs: 0n, value: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.startTs = r.u64();
        break;
      case 18:
        m.value = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const MvccValue: Codec<MvccValue, MvccValueInit> = codec(
  'kvrpcpb.MvccValue',
  readMvccValue,
  writeMvccValue,
);
export interface MvccLock {
  type: number;
  startTs: bigint;
  primary: Uint8Array;
  shortValue: Uint8Array;
  ttl: bigint;
  forUpdateTs: bigint;
  txnSize: bigint;
  useAsyncCommit: boolean;
  secondaries: readonly Uint8Array[];
  rollbackTs: readonly bigint[];
  lastChangeTs: bigint;
  versionsToLastChange: bigint;
}
export interface MvccLockInit {
  readonly type?: number | undefined;
  readonly startTs?: bigint | undefined;
  readonly primary?: Uint8Array | undefined;
  readonly shortValue?: Uint8Array | undefined;
  readonly ttl?: bigint | undefined;
  readonly forUpdateTs?: bigint | undefined;
  readonly txnSize?: bigint | undefined;
  readonly useAsyncCommit?: boolean | undefined;
  readonly secondaries?: readonly Uint8Array[] | undefined;
  readonly rollbackTs?: readonly bigint[] | undefined;
  readonly lastChangeTs?: bigint | undefined;
  readonly versionsToLastChange?: bigint | undefined;
}
export function writeMvccLock(w: ProtoWriter, m: MvccLockInit): void {
  if (m.versionsToLastChange !== undefined && m.versionsToLastChange !== 0n) {
    w.u64(m.versionsToLastChange);
    w.varint(96);
  }
  if (m.lastChangeTs !== undefined && m.lastChangeTs !== 0n) {
    w.u64(m.lastChangeTs);
    w.varint(88);
  }
  if (m.rollbackTs !== undefined && m.rollbackTs.length > 0) {
    const at = w.written;
    for (let i = m.rollbackTs.length - 1; i >= 0; i--) w.u64(m.rollbackTs[i]!);
    w.varint(w.written - at);
    w.varint(82);
  }
  if (m.secondaries !== undefined && m.secondaries.length > 0)
    for (let i = m.secondaries.length - 1; i >= 0; i--) {
      w.bytes(m.secondaries[i]!);
      w.varint(74);
    }
  if (m.useAsyncCommit === true) {
    w.bool(m.useAsyncCommit);
    w.varint(64);
  }
  if (m.txnSize !== undefined && m.txnSize !== 0n) {
    w.u64(m.txnSize);
    w.varint(56);
  }
  if (m.forUpdateTs !== undefined && m.forUpdateTs !== 0n) {
    w.u64(m.forUpdateTs);
    w.varint(48);
  }
  if (m.ttl !== undefined && m.ttl !== 0n) {
    w.u64(m.ttl);
    w.varint(40);
  }
  if (m.shortValue !== undefined && m.shortValue.length > 0) {
    w.bytes(m.shortValue);
    w.varint(34);
  }
  if (m.primary !== undefined && m.primary.length > 0) {
    w.bytes(m.primary);
    w.varint(26);
  }
  if (m.startTs !== undefined && m.startTs !== 0n) {
    w.u64(m.startTs);
    w.varint(16);
  }
  if (m.type !== undefined && m.type !== 0) {
    w.varint(m.type);
    w.varint(8);
  }
}
export function readMvccLock(r: ProtoReader, end: number): MvccLock {
  const m: MvccLock = {
    type: 0,
    startTs: 0n,
    primary: NO_BYTES,
    shortValue: NO_BYTES,
    ttl: 0n,
    forUpdateTs: 0n,
    txnSize: 0n,
    useAsyncCommit: false,
    secondaries: NONE,
    rollbackTs: NONE,
    lastChangeTs: 0n,
    versionsToLastChange: 0n,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.type = r.int32();
        break;
      case 16:
        m.startTs = r.u64();
        break;
      case 26:
        m.primary = r.bytes();
        break;
      case 34:
        m.shortValue = r.bytes();
        break;
      case 40:
        m.ttl = r.u64();
        break;
      case 48:
        m.forUpdateTs = r.u64();
        break;
      case 56:
        m.txnSize = r.u64();
        break;
      case 64:
        m.useAsyncCommit = r.bool();
        break;
      case 74:
        ((m.secondaries === NONE ? (m.secondaries = []) : m.secondaries) as Uint8Array[]).push(r.bytes());
        break;
      case 80:
        ((m.rollbackTs === NONE ? (m.rollbackTs = []) : m.rollbackTs) as bigint[]).push(r.u64());
        break;
      case 82: {
        const list = (m.rollbackTs === NONE ? (m.rollbackTs = []) : m.rollbackTs) as bigint[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.u64());
        break;
      }
      case 88:
        m.lastChangeTs = r.u64();
        break;
      case 96:
        m.versionsToLastChange = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const MvccLock: Codec<MvccLock, MvccLockInit> = codec('kvrpcpb.MvccLock', readMvccLock, writeMvccLock);
export interface MvccInfo {
  lock: MvccLock | undefined;
  writes: readonly MvccWrite[];
  values: readonly MvccValue[];
}
export interface MvccInfoInit {
  readonly lock?: MvccLockInit | undefined;
  readonly writes?: readonly MvccWriteInit[] | undefined;
  readonly values?: readonly MvccValueInit[] | undefined;
}
export function writeMvccInfo(w: ProtoWriter, m: MvccInfoInit): void {
  if (m.values !== undefined && m.values.length > 0)
    for (let i = m.values.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeMvccValue(w, m.values[i]!);
        w.varint(w.written - at);
        w.varint(26);
      }
    }
  if (m.writes !== undefined && m.writes.length > 0)
    for (let i = m.writes.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeMvccWrite(w, m.writes[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.lock !== undefined) {
    const at = w.written;
    writeMvccLock(w, m.lock);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readMvccInfo(r: ProtoReader, end: number): MvccInfo {
  const m: MvccInfo = { lock: undefined, writes: NONE, values: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.lock = readMvccLock(r, r.end());
        break;
      case 18:
        ((m.writes === NONE ? (m.writes = []) : m.writes) as MvccWrite[]).push(readMvccWrite(r, r.end()));
        break;
      case 26:
        ((m.values === NONE ? (m.values = []) : m.values) as MvccValue[]).push(readMvccValue(r, r.end()));
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const MvccInfo: Codec<MvccInfo, MvccInfoInit> = codec('kvrpcpb.MvccInfo', readMvccInfo, writeMvccInfo);
export interface TxnInfo {
  txn: bigint;
  status: bigint;
}
export interface TxnInfoInit {
  readonly txn?: bigint | undefined;
  readonly status?: bigint | undefined;
}
export function writeTxnInfo(w: ProtoWriter, m: TxnInfoInit): void {
  if (m.status !== undefined && m.status !== 0n) {
    w.u64(m.status);
    w.varint(16);
  }
  if (m.txn !== undefined && m.txn !== 0n) {
    w.u64(m.txn);
    w.varint(8);
  }
}
export function readTxnInfo(r: ProtoReader, end: number): TxnInfo {
  const m: TxnInfo = { txn: 0n, status: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.txn = r.u64();
        break;
      case 16:
        m.status = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const TxnInfo: Codec<TxnInfo, TxnInfoInit> = codec('kvrpcpb.TxnInfo', readTxnInfo, writeTxnInfo);
export interface KeyRange {
  startKey: Uint8Array;
  endKey: Uint8Array;
}
export interface KeyRangeInit {
  readonly startKey?: Uint8Array | undefined;
  readonly endKey?: Uint8Array | undefined;
}
export function writeKeyRange(w: ProtoWriter, m: KeyRangeInit): void {
  if (m.endKey !== undefined && m.endKey.length > 0) {
    w.bytes(m.endKey);
    w.varint(18);
  }
  if (m.startKey !== undefined && m.startKey.length > 0) {
    w.bytes(m.startKey);
    w.varint(10);
  }
}
export function readKeyRange(r: ProtoReader, end: number): KeyRange {
  const m: KeyRange = { startKey: NO_BYTES, endKey: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.startKey = r.bytes();
        break;
      case 18:
        m.endKey = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const KeyRange: Codec<KeyRange, KeyRangeInit> = codec('kvrpcpb.KeyRange', readKeyRange, writeKeyRange);
