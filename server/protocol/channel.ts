import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { CompressedFraming } from './compression.js';
import { DirectWriter } from './direct-write.js';
import { PacketReader } from './packet-reader.js';
import type { ByteSink } from './packet-writer.js';
import { PacketWriter } from './packet-writer.js';
import { ConnectionLost } from './protocol-errors.js';
import { readIntoSharedBuffer } from './read-buffer.js';
import type { TlsUpgrader } from './tls-upgrade.js';

/** Unsent bytes at which a result stops pulling chunks until the client has taken everything. */
const WRITE_HIGH_WATER = 256 * 1024;
/** Bytes read ahead of what is being served at which reading pauses (a packet under assembly may need more). */
const READ_HIGH_WATER = 256 * 1024;

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (e: Error) => void;
}

/**
 * One client's byte stream: packets in, packets out, over TCP, a Unix socket or TLS. Knows when to stop reading and when the
 * client is too slow to be written to.
 */
export class Channel implements ByteSink {
  readonly reader: PacketReader;
  readonly writer: PacketWriter;
  /** The client is gone, or was sent away. */
  lost = false;
  /** Bytes arrived and nobody waits in `readPacket`. */
  onPackets: () => void = () => {};
  onLost: () => void = () => {};
  /** The client closed its side; what it sent before may still be unserved. */
  onEnd: () => void = () => {};
  /** milliseconds of performance.now() when bytes last arrived. */
  lastRead = performance.now();
  bytesRead = 0;

  private waiter: Waiter | null = null;
  private drainWaiter: Waiter | null = null;
  private paused = false;
  private discarding = false;
  /** Null once TLS is laid over the stream. */
  private direct: DirectWriter | null;
  private compression: CompressedFraming | null = null;

  constructor(
    private socket: Socket,
    maxPayload: number,
  ) {
    this.reader = new PacketReader(maxPayload);
    this.writer = new PacketWriter(this);
    this.direct = new DirectWriter(socket);
    socket.setNoDelay(true);
    this.listen();
    readIntoSharedBuffer(socket, this.handleData);
  }

  get tls(): TLSSocket | null {
    return this.socket instanceof TLSSocket ? this.socket : null;
  }

  private listen(): void {
    const s = this.socket;
    s.on('data', this.handleData);
    s.on('drain', this.handleDrain);
    s.on('end', this.handleEnd);
    s.on('error', this.handleClose);
    s.on('close', this.handleClose);
  }

  private readonly handleData = (chunk: Buffer): void => {
    this.bytesRead += chunk.length;
    this.lastRead = performance.now();
    if (this.discarding) return;
    if (this.compression === null) {
      this.reader.push(chunk);
    } else {
      try {
        this.compression.decode(chunk, this.reader);
      } catch (e) {
        this.fail(e);
        return;
      }
    }
    this.served();
    if (
      this.reader.buffered > READ_HIGH_WATER &&
      this.waiter === null &&
      this.reader.complete &&
      !this.paused
    ) {
      this.paused = true;
      this.socket.pause();
    }
  };

  private served(): void {
    const waiter = this.waiter;
    if (waiter === null) {
      this.onPackets();
      return;
    }
    try {
      if (!this.reader.next()) return;
    } catch (e) {
      this.waiter = null;
      waiter.reject(e as Error);
      return;
    }
    this.waiter = null;
    waiter.resolve();
  }

  private fail(e: unknown): void {
    const waiter = this.waiter;
    this.waiter = null;
    if (waiter !== null) waiter.reject(e as Error);
    else this.destroy();
  }

  private readonly handleDrain = (): void => {
    const waiter = this.drainWaiter;
    this.drainWaiter = null;
    waiter?.resolve();
  };

  private readonly handleEnd = (): void => {
    if (!this.lost) this.onEnd();
  };

  private readonly handleClose = (): void => {
    if (this.lost) return;
    this.lost = true;
    this.socket.destroy();
    this.writer.discard();
    this.reader.clear();
    const error = new ConnectionLost();
    this.waiter?.reject(error);
    this.drainWaiter?.reject(error);
    this.waiter = this.drainWaiter = null;
    this.onLost();
  };

  /** Reads on after a pause: everything read ahead has been served. */
  resume(): void {
    if (!this.paused || this.lost) return;
    this.paused = false;
    this.socket.resume();
  }

  /** Waits for the next packet and leaves it in `reader`; replies continue its sequence. */
  async readPacket(): Promise<void> {
    if (this.lost) throw new ConnectionLost();
    if (!this.reader.next()) {
      this.resume();
      await new Promise<void>((resolve, reject) => (this.waiter = { resolve, reject }));
    }
    this.writer.sequence = this.replySequence;
  }

  /** Sequence id of the first packet of the reply to what was read last. Under compression it continues the frames' count, as MySQL's does. */
  get replySequence(): number {
    return this.compression === null ? (this.reader.sequence + 1) & 0xff : this.compression.sequence;
  }

  /** ByteSink. The kernel usually takes everything at once; then `buf` is free again when this returns. */
  write(buf: Buffer, length: number): boolean {
    if (this.lost) return true;
    if (this.compression !== null) {
      this.compression.encode(buf.subarray(0, length), (frame) => this.socket.write(frame));
      return true;
    }
    const sent = this.direct === null ? 0 : this.direct.write(buf, length);
    if (sent === length) return true;
    this.socket.write(buf.subarray(sent, length));
    return this.socket.writableLength === 0;
  }

  /** The client is so far behind that nothing more should be produced for it. */
  get congested(): boolean {
    return this.socket.writableLength > WRITE_HIGH_WATER;
  }

  /** Resolves when the client has taken what was written. */
  drained(): Promise<void> {
    if (this.lost) return Promise.reject(new ConnectionLost());
    if (!this.socket.writableNeedDrain) return Promise.resolve();
    return new Promise((resolve, reject) => (this.drainWaiter = { resolve, reject }));
  }

  /** Packets from here on travel in compressed frames (protocol: Compression). */
  startCompression(): void {
    this.compression = new CompressedFraming();
    const rest = this.reader.takeRest();
    if (rest.length > 0) this.handleData(rest);
  }

  /** Takes the stream over into TLS, the bytes already read included. */
  async startTls(upgrader: TlsUpgrader): Promise<void> {
    const raw = this.socket;
    this.direct = null;
    const rest = this.reader.takeRest();
    raw.off('data', this.handleData);
    raw.off('drain', this.handleDrain);
    raw.off('end', this.handleEnd);
    raw.off('close', this.handleClose);
    raw.pause();
    if (rest.length > 0) raw.unshift(rest);
    try {
      this.socket = await upgrader.upgrade(raw);
    } catch (e) {
      this.handleClose();
      throw e;
    }
    this.paused = false;
    this.listen();
  }

  /** Sends what is written and closes; late input is read and dropped, so that the client can still read the last error. */
  end(): void {
    if (this.lost || this.discarding) return;
    this.writer.flush();
    this.discarding = true;
    this.reader.clear();
    this.paused = false;
    this.socket.resume();
    this.socket.end();
    // A client that neither reads nor closes does not keep the connection.
    const timer = setTimeout(() => this.destroy(), 3000);
    timer.unref();
    this.socket.once('close', () => clearTimeout(timer));
  }

  destroy(): void {
    this.handleClose();
  }
}
