import {
  clusterObjects,
  groupText,
  policyText,
  type ClusterObject,
  type ClusterObjectKind,
} from '../../catalog/cluster-objects.js';
import { quoteName } from '../../parser/restore.js';
import { resourceGroups } from '../../ddl/resource-group.js';
import { mysqlError } from '../../types/error-table.js';
import type { Datum } from '../../types/datum.js';
import type { Session } from '../session.js';
import { text, textColumn } from '../static-rows.js';
import { registerShow } from './show-registry.js';

async function stored(session: Session, kind: ClusterObjectKind): Promise<ClusterObject[]> {
  const { storage } = session.engine;
  const snapshot = storage.snapshot(await storage.currentTs());
  return kind === 'policy' ? clusterObjects(snapshot, kind) : resourceGroups(snapshot);
}

registerShow('CREATE PLACEMENT POLICY', async (session, stmt) => {
  const name = stmt.name ?? '';
  const policy = (await stored(session, 'policy')).find((p) => p.lower === name.toLowerCase());
  if (policy === undefined) throw mysqlError('ER_PLACEMENT_POLICY_NOT_EXISTS', name);
  return {
    columns: [textColumn('Policy', 64), textColumn('Create Policy', 65535)],
    rows: [
      [text(policy.name), text(`CREATE PLACEMENT POLICY ${quoteName(policy.name)} ${policyText(policy)}`)],
    ],
  };
});

registerShow('CREATE RESOURCE GROUP', async (session, stmt) => {
  const name = stmt.name ?? '';
  const group = (await stored(session, 'group')).find((g) => g.lower === name.toLowerCase());
  if (group === undefined) throw mysqlError('ER_RESOURCE_GROUP_NOT_EXISTS', name);
  return {
    columns: [textColumn('Resource_Group', 32), textColumn('Create Resource Group', 65535)],
    rows: [[text(group.name), text(`CREATE RESOURCE GROUP ${quoteName(group.name)} ${groupText(group)}`)]],
  };
});

const PLACEMENT_COLUMNS = [
  textColumn('Target', 1024),
  textColumn('Placement', 65535),
  textColumn('Scheduling_State', 64),
];
const NOTHING_TO_MOVE = text('SCHEDULED');

/** Databases, tables and partitions with policies. */
function targets(session: Session, policies: readonly ClusterObject[]): Datum[][] {
  const rows: Datum[][] = [];
  const add = (target: string, policy: string | undefined): void => {
    const found = policies.find((p) => p.lower === policy?.toLowerCase());
    if (found !== undefined) rows.push([text(target), text(policyText(found)), NOTHING_TO_MOVE]);
  };
  const { schema } = session;
  for (const db of schema.databases()) {
    add(`DATABASE ${db.name}`, db.policy);
    for (const t of schema.tables(db.name)) {
      if (!session.privileges.visible(db.name, t.name)) continue;
      const own = t.options?.['PLACEMENT POLICY'];
      const name = `TABLE ${db.name}.${t.name}`;
      add(name, own);
      for (const d of t.partition?.definitions ?? []) add(`${name} PARTITION ${d.name}`, d.policy ?? own);
    }
  }
  return rows;
}

registerShow('PLACEMENT', async (session) => {
  const policies = await stored(session, 'policy');
  const rows = policies.map((p): Datum[] => [text(`POLICY ${p.name}`), text(policyText(p)), null]);
  return { columns: PLACEMENT_COLUMNS, rows: [...rows, ...targets(session, policies)] };
});

registerShow(['PLACEMENT FOR TABLE', 'PLACEMENT FOR DATABASE'], async (session, stmt) => {
  const policies = await stored(session, 'policy');
  let wanted: string;
  if (stmt.table !== null) {
    const dbName = session.databaseOf(stmt.table.schema);
    const table = session.schema.table(dbName, stmt.table.name);
    if (table === null) throw mysqlError('ER_NO_SUCH_TABLE', dbName, stmt.table.name);
    wanted = `TABLE ${session.schema.database(dbName)!.name}.${table.name}`;
    if (stmt.partitions.length > 0) wanted += ` PARTITION ${stmt.partitions[0]!}`;
  } else {
    const db = session.schema.database(stmt.schema ?? '');
    if (db === null) throw mysqlError('ER_BAD_DB_ERROR', stmt.schema ?? '');
    wanted = `DATABASE ${db.name}`;
  }
  const of = targets(session, policies).filter(([target]) => {
    const name = Buffer.from(target as Uint8Array).toString();
    return (
      name.toLowerCase() === wanted.toLowerCase() ||
      (stmt.table !== null && name.toLowerCase().startsWith(`${wanted.toLowerCase()} `))
    );
  });
  return { columns: PLACEMENT_COLUMNS, rows: of };
});

registerShow('PLACEMENT LABELS', () => ({
  columns: [textColumn('Key', 64), textColumn('Values', 65535)],
  rows: [],
}));
