import type { Socket } from 'node:net';

/** One for all sockets of a thread: what was read is copied out before anything else is read. */
const READ_BYTES = 64 << 10;
let shared: Buffer | null = null;

interface ReadableHandle {
  useUserBuffer?(buffer: Uint8Array): void;
}

/**
 * Has a socket that was accepted read into a buffer of ours, as the option `onread` does for those that connect (net.Socket): else
 * Node allocates 64 KiB for each read and shrinks them, which costs more than to serve a short statement. `onBytes` is given a buffer
 * of its own. False where this version of Node has other insides: then the socket emits `data` as ever.
 */
export function readIntoSharedBuffer(socket: Socket, onBytes: (bytes: Buffer) => void): boolean {
  const { _handle: handle } = socket as unknown as { readonly _handle?: ReadableHandle | null };
  let buffer: symbol | undefined;
  let callback: symbol | undefined;
  for (const symbol of Object.getOwnPropertySymbols(socket)) {
    if (symbol.description === 'kBuffer') buffer = symbol;
    else if (symbol.description === 'kBufferCb') callback = symbol;
  }
  if (handle?.useUserBuffer === undefined || buffer === undefined || callback === undefined) return false;
  const bytes = (shared ??= Buffer.alloc(READ_BYTES));
  const fields = socket as unknown as Record<symbol, unknown>;
  fields[buffer] = bytes;
  fields[callback] = (length: number): void => {
    const own = Buffer.allocUnsafe(length);
    bytes.copy(own, 0, 0, length);
    onBytes(own);
  };
  handle.useUserBuffer(bytes);
  return true;
}
