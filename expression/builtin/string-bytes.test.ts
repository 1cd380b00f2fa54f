import { isAscii } from './string-bytes.js';

test('a byte beyond ASCII is found wherever it stands', () => {
  for (const n of [1, 255, 256, 257, 5000])
    for (const at of [0, n >> 1, n - 1]) {
      const shared = new Uint8Array(new SharedArrayBuffer(n)).fill(0x7f);
      expect(isAscii(shared)).toBe(true);
      shared[at] = 0x80;
      expect(isAscii(shared)).toBe(false);
      expect(isAscii(shared.slice())).toBe(false);
    }
  expect(isAscii(new Uint8Array(0))).toBe(true);
});
