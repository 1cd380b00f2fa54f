import { compareBytes } from '../../kv/codec/byte-writer.js';
import { DatumFlag } from '../../kv/codec/datum-codec.js';
import { RECORD_KEY_LENGTH, recordRange, TABLE_PREFIX_LENGTH } from '../../kv/codec/table-key.js';
import type { KeyRange } from '../../kv/rpc.js';

function isOwn(key: Uint8Array, { startKey }: KeyRange): boolean {
  if (key.length < TABLE_PREFIX_LENGTH) return false;
  for (let i = 0; i < TABLE_PREFIX_LENGTH; i++) if (key[i] !== startKey[i]) return false;
  return true;
}

/** Whether no record of the table lies before the key: the smallest integer handle is one such. */
export function isBeforeAll(startKey: Uint8Array, all: KeyRange): boolean {
  if (compareBytes(startKey, all.startKey) <= 0) return true;
  if (!isOwn(startKey, all) || startKey.length > RECORD_KEY_LENGTH) return false;
  for (let i = TABLE_PREFIX_LENGTH; i < startKey.length; i++) if (startKey[i] !== 0) return false;
  return true;
}

/** Whether no record of the table lies at the key or behind: the bound above every clustered key is one flag byte. */
export const isBehindAll = (endKey: Uint8Array, all: KeyRange): boolean =>
  endKey.length === 0 ||
  compareBytes(endKey, all.endKey) >= 0 ||
  (isOwn(endKey, all) &&
    endKey.length === TABLE_PREFIX_LENGTH + 1 &&
    endKey[TABLE_PREFIX_LENGTH] === DatumFlag.Max);

/** Whether the ranges are the whole table in one piece. */
export function coversTable(id: number, ranges: readonly KeyRange[]): boolean {
  if (ranges.length !== 1) return false;
  const all = recordRange(id);
  return isBeforeAll(ranges[0]!.startKey, all) && isBehindAll(ranges[0]!.endKey, all);
}
