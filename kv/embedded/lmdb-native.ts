import * as lmdb from 'lmdb';

/**
 * The parts of lmdb-js' native addon that its typings leave out. All of it is exported by the package ("nativeAddon").
 */
interface NativeAddon {
  /** A buffer over foreign memory; the caller answers for its lifetime. */
  createBufferForAddress(address: number, length: number): Buffer;
  getBufferAddress(buffer: Uint8Array): number;
  detachBuffer(buffer: ArrayBufferLike): void;
  /** A transaction held until `abort`; flag 0x20000 is MDB_RDONLY. */
  readonly Txn: new (env: object, flags: number) => NativeTxn;
}

export interface NativeTxn {
  abort(): void;
}

export const native = (lmdb as unknown as { nativeAddon: NativeAddon }).nativeAddon;

export const MDB_RDONLY = 0x20000;

/**
 * Lets values be put from shared memory: lmdb-js hands LMDB the address that it notes on the ArrayBuffer, but finds it only for
 * unshared ones by itself.
 */
export function noteAddress(bytes: Uint8Array): void {
  (bytes.buffer as ArrayBufferLike & { address?: number }).address = native.getBufferAddress(bytes);
}
