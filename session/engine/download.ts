import type { Account, Download } from '../client-session.js';
import { dumpStatistics } from '../statistics/dump.js';
import { readDump } from '../replayer/dump-files.js';
import type { EngineCore } from './engine-core.js';

type Server = (core: EngineCore, account: Account, args: readonly string[]) => Promise<Download | null>;

/** What the status API serves, by the first parts of the path, as TiDB's does. */
const SERVERS: readonly (readonly [prefix: string, server: Server])[] = [
  ['/stats/dump/', statistics],
  ['/plan_replayer/dump/', archive],
  ['/optimize_trace/dump/', archive],
];

export async function download(core: EngineCore, account: Account, path: string): Promise<Download | null> {
  for (const [prefix, server] of SERVERS) {
    if (!path.startsWith(prefix)) continue;
    let args: string[];
    try {
      args = path.slice(prefix.length).split('/').map(decodeURIComponent);
    } catch {
      return null;
    }
    return server(core, account, args);
  }
  return null;
}

/** /stats/dump/{db}/{table} */
async function statistics(
  core: EngineCore,
  account: Account,
  [dbName, tableName]: readonly string[],
): Promise<Download | null> {
  if (dbName === undefined || tableName === undefined) return null;
  const schema = core.schemaLoader.current;
  const db = schema.database(dbName);
  const table = schema.table(dbName, tableName);
  if (db === null || table === null) return null;
  core.accounts.checkerFor(account).require('SELECT', db.name, table.name);
  const json = await dumpStatistics(core, db, table);
  return { type: 'application/json; charset=utf-8', body: Buffer.from(JSON.stringify(json, null, 2)) };
}

/** /plan_replayer/dump/{file}, /optimize_trace/dump/{file}: the file's name is the key to it. */
async function archive(
  core: EngineCore,
  account: Account,
  [name]: readonly string[],
): Promise<Download | null> {
  core.accounts.checkerFor(account).requireGlobal('SUPER');
  const body = await readDump(name ?? '');
  return body === null ? null : { type: 'application/zip', body };
}
