/** Size of a pooled write buffer: most replies fit, and a big result goes out in segments of about this size. */
export const WRITE_BUFFER_BYTES = 64 * 1024;

/** Buffers kept for reuse, process-wide: a connection holds one only while it has a reply under way. */
const MAX_POOLED = 64;
const pool: Buffer[] = [];

export function acquireBuffer(): Buffer {
  return pool.pop() ?? Buffer.allocUnsafeSlow(WRITE_BUFFER_BYTES);
}

/** Takes back a buffer nobody reads any more; odd sizes are left to the garbage collector. */
export function releaseBuffer(buf: Buffer): void {
  if (buf.length === WRITE_BUFFER_BYTES && pool.length < MAX_POOLED) pool.push(buf);
}
