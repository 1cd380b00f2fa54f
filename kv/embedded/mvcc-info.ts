import type { MvccInfo, MvccVersion } from '../rpc.js';
import type { LockTable } from './lock-table.js';
import { VersionKind } from './record.js';
import { MAX_UINT32, joinHalves } from './timestamp.js';
import type { VersionStore } from './version-store.js';

const KINDS = {
  [VersionKind.put]: 'put',
  [VersionKind.del]: 'del',
  [VersionKind.lock]: 'lock',
  [VersionKind.rollback]: 'rollback',
} as const;

export function keyInfo(versions: VersionStore, locks: LockTable, key: Uint8Array): MvccInfo {
  const found: MvccVersion[] = [];
  const walk = (next: (hi: number, lo: number) => boolean): void => {
    let hi = MAX_UINT32;
    let lo = MAX_UINT32;
    while (next(hi, lo)) {
      found.push({
        kind: KINDS[versions.kind as keyof typeof KINDS],
        startTs: joinHalves(versions.startHi, versions.startLo),
        commitTs: joinHalves(versions.commitHi, versions.commitLo),
        value:
          versions.kind === VersionKind.put
            ? Uint8Array.prototype.slice.call(versions.buffer, versions.start, versions.end)
            : null,
      });
      if (versions.commitHi === 0 && versions.commitLo === 0) return;
      hi = versions.commitLo === 0 ? versions.commitHi - 1 : versions.commitHi;
      lo = versions.commitLo === 0 ? MAX_UINT32 : versions.commitLo - 1;
    }
  };
  walk((hi, lo) => versions.visible(key, 0, key.length, hi, lo));
  walk((hi, lo) => versions.newestMark(key, hi, lo));
  found.sort((a, b) => (a.commitTs > b.commitTs ? -1 : a.commitTs < b.commitTs ? 1 : 0));
  return { lock: locks.get(key) ?? null, versions: found };
}
