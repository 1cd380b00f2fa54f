// Written by `npm run protos` from kv/tikv/proto/deadlock.proto.
import { NO_BYTES, NONE, codec, method, type Codec } from '../wire/codec.js';
import type { ProtoReader } from '../wire/proto-reader.js';
import type { ProtoWriter } from '../wire/proto-writer.js';
export const DeadlockRequestType = { Detect: 0, CleanUpWaitFor: 1, CleanUp: 2 } as const;
export type WaitForEntriesRequest = Record<string, never>;
export type WaitForEntriesRequestInit = Record<string, never>;
export function writeWaitForEntriesRequest(_w: ProtoWriter, _m: WaitForEntriesRequestInit): void {}
export function readWaitForEntriesRequest(r: ProtoReader, end: number): WaitForEntriesRequest {
  const m: WaitForEntriesRequest = {};
  while (r.pos < end) {
    const tag = r.uint32();
    r.skip(tag & 7);
  }
  return m;
}
export const WaitForEntriesRequest: Codec<WaitForEntriesRequest, WaitForEntriesRequestInit> = codec(
  'deadlock.WaitForEntriesRequest',
  readWaitForEntriesRequest,
  writeWaitForEntriesRequest,
);
export interface WaitForEntriesResponse {
  entries: readonly WaitForEntry[];
}
export interface WaitForEntriesResponseInit {
  readonly entries?: readonly WaitForEntryInit[] | undefined;
}
export function writeWaitForEntriesResponse(w: ProtoWriter, m: WaitForEntriesResponseInit): void {
  if (m.entries !== undefined && m.entries.length > 0)
    for (let i = m.entries.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeWaitForEntry(w, m.entries[i]!);
        w.varint(w.written - at);
        w.varint(10);
      }
    }
}
export function readWaitForEntriesResponse(r: ProtoReader, end: number): WaitForEntriesResponse {
  const m: WaitForEntriesResponse = { entries: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        ((m.entries === NONE ? (m.entries = []) : m.entries) as WaitForEntry[]).push(
          readWaitForEntry(r, r.end()),
        );
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const WaitForEntriesResponse: Codec<WaitForEntriesResponse, WaitForEntriesResponseInit> = codec(
  'deadlock.WaitForEntriesResponse',
  readWaitForEntriesResponse,
  writeWaitForEntriesResponse,
);
export interface WaitForEntry {
  txn: bigint;
  waitForTxn: bigint;
  keyHash: bigint;
  key: Uint8Array;
  resourceGroupTag: Uint8Array;
  waitTime: number;
}
export interface WaitForEntryInit {
  readonly txn?: bigint | undefined;
  readonly waitForTxn?: bigint | undefined;
  readonly keyHash?: bigint | undefined;
  readonly key?: Uint8Array | undefined;
  readonly resourceGroupTag?: Uint8Array | undefined;
  readonly waitTime?: number | undefined;
}
export function writeWaitForEntry(w: ProtoWriter, m: WaitForEntryInit): void {
  if (m.waitTime !== undefined && m.waitTime !== 0) {
    w.varint(m.waitTime);
    w.varint(48);
  }
  if (m.resourceGroupTag !== undefined && m.resourceGroupTag.length > 0) {
    w.bytes(m.resourceGroupTag);
    w.varint(42);
  }
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(34);
  }
  if (m.keyHash !== undefined && m.keyHash !== 0n) {
    w.u64(m.keyHash);
    w.varint(24);
  }
  if (m.waitForTxn !== undefined && m.waitForTxn !== 0n) {
    w.u64(m.waitForTxn);
    w.varint(16);
  }
  if (m.txn !== undefined && m.txn !== 0n) {
    w.u64(m.txn);
    w.varint(8);
  }
}
export function readWaitForEntry(r: ProtoReader, end: number): WaitForEntry {
  const m: WaitForEntry = {
    txn: 0n,
    waitForTxn: 0n,
    keyHash: 0n,
    key: NO_BYTES,
    resourceGroupTag: NO_BYTES,
    waitTime: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.txn = r.u64();
        break;
      case 16:
        m.waitForTxn = r.u64();
        break;
      case 24:
        m.keyHash = r.u64();
        break;
      case 34:
        m.key = r.bytes();
        break;
      case 42:
        m.resourceGroupTag = r.bytes();
        break;
      case 48:
        m.waitTime = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const WaitForEntry: Codec<WaitForEntry, WaitForEntryInit> = codec(
  'deadlock.WaitForEntry',
  readWaitForEntry,
  writeWaitForEntry,
);
export interface ReplaceLockByKeyItem {
  keyHash: bigint;
  key: Uint8Array;
  oldLockTs: bigint;
  newLockTs: bigint;
}
export interface ReplaceLockByKeyItemInit {
  readonly keyHash?: bigint | undefined;
  readonly key?: Uint8Array | undefined;
  readonly oldLockTs?: bigint | undefined;
  readonly newLockTs?: bigint | undefined;
}
export function writeReplaceLockByKeyItem(w: ProtoWriter, m: ReplaceLockByKeyItemInit): void {
  if (m.newLockTs !== undefined && m.newLockTs !== 0n) {
    w.u64(m.newLockTs);
    w.varint(32);
  }
  if (m.oldLockTs !== undefined && m.oldLockTs !== 0n) {
    w.u64(m.oldLockTs);
    w.varint(24);
  }
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(18);
  }
  if (m.keyHash !== undefined && m.keyHash !== 0n) {
    w.u64(m.keyHash);
    w.varint(8);
  }
}
export function readReplaceLockByKeyItem(r: ProtoReader, end: number): ReplaceLockByKeyItem {
  const m: ReplaceLockByKeyItem = { keyHash: 0n, key: NO_BYTES, oldLockTs: 0n, newLockTs: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.keyHash = r.u64();
        break;
      case 18:
        m.key = r.bytes();
        break;
      case 24:
        m.oldLockTs = r.u64();
        break;
      case 32:
        m.newLockTs = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ReplaceLockByKeyItem: Codec<ReplaceLockByKeyItem, ReplaceLockByKeyItemInit> = codec(
  'deadlock.ReplaceLockByKeyItem',
  readReplaceLockByKeyItem,
  writeReplaceLockByKeyItem,
);
export interface ReplaceLocksByKeysRequest {
  items: readonly ReplaceLockByKeyItem[];
}
export interface ReplaceLocksByKeysRequestInit {
  readonly items?: readonly ReplaceLockByKeyItemInit[] | undefined;
}
export function writeReplaceLocksByKeysRequest(w: ProtoWriter, m: ReplaceLocksByKeysRequestInit): void {
  if (m.items !== undefined && m.items.length > 0)
    for (let i = m.items.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeReplaceLockByKeyItem(w, m.items[i]!);
        w.varint(w.written - at);
        w.varint(10);
      }
    }
}
export function readReplaceLocksByKeysRequest(r: ProtoReader, end: number): ReplaceLocksByKeysRequest {
  const m: ReplaceLocksByKeysRequest = { items: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        ((m.items === NONE ? (m.items = []) : m.items) as ReplaceLockByKeyItem[]).push(
          readReplaceLockByKeyItem(r, r.end()),
        );
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ReplaceLocksByKeysRequest: Codec<ReplaceLocksByKeysRequest, ReplaceLocksByKeysRequestInit> =
  codec('deadlock.ReplaceLocksByKeysRequest', readReplaceLocksByKeysRequest, writeReplaceLocksByKeysRequest);
export interface DeadlockRequest {
  tp: number;
  entry: WaitForEntry | undefined;
  replaceLocksByKeys: ReplaceLocksByKeysRequest | undefined;
}
export interface DeadlockRequestInit {
  readonly tp?: number | undefined;
  readonly entry?: WaitForEntryInit | undefined;
  readonly replaceLocksByKeys?: ReplaceLocksByKeysRequestInit | undefined;
}
export function writeDeadlockRequest(w: ProtoWriter, m: DeadlockRequestInit): void {
  if (m.replaceLocksByKeys !== undefined) {
    const at = w.written;
    writeReplaceLocksByKeysRequest(w, m.replaceLocksByKeys);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.entry !== undefined) {
    const at = w.written;
    writeWaitForEntry(w, m.entry);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.tp !== undefined && m.tp !== 0) {
    w.varint(m.tp);
    w.varint(8);
  }
}
export function readDeadlockRequest(r: ProtoReader, end: number): DeadlockRequest {
  const m: DeadlockRequest = { tp: 0, entry: undefined, replaceLocksByKeys: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.tp = r.int32();
        break;
      case 18:
        m.entry = readWaitForEntry(r, r.end());
        break;
      case 26:
        m.replaceLocksByKeys = readReplaceLocksByKeysRequest(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const DeadlockRequest: Codec<DeadlockRequest, DeadlockRequestInit> = codec(
  'deadlock.DeadlockRequest',
  readDeadlockRequest,
  writeDeadlockRequest,
);
export interface DeadlockResponse {
  entry: WaitForEntry | undefined;
  deadlockKeyHash: bigint;
  waitChain: readonly WaitForEntry[];
  deadlockKey: Uint8Array;
}
export interface DeadlockResponseInit {
  readonly entry?: WaitForEntryInit | undefined;
  readonly deadlockKeyHash?: bigint | undefined;
  readonly waitChain?: readonly WaitForEntryInit[] | undefined;
  readonly deadlockKey?: Uint8Array | undefined;
}
export function writeDeadlockResponse(w: ProtoWriter, m: DeadlockResponseInit): void {
  if (m.deadlockKey !== undefined && m.deadlockKey.length > 0) {
    w.bytes(m.deadlockKey);
    w.varint(34);
  }
  if (m.waitChain !== undefined && m.waitChain.length > 0)
    for (let i = m.waitChain.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeWaitForEntry(w, m.waitChain[i]!);
        w.varint(w.written - at);
        w.varint(26);
      }
    }
  if (m.deadlockKeyHash !== undefined && m.deadlockKeyHash !== 0n) {
    w.u64(m.deadlockKeyHash);
    w.varint(16);
  }
  if (m.entry !== undefined) {
    const at = w.written;
    writeWaitForEntry(w, m.entry);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readDeadlockResponse(r: ProtoReader, end: number): DeadlockResponse {
  const m: DeadlockResponse = {
    entry: undefined,
    deadlockKeyHash: 0n,
    waitChain: NONE,
    deadlockKey: NO_BYTES,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.entry = readWaitForEntry(r, r.end());
        break;
      case 16:
        m.deadlockKeyHash = r.u64();
        break;
      case 26:
        ((m.waitChain === NONE ? (m.waitChain = []) : m.waitChain) as WaitForEntry[]).push(
          readWaitForEntry(r, r.end()),
        );
        break;
      case 34:
        m.deadlockKey = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const DeadlockResponse: Codec<DeadlockResponse, DeadlockResponseInit> = codec(
  'deadlock.DeadlockResponse',
  readDeadlockResponse,
  writeDeadlockResponse,
);
export const Deadlock = {
  GetWaitForEntries: method(
    '/deadlock.Deadlock/GetWaitForEntries',
    false,
    false,
    WaitForEntriesRequest,
    WaitForEntriesResponse,
  ),
  Detect: method('/deadlock.Deadlock/Detect', true, true, DeadlockRequest, DeadlockResponse),
} as const;
