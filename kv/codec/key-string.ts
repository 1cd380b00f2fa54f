const { latin1Slice } = Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
};

/**
 * A key as a string of one char per byte: the identity of keys in maps. Not by way of a Buffer over the same memory, for which the
 * engine would move the bytes of a short array out of its heap first.
 */
export const keyString = (key: Uint8Array): string => latin1Slice.call(key, 0, key.length);
