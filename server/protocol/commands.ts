import { mysqlError } from '../../types/error-table.js';
import { writeColumnDefinition } from './column-definition.js';
import { Capability } from './capabilities.js';
import { CommandCode } from './command-codes.js';
import type { Client } from './client.js';
import type { PayloadReader } from './payload-reader.js';
import { writeEnd, writeOk } from './replies.js';
import { sendResults } from './result-sender.js';
import {
  closeStatement,
  execute,
  fetch,
  prepare,
  resetStatement,
  sendLongData,
} from './statement-commands.js';
import { readQueryAttributes } from './statement-params.js';

/** Serves one command packet whose code is read already. Throws or rejects with what the client is told. */
type CommandHandler = (client: Client, r: PayloadReader) => void | Promise<void>;

function ok(client: Client): void {
  writeOk(client.writer, client.capabilities, 0x00, 0, 0, client.session.statusFlags, 0);
}

function query(client: Client, r: PayloadReader): void | Promise<void> {
  client.session.queryAttributes =
    (client.capabilities & Capability.QueryAttributes) === 0 ? null : readQueryAttributes(r);
  const sql = r.restBytes();
  // Some tools send the terminating zero of their string as well.
  return runText(client, sql[sql.length - 1] === 0 ? sql.subarray(0, -1) : sql);
}

function runText(client: Client, sql: Uint8Array): void | Promise<void> {
  const { session } = client;
  let result: ReturnType<typeof session.query>;
  session.atOnce = true;
  try {
    result = session.query(sql);
  } finally {
    session.atOnce = false;
  }
  return result instanceof Promise
    ? result.then((v) => sendResults(client, v, null))
    : sendResults(client, result, null);
}

function initDb(client: Client, r: PayloadReader): void | Promise<void> {
  const done = client.session.useDatabase(r.restBytes().toString());
  if (done instanceof Promise) return done.then(() => ok(client));
  ok(client);
  return undefined;
}

async function fieldList(client: Client, r: PayloadReader): Promise<void> {
  const table = r.nulBytes().toString();
  const columns = await client.session.fieldList(table, r.restBytes().toString());
  for (const c of columns) writeColumnDefinition(client.writer, c, client.session.resultsCharset, true);
  writeEnd(client.writer, client.capabilities, client.session.statusFlags, 0);
}

function statistics(client: Client): void {
  client.writer.begin();
  client.writer.text(client.statusText());
  client.writer.end();
}

async function processKill(client: Client, r: PayloadReader): Promise<void> {
  await client.kill(r.u32());
  ok(client);
}

function debug(client: Client): void {
  writeEnd(client.writer, client.capabilities, client.session.statusFlags, 0);
}

function setOption(client: Client, r: PayloadReader): void {
  const option = r.u16();
  if (option > 1) throw mysqlError('ER_UNKNOWN_COM_ERROR');
  client.session.setMultiStatements(option === 0);
  writeEnd(client.writer, client.capabilities, client.session.statusFlags, 0);
}

async function resetConnection(client: Client): Promise<void> {
  await client.dropStatements();
  await client.session.reset();
  ok(client);
}

/** COM_PROCESS_INFO and COM_SHUTDOWN are statements by another name. */
const PROCESS_LIST = Buffer.from('SHOW PROCESSLIST');
const SHUTDOWN = Buffer.from('SHUTDOWN');

/** FLUSH forms by the bits of COM_REFRESH (protocol: REFRESH_GRANT, REFRESH_LOG, …); the higher ones are replication's. */
const REFRESHED: readonly string[] = ['PRIVILEGES', 'LOGS', 'TABLES', 'HOSTS', 'STATUS'];

async function refresh(client: Client, r: PayloadReader): Promise<void> {
  const bits = r.u8();
  for (const [i, what] of REFRESHED.entries())
    if ((bits & (1 << i)) !== 0) await client.session.query(Buffer.from(`FLUSH ${what}`));
  ok(client);
}

/** Handlers by command code; what has none gets 1047. */
export const COMMANDS: readonly (CommandHandler | undefined)[] = (() => {
  const table = new Array<CommandHandler | undefined>(256).fill(undefined);
  table[CommandCode.Quit] = (c) => c.quit();
  table[CommandCode.InitDb] = initDb;
  table[CommandCode.Query] = query;
  table[CommandCode.FieldList] = fieldList;
  table[CommandCode.Refresh] = refresh;
  table[CommandCode.Shutdown] = (c) => runText(c, SHUTDOWN);
  table[CommandCode.Statistics] = statistics;
  table[CommandCode.ProcessInfo] = (c) => runText(c, PROCESS_LIST);
  table[CommandCode.ProcessKill] = processKill;
  table[CommandCode.Debug] = debug;
  table[CommandCode.Ping] = ok;
  table[CommandCode.ChangeUser] = (c, r) => c.changeUser(r);
  table[CommandCode.StmtPrepare] = prepare;
  table[CommandCode.StmtExecute] = execute;
  table[CommandCode.StmtSendLongData] = sendLongData;
  table[CommandCode.StmtClose] = closeStatement;
  table[CommandCode.StmtReset] = resetStatement;
  table[CommandCode.SetOption] = setOption;
  table[CommandCode.StmtFetch] = fetch;
  table[CommandCode.ResetConnection] = resetConnection;
  return table;
})();
