import type { ClientSession, ConnectionInfo, Engine } from '../../session/client-session.js';
import { mysqlError } from '../../types/error-table.js';
import type { AuthenticatedUser } from './basic-auth.js';

/** utf8mb4_bin: the statement arrives as UTF-8. */
const COLLATION_ID = 46;

export interface TraceRequest {
  readonly sql: string;
  readonly database: string;
}

/** The body of POST /trace: a JSON object {sql, db} or the statement itself. Null when it is neither. */
export function parseTraceRequest(contentType: string, body: string): TraceRequest | null {
  if (!/^application\/json\b/i.test(contentType))
    return body.trim() === '' ? null : { sql: body, database: '' };
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('sql' in value) || typeof value.sql !== 'string')
    return null;
  return { sql: value.sql, database: 'db' in value && typeof value.db === 'string' ? value.db : '' };
}

/** Runs `TRACE FORMAT='json' statement` in a session of its own and gives the JSON text of its spans. Throws the statement's error. */
export async function trace(
  engine: Engine,
  user: AuthenticatedUser,
  request: TraceRequest,
  id: number,
  peer: string,
): Promise<string> {
  const connection: ConnectionInfo = {
    id,
    user: user.user,
    host: peer.replace(/:\d+$/, ''),
    peer,
    account: user.account,
    database: request.database,
    collationId: COLLATION_ID,
    foundRows: false,
    multiStatements: false,
    localFiles: false,
    interactive: false,
    ignoreSpace: false,
    tls: false,
    tlsCipher: '',
    tlsVersion: '',
    attributes: new Map([['program_name', 'status api']]),
    disconnect: () => {},
  };
  const session = await engine.openSession(connection);
  try {
    return await runTrace(session, request.sql);
  } finally {
    await session.close();
  }
}

async function runTrace(session: ClientSession, sql: string): Promise<string> {
  const result = await session.query(Buffer.from(`TRACE FORMAT='json' ${sql}`));
  if (result.kind !== 'rows') throw mysqlError('ER_UNKNOWN_ERROR', 'TRACE gave no rows');
  let text = '';
  try {
    for (let chunk = await result.nextChunk(); chunk !== null; chunk = await result.nextChunk()) {
      const cells = chunk.columns[0]!;
      for (let i = 0; i < chunk.rows; i++) {
        const cell = cells.get(chunk.sel === null ? i : chunk.sel[i]!);
        if (cell instanceof Uint8Array) text += Buffer.from(cell).toString('utf8');
      }
    }
  } finally {
    await result.close();
  }
  return text;
}
