import type { MvccInfo, MvccVersion } from '../../rpc.js';
import type * as pb from '../generated/kvrpcpb.js';
import { OPS } from './names.js';

const KINDS: ReadonlySet<string> = new Set(['put', 'del', 'lock', 'rollback']);
const NOTHING: MvccInfo = { lock: null, versions: [] };

/** What TiKV holds of a key; values that are too long for a version's record come apart from it. */
export function mvccFromWire(info: pb.MvccInfo | undefined): MvccInfo {
  if (info === undefined) return NOTHING;
  const { lock, writes, values } = info;
  const longValues = new Map(values.map((v) => [v.startTs, v.value]));
  return {
    lock:
      lock === undefined
        ? null
        : {
            type: OPS.names[lock.type] ?? 'lock',
            startTs: lock.startTs,
            primary: lock.primary,
            value: lock.shortValue,
            ttl: Number(lock.ttl),
            forUpdateTs: lock.forUpdateTs,
            txnSize: Number(lock.txnSize),
            useAsyncCommit: lock.useAsyncCommit,
            secondaries: lock.secondaries,
          },
    versions: writes.map((w) => {
      const kind = OPS.names[w.type] ?? 'put';
      return {
        kind: (KINDS.has(kind) ? kind : 'put') as MvccVersion['kind'],
        startTs: w.startTs,
        commitTs: w.commitTs,
        value: w.shortValue.length > 0 ? w.shortValue : (longValues.get(w.startTs) ?? null),
      };
    }),
  };
}
