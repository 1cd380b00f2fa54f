import type { MvccInfo } from '../kv/rpc.js';
import { OPS } from '../kv/tikv/translate/names.js';

/** A value that is longer than this has no place in a version's record (TiKV's SHORT_VALUE_MAX_LEN). */
const SHORT_VALUE = 255;

type Fields = Record<string, string | number | bigint | boolean | undefined>;

/** A JSON object of the fields that have a value, as protobuf messages are written; timestamps are numbers of up to 64 bits. */
function object(fields: Fields): string {
  const members = Object.entries(fields).flatMap(([name, v]) =>
    v === undefined || v === 0 || v === 0n || v === '' || v === false
      ? []
      : [`${JSON.stringify(name)}: ${typeof v === 'bigint' ? v : JSON.stringify(v)}`],
  );
  return `{${members.join(', ')}}`;
}

const base64 = (b: Uint8Array | null | undefined): string =>
  b === null || b === undefined ? '' : Buffer.from(b).toString('base64');

/** What TIDB_MVCC_INFO gives: kvrpcpb.MvccInfo of one key. */
export function mvccJson(key: Uint8Array, { lock, versions }: MvccInfo): string {
  const parts: string[] = [];
  if (lock !== null)
    parts.push(
      `"lock": ${object({
        type: OPS.numbers[lock.type],
        start_ts: lock.startTs,
        primary: base64(lock.primary),
        short_value: base64(lock.value),
        ttl: lock.ttl,
        for_update_ts: lock.forUpdateTs,
        txn_size: lock.txnSize,
        use_async_commit: lock.useAsyncCommit,
      })}`,
    );
  if (versions.length > 0) {
    const writes = versions.map((v) =>
      object({
        type: OPS.numbers[v.kind],
        start_ts: v.startTs,
        commit_ts: v.commitTs,
        short_value: (v.value?.length ?? 0) > SHORT_VALUE ? '' : base64(v.value),
      }),
    );
    parts.push(`"writes": [${writes.join(', ')}]`);
  }
  const long = versions.filter((v) => (v.value?.length ?? 0) > SHORT_VALUE);
  if (long.length > 0)
    parts.push(
      `"values": [${long.map((v) => object({ start_ts: v.startTs, value: base64(v.value) })).join(', ')}]`,
    );
  const name = Buffer.from(key).toString('hex');
  return `[{"key": "${name}", "mvcc": {"info": {${parts.join(', ')}}}}]`;
}
