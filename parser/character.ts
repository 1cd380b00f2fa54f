export const WORD = 1;
export const DIGIT = 2;
export const SPACE = 4;

/** Character classes below 128. Characters from 128 on are word characters. */
export const CLASS = new Uint8Array(128);
for (let c = 48; c <= 57; c++) CLASS[c] = WORD | DIGIT;
for (let c = 65; c <= 90; c++) CLASS[c] = WORD;
for (let c = 97; c <= 122; c++) CLASS[c] = WORD;
CLASS[36] = WORD; // $
CLASS[95] = WORD; // _
for (const c of [9, 10, 11, 12, 13, 32]) CLASS[c] = SPACE;

export const HIGH_BYTE = /[\x80-\xff]/;

export function digitAt(source: string, pos: number): boolean {
  const c = source.charCodeAt(pos);
  return c >= 48 && c <= 57;
}

/** kind is the folded code of x or b. */
export function isDigitOf(kind: number, c: number): boolean {
  if (kind === 98) return c === 48 || c === 49;
  return (c >= 48 && c <= 57) || ((c | 0x20) >= 97 && (c | 0x20) <= 102);
}
