import { deflateSync, inflateSync } from 'node:zlib';
import { mysqlError } from '../../types/error-table.js';
import type { PacketReader } from './packet-reader.js';
import { FatalProtocolError } from './protocol-errors.js';

/** Shorter payloads go out as they are (MIN_COMPRESS_LENGTH of MySQL's client and server). */
const MIN_COMPRESS_BYTES = 50;
const MAX_FRAME_BYTES = 0xffffff;
const HEADER_BYTES = 7;

/**
 * Frames of the compressed protocol (protocol: Compressed Packet Header): 3 bytes of compressed length, sequence id,
 * 3 bytes of length before compression, 0 when the payload is not compressed. Frames and packets need not align.
 */
export class CompressedFraming {
  /** Reads not yet cut into frames, their bytes, and how many must be there before the next frame can be. */
  private held: Buffer[] = [];
  private heldBytes = 0;
  private needed = HEADER_BYTES;
  /** Of the next frame sent: follows the frame read last. */
  sequence = 0;

  decode(chunk: Buffer, into: PacketReader): void {
    this.held.push(chunk);
    this.heldBytes += chunk.length;
    if (this.heldBytes < this.needed) return;
    let data = this.held.length === 1 ? chunk : Buffer.concat(this.held);
    this.needed = HEADER_BYTES;
    while (data.length >= HEADER_BYTES) {
      const length = data.readUIntLE(0, 3);
      if (data.length < HEADER_BYTES + length) {
        this.needed = HEADER_BYTES + length;
        break;
      }
      this.sequence = (data[3]! + 1) & 0xff;
      const plainLength = data.readUIntLE(4, 3);
      const body = data.subarray(HEADER_BYTES, HEADER_BYTES + length);
      data = data.subarray(HEADER_BYTES + length);
      if (plainLength === 0) {
        if (body.length > 0) into.push(body);
        continue;
      }
      let plain: Buffer;
      try {
        plain = inflateSync(body, { maxOutputLength: plainLength });
      } catch {
        throw new FatalProtocolError(mysqlError('ER_NET_UNCOMPRESS_ERROR'));
      }
      into.push(plain);
    }
    this.held = data.length > 0 ? [data] : [];
    this.heldBytes = data.length;
  }

  encode(bytes: Buffer, send: (frame: Buffer) => void): void {
    for (let at = 0; at < bytes.length; at += MAX_FRAME_BYTES) {
      const plain = bytes.subarray(at, at + MAX_FRAME_BYTES);
      const packed = plain.length >= MIN_COMPRESS_BYTES ? deflateSync(plain, { level: 1 }) : null;
      const smaller = packed !== null && packed.length < plain.length;
      const body = smaller ? packed : plain;
      const frame = Buffer.allocUnsafeSlow(HEADER_BYTES + body.length);
      frame.writeUIntLE(body.length, 0, 3);
      frame[3] = this.sequence;
      frame.writeUIntLE(smaller ? plain.length : 0, 4, 3);
      body.copy(frame, HEADER_BYTES);
      this.sequence = (this.sequence + 1) & 0xff;
      send(frame);
    }
  }
}
