import { createConnection, type Connection } from 'mysql2';

/** How a statement ended: its error, if any, and when that arrived. */
export interface Ended {
  readonly error: { readonly errno: number; readonly message: string } | null;
  readonly at: number;
}

const COM_QUERY = 3;
const MAX_PACKET = 0xffffff;
const HEADER = 4;

/**
 * A connection that reads results without making rows of them: a client that is busy with what has come already would see the
 * error of a killed statement late. Packets by the protocol's text form (MySQL internals manual, "COM_QUERY Response"), of
 * which only the headers and the first bytes are looked at.
 */
export class DrainingClient {
  private buffered = Buffer.alloc(0);
  /** Bytes of the packet at hand that have not come yet and do not matter. */
  private skip = 0;
  /** EOF packets that end the result: one after the columns, one after the rows. */
  private eofs = 0;
  private first = true;
  private done: ((ended: Ended) => void) | null = null;

  private constructor(
    private readonly connection: Connection,
    readonly threadId: number,
  ) {
    const { stream } = connection as unknown as { stream: NodeJS.ReadableStream };
    // The server goes before its clients do.
    connection.on('error', () => undefined);
    stream.removeAllListeners('data');
    stream.on('data', (bytes: Buffer) => {
      this.take(bytes);
    });
  }

  static connect(port: number): Promise<DrainingClient> {
    return new Promise((resolve, reject) => {
      const connection = createConnection({
        host: '127.0.0.1',
        port,
        user: 'root',
        flags: ['-CLIENT_QUERY_ATTRIBUTES'],
      });
      connection.connect((e) => {
        if (e !== null) reject(e);
        else resolve(new DrainingClient(connection, connection.threadId!));
      });
    });
  }

  query(sql: string): Promise<Ended> {
    const body = Buffer.concat([Buffer.of(COM_QUERY), Buffer.from(sql)]);
    const { stream } = this.connection as unknown as { stream: NodeJS.WritableStream };
    this.first = true;
    this.eofs = 0;
    return new Promise((resolve) => {
      this.done = resolve;
      // A payload of the largest length is followed by another, empty where it ends there.
      for (let at = 0, sequence = 0; ; at += MAX_PACKET, sequence++) {
        const part = body.subarray(at, at + MAX_PACKET);
        const header = Buffer.alloc(HEADER);
        header.writeUIntLE(part.length, 0, 3);
        header[3] = sequence;
        stream.write(header);
        stream.write(part);
        if (part.length < MAX_PACKET) return;
      }
    });
  }

  destroy(): void {
    this.connection.destroy();
  }

  private take(bytes: Buffer): void {
    const skipped = Math.min(this.skip, bytes.length);
    this.skip -= skipped;
    this.buffered = Buffer.concat([this.buffered, bytes.subarray(skipped)]);
    let at = 0;
    const b = this.buffered;
    while (b.length - at > HEADER) {
      const length = b.readUIntLE(at, 3);
      const kind = b[at + HEADER]!;
      const ends = kind === 0xff || (this.first && kind === 0) || (kind === 0xfe && length < 9);
      if (ends && b.length - at - HEADER < length) break;
      if (ends) this.end(kind, b.subarray(at + HEADER, at + HEADER + length));
      this.first = false;
      at += HEADER + length;
      if (at <= b.length) continue;
      this.skip = at - b.length;
      at = b.length;
    }
    this.buffered = b.subarray(at);
  }

  private end(kind: number, packet: Buffer): void {
    if (kind === 0xfe && ++this.eofs < 2) return;
    const error =
      kind === 0xff ? { errno: packet.readUInt16LE(1), message: packet.subarray(9).toString() } : null;
    this.done?.({ error, at: performance.now() });
    this.done = null;
  }
}
