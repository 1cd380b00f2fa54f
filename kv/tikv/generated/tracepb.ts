// Written by `npm run protos` from kv/tikv/proto/tracepb.proto.
import { NONE, codec, type Codec } from '../wire/codec.js';
import type { ProtoReader } from '../wire/proto-reader.js';
import type { ProtoWriter } from '../wire/proto-writer.js';
export interface RemoteParentSpan {
  traceId: bigint;
  spanId: bigint;
}
export interface RemoteParentSpanInit {
  readonly traceId?: bigint | undefined;
  readonly spanId?: bigint | undefined;
}
export function writeRemoteParentSpan(w: ProtoWriter, m: RemoteParentSpanInit): void {
  if (m.spanId !== undefined && m.spanId !== 0n) {
    w.u64(m.spanId);
    w.varint(16);
  }
  if (m.traceId !== undefined && m.traceId !== 0n) {
    w.u64(m.traceId);
    w.varint(8);
  }
}
export function readRemoteParentSpan(r: ProtoReader, end: number): RemoteParentSpan {
  const m: RemoteParentSpan = { traceId: 0n, spanId: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.traceId = r.u64();
        break;
      case 16:
        m.spanId = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const RemoteParentSpan: Codec<RemoteParentSpan, RemoteParentSpanInit> = codec(
  'tracepb.RemoteParentSpan',
  readRemoteParentSpan,
  writeRemoteParentSpan,
);
export interface TraceContext {
  remoteParentSpans: readonly RemoteParentSpan[];
  durationThresholdMs: number;
}
export interface TraceContextInit {
  readonly remoteParentSpans?: readonly RemoteParentSpanInit[] | undefined;
  readonly durationThresholdMs?: number | undefined;
}
export function writeTraceContext(w: ProtoWriter, m: TraceContextInit): void {
  if (m.durationThresholdMs !== undefined && m.durationThresholdMs !== 0) {
    w.varint(m.durationThresholdMs);
    w.varint(16);
  }
  if (m.remoteParentSpans !== undefined && m.remoteParentSpans.length > 0)
    for (let i = m.remoteParentSpans.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeRemoteParentSpan(w, m.remoteParentSpans[i]!);
        w.varint(w.written - at);
        w.varint(10);
      }
    }
}
export function readTraceContext(r: ProtoReader, end: number): TraceContext {
  const m: TraceContext = { remoteParentSpans: NONE, durationThresholdMs: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        (
          (m.remoteParentSpans === NONE
            ? (m.remoteParentSpans = [])
            : m.remoteParentSpans) as RemoteParentSpan[]
        ).push(readRemoteParentSpan(r, r.end()));
        break;
      case 16:
        m.durationThresholdMs = r.uint32();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const TraceContext: Codec<TraceContext, TraceContextInit> = codec(
  'tracepb.TraceContext',
  readTraceContext,
  writeTraceContext,
);
