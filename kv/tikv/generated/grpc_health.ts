// Written by `npm run protos` from kv/tikv/proto/grpc_health.proto.
import { codec, method, type Codec } from '../wire/codec.js';
import type { ProtoReader } from '../wire/proto-reader.js';
import type { ProtoWriter } from '../wire/proto-writer.js';
export const HealthCheckResponseServingStatus = {
  UNKNOWN: 0,
  SERVING: 1,
  NOT_SERVING: 2,
  SERVICE_UNKNOWN: 3,
} as const;
export interface HealthCheckRequest {
  service: string;
}
export interface HealthCheckRequestInit {
  readonly service?: string | undefined;
}
export function writeHealthCheckRequest(w: ProtoWriter, m: HealthCheckRequestInit): void {
  if (m.service !== undefined && m.service !== '') {
    w.string(m.service);
    w.varint(10);
  }
}
export function readHealthCheckRequest(r: ProtoReader, end: number): HealthCheckRequest {
  const m: HealthCheckRequest = { service: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.service = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const HealthCheckRequest: Codec<HealthCheckRequest, HealthCheckRequestInit> = codec(
  'grpc.health.v1.HealthCheckRequest',
  readHealthCheckRequest,
  writeHealthCheckRequest,
);
export interface HealthCheckResponse {
  status: number;
}
export interface HealthCheckResponseInit {
  readonly status?: number | undefined;
}
export function writeHealthCheckResponse(w: ProtoWriter, m: HealthCheckResponseInit): void {
  if (m.status !== undefined && m.status !== 0) {
    w.varint(m.status);
    w.varint(8);
  }
}
export function readHealthCheckResponse(r: ProtoReader, end: number): HealthCheckResponse {
  const m: HealthCheckResponse = { status: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.status = r.int32();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const HealthCheckResponse: Codec<HealthCheckResponse, HealthCheckResponseInit> = codec(
  'grpc.health.v1.HealthCheckResponse',
  readHealthCheckResponse,
  writeHealthCheckResponse,
);
export const Health = {
  Check: method('/grpc.health.v1.Health/Check', false, false, HealthCheckRequest, HealthCheckResponse),
  Watch: method('/grpc.health.v1.Health/Watch', false, true, HealthCheckRequest, HealthCheckResponse),
} as const;
