import type { RpcContext } from '../../rpc.js';
import type { Context, ContextInit } from '../generated/kvrpcpb.js';
import { APIVersion, DiskFullOpt } from '../generated/kvrpcpb.js';
import { ISOLATION_LEVELS, PRIORITIES } from './names.js';

/** What a request says of itself when nobody above did (client-go's RequestSource). */
const DEFAULT_SOURCE = 'external_unknown';

/** The keyspace of those that have none (client-go's NullspaceID). */
const NO_KEYSPACE = 0xffffffff;

export function contextToWire(c: RpcContext): ContextInit {
  return {
    regionId: c.regionId,
    regionEpoch: c.regionEpoch,
    peer: c.peer,
    term: c.term,
    clusterId: c.clusterId,
    priority: c.priority === undefined ? 0 : PRIORITIES.numbers[c.priority],
    isolationLevel: c.isolationLevel === undefined ? 0 : ISOLATION_LEVELS.numbers[c.isolationLevel],
    notFillCache: c.notFillCache,
    replicaRead: c.replicaRead,
    staleRead: c.staleRead,
    busyThresholdMs: c.busyThresholdMs,
    taskId: c.taskId,
    txnSource: c.txnSource,
    resolvedLocks: c.resolvedLocks,
    committedLocks: c.committedLocks,
    maxExecutionDurationMs: c.maxExecutionMs,
    diskFullOpt: c.whenAlmostFull === true ? DiskFullOpt.AllowedOnAlmostFull : DiskFullOpt.NotAllowedOnFull,
    isRetryRequest: c.isRetry,
    apiVersion: APIVersion.V1,
    keyspaceId: NO_KEYSPACE,
    requestSource: c.requestSource ?? DEFAULT_SOURCE,
    resourceGroupTag: c.resourceGroupTag,
    resourceControlContext:
      c.resourceGroup === undefined ? undefined : { resourceGroupName: c.resourceGroup },
  };
}

const NO_EPOCH = { confVer: 0, version: 0 };

export function contextFromWire(c: Context): RpcContext {
  return {
    regionId: c.regionId,
    regionEpoch: c.regionEpoch ?? NO_EPOCH,
    priority: PRIORITIES.names[c.priority] ?? 'normal',
    isolationLevel: ISOLATION_LEVELS.names[c.isolationLevel] ?? 'SI',
    notFillCache: c.notFillCache,
    maxExecutionMs: c.maxExecutionDurationMs,
    isRetry: c.isRetryRequest,
    requestSource: c.requestSource,
    resourceGroupTag: c.resourceGroupTag.length === 0 ? undefined : c.resourceGroupTag,
    resolvedLocks: c.resolvedLocks,
    committedLocks: c.committedLocks,
  };
}
