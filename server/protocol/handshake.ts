import { mysqlError } from '../../types/error-table.js';
import { Capability } from './capabilities.js';
import type { PacketWriter } from './packet-writer.js';
import type { PayloadReader } from './payload-reader.js';
import { FatalProtocolError } from './protocol-errors.js';

export const NONCE_BYTES = 20;

export interface Greeting {
  readonly serverVersion: string;
  readonly connectionId: number;
  readonly nonce: Buffer;
  readonly capabilities: number;
  readonly collationId: number;
  readonly status: number;
  readonly authPlugin: string;
}

/** Protocol::HandshakeV10. */
export function writeGreeting(w: PacketWriter, g: Greeting): void {
  w.begin();
  w.u8(10);
  w.nulText(g.serverVersion);
  w.u32(g.connectionId);
  w.bytes(g.nonce.subarray(0, 8));
  w.u8(0);
  w.u16(g.capabilities & 0xffff);
  w.u8(g.collationId & 0xff);
  w.u16(g.status);
  w.u16(g.capabilities >>> 16);
  w.u8(NONCE_BYTES + 1);
  w.bytes(Buffer.alloc(10));
  w.bytes(g.nonce.subarray(8));
  w.u8(0);
  w.nulText(g.authPlugin);
  w.end();
}

/** Protocol::AuthSwitchRequest. */
export function writeAuthSwitch(w: PacketWriter, plugin: string, nonce: Buffer): void {
  w.begin();
  w.u8(0xfe);
  w.nulText(plugin);
  w.bytes(nonce);
  w.u8(0);
  w.end();
}

/** Protocol::AuthMoreData. */
export function writeAuthMoreData(w: PacketWriter, data: Uint8Array): void {
  w.begin();
  w.u8(0x01);
  w.bytes(data);
  w.end();
}

/** What a client says of itself in the handshake or in COM_CHANGE_USER. */
export interface LoginRequest {
  readonly capabilities: number;
  readonly maxPacket: number;
  readonly collationId: number;
  readonly user: string;
  readonly authReply: Buffer;
  readonly database: string;
  /** '' when the client does not name one. */
  readonly plugin: string;
  readonly attributes: ReadonlyMap<string, string>;
}

const badHandshake = (): FatalProtocolError => new FatalProtocolError(mysqlError('ER_HANDSHAKE_ERROR'));

/** Flags of the first packet after the greeting: an SSLRequest is a response cut off after the filler. */
export function isSslRequest(r: PayloadReader): boolean {
  return r.remaining === 32 && (r.buf.readUInt32LE(r.pos) & Capability.Ssl) !== 0;
}

/** Protocol::HandshakeResponse41. Older clients are refused with 1043. Fields are copied out of the read buffer. */
export function parseHandshakeResponse(r: PayloadReader): LoginRequest {
  try {
    if (r.remaining < 32) throw badHandshake();
    const capabilities = r.u32();
    if ((capabilities & Capability.Protocol41) === 0) throw badHandshake();
    const maxPacket = r.u32();
    const collationId = r.u8();
    r.skip(23);
    const user = r.nulBytes().toString();
    let authReply: Buffer;
    if ((capabilities & Capability.PluginAuthLenencData) !== 0) authReply = Buffer.from(r.lenencBytes());
    else if ((capabilities & Capability.SecureConnection) !== 0) authReply = Buffer.from(r.bytes(r.u8()));
    else authReply = Buffer.from(r.nulOrRestBytes());
    const database =
      (capabilities & Capability.ConnectWithDb) !== 0 && r.remaining > 0 ? r.nulOrRestBytes().toString() : '';
    const plugin =
      (capabilities & Capability.PluginAuth) !== 0 && r.remaining > 0 ? r.nulOrRestBytes().toString() : '';
    return {
      capabilities,
      maxPacket,
      collationId,
      user,
      authReply,
      database,
      plugin,
      attributes: parseAttributes(r, capabilities),
    };
  } catch (e) {
    throw e instanceof FatalProtocolError ? e : badHandshake();
  }
}

/** COM_CHANGE_USER after its command byte. `collationId` is kept when the client leaves it out. */
export function parseChangeUser(r: PayloadReader, capabilities: number, collationId: number): LoginRequest {
  const user = r.nulBytes().toString();
  const authReply = Buffer.from(
    (capabilities & Capability.SecureConnection) !== 0 ? r.bytes(r.u8()) : r.nulBytes(),
  );
  const database = r.nulOrRestBytes().toString();
  const collation = r.remaining >= 2 ? r.u16() : collationId;
  const plugin =
    (capabilities & Capability.PluginAuth) !== 0 && r.remaining > 0 ? r.nulOrRestBytes().toString() : '';
  return {
    capabilities,
    maxPacket: 0,
    collationId: collation,
    user,
    authReply,
    database,
    plugin,
    attributes: parseAttributes(r, capabilities),
  };
}

function parseAttributes(r: PayloadReader, capabilities: number): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  if ((capabilities & Capability.ConnectAttrs) === 0 || r.remaining === 0) return attributes;
  const length = r.lenenc();
  const stop = r.pos + length;
  while (r.pos < stop) {
    const name = r.lenencBytes().toString();
    attributes.set(name, r.lenencBytes().toString());
  }
  return attributes;
}
