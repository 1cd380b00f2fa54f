import type { Chunk } from '../../chunk/chunk.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import type { MvccReader } from '../../kv/mvcc-reader.js';
import type { Expression } from '../../expression/expression.js';
import type { BatchPointGet, PointGet } from '../../planner/physical/plan.js';
import type { ExecContext } from '../exec-context.js';
import { pointKey, preparePoint, recordKeyOfEntry } from '../point-get.js';
import { Work } from '../work-counts.js';
import { MAX_BYTES, MAX_ROWS } from '../short-read/short-rows.js';
import { type FewRows, NOT_FEW } from './few-rows.js';
import { readerOf } from './scan.js';

/** Rows by their handles or unique keys, each once: several of them in the order of the keys. */
export class FewPoints implements FewRows {
  private readonly keys: readonly (readonly Expression[])[];
  private readonly desc: boolean;

  constructor(private readonly plan: PointGet | BatchPointGet) {
    this.keys = plan.op === 'PointGet' ? [plan.key] : plan.keys;
    this.desc = plan.op === 'BatchPointGet' && plan.desc;
  }

  rows(ctx: ExecContext): Chunk {
    const { plan } = this;
    if (plan.lock !== null && ctx.txn !== null) throw NOT_FEW;
    const reader = readerOf(ctx);
    const prepared = preparePoint(plan, ctx);
    const keys: Uint8Array[] = [];
    for (const parts of this.keys) {
      const key = pointKey(plan.table, plan.physicalId, parts, prepared, ctx);
      if (key !== null) keys.push(key);
    }
    if (keys.length > MAX_ROWS) throw NOT_FEW;
    if (keys.length > 1) keys.sort(compareBytes);
    if (this.desc) keys.reverse();
    ctx.noteWork?.(Work.readKey, keys.length);
    // Locks are met before anything is decoded: the decoder is shared.
    const found: Uint8Array[] = [];
    let bytes = 0;
    for (let i = 0; i < keys.length; i++) {
      let key: Uint8Array | null = keys[i]!;
      if (i > 0 && compareBytes(keys[i - 1]!, key) === 0) continue;
      let value = valueOf(key, reader, ctx);
      if (prepared.index !== null && value !== null) {
        key = recordKeyOfEntry(plan.physicalId, plan.globalIn, value);
        value = key === null ? null : valueOf(key, reader, ctx);
      }
      if (value === null) continue;
      found.push(key!, value);
      bytes += value.length;
    }
    if (bytes > MAX_BYTES) throw NOT_FEW;
    const { decoder } = prepared;
    for (let i = 0; i < found.length; i += 2)
      decoder.append(found[i]!, found[i]!.length, found[i + 1]!, 0, found[i + 1]!.length);
    return decoder.take();
  }
}

/** As the transaction sees it. */
function valueOf(key: Uint8Array, reader: MvccReader, ctx: ExecContext): Uint8Array | null {
  const own = ctx.txn?.memBuffer.get(key, ctx.ownBefore);
  return own === undefined ? reader.get(key) : own;
}
