import type { TableInfo } from '../catalog/model.js';
import { hasEntries, physicalIds } from '../catalog/table-layout.js';
import { indexRange, recordRange } from '../kv/codec/table-key.js';
import type { ExecContext } from './exec-context.js';

/** CRC-64/XZ (ECMA-182, reflected), as Go's crc64.ECMA: the table in two halves, for numbers of 32 bits are cheap. */
const HIGH = new Uint32Array(256);
const LOW = new Uint32Array(256);
for (let i = 0; i < 256; i++) {
  let hi = 0;
  let lo = i;
  for (let bit = 0; bit < 8; bit++) {
    const odd = lo & 1;
    lo = ((lo >>> 1) | (hi << 31)) >>> 0;
    hi >>>= 1;
    if (odd === 1) {
      hi = (hi ^ 0xc96c5795) >>> 0;
      lo = (lo ^ 0xd7870f42) >>> 0;
    }
  }
  HIGH[i] = hi;
  LOW[i] = lo;
}

export interface TableChecksum {
  readonly crc64Xor: bigint;
  readonly kvs: number;
  readonly bytes: number;
}

const BATCH = 1024;
/** Bytes between two chances to let others use the thread. */
const STEP_BYTES = 1 << 19;

/** ADMIN CHECKSUM TABLE: the exclusive or of the CRC-64 of every pair of the table, rows and index entries, in any order the same. */
export async function tableChecksum(table: TableInfo, ctx: ExecContext): Promise<TableChecksum> {
  let [xorHigh, xorLow, kvs, bytes] = [0, 0, 0, 0];
  let [hi, lo] = [0, 0];
  let step = 0;
  const update = (data: Uint8Array): void => {
    for (let i = 0; i < data.length; i++) {
      const at = (lo ^ data[i]!) & 0xff;
      lo = (((lo >>> 8) | (hi << 24)) ^ LOW[at]!) >>> 0;
      hi = ((hi >>> 8) ^ HIGH[at]!) >>> 0;
    }
  };
  for (const physicalId of physicalIds(table)) {
    const ranges = [
      recordRange(physicalId),
      ...table.indices
        .filter((i) => i.state === 'public' && hasEntries(table, i))
        .map((i) => indexRange(physicalId, i.id)),
    ];
    for (const range of ranges) {
      const pairs = ctx.snapshot.iterate(range.startKey, range.endKey, { batchSize: BATCH });
      try {
        for (;;) {
          const r = pairs.next();
          const p = r instanceof Promise ? await r : r;
          if (p === null) break;
          [hi, lo] = [0xffffffff, 0xffffffff];
          update(p.key);
          update(p.value);
          xorHigh = (xorHigh ^ ~hi) >>> 0;
          xorLow = (xorLow ^ ~lo) >>> 0;
          bytes += p.key.length + p.value.length;
          step += p.key.length + p.value.length;
          if (++kvs % BATCH === 0 || step > STEP_BYTES) {
            step = 0;
            const pause = ctx.checkpoint();
            if (pause !== undefined) await pause;
          }
        }
      } finally {
        pairs.close();
      }
    }
  }
  return { crc64Xor: (BigInt(xorHigh) << 32n) | BigInt(xorLow), kvs, bytes };
}
