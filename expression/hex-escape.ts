/** Bytes of a text as messages show them. */
export const hexEscape = (b: Uint8Array): string => {
  let s = '';
  for (const c of b) s += `\\x${c.toString(16).toUpperCase().padStart(2, '0')}`;
  return s;
};
