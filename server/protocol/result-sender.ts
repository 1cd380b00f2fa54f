import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Chunk } from '../../chunk/chunk.js';
import type {
  LocalInfileRequest,
  OkResult,
  RowsResult,
  StatementResult,
} from '../../session/client-session.js';
import { ServerStatus } from '../../session/client-session.js';
import { Capability } from './capabilities.js';
import type { Client } from './client.js';
import { receiveLocalFile } from './local-infile.js';
import type { PreparedStatement } from './prepared-statement.js';
import { ConnectionLost } from './protocol-errors.js';
import { writeEnd, writeEof, writeOk } from './replies.js';
import { ResultShape } from './result-shape.js';
import { FLUSH_BYTES } from './row-writer.js';

/** A result that never waits still lets other connections have their turn this often, in milliseconds. */
const TURN_MS = 8;

const moreFlag = (result: StatementResult): number =>
  result.kind !== 'localInfile' && result.next !== undefined ? ServerStatus.MoreResultsExists : 0;

/**
 * Sends a statement's result and those of the statements after it. Answers in the same tick when nothing has to be
 * waited for. `statement` is given for the binary protocol. Errors are thrown for the command loop to report.
 */
export function sendResults(
  client: Client,
  result: StatementResult,
  statement: PreparedStatement | null,
): void | Promise<void> {
  for (;;) {
    const sent = sendResult(client, result, statement);
    if (sent instanceof Promise) return sent.then((last) => sendFollowing(client, last, statement));
    if (sent.next === undefined) return undefined;
    const next = sent.next();
    if (next instanceof Promise) return sendLater(client, next, statement);
    result = next;
  }
}

async function sendLater(
  client: Client,
  next: Promise<StatementResult>,
  statement: PreparedStatement | null,
): Promise<void> {
  client.writer.flush();
  await sendResults(client, await next, statement);
}

function sendFollowing(
  client: Client,
  last: OkResult | RowsResult,
  statement: PreparedStatement | null,
): void | Promise<void> {
  if (last.next === undefined) return undefined;
  const next = last.next();
  return next instanceof Promise ? sendLater(client, next, statement) : sendResults(client, next, statement);
}

/** Sends one result; gives the object whose `next` leads on. */
function sendResult(
  client: Client,
  result: StatementResult,
  statement: PreparedStatement | null,
): OkResult | RowsResult | Promise<OkResult | RowsResult> {
  switch (result.kind) {
    case 'ok':
      sendOk(client, result);
      return result;
    case 'rows': {
      const sent = sendRows(client, result, statement);
      return sent instanceof Promise ? sent.then(() => result) : result;
    }
    case 'localInfile':
      return sendLocalInfile(client, result);
  }
}

function sendOk(client: Client, r: OkResult): void {
  const status = client.session.statusFlags | moreFlag(r);
  writeOk(
    client.writer,
    client.capabilities,
    0x00,
    r.affectedRows,
    r.lastInsertId,
    status,
    r.warnings,
    r.info,
    r.stateChanges,
  );
}

async function sendLocalInfile(client: Client, request: LocalInfileRequest): Promise<OkResult> {
  const ok = await receiveLocalFile(client, request);
  sendOk(client, ok);
  return ok;
}

function shapeOf(client: Client, result: RowsResult, statement: PreparedStatement | null): ResultShape {
  const charset = client.session.resultsCharset;
  const kept = statement === null ? client.textShape : statement.shape;
  if (kept !== null && kept.fits(result.columns, charset)) return kept;
  const shape = new ResultShape(result.columns, charset, statement !== null);
  if (statement === null) client.textShape = shape;
  else statement.shape = shape;
  return shape;
}

function sendRows(
  client: Client,
  result: RowsResult,
  statement: PreparedStatement | null,
): void | Promise<void> {
  const w = client.writer;
  const { rows } = writeMetadata(client, result, statement);
  try {
    if (result.atOnce !== undefined) rows.writeShort(w, result.atOnce);
    else
      for (;;) {
        const chunk = result.nextChunk();
        if (chunk instanceof Promise) return streamRows(client, result, statement, chunk, 0);
        if (chunk === null) break;
        const total = chunk.rows;
        const stopped = rows.write(w, chunk, 0, total);
        if (stopped < total || w.pos >= FLUSH_BYTES)
          return streamRows(client, result, statement, chunk, stopped);
      }
  } catch (e) {
    return failRows(client, result, e);
  }
  const closed = result.close();
  if (closed instanceof Promise) return closed.then(() => endRows(client, result));
  endRows(client, result);
  return undefined;
}

function writeMetadata(client: Client, result: RowsResult, statement: PreparedStatement | null): ResultShape {
  const shape = shapeOf(client, result, statement);
  shape.writeMetadata(client.writer);
  if ((client.capabilities & Capability.DeprecateEof) === 0)
    writeEof(client.writer, client.session.statusFlags | moreFlag(result), 0);
  return shape;
}

function endRows(client: Client, result: RowsResult): void {
  writeEnd(
    client.writer,
    client.capabilities,
    client.session.statusFlags | moreFlag(result),
    result.warnings(),
  );
}

async function failRows(client: Client, result: RowsResult, e: unknown): Promise<never> {
  client.writer.abandon();
  try {
    await result.close();
  } catch {
    // The first error is the one that tells what went wrong.
  }
  throw e;
}

/**
 * The rest of a result that has to wait for chunks or for the client. Pulls nothing while the client is behind; holds
 * one chunk and one buffer.
 */
async function streamRows(
  client: Client,
  result: RowsResult,
  statement: PreparedStatement | null,
  first: Chunk | Promise<Chunk | null>,
  from: number,
): Promise<void> {
  const { writer: w, channel } = client;
  const { rows } = shapeOf(client, result, statement);
  try {
    let chunk = first instanceof Promise ? await first : first;
    let at = from;
    let turn = performance.now();
    while (chunk !== null) {
      const total = chunk.rows;
      for (;;) {
        if (w.pos >= FLUSH_BYTES || at < total) {
          if (w.pos >= FLUSH_BYTES) w.flush();
          if (channel.lost) throw new ConnectionLost();
          if (channel.congested) {
            await channel.drained();
            turn = performance.now();
          } else if (performance.now() - turn > TURN_MS) {
            await nextTurn();
            turn = performance.now();
          }
        }
        if (at >= total) break;
        at = rows.write(w, chunk, at, total);
      }
      at = 0;
      const next: Chunk | null | Promise<Chunk | null> = result.nextChunk();
      chunk = next instanceof Promise ? await next : next;
    }
  } catch (e) {
    rows.unbind();
    await failRows(client, result, e);
  }
  await result.close();
  endRows(client, result);
}
