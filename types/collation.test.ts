import { characterCount, charset, charsets, convertCharset, utf8InvalidAt } from './charset.js';
import { allCollations, collation, collationById } from './collation.js';
import { compareBytes } from './collation-bytes.js';
import { randomSource } from '../testing/random.js';

const { seed, random } = randomSource();
const int = (n: number): number => Math.floor(random() * n);
const enc = new TextEncoder();
const ALPHABET = [...'aAbBéÉeEzZ 0_-ßssæøØñÑäÄ你好中Ωωσς😀가ㄱ\u0301ﬁfi\t'];

function text(): string {
  let s = '';
  for (let n = int(8); n > 0; n--) s += ALPHABET[int(ALPHABET.length)]!;
  return s;
}

describe.each(allCollations().map((c) => [c.name, c] as const))('%s', (_name, c) => {
  const cs = charset(c.charset)!;
  const bytes = (s: string): Uint8Array => cs.encode(s);

  test(`order, equality and hash are the sort key's (seed ${seed})`, () => {
    for (let n = 0; n < 4000; n++) {
      const s = text();
      const t = random() < 0.3 ? (random() < 0.5 ? s.toUpperCase() : s + ' ') : text();
      const a = bytes(s);
      const b = bytes(t);
      const want = compareBytes(c.sortKey(a), c.sortKey(b));
      if (c.compare(a, b) !== want)
        throw new Error(`seed ${seed}: ${JSON.stringify([s, t])} is ${c.compare(a, b)}, keys ${want}`);
      expect(c.compare(b, a) + want).toBe(0);
      expect(c.equalsAt(a, 0, a.length, b, 0, b.length)).toBe(want === 0);
      if (want === 0) expect(c.hashAt(a, 0, a.length)).toBe(c.hashAt(b, 0, b.length));
      // A cell inside a larger buffer.
      const pad = new Uint8Array(a.length + 7).fill(65);
      pad.set(a, 3);
      expect(c.hashAt(pad, 3, 3 + a.length)).toBe(c.hashAt(a, 0, a.length));
    }
  });

  test('padding', () => {
    expect(c.compare(bytes('a'), bytes('a  ')) === 0).toBe(c.padSpace);
    expect(c.compare(bytes('a'), bytes('A')) === 0).toBe(!c.isBinary && !c.name.endsWith('_cs'));
  });

  test('registered under its id and name', () => {
    expect(collationById(c.id)).toBe(c);
    expect(collation(c.name.toUpperCase())).toBe(c);
  });
});

describe('known weights', () => {
  const key = (name: string, s: string): string =>
    Buffer.from(collation(name)!.sortKey(enc.encode(s))).toString('hex');
  test.each([
    ['utf8mb4_general_ci', 'aÀß😀', '004100410053fffd'],
    ['utf8mb4_general_ci', 'b  ', '0042'],
    ['utf8mb4_unicode_520_ci', 'aÄß', '120f120f14101410'],
    ['utf8mb4_unicode_520_ci', '一\uac00', 'fb40ce00fbc1ac00'],
    ['utf8mb4_unicode_ci', 'aÄß', '0e330e330fea0fea'],
    ['utf8mb4_unicode_ci', '一', 'fb40ce00'],
    ['utf8mb4_unicode_ci', 'あ😀 ', '1e52fffd'],
    ['utf8mb4_bin', 'a ', '61'],
    ['utf8mb4_0900_bin', 'a ', '6120'],
    ['binary', 'a ', '6120'],
  ])('%s %s', (name, s, want) => expect(key(name, s)).toBe(want));

  test('0900_ai_ci: case, accents, expansions, Hangul by jamo', () => {
    const eq = (a: string, b: string): boolean =>
      key('utf8mb4_0900_ai_ci', a) === key('utf8mb4_0900_ai_ci', b);
    expect([
      eq('a', 'Á'),
      eq('ß', 'ss'),
      eq('æ', 'ae'),
      eq('가', '가'),
      eq('a', 'a '),
      eq('😀', '😁'),
    ]).toEqual([true, true, true, true, false, false]);
    expect(key('utf8mb4_0900_ai_ci', '一')).toBe('fb40ce00');
  });

  test('gbk orders by pinyin', () => {
    const c = collation('gbk_chinese_ci')!;
    const gbk = charset('gbk')!;
    const sorted = ['中', '啊', '一', 'b', 'A', '爱'].sort((x, y) => c.compare(gbk.encode(x), gbk.encode(y)));
    expect(sorted).toEqual(['A', 'b', '啊', '爱', '一', '中']);
  });
});

describe('charsets', () => {
  test('well-formed UTF-8 is what TextDecoder takes', () => {
    const fatal = new TextDecoder('utf-8', { fatal: true });
    for (let n = 0; n < 20000; n++) {
      const b = Uint8Array.from(
        { length: int(6) },
        () =>
          [0x41, 0x80, 0xbf, 0xc1, 0xc2, 0xe0, 0xa0, 0xed, 0x9f, 0xf0, 0x90, 0xf4, 0x8f, 0xf5, 0xe4][
            int(15)
          ]!,
      );
      let ok = true;
      try {
        fatal.decode(b);
      } catch {
        ok = false;
      }
      if (utf8InvalidAt(b) < 0 !== ok) throw new Error(`seed ${seed}: ${Buffer.from(b).toString('hex')}`);
    }
  });

  test('characters of texts', () => {
    for (const s of ['', 'a', 'aé你😀z', '😀😀', '\ud83d', '\ude00\ud83d', '\ud83d\ud83d\ude00\ude00'])
      expect(characterCount(s)).toBe([...s].length);
  });

  test('lengths and offsets in characters', () => {
    const u = charset('utf8mb4')!;
    const b = u.encode('aé你😀z');
    expect(u.charLength(b)).toBe(5);
    expect([0, 1, 2, 3, 4, 5, 9].map((n) => u.offsetOf(b, n))).toEqual([0, 1, 3, 6, 10, 11, 11]);
    const g = charset('gbk')!;
    const gb = g.encode('a你z');
    expect([g.charLength(gb), g.offsetOf(gb, 2)]).toEqual([3, 3]);
    for (const c of charsets()) expect(c.decode(c.encode('abc'))).toBe('abc');
  });

  test('conversion', () => {
    const u = charset('utf8mb4')!;
    const text16 = (b: Uint8Array): string => Buffer.from(b).toString('hex');
    expect(text16(convertCharset(u.encode('é'), u, charset('latin1')!))).toBe('e9');
    expect(text16(convertCharset(u.encode('你'), u, charset('latin1')!))).toBe('3f');
    expect(text16(convertCharset(u.encode('你'), u, charset('gbk')!))).toBe('c4e3');
    expect(text16(convertCharset(Uint8Array.of(0xc4, 0xe3), charset('gbk')!, u))).toBe('e4bda0');
    expect(text16(convertCharset(u.encode('a😀'), u, charset('utf8')!))).toBe('613f');
  });
});
