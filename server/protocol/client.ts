import type { Awaitable } from '../../types/awaitable.js';
import type { ClientSession } from '../../session/client-session.js';
import type { Channel } from './channel.js';
import type { PacketWriter } from './packet-writer.js';
import type { PayloadReader } from './payload-reader.js';
import type { PreparedStatement } from './prepared-statement.js';
import type { ResultShape } from './result-shape.js';

/** An authenticated connection as command handlers and result senders see it. */
export interface Client {
  readonly channel: Channel;
  readonly writer: PacketWriter;
  /** Capabilities that client and server share. */
  readonly capabilities: number;
  readonly session: ClientSession;
  readonly statements: Map<number, PreparedStatement>;
  /** Shape of the latest text result, kept because statements repeat. */
  textShape: ResultShape | null;
  /** COM_QUIT: no reply, close. */
  quit(): void;
  /** COM_CHANGE_USER. */
  changeUser(r: PayloadReader): Promise<void>;
  /** Forgets prepared statements and closes their cursors; the session does the same on its side. */
  dropStatements(): Promise<void>;
  /** COM_STATISTICS. */
  statusText(): string;
  /** COM_PROCESS_KILL. */
  kill(connectionId: number): Awaitable<void>;
}
