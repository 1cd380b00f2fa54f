import type { PreparedInfo, StatementResult } from '../../session/client-session.js';
import { ServerStatus } from '../../session/client-session.js';
import { mysqlError } from '../../types/error-table.js';
import { Capability } from './capabilities.js';
import type { Client } from './client.js';
import { writeColumnDefinition } from './column-definition.js';
import { Cursor } from './cursor.js';
import type { PayloadReader } from './payload-reader.js';
import { PreparedStatement } from './prepared-statement.js';
import { writeEnd, writeEof, writeOk } from './replies.js';
import { ResultShape } from './result-shape.js';
import { sendResults } from './result-sender.js';
import { readNamedParams, readParams, type SentParams } from './statement-params.js';

/** Flag of COM_STMT_EXECUTE (protocol: enum_cursor_type). */
const CURSOR_TYPE_READ_ONLY = 1;
const PARAMETER_COUNT_AVAILABLE = 8;

function statementOf(client: Client, id: number, command: string): PreparedStatement {
  const statement = client.statements.get(id);
  if (statement === undefined) throw mysqlError('ER_UNKNOWN_STMT_HANDLER', id, command);
  return statement;
}

export function prepare(client: Client, r: PayloadReader): void | Promise<void> {
  const info = client.session.prepare(r.restBytes());
  if (info instanceof Promise) return info.then((i) => sendPrepared(client, i));
  sendPrepared(client, info);
  return undefined;
}

/** COM_STMT_PREPARE_OK, then the parameters' and the columns' definitions. */
function sendPrepared(client: Client, info: PreparedInfo): void {
  const w = client.writer;
  client.statements.set(info.id, new PreparedStatement(info));
  w.begin();
  w.u8(0);
  w.u32(info.id);
  w.u16(info.columns.length);
  w.u16(info.params.length);
  w.u8(0);
  w.u16(Math.min(info.warnings, 0xffff));
  w.end();
  const charset = client.session.resultsCharset;
  const oldEof = (client.capabilities & Capability.DeprecateEof) === 0;
  for (const definitions of [info.params, info.columns]) {
    if (definitions.length === 0) continue;
    for (const c of definitions) writeColumnDefinition(w, c, charset);
    if (oldEof) writeEof(w, client.session.statusFlags, 0);
  }
}

export function execute(client: Client, r: PayloadReader): void | Promise<void> {
  const statement = statementOf(client, r.u32(), 'mysqld_stmt_execute');
  const flags = r.u8();
  const wantsCursor = (flags & CURSOR_TYPE_READ_ONLY) !== 0;
  r.skip(4); // iteration count, always 1
  if (statement.longDataError !== null) {
    const error = statement.longDataError;
    statement.dropLongData();
    throw error;
  }
  const { params, attributes } = sentParams(client, r, statement, flags);
  if (statement.longData !== null) statement.dropLongData();
  const { session } = client;
  session.queryAttributes = attributes;
  if (statement.cursor !== null || wantsCursor) return executeCursor(client, statement, params, wantsCursor);
  let result: ReturnType<typeof session.executePrepared>;
  session.atOnce = true;
  try {
    result = session.executePrepared(statement.id, params, false);
  } finally {
    session.atOnce = false;
  }
  return result instanceof Promise
    ? result.then((v) => sendResults(client, v, statement))
    : sendResults(client, result, statement);
}

function sentParams(
  client: Client,
  r: PayloadReader,
  statement: PreparedStatement,
  flags: number,
): SentParams {
  if ((client.capabilities & Capability.QueryAttributes) === 0)
    return { params: readParams(r, statement), attributes: null };
  // Without the flag there is neither a number of parameters nor, where the statement has none, anything else.
  if (statement.paramCount === 0 && (flags & PARAMETER_COUNT_AVAILABLE) === 0)
    return { params: [], attributes: null };
  return readNamedParams(r, statement);
}

async function executeCursor(
  client: Client,
  statement: PreparedStatement,
  params: ReturnType<typeof readParams>,
  wantsCursor: boolean,
): Promise<void> {
  await closeCursor(statement);
  const result: StatementResult = await client.session.executePrepared(statement.id, params, wantsCursor);
  if (!wantsCursor || result.kind !== 'rows') return sendResults(client, result, statement);
  const charset = client.session.resultsCharset;
  new ResultShape(result.columns, charset, true).writeMetadata(client.writer);
  statement.cursor = new Cursor(result, charset);
  writeEnd(client.writer, client.capabilities, client.session.statusFlags | ServerStatus.CursorExists, 0);
}

async function closeCursor(statement: PreparedStatement): Promise<void> {
  const cursor = statement.cursor;
  statement.cursor = null;
  await cursor?.close();
}

export async function fetch(client: Client, r: PayloadReader): Promise<void> {
  const statement = statementOf(client, r.u32(), 'mysqld_stmt_fetch');
  const count = r.u32();
  const cursor = statement.cursor;
  if (cursor === null) throw mysqlError('ER_STMT_HAS_NO_OPEN_CURSOR', statement.id);
  let more = false;
  try {
    more = await cursor.fetch(client, count);
  } finally {
    if (!more) statement.cursor = null;
  }
}

/** COM_STMT_SEND_LONG_DATA has no reply: what is wrong with it is told by the next execution. */
export function sendLongData(client: Client, r: PayloadReader): void {
  const statement = client.statements.get(r.remaining >= 6 ? r.u32() : -1);
  if (statement === undefined) return;
  const param = r.u16();
  const data = r.restBytes();
  if (param >= statement.paramCount) {
    statement.longDataError ??= mysqlError('ER_WRONG_ARGUMENTS', 'mysqld_stmt_send_long_data');
  } else if (statement.longDataBytes + data.length > client.channel.reader.maxPayload) {
    statement.longData = null;
    statement.longDataError ??= mysqlError('ER_NET_PACKET_TOO_LARGE');
  } else {
    statement.addLongData(param, data);
  }
}

/** COM_STMT_CLOSE has no reply either. */
export function closeStatement(client: Client, r: PayloadReader): void | Promise<void> {
  const statement = client.statements.get(r.remaining >= 4 ? r.u32() : -1);
  if (statement === undefined) return undefined;
  client.statements.delete(statement.id);
  if (statement.cursor === null) {
    client.session.closePrepared(statement.id);
    return undefined;
  }
  return closeCursor(statement).then(() => client.session.closePrepared(statement.id));
}

export function resetStatement(client: Client, r: PayloadReader): void | Promise<void> {
  const statement = statementOf(client, r.u32(), 'mysqld_stmt_reset');
  statement.dropLongData();
  const done = (): void =>
    writeOk(client.writer, client.capabilities, 0x00, 0, 0, client.session.statusFlags, 0);
  if (statement.cursor !== null) return closeCursor(statement).then(done);
  done();
  return undefined;
}
