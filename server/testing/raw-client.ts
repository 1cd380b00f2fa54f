import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { nativeReply } from '../auth/native-password.js';
import { Capability } from '../protocol/capabilities.js';

export interface RawPacket {
  readonly sequence: number;
  readonly payload: Buffer;
}

/** A client that speaks in packets, for what drivers cannot be made to do. */
export class RawClient {
  private buffer: Buffer = Buffer.alloc(0);
  private closed = false;
  private wake: (() => void) | null = null;

  private constructor(readonly socket: Socket) {
    socket.on('data', (d) => {
      this.buffer = Buffer.concat([this.buffer, d]);
      this.wake?.();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
      this.wake?.();
    });
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1');
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawClient(socket);
  }

  /** Opens and logs in as root without a password. */
  static async login(port: number, capabilities = 0, user = 'root', password = ''): Promise<RawClient> {
    const client = await RawClient.open(port);
    const greeting = (await client.read()).payload;
    client.write(1, handshakeResponse(greeting, capabilities, user, password));
    const reply = (await client.read()).payload;
    if (reply[0] !== 0) throw new Error(`login failed: ${reply.toString('latin1')}`);
    return client;
  }

  /** The next packet; rejects at the end of the stream. */
  async read(): Promise<RawPacket> {
    for (;;) {
      if (this.buffer.length >= 4) {
        const length = this.buffer.readUIntLE(0, 3);
        if (this.buffer.length >= 4 + length) {
          const packet = { sequence: this.buffer[3]!, payload: this.buffer.subarray(4, 4 + length) };
          this.buffer = this.buffer.subarray(4 + length);
          return packet;
        }
      }
      if (this.closed) throw new Error('connection closed');
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  /** Resolves when the server has closed the connection. */
  async end(): Promise<void> {
    while (!this.closed) await new Promise<void>((resolve) => (this.wake = resolve));
  }

  write(sequence: number, payload: Buffer): void {
    this.socket.write(packet(sequence, payload));
  }

  command(code: number, body: Buffer | string = ''): void {
    this.write(0, Buffer.concat([Buffer.of(code), Buffer.from(body)]));
  }

  close(): void {
    this.socket.destroy();
  }
}

export function packet(sequence: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUIntLE(payload.length, 0, 3);
  head[3] = sequence;
  return Buffer.concat([head, payload]);
}

/** Nonce of a greeting packet. */
export function nonceOf(greeting: Buffer): Buffer {
  const at = greeting.indexOf(0, 1) + 5;
  return Buffer.concat([greeting.subarray(at, at + 8), greeting.subarray(at + 27, at + 39)]);
}

export function handshakeResponse(
  greeting: Buffer,
  capabilities: number,
  user: string,
  password: string,
): Buffer {
  const head = Buffer.alloc(32);
  head.writeUInt32LE(
    (capabilities | Capability.Protocol41 | Capability.SecureConnection | Capability.PluginAuth) >>> 0,
    0,
  );
  head.writeUInt32LE(1 << 24, 4);
  head[8] = 45;
  const reply = nativeReply(password, nonceOf(greeting));
  return Buffer.concat([
    head,
    Buffer.from(`${user}\0`),
    Buffer.of(reply.length),
    reply,
    Buffer.from('mysql_native_password\0'),
  ]);
}

/** An ERR packet's number, SQLSTATE and text. */
export function errorOf(payload: Buffer): {
  readonly code: number;
  readonly state: string;
  readonly message: string;
} {
  if (payload[0] !== 0xff) throw new Error(`not an error packet: ${payload.toString('latin1')}`);
  return {
    code: payload.readUInt16LE(1),
    state: payload.toString('latin1', 4, 9),
    message: payload.toString('utf8', 9),
  };
}
