import type { RegionError, RegionMeta } from '../../rpc.js';
import type * as errorpb from '../generated/errorpb.js';
import type * as metapb from '../generated/metapb.js';

const NO_EPOCH = { confVer: 0, version: 0 };

export function regionFromWire(r: metapb.Region): RegionMeta {
  return {
    id: r.id,
    startKey: r.startKey,
    endKey: r.endKey,
    epoch: r.regionEpoch ?? NO_EPOCH,
    peers: r.peers.map(({ id, storeId, role, isWitness }) => ({ id, storeId, role, isWitness })),
  };
}

export function regionErrorFromWire(e: errorpb.Error): RegionError {
  if (e.notLeader !== undefined) {
    const { leader } = e.notLeader;
    return leader === undefined
      ? { kind: 'notLeader' }
      : { kind: 'notLeader', leaderStoreId: leader.storeId, leaderPeerId: leader.id };
  }
  if (e.epochNotMatch !== undefined)
    return { kind: 'epochNotMatch', currentRegions: e.epochNotMatch.currentRegions.map(regionFromWire) };
  if (e.regionNotFound !== undefined) return { kind: 'regionNotFound' };
  if (e.keyNotInRegion !== undefined) return { kind: 'keyNotInRegion' };
  if (e.serverIsBusy !== undefined) {
    const { reason, backoffMs, estimatedWaitMs } = e.serverIsBusy;
    const wait = backoffMs !== 0 ? backoffMs : estimatedWaitMs;
    return { kind: 'serverIsBusy', reason, backoffMs: wait, estimatedWaitMs };
  }
  if (e.staleCommand !== undefined) return { kind: 'staleCommand' };
  if (e.storeNotMatch !== undefined) return { kind: 'storeNotMatch' };
  if (e.mismatchPeerId !== undefined) return { kind: 'mismatchPeerId' };
  if (e.regionNotInitialized !== undefined) return { kind: 'regionNotInitialized' };
  if (e.maxTimestampNotSynced !== undefined) return { kind: 'maxTimestampNotSynced' };
  if (e.readIndexNotReady !== undefined) return { kind: 'readIndexNotReady' };
  if (e.proposalInMergingMode !== undefined) return { kind: 'proposalInMergingMode' };
  if (e.dataIsNotReady !== undefined) return { kind: 'dataIsNotReady' };
  if (e.diskFull !== undefined) return { kind: 'diskFull', reason: e.diskFull.reason };
  if (e.recoveryInProgress !== undefined) return { kind: 'recoveryInProgress' };
  if (e.isWitness !== undefined) return { kind: 'isWitness' };
  if (e.bucketVersionNotMatch !== undefined) return { kind: 'bucketVersionNotMatch' };
  if (e.raftEntryTooLarge !== undefined)
    return { kind: 'raftEntryTooLarge', size: e.raftEntryTooLarge.entrySize };
  if (e.flashbackInProgress !== undefined) {
    const { regionId, flashbackStartTs } = e.flashbackInProgress;
    return { kind: 'flashbackInProgress', regionId, startTs: flashbackStartTs };
  }
  if (e.flashbackNotPrepared !== undefined) return { kind: 'flashbackNotPrepared' };
  if (e.undeterminedResult !== undefined)
    return { kind: 'undeterminedResult', message: e.undeterminedResult.message };
  return { kind: 'other', message: e.message };
}
