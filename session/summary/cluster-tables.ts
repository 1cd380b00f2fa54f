import type { InfoSchema } from '../../catalog/model.js';
import { hasEntries, indexIds } from '../../catalog/table-layout.js';
import { findVirtualTable } from '../../catalog/virtual/virtual-table.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { indexRange, recordRange } from '../../kv/codec/table-key.js';
import type { RegionStatus } from '../../kv/region-admin.js';
import type { KeyRange } from '../../kv/rpc.js';
import { encodeRegionKey } from '../../kv/tikv/region-key.js';
import type { EngineCore } from '../engine/engine-core.js';
import type { Session } from '../session.js';
import { serverLog } from '../slow-log/server-log.js';
import { factRow, type Fact } from './fact-rows.js';

const EMPTY = new Uint8Array(0);
const STATES = { Up: 0, Offline: 1, Tombstone: 2 } as const;

/** `5h24m3s` as Go prints durations. */
const uptime = (ms: number): string => {
  const s = Math.floor(ms / 1000);
  return `${Math.floor(s / 3600)}h${Math.floor(s / 60) % 60}m${s % 60}s`;
};

/** This node as CLUSTER_INFO and TIDB_SERVERS_INFO show it. */
const localServer = (core: EngineCore): Fact => ({
  TYPE: 'tidb',
  INSTANCE: `${core.globals.get('hostname')}:${core.globals.get('port')}`,
  STATUS_ADDRESS: core.instance,
  VERSION: core.globals.get('version'),
  GIT_HASH: 'None',
  START_TIME: core.startedAt,
  UPTIME: uptime(core.uptimeMs),
  SERVER_ID: core.cluster.serverId,
  DDL_ID: core.globals.get('server_uuid'),
  IP: core.globals.get('hostname'),
  PORT: core.globals.get('port'),
  STATUS_PORT: core.instance.split(':')[1] ?? '0',
  LEASE: '45s',
  LABELS: core.settings.get('labels') ?? '',
});

/** What lies in a range of keys. */
interface StoredObject extends KeyRange {
  readonly fact: Fact;
}

/** Rows and index entries of all tables that the session may see, in key order. */
function storedObjects(session: Session, schema: InfoSchema): StoredObject[] {
  const out: StoredObject[] = [];
  for (const db of schema.databases())
    for (const table of schema.tables(db.name)) {
      if (table.virtual === true || table.view !== undefined || table.sequence !== undefined) continue;
      if (table.temporary !== undefined || !session.privileges.visible(db.name, table.name)) continue;
      const ofTable = { TABLE_ID: table.id, DB_NAME: db.name, TABLE_NAME: table.name };
      const partitions = new Map(table.partition?.definitions.map((d) => [d.id, d.name]));
      const placeOf = (id: number): Fact =>
        partitions.has(id)
          ? { ...ofTable, IS_PARTITION: 1, PARTITION_ID: id, PARTITION_NAME: partitions.get(id)! }
          : { ...ofTable, IS_PARTITION: 0 };
      for (const id of partitions.size > 0 ? partitions.keys() : [table.id])
        out.push({ ...recordRange(id), fact: { ...placeOf(id), IS_INDEX: 0 } });
      for (const index of table.indices)
        if (hasEntries(table, index))
          for (const id of indexIds(table, index))
            out.push({
              ...indexRange(id, index.id),
              fact: { ...placeOf(id), IS_INDEX: 1, INDEX_ID: index.id, INDEX_NAME: index.name },
            });
    }
  return out.sort((a, b) => compareBytes(a.startKey, b.startKey));
}

/** A row for each object that has keys in the region, which may be many; one for a region of something else. */
function regionFacts(region: RegionStatus, objects: readonly StoredObject[]): Fact[] {
  const border = (key: Uint8Array): string => Buffer.from(encodeRegionKey(key)).toString('hex').toUpperCase();
  const own: Fact = {
    REGION_ID: region.id,
    START_KEY: border(region.startKey),
    END_KEY: border(region.endKey),
    EPOCH_CONF_VER: region.epoch.confVer,
    EPOCH_VERSION: region.epoch.version,
    WRITTEN_BYTES: 0,
    READ_BYTES: 0,
    APPROXIMATE_SIZE: 0,
    APPROXIMATE_KEYS: 0,
  };
  let low = 0;
  for (let high = objects.length; low < high;) {
    const middle = (low + high) >> 1;
    if (compareBytes(objects[middle]!.endKey, region.startKey) <= 0) low = middle + 1;
    else high = middle;
  }
  const out: Fact[] = [];
  for (let i = low; i < objects.length; i++) {
    const { startKey, fact } = objects[i]!;
    if (region.endKey.length > 0 && compareBytes(startKey, region.endKey) >= 0) break;
    out.push({ ...own, ...fact });
  }
  return out.length > 0 ? out : [{ ...own, IS_INDEX: 0, IS_PARTITION: 0 }];
}

/** Registers information_schema's tables of servers, stores and regions. */
export function registerClusterTables(core: EngineCore): void {
  const { regions } = core.storage;
  const provide = (name: string, facts: (session: Session) => Promise<readonly Fact[]>): void => {
    const { columns } = findVirtualTable('information_schema', name)!;
    core.virtualProviders.set(name, async (session) =>
      (await facts(session)).map((f) => factRow(columns, f, session)),
    );
  };
  const all = (): Promise<readonly RegionStatus[]> => regions.list(EMPTY, EMPTY);
  const guarded =
    (facts: (session: Session) => Promise<readonly Fact[]>) =>
    (session: Session): Promise<readonly Fact[]> => {
      session.privileges.requireGlobal('PROCESS');
      return facts(session);
    };
  const servers = async (): Promise<Fact[]> => [
    localServer(core),
    ...(await core.cluster.foreignFacts('servers')),
  ];
  core.cluster.serveFacts('servers', () => [localServer(core)]);
  provide('tidb_servers_info', servers);
  provide('cluster_info', async () => {
    const members = (await regions.pdMembers()).map((INSTANCE) => ({
      TYPE: 'pd',
      INSTANCE,
      STATUS_ADDRESS: INSTANCE,
    }));
    const stores = (await regions.storeStatus()).filter((s) => s.address !== '');
    return [
      ...(await servers()),
      ...members,
      ...stores.map((s) => ({
        TYPE: 'tikv',
        INSTANCE: s.address,
        STATUS_ADDRESS: s.statusAddress,
        VERSION: s.version,
        GIT_HASH: s.gitHash,
        START_TIME: s.startedAt,
        UPTIME: uptime(Math.max(0, Date.now() - s.startedAt)),
        SERVER_ID: 0,
      })),
    ];
  });
  provide(
    'cluster_log',
    guarded(async () => [...(await serverLog(core)), ...(await core.cluster.foreignFacts('log'))]),
  );
  core.cluster.serveFacts('log', () => serverLog(core));
  provide(
    'tikv_store_status',
    guarded(async () => {
      const list = await all();
      return (await regions.storeStatus()).map((s) => {
        const leaders = list.filter((r) => r.leaderStoreId === s.id).length;
        const held = list.filter((r) => r.peers.some((p) => p.storeId === s.id)).length;
        return {
          STORE_ID: s.id,
          ADDRESS: s.address === '' ? core.instance : s.address,
          STORE_STATE: STATES[s.state],
          STORE_STATE_NAME: s.state,
          LABEL: JSON.stringify(s.labels),
          VERSION: s.version === '' ? core.globals.get('version') : s.version,
          CAPACITY: sizeText(s.capacity),
          AVAILABLE: sizeText(s.available),
          LEADER_COUNT: leaders,
          LEADER_WEIGHT: 1,
          LEADER_SCORE: leaders,
          LEADER_SIZE: 0,
          REGION_COUNT: held,
          REGION_WEIGHT: 1,
          REGION_SCORE: held,
          REGION_SIZE: 0,
          START_TS: s.startedAt,
          LAST_HEARTBEAT_TS: s.heartbeatAt,
          UPTIME: uptime(Math.max(0, Date.now() - s.startedAt)),
        };
      });
    }),
  );
  provide('tikv_region_status', async (session) => {
    const objects = storedObjects(session, core.schemaLoader.current);
    return (await all()).flatMap((r) => regionFacts(r, objects));
  });
  provide(
    'tikv_region_peers',
    guarded(async () =>
      (await all()).flatMap((r) =>
        r.peers.map((p) => ({
          REGION_ID: r.id,
          PEER_ID: p.id,
          STORE_ID: p.storeId,
          IS_LEARNER: p.learner ? 1 : 0,
          IS_LEADER: p.id === r.leaderId ? 1 : 0,
          STATUS: 'NORMAL',
        })),
      ),
    ),
  );
}

/** `60.5GiB` as PD writes sizes; '' for one that is not known. */
function sizeText(bytes: bigint): string {
  if (bytes === 0n) return '';
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let n = Number(bytes);
  let unit = 0;
  for (; n >= 1024 && unit < units.length - 1; unit++) n /= 1024;
  return `${Number(n.toPrecision(4))}${units[unit]!}`;
}
