// Written by `npm run protos` from kv/tikv/proto/tikvpb.proto.
import { NONE, codec, method, type Codec } from '../wire/codec.js';
import type { ProtoReader } from '../wire/proto-reader.js';
import type { ProtoWriter } from '../wire/proto-writer.js';
import * as coprocessor from './coprocessor.js';
import * as kvrpcpb from './kvrpcpb.js';
export interface BatchCommandsRequestRequest {
  cmd:
    | { readonly tag: 1; readonly value: kvrpcpb.GetRequest }
    | { readonly tag: 2; readonly value: kvrpcpb.ScanRequest }
    | { readonly tag: 3; readonly value: kvrpcpb.PrewriteRequest }
    | { readonly tag: 4; readonly value: kvrpcpb.CommitRequest }
    | { readonly tag: 6; readonly value: kvrpcpb.CleanupRequest }
    | { readonly tag: 7; readonly value: kvrpcpb.BatchGetRequest }
    | { readonly tag: 8; readonly value: kvrpcpb.BatchRollbackRequest }
    | { readonly tag: 9; readonly value: kvrpcpb.ScanLockRequest }
    | { readonly tag: 10; readonly value: kvrpcpb.ResolveLockRequest }
    | { readonly tag: 11; readonly value: kvrpcpb.GCRequest }
    | { readonly tag: 12; readonly value: kvrpcpb.DeleteRangeRequest }
    | { readonly tag: 22; readonly value: coprocessor.Request }
    | { readonly tag: 23; readonly value: kvrpcpb.PessimisticLockRequest }
    | { readonly tag: 24; readonly value: kvrpcpb.PessimisticRollbackRequest }
    | { readonly tag: 25; readonly value: kvrpcpb.CheckTxnStatusRequest }
    | { readonly tag: 26; readonly value: kvrpcpb.TxnHeartBeatRequest }
    | { readonly tag: 33; readonly value: kvrpcpb.CheckSecondaryLocksRequest }
    | { readonly tag: 35; readonly value: kvrpcpb.FlashbackToVersionRequest }
    | { readonly tag: 36; readonly value: kvrpcpb.PrepareFlashbackToVersionRequest }
    | { readonly tag: 255; readonly value: BatchCommandsEmptyRequest }
    | undefined;
}
export interface BatchCommandsRequestRequestInit {
  readonly cmd?:
    | { readonly tag: 1; readonly value: kvrpcpb.GetRequestInit }
    | { readonly tag: 2; readonly value: kvrpcpb.ScanRequestInit }
    | { readonly tag: 3; readonly value: kvrpcpb.PrewriteRequestInit }
    | { readonly tag: 4; readonly value: kvrpcpb.CommitRequestInit }
    | { readonly tag: 6; readonly value: kvrpcpb.CleanupRequestInit }
    | { readonly tag: 7; readonly value: kvrpcpb.BatchGetRequestInit }
    | { readonly tag: 8; readonly value: kvrpcpb.BatchRollbackRequestInit }
    | { readonly tag: 9; readonly value: kvrpcpb.ScanLockRequestInit }
    | { readonly tag: 10; readonly value: kvrpcpb.ResolveLockRequestInit }
    | { readonly tag: 11; readonly value: kvrpcpb.GCRequestInit }
    | { readonly tag: 12; readonly value: kvrpcpb.DeleteRangeRequestInit }
    | { readonly tag: 22; readonly value: coprocessor.RequestInit }
    | { readonly tag: 23; readonly value: kvrpcpb.PessimisticLockRequestInit }
    | { readonly tag: 24; readonly value: kvrpcpb.PessimisticRollbackRequestInit }
    | { readonly tag: 25; readonly value: kvrpcpb.CheckTxnStatusRequestInit }
    | { readonly tag: 26; readonly value: kvrpcpb.TxnHeartBeatRequestInit }
    | { readonly tag: 33; readonly value: kvrpcpb.CheckSecondaryLocksRequestInit }
    | { readonly tag: 35; readonly value: kvrpcpb.FlashbackToVersionRequestInit }
    | { readonly tag: 36; readonly value: kvrpcpb.PrepareFlashbackToVersionRequestInit }
    | { readonly tag: 255; readonly value: BatchCommandsEmptyRequestInit }
    | undefined;
}
export function writeBatchCommandsRequestRequest(w: ProtoWriter, m: BatchCommandsRequestRequestInit): void {
  if (m.cmd !== undefined)
    switch (m.cmd.tag) {
      case 1:
        {
          const at = w.written;
          kvrpcpb.writeGetRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(10);
        }
        break;
      case 2:
        {
          const at = w.written;
          kvrpcpb.writeScanRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(18);
        }
        break;
      case 3:
        {
          const at = w.written;
          kvrpcpb.writePrewriteRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(26);
        }
        break;
      case 4:
        {
          const at = w.written;
          kvrpcpb.writeCommitRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(34);
        }
        break;
      case 6:
        {
          const at = w.written;
          kvrpcpb.writeCleanupRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(50);
        }
        break;
      case 7:
        {
          const at = w.written;
          kvrpcpb.writeBatchGetRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(58);
        }
        break;
      case 8:
        {
          const at = w.written;
          kvrpcpb.writeBatchRollbackRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(66);
        }
        break;
      case 9:
        {
          const at = w.written;
          kvrpcpb.writeScanLockRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(74);
        }
        break;
      case 10:
        {
          const at = w.written;
          kvrpcpb.writeResolveLockRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(82);
        }
        break;
      case 11:
        {
          const at = w.written;
          kvrpcpb.writeGCRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(90);
        }
        break;
      case 12:
        {
          const at = w.written;
          kvrpcpb.writeDeleteRangeRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(98);
        }
        break;
      case 22:
        {
          const at = w.written;
          coprocessor.writeRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(178);
        }
        break;
      case 23:
        {
          const at = w.written;
          kvrpcpb.writePessimisticLockRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(186);
        }
        break;
      case 24:
        {
          const at = w.written;
          kvrpcpb.writePessimisticRollbackRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(194);
        }
        break;
      case 25:
        {
          const at = w.written;
          kvrpcpb.writeCheckTxnStatusRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(202);
        }
        break;
      case 26:
        {
          const at = w.written;
          kvrpcpb.writeTxnHeartBeatRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(210);
        }
        break;
      case 33:
        {
          const at = w.written;
          kvrpcpb.writeCheckSecondaryLocksRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(266);
        }
        break;
      case 35:
        {
          const at = w.written;
          kvrpcpb.writeFlashbackToVersionRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(282);
        }
        break;
      case 36:
        {
          const at = w.written;
          kvrpcpb.writePrepareFlashbackToVersionRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(290);
        }
        break;
      case 255:
        {
          const at = w.written;
          writeBatchCommandsEmptyRequest(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(2042);
        }
        break;
    }
}
export function readBatchCommandsRequestRequest(r: ProtoReader, end: number): BatchCommandsRequestRequest {
  const m: BatchCommandsRequestRequest = { cmd: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.cmd = { tag: 1, value: kvrpcpb.readGetRequest(r, r.end()) };
        break;
      case 18:
        m.cmd = { tag: 2, value: kvrpcpb.readScanRequest(r, r.end()) };
        break;
      case 26:
        m.cmd = { tag: 3, value: kvrpcpb.readPrewriteRequest(r, r.end()) };
        break;
      case 34:
        m.cmd = { tag: 4, value: kvrpcpb.readCommitRequest(r, r.end()) };
        break;
      case 50:
        m.cmd = { tag: 6, value: kvrpcpb.readCleanupRequest(r, r.end()) };
        break;
      case 58:
        m.cmd = { tag: 7, value: kvrpcpb.readBatchGetRequest(r, r.end()) };
        break;
      case 66:
        m.cmd = { tag: 8, value: kvrpcpb.readBatchRollbackRequest(r, r.end()) };
        break;
      case 74:
        m.cmd = { tag: 9, value: kvrpcpb.readScanLockRequest(r, r.end()) };
        break;
      case 82:
        m.cmd = { tag: 10, value: kvrpcpb.readResolveLockRequest(r, r.end()) };
        break;
      case 90:
        m.cmd = { tag: 11, value: kvrpcpb.readGCRequest(r, r.end()) };
        break;
      case 98:
        m.cmd = { tag: 12, value: kvrpcpb.readDeleteRangeRequest(r, r.end()) };
        break;
      case 178:
        m.cmd = { tag: 22, value: coprocessor.readRequest(r, r.end()) };
        break;
      case 186:
        m.cmd = { tag: 23, value: kvrpcpb.readPessimisticLockRequest(r, r.end()) };
        break;
      case 194:
        m.cmd = { tag: 24, value: kvrpcpb.readPessimisticRollbackRequest(r, r.end()) };
        break;
      case 202:
        m.cmd = { tag: 25, value: kvrpcpb.readCheckTxnStatusRequest(r, r.end()) };
        break;
      case 210:
        m.cmd = { tag: 26, value: kvrpcpb.readTxnHeartBeatRequest(r, r.end()) };
        break;
      case 266:
        m.cmd = { tag: 33, value: kvrpcpb.readCheckSecondaryLocksRequest(r, r.end()) };
        break;
      case 282:
        m.cmd = { tag: 35, value: kvrpcpb.readFlashbackToVersionRequest(r, r.end()) };
        break;
      case 290:
        m.cmd = { tag: 36, value: kvrpcpb.readPrepareFlashbackToVersionRequest(r, r.end()) };
        break;
      case 2042:
        m.cmd = { tag: 255, value: readBatchCommandsEmptyRequest(r, r.end()) };
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BatchCommandsRequestRequest: Codec<
  BatchCommandsRequestRequest,
  BatchCommandsRequestRequestInit
> = codec(
  'tikvpb.BatchCommandsRequest.Request',
  readBatchCommandsRequestRequest,
  writeBatchCommandsRequestRequest,
);
export interface BatchCommandsRequest {
  requests: readonly BatchCommandsRequestRequest[];
  requestIds: readonly number[];
}
export interface BatchCommandsRequestInit {
  readonly requests?: readonly BatchCommandsRequestRequestInit[] | undefined;
  readonly requestIds?: readonly number[] | undefined;
}
export function writeBatchCommandsRequest(w: ProtoWriter, m: BatchCommandsRequestInit): void {
  if (m.requestIds !== undefined && m.requestIds.length > 0) {
    const at = w.written;
    for (let i = m.requestIds.length - 1; i >= 0; i--) w.varint(m.requestIds[i]!);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.requests !== undefined && m.requests.length > 0)
    for (let i = m.requests.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeBatchCommandsRequestRequest(w, m.requests[i]!);
        w.varint(w.written - at);
        w.varint(10);
      }
    }
}
export function readBatchCommandsRequest(r: ProtoReader, end: number): BatchCommandsRequest {
  const m: BatchCommandsRequest = { requests: NONE, requestIds: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        ((m.requests === NONE ? (m.requests = []) : m.requests) as BatchCommandsRequestRequest[]).push(
          readBatchCommandsRequestRequest(r, r.end()),
        );
        break;
      case 16:
        ((m.requestIds === NONE ? (m.requestIds = []) : m.requestIds) as number[]).push(r.uint());
        break;
      case 18: {
        const list = (m.requestIds === NONE ? (m.requestIds = []) : m.requestIds) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.uint());
        break;
      }
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BatchCommandsRequest: Codec<BatchCommandsRequest, BatchCommandsRequestInit> = codec(
  'tikvpb.BatchCommandsRequest',
  readBatchCommandsRequest,
  writeBatchCommandsRequest,
);
export interface BatchCommandsResponseResponse {
  cmd:
    | { readonly tag: 1; readonly value: kvrpcpb.GetResponse }
    | { readonly tag: 2; readonly value: kvrpcpb.ScanResponse }
    | { readonly tag: 3; readonly value: kvrpcpb.PrewriteResponse }
    | { readonly tag: 4; readonly value: kvrpcpb.CommitResponse }
    | { readonly tag: 6; readonly value: kvrpcpb.CleanupResponse }
    | { readonly tag: 7; readonly value: kvrpcpb.BatchGetResponse }
    | { readonly tag: 8; readonly value: kvrpcpb.BatchRollbackResponse }
    | { readonly tag: 9; readonly value: kvrpcpb.ScanLockResponse }
    | { readonly tag: 10; readonly value: kvrpcpb.ResolveLockResponse }
    | { readonly tag: 11; readonly value: kvrpcpb.GCResponse }
    | { readonly tag: 12; readonly value: kvrpcpb.DeleteRangeResponse }
    | { readonly tag: 22; readonly value: coprocessor.Response }
    | { readonly tag: 23; readonly value: kvrpcpb.PessimisticLockResponse }
    | { readonly tag: 24; readonly value: kvrpcpb.PessimisticRollbackResponse }
    | { readonly tag: 25; readonly value: kvrpcpb.CheckTxnStatusResponse }
    | { readonly tag: 26; readonly value: kvrpcpb.TxnHeartBeatResponse }
    | { readonly tag: 33; readonly value: kvrpcpb.CheckSecondaryLocksResponse }
    | { readonly tag: 35; readonly value: kvrpcpb.FlashbackToVersionResponse }
    | { readonly tag: 36; readonly value: kvrpcpb.PrepareFlashbackToVersionResponse }
    | { readonly tag: 255; readonly value: BatchCommandsEmptyResponse }
    | undefined;
}
export interface BatchCommandsResponseResponseInit {
  readonly cmd?:
    | { readonly tag: 1; readonly value: kvrpcpb.GetResponseInit }
    | { readonly tag: 2; readonly value: kvrpcpb.ScanResponseInit }
    | { readonly tag: 3; readonly value: kvrpcpb.PrewriteResponseInit }
    | { readonly tag: 4; readonly value: kvrpcpb.CommitResponseInit }
    | { readonly tag: 6; readonly value: kvrpcpb.CleanupResponseInit }
    | { readonly tag: 7; readonly value: kvrpcpb.BatchGetResponseInit }
    | { readonly tag: 8; readonly value: kvrpcpb.BatchRollbackResponseInit }
    | { readonly tag: 9; readonly value: kvrpcpb.ScanLockResponseInit }
    | { readonly tag: 10; readonly value: kvrpcpb.ResolveLockResponseInit }
    | { readonly tag: 11; readonly value: kvrpcpb.GCResponseInit }
    | { readonly tag: 12; readonly value: kvrpcpb.DeleteRangeResponseInit }
    | { readonly tag: 22; readonly value: coprocessor.ResponseInit }
    | { readonly tag: 23; readonly value: kvrpcpb.PessimisticLockResponseInit }
    | { readonly tag: 24; readonly value: kvrpcpb.PessimisticRollbackResponseInit }
    | { readonly tag: 25; readonly value: kvrpcpb.CheckTxnStatusResponseInit }
    | { readonly tag: 26; readonly value: kvrpcpb.TxnHeartBeatResponseInit }
    | { readonly tag: 33; readonly value: kvrpcpb.CheckSecondaryLocksResponseInit }
    | { readonly tag: 35; readonly value: kvrpcpb.FlashbackToVersionResponseInit }
    | { readonly tag: 36; readonly value: kvrpcpb.PrepareFlashbackToVersionResponseInit }
    | { readonly tag: 255; readonly value: BatchCommandsEmptyResponseInit }
    | undefined;
}
export function writeBatchCommandsResponseResponse(
  w: ProtoWriter,
  m: BatchCommandsResponseResponseInit,
): void {
  if (m.cmd !== undefined)
    switch (m.cmd.tag) {
      case 1:
        {
          const at = w.written;
          kvrpcpb.writeGetResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(10);
        }
        break;
      case 2:
        {
          const at = w.written;
          kvrpcpb.writeScanResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(18);
        }
        break;
      case 3:
        {
          const at = w.written;
          kvrpcpb.writePrewriteResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(26);
        }
        break;
      case 4:
        {
          const at = w.written;
          kvrpcpb.writeCommitResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(34);
        }
        break;
      case 6:
        {
          const at = w.written;
          kvrpcpb.writeCleanupResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(50);
        }
        break;
      case 7:
        {
          const at = w.written;
          kvrpcpb.writeBatchGetResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(58);
        }
        break;
      case 8:
        {
          const at = w.written;
          kvrpcpb.writeBatchRollbackResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(66);
        }
        break;
      case 9:
        {
          const at = w.written;
          kvrpcpb.writeScanLockResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(74);
        }
        break;
      case 10:
        {
          const at = w.written;
          kvrpcpb.writeResolveLockResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(82);
        }
        break;
      case 11:
        {
          const at = w.written;
          kvrpcpb.writeGCResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(90);
        }
        break;
      case 12:
        {
          const at = w.written;
          kvrpcpb.writeDeleteRangeResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(98);
        }
        break;
      case 22:
        {
          const at = w.written;
          coprocessor.writeResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(178);
        }
        break;
      case 23:
        {
          const at = w.written;
          kvrpcpb.writePessimisticLockResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(186);
        }
        break;
      case 24:
        {
          const at = w.written;
          kvrpcpb.writePessimisticRollbackResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(194);
        }
        break;
      case 25:
        {
          const at = w.written;
          kvrpcpb.writeCheckTxnStatusResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(202);
        }
        break;
      case 26:
        {
          const at = w.written;
          kvrpcpb.writeTxnHeartBeatResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(210);
        }
        break;
      case 33:
        {
          const at = w.written;
          kvrpcpb.writeCheckSecondaryLocksResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(266);
        }
        break;
      case 35:
        {
          const at = w.written;
          kvrpcpb.writeFlashbackToVersionResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(282);
        }
        break;
      case 36:
        {
          const at = w.written;
          kvrpcpb.writePrepareFlashbackToVersionResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(290);
        }
        break;
      case 255:
        {
          const at = w.written;
          writeBatchCommandsEmptyResponse(w, m.cmd.value);
          w.varint(w.written - at);
          w.varint(2042);
        }
        break;
    }
}
export function readBatchCommandsResponseResponse(
  r: ProtoReader,
  end: number,
): BatchCommandsResponseResponse {
  const m: BatchCommandsResponseResponse = { cmd: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.cmd = { tag: 1, value: kvrpcpb.readGetResponse(r, r.end()) };
        break;
      case 18:
        m.cmd = { tag: 2, value: kvrpcpb.readScanResponse(r, r.end()) };
        break;
      case 26:
        m.cmd = { tag: 3, value: kvrpcpb.readPrewriteResponse(r, r.end()) };
        break;
      case 34:
        m.cmd = { tag: 4, value: kvrpcpb.readCommitResponse(r, r.end()) };
        break;
      case 50:
        m.cmd = { tag: 6, value: kvrpcpb.readCleanupResponse(r, r.end()) };
        break;
      case 58:
        m.cmd = { tag: 7, value: kvrpcpb.readBatchGetResponse(r, r.end()) };
        break;
      case 66:
        m.cmd = { tag: 8, value: kvrpcpb.readBatchRollbackResponse(r, r.end()) };
        break;
      case 74:
        m.cmd = { tag: 9, value: kvrpcpb.readScanLockResponse(r, r.end()) };
        break;
      case 82:
        m.cmd = { tag: 10, value: kvrpcpb.readResolveLockResponse(r, r.end()) };
        break;
      case 90:
        m.cmd = { tag: 11, value: kvrpcpb.readGCResponse(r, r.end()) };
        break;
      case 98:
        m.cmd = { tag: 12, value: kvrpcpb.readDeleteRangeResponse(r, r.end()) };
        break;
      case 178:
        m.cmd = { tag: 22, value: coprocessor.readResponse(r, r.end()) };
        break;
      case 186:
        m.cmd = { tag: 23, value: kvrpcpb.readPessimisticLockResponse(r, r.end()) };
        break;
      case 194:
        m.cmd = { tag: 24, value: kvrpcpb.readPessimisticRollbackResponse(r, r.end()) };
        break;
      case 202:
        m.cmd = { tag: 25, value: kvrpcpb.readCheckTxnStatusResponse(r, r.end()) };
        break;
      case 210:
        m.cmd = { tag: 26, value: kvrpcpb.readTxnHeartBeatResponse(r, r.end()) };
        break;
      case 266:
        m.cmd = { tag: 33, value: kvrpcpb.readCheckSecondaryLocksResponse(r, r.end()) };
        break;
      case 282:
        m.cmd = { tag: 35, value: kvrpcpb.readFlashbackToVersionResponse(r, r.end()) };
        break;
      case 290:
        m.cmd = { tag: 36, value: kvrpcpb.readPrepareFlashbackToVersionResponse(r, r.end()) };
        break;
      case 2042:
        m.cmd = { tag: 255, value: readBatchCommandsEmptyResponse(r, r.end()) };
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BatchCommandsResponseResponse: Codec<
  BatchCommandsResponseResponse,
  BatchCommandsResponseResponseInit
> = codec(
  'tikvpb.BatchCommandsResponse.Response',
  readBatchCommandsResponseResponse,
  writeBatchCommandsResponseResponse,
);
export interface BatchCommandsResponse {
  responses: readonly BatchCommandsResponseResponse[];
  requestIds: readonly number[];
  transportLayerLoad: number;
  healthFeedback: HealthFeedback | undefined;
}
export interface BatchCommandsResponseInit {
  readonly responses?: readonly BatchCommandsResponseResponseInit[] | undefined;
  readonly requestIds?: readonly number[] | undefined;
  readonly transportLayerLoad?: number | undefined;
  readonly healthFeedback?: HealthFeedbackInit | undefined;
}
export function writeBatchCommandsResponse(w: ProtoWriter, m: BatchCommandsResponseInit): void {
  if (m.healthFeedback !== undefined) {
    const at = w.written;
    writeHealthFeedback(w, m.healthFeedback);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.transportLayerLoad !== undefined && m.transportLayerLoad !== 0) {
    w.varint(m.transportLayerLoad);
    w.varint(24);
  }
  if (m.requestIds !== undefined && m.requestIds.length > 0) {
    const at = w.written;
    for (let i = m.requestIds.length - 1; i >= 0; i--) w.varint(m.requestIds[i]!);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.responses !== undefined && m.responses.length > 0)
    for (let i = m.responses.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeBatchCommandsResponseResponse(w, m.responses[i]!);
        w.varint(w.written - at);
        w.varint(10);
      }
    }
}
export function readBatchCommandsResponse(r: ProtoReader, end: number): BatchCommandsResponse {
  const m: BatchCommandsResponse = {
    responses: NONE,
    requestIds: NONE,
    transportLayerLoad: 0,
    healthFeedback: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        ((m.responses === NONE ? (m.responses = []) : m.responses) as BatchCommandsResponseResponse[]).push(
          readBatchCommandsResponseResponse(r, r.end()),
        );
        break;
      case 16:
        ((m.requestIds === NONE ? (m.requestIds = []) : m.requestIds) as number[]).push(r.uint());
        break;
      case 18: {
        const list = (m.requestIds === NONE ? (m.requestIds = []) : m.requestIds) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.uint());
        break;
      }
      case 24:
        m.transportLayerLoad = r.uint();
        break;
      case 34:
        m.healthFeedback = readHealthFeedback(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BatchCommandsResponse: Codec<BatchCommandsResponse, BatchCommandsResponseInit> = codec(
  'tikvpb.BatchCommandsResponse',
  readBatchCommandsResponse,
  writeBatchCommandsResponse,
);
export interface BatchCommandsEmptyRequest {
  testId: bigint;
  delayTime: number;
}
export interface BatchCommandsEmptyRequestInit {
  readonly testId?: bigint | undefined;
  readonly delayTime?: number | undefined;
}
export function writeBatchCommandsEmptyRequest(w: ProtoWriter, m: BatchCommandsEmptyRequestInit): void {
  if (m.delayTime !== undefined && m.delayTime !== 0) {
    w.varint(m.delayTime);
    w.varint(16);
  }
  if (m.testId !== undefined && m.testId !== 0n) {
    w.u64(m.testId);
    w.varint(8);
  }
}
export function readBatchCommandsEmptyRequest(r: ProtoReader, end: number): BatchCommandsEmptyRequest {
  const m: BatchCommandsEmptyRequest = { testId: 0n, delayTime: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.testId = r.u64();
        break;
      case 16:
        m.delayTime = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BatchCommandsEmptyRequest: Codec<BatchCommandsEmptyRequest, BatchCommandsEmptyRequestInit> =
  codec('tikvpb.BatchCommandsEmptyRequest', readBatchCommandsEmptyRequest, writeBatchCommandsEmptyRequest);
export interface BatchCommandsEmptyResponse {
  testId: bigint;
}
export interface BatchCommandsEmptyResponseInit {
  readonly testId?: bigint | undefined;
}
export function writeBatchCommandsEmptyResponse(w: ProtoWriter, m: BatchCommandsEmptyResponseInit): void {
  if (m.testId !== undefined && m.testId !== 0n) {
    w.u64(m.testId);
    w.varint(8);
  }
}
export function readBatchCommandsEmptyResponse(r: ProtoReader, end: number): BatchCommandsEmptyResponse {
  const m: BatchCommandsEmptyResponse = { testId: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.testId = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BatchCommandsEmptyResponse: Codec<BatchCommandsEmptyResponse, BatchCommandsEmptyResponseInit> =
  codec('tikvpb.BatchCommandsEmptyResponse', readBatchCommandsEmptyResponse, writeBatchCommandsEmptyResponse);
export interface HealthFeedback {
  storeId: number;
  feedbackSeqNo: bigint;
  slowScore: number;
}
export interface HealthFeedbackInit {
  readonly storeId?: number | undefined;
  readonly feedbackSeqNo?: bigint | undefined;
  readonly slowScore?: number | undefined;
}
export function writeHealthFeedback(w: ProtoWriter, m: HealthFeedbackInit): void {
  if (m.slowScore !== undefined && m.slowScore !== 0) {
    w.varint(m.slowScore);
    w.varint(24);
  }
  if (m.feedbackSeqNo !== undefined && m.feedbackSeqNo !== 0n) {
    w.u64(m.feedbackSeqNo);
    w.varint(16);
  }
  if (m.storeId !== undefined && m.storeId !== 0) {
    w.varint(m.storeId);
    w.varint(8);
  }
}
export function readHealthFeedback(r: ProtoReader, end: number): HealthFeedback {
  const m: HealthFeedback = { storeId: 0, feedbackSeqNo: 0n, slowScore: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.storeId = r.uint();
        break;
      case 16:
        m.feedbackSeqNo = r.u64();
        break;
      case 24:
        m.slowScore = r.int32();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const HealthFeedback: Codec<HealthFeedback, HealthFeedbackInit> = codec(
  'tikvpb.HealthFeedback',
  readHealthFeedback,
  writeHealthFeedback,
);
export const Tikv = {
  KvGet: method('/tikvpb.Tikv/KvGet', false, false, kvrpcpb.GetRequest, kvrpcpb.GetResponse),
  KvScan: method('/tikvpb.Tikv/KvScan', false, false, kvrpcpb.ScanRequest, kvrpcpb.ScanResponse),
  KvPrewrite: method(
    '/tikvpb.Tikv/KvPrewrite',
    false,
    false,
    kvrpcpb.PrewriteRequest,
    kvrpcpb.PrewriteResponse,
  ),
  KvPessimisticLock: method(
    '/tikvpb.Tikv/KvPessimisticLock',
    false,
    false,
    kvrpcpb.PessimisticLockRequest,
    kvrpcpb.PessimisticLockResponse,
  ),
  KVPessimisticRollback: method(
    '/tikvpb.Tikv/KVPessimisticRollback',
    false,
    false,
    kvrpcpb.PessimisticRollbackRequest,
    kvrpcpb.PessimisticRollbackResponse,
  ),
  KvTxnHeartBeat: method(
    '/tikvpb.Tikv/KvTxnHeartBeat',
    false,
    false,
    kvrpcpb.TxnHeartBeatRequest,
    kvrpcpb.TxnHeartBeatResponse,
  ),
  KvCheckTxnStatus: method(
    '/tikvpb.Tikv/KvCheckTxnStatus',
    false,
    false,
    kvrpcpb.CheckTxnStatusRequest,
    kvrpcpb.CheckTxnStatusResponse,
  ),
  KvCheckSecondaryLocks: method(
    '/tikvpb.Tikv/KvCheckSecondaryLocks',
    false,
    false,
    kvrpcpb.CheckSecondaryLocksRequest,
    kvrpcpb.CheckSecondaryLocksResponse,
  ),
  KvCommit: method('/tikvpb.Tikv/KvCommit', false, false, kvrpcpb.CommitRequest, kvrpcpb.CommitResponse),
  KvCleanup: method('/tikvpb.Tikv/KvCleanup', false, false, kvrpcpb.CleanupRequest, kvrpcpb.CleanupResponse),
  KvBatchGet: method(
    '/tikvpb.Tikv/KvBatchGet',
    false,
    false,
    kvrpcpb.BatchGetRequest,
    kvrpcpb.BatchGetResponse,
  ),
  KvBatchRollback: method(
    '/tikvpb.Tikv/KvBatchRollback',
    false,
    false,
    kvrpcpb.BatchRollbackRequest,
    kvrpcpb.BatchRollbackResponse,
  ),
  KvScanLock: method(
    '/tikvpb.Tikv/KvScanLock',
    false,
    false,
    kvrpcpb.ScanLockRequest,
    kvrpcpb.ScanLockResponse,
  ),
  KvResolveLock: method(
    '/tikvpb.Tikv/KvResolveLock',
    false,
    false,
    kvrpcpb.ResolveLockRequest,
    kvrpcpb.ResolveLockResponse,
  ),
  KvGC: method('/tikvpb.Tikv/KvGC', false, false, kvrpcpb.GCRequest, kvrpcpb.GCResponse),
  KvDeleteRange: method(
    '/tikvpb.Tikv/KvDeleteRange',
    false,
    false,
    kvrpcpb.DeleteRangeRequest,
    kvrpcpb.DeleteRangeResponse,
  ),
  KvPrepareFlashbackToVersion: method(
    '/tikvpb.Tikv/KvPrepareFlashbackToVersion',
    false,
    false,
    kvrpcpb.PrepareFlashbackToVersionRequest,
    kvrpcpb.PrepareFlashbackToVersionResponse,
  ),
  KvFlashbackToVersion: method(
    '/tikvpb.Tikv/KvFlashbackToVersion',
    false,
    false,
    kvrpcpb.FlashbackToVersionRequest,
    kvrpcpb.FlashbackToVersionResponse,
  ),
  UnsafeDestroyRange: method(
    '/tikvpb.Tikv/UnsafeDestroyRange',
    false,
    false,
    kvrpcpb.UnsafeDestroyRangeRequest,
    kvrpcpb.UnsafeDestroyRangeResponse,
  ),
  PhysicalScanLock: method(
    '/tikvpb.Tikv/PhysicalScanLock',
    false,
    false,
    kvrpcpb.PhysicalScanLockRequest,
    kvrpcpb.PhysicalScanLockResponse,
  ),
  Coprocessor: method('/tikvpb.Tikv/Coprocessor', false, false, coprocessor.Request, coprocessor.Response),
  CoprocessorStream: method(
    '/tikvpb.Tikv/CoprocessorStream',
    false,
    true,
    coprocessor.Request,
    coprocessor.Response,
  ),
  SplitRegion: method(
    '/tikvpb.Tikv/SplitRegion',
    false,
    false,
    kvrpcpb.SplitRegionRequest,
    kvrpcpb.SplitRegionResponse,
  ),
  MvccGetByKey: method(
    '/tikvpb.Tikv/MvccGetByKey',
    false,
    false,
    kvrpcpb.MvccGetByKeyRequest,
    kvrpcpb.MvccGetByKeyResponse,
  ),
  MvccGetByStartTs: method(
    '/tikvpb.Tikv/MvccGetByStartTs',
    false,
    false,
    kvrpcpb.MvccGetByStartTsRequest,
    kvrpcpb.MvccGetByStartTsResponse,
  ),
  BatchCommands: method(
    '/tikvpb.Tikv/BatchCommands',
    true,
    true,
    BatchCommandsRequest,
    BatchCommandsResponse,
  ),
  GetStoreSafeTS: method(
    '/tikvpb.Tikv/GetStoreSafeTS',
    false,
    false,
    kvrpcpb.StoreSafeTSRequest,
    kvrpcpb.StoreSafeTSResponse,
  ),
  GetLockWaitInfo: method(
    '/tikvpb.Tikv/GetLockWaitInfo',
    false,
    false,
    kvrpcpb.GetLockWaitInfoRequest,
    kvrpcpb.GetLockWaitInfoResponse,
  ),
  GetLockWaitHistory: method(
    '/tikvpb.Tikv/GetLockWaitHistory',
    false,
    false,
    kvrpcpb.GetLockWaitHistoryRequest,
    kvrpcpb.GetLockWaitHistoryResponse,
  ),
} as const;
