// Written by `npm run protos` from kv/tikv/proto/resource_manager.proto.
import { codec, type Codec } from '../wire/codec.js';
import type { ProtoReader } from '../wire/proto-reader.js';
import type { ProtoWriter } from '../wire/proto-writer.js';
export interface Consumption {
  rRU: number;
  wRU: number;
  readBytes: number;
  writeBytes: number;
  totalCpuTimeMs: number;
  sqlLayerCpuTimeMs: number;
  kvReadRpcCount: number;
  kvWriteRpcCount: number;
}
export interface ConsumptionInit {
  readonly rRU?: number | undefined;
  readonly wRU?: number | undefined;
  readonly readBytes?: number | undefined;
  readonly writeBytes?: number | undefined;
  readonly totalCpuTimeMs?: number | undefined;
  readonly sqlLayerCpuTimeMs?: number | undefined;
  readonly kvReadRpcCount?: number | undefined;
  readonly kvWriteRpcCount?: number | undefined;
}
export function writeConsumption(w: ProtoWriter, m: ConsumptionInit): void {
  if (m.kvWriteRpcCount !== undefined && m.kvWriteRpcCount !== 0) {
    w.double(m.kvWriteRpcCount);
    w.varint(65);
  }
  if (m.kvReadRpcCount !== undefined && m.kvReadRpcCount !== 0) {
    w.double(m.kvReadRpcCount);
    w.varint(57);
  }
  if (m.sqlLayerCpuTimeMs !== undefined && m.sqlLayerCpuTimeMs !== 0) {
    w.double(m.sqlLayerCpuTimeMs);
    w.varint(49);
  }
  if (m.totalCpuTimeMs !== undefined && m.totalCpuTimeMs !== 0) {
    w.double(m.totalCpuTimeMs);
    w.varint(41);
  }
  if (m.writeBytes !== undefined && m.writeBytes !== 0) {
    w.double(m.writeBytes);
    w.varint(33);
  }
  if (m.readBytes !== undefined && m.readBytes !== 0) {
    w.double(m.readBytes);
    w.varint(25);
  }
  if (m.wRU !== undefined && m.wRU !== 0) {
    w.double(m.wRU);
    w.varint(17);
  }
  if (m.rRU !== undefined && m.rRU !== 0) {
    w.double(m.rRU);
    w.varint(9);
  }
}
export function readConsumption(r: ProtoReader, end: number): Consumption {
  const m: Consumption = {
    rRU: 0,
    wRU: 0,
    readBytes: 0,
    writeBytes: 0,
    totalCpuTimeMs: 0,
    sqlLayerCpuTimeMs: 0,
    kvReadRpcCount: 0,
    kvWriteRpcCount: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 9:
        m.rRU = r.double();
        break;
      case 17:
        m.wRU = r.double();
        break;
      case 25:
        m.readBytes = r.double();
        break;
      case 33:
        m.writeBytes = r.double();
        break;
      case 41:
        m.totalCpuTimeMs = r.double();
        break;
      case 49:
        m.sqlLayerCpuTimeMs = r.double();
        break;
      case 57:
        m.kvReadRpcCount = r.double();
        break;
      case 65:
        m.kvWriteRpcCount = r.double();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Consumption: Codec<Consumption, ConsumptionInit> = codec(
  'resource_manager.Consumption',
  readConsumption,
  writeConsumption,
);
