import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';

/** A stream's handle: null as soon as the stream closes it. It has a descriptor where the platform has such. */
interface DescriptorHandle {
  readonly fd?: number;
}

/**
 * Writes to a socket by the system call alone, past the stream, its queue and its callbacks.
 *
 * Only for sockets without TLS: there the descriptor is that of the stream below.
 */
export class DirectWriter {
  private handle: DescriptorHandle | null = null;
  private fd = -1;

  constructor(private readonly socket: Socket) {}

  /**
   * Gives how many bytes the kernel took: fewer than there are, or 0, where its buffer is full, the stream has bytes of its own
   * waiting, or anything is out of the ordinary. What is left is the stream's to write, which also reports errors.
   */
  write(bytes: Buffer, length: number): number {
    const { socket } = this;
    if (socket.writableLength > 0) return 0;
    const { _handle: handle } = socket as unknown as { readonly _handle?: DescriptorHandle | null };
    if (handle === undefined || handle === null) return 0;
    // A descriptor is the handle's for as long as the stream has it: afterwards its number may belong to another file.
    if (handle !== this.handle) {
      this.handle = handle;
      this.fd = handle.fd ?? -1;
    }
    if (this.fd < 0) return 0;
    try {
      return writeSync(this.fd, bytes, 0, length);
    } catch {
      return 0;
    }
  }
}
