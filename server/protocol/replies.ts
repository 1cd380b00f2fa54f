import type { SessionStateChange } from '../../session/client-session.js';
import { ServerStatus } from '../../session/client-session.js';
import type { MysqlError } from '../../types/error.js';
import { Capability } from './capabilities.js';
import type { PacketWriter } from './packet-writer.js';
import { writeLenenc } from './packet-writer.js';
import { encodeText } from './result-charset.js';

const SESSION_TRACK_SYSTEM_VARIABLES = 0;
const SESSION_TRACK_SCHEMA = 1;
const SESSION_TRACK_STATE_CHANGE = 2;

/** OK_Packet. `header` is 0x00, or 0xfe where it stands for an EOF under CLIENT_DEPRECATE_EOF. */
export function writeOk(
  w: PacketWriter,
  capabilities: number,
  header: 0x00 | 0xfe,
  affectedRows: number | bigint,
  lastInsertId: number | bigint,
  status: number,
  warnings: number,
  info = '',
  changes?: readonly SessionStateChange[],
): void {
  w.begin();
  w.u8(header);
  w.lenenc(affectedRows);
  w.lenenc(lastInsertId);
  const track = changes !== undefined && changes.length > 0 && (capabilities & Capability.SessionTrack) !== 0;
  w.u16(track ? status | ServerStatus.SessionStateChanged : status & ~ServerStatus.SessionStateChanged);
  w.u16(Math.min(warnings, 0xffff));
  // The server of MySQL length-encodes the info string whether or not sessions are tracked, and clients read it so.
  if (info !== '' || track) w.lenencText(info);
  if (track) w.lenencBytes(stateChangeBytes(changes));
  w.end();
}

function lenencBytes(bytes: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  return Buffer.concat([head.subarray(0, writeLenenc(head, 0, bytes.length)), bytes]);
}

const lenencText = (text: string): Buffer => lenencBytes(Buffer.from(text));

/** Session state information (protocol: OK_Packet, Session State Information): type and length-encoded data of each change. */
function stateChangeBytes(changes: readonly SessionStateChange[]): Buffer {
  const parts: Buffer[] = [];
  for (const c of changes) {
    if (c.kind === 'systemVariable') {
      parts.push(
        Buffer.of(SESSION_TRACK_SYSTEM_VARIABLES),
        lenencBytes(Buffer.concat([lenencText(c.name), lenencText(c.value)])),
      );
    } else if (c.kind === 'schema') {
      parts.push(Buffer.of(SESSION_TRACK_SCHEMA), lenencBytes(lenencText(c.name)));
    } else {
      parts.push(Buffer.of(SESSION_TRACK_STATE_CHANGE), lenencBytes(lenencText('1')));
    }
  }
  return Buffer.concat(parts);
}

/** EOF_Packet, for clients that did not deprecate it. */
export function writeEof(w: PacketWriter, status: number, warnings: number): void {
  w.begin();
  w.u8(0xfe);
  w.u16(Math.min(warnings, 0xffff));
  w.u16(status);
  w.end();
}

/** What ends a result set or a cursor's metadata: EOF, or OK in its stead. */
export function writeEnd(w: PacketWriter, capabilities: number, status: number, warnings: number): void {
  if ((capabilities & Capability.DeprecateEof) !== 0) writeOk(w, capabilities, 0xfe, 0, 0, status, warnings);
  else writeEof(w, status, warnings);
}

/** ERR_Packet. `withState` is false before the capabilities of the client are known. */
export function writeErr(
  w: PacketWriter,
  error: MysqlError,
  charset: string | null = null,
  withState = true,
): void {
  w.begin();
  w.u8(0xff);
  w.u16(error.code);
  if (withState) w.text('#' + error.sqlState);
  w.bytes(encodeText(error.message, charset));
  w.end();
}
