/** Pieces that are likely to upset a lexer or a grammar. */
const PIECES = (
  "( ) , ; . * + - / % = ' \" ` @ @@ ? /* */ /*! /*T! /*+ -- # 0x b' x' _utf8 := { } [ ] \\ 1e .5 " +
  'select from where in not null values set interval union case when end partition as on join left default over ' +
  'distinct with group by order limit for create table alter 99999999999999999999999 é 😀'
).split(' ');

/** What a name may be made of: names that need quotes, keywords, and such as are no plain word. */
const NAMES: readonly string[] = [
  '`a `',
  '` b`',
  '`a``b`',
  '`a"b`',
  "`a'b`",
  '`a.b`',
  '`a@b`',
  '`a*/b`',
  '`-- a`',
  '`#a`',
  '`a,b)`',
  '`1`',
  '`1e5`',
  '`0x1`',
  '`select`',
  '`DEFAULT`',
  '`Primary`',
  '`null`',
  '`all`',
  '`current_user`',
  '`binary`',
  '`é`',
  '`ſ`',
  '`K`',
  '`İ`',
  '`ß`',
  '`\u00a0`',
  '`\u3000a`',
  '`😀`',
  '`\\`',
  '`a\\n`',
  '`a\nb`',
  '``',
  'é',
  '1a',
  '$a',
  'a$',
  'DEFAULT',
  'PRIMARY',
  'NULL',
  'ALL',
  'NONE',
  'BINARY',
  'ROW',
  'CURRENT_USER',
  'USER',
  'Off',
  'on',
  'TRUE',
  'x.`y z`',
  '"d q"',
  '"d""q"',
];

const STRINGS: readonly string[] = [
  "''",
  "' '",
  "'a '",
  "''''",
  "'\\''",
  "'\\\\'",
  "'\\n\\t\\0\\Z\\%\\_'",
  "'a' 'b'",
  "'a'\n'b'",
  "'*/'",
  "'`'",
  "'\"'",
  '"\'"',
  '"a""b"',
  "'é😀'",
  "N'x'",
  "_latin1'é'",
  "_utf8mb4 'x'",
  '_binary 0x00ff',
  "x'00'",
  "X'fF'",
  "b''",
  "b'1'",
  '0x0',
  '0b0',
  "DATE '2020-01-01'",
  "{ts '2020-01-01 00:00:00'}",
];

const NUMBERS: readonly string[] = [
  '0',
  '00',
  '-0',
  '1.',
  '.0',
  '1.e3',
  '1e-400',
  '1E+309',
  '0.1e1',
  '1.50',
  '9007199254740993',
  '18446744073709551615',
  '18446744073709551616',
  '-9223372036854775808',
  '00000000000000000000000000000000000001',
  '99999999999999999999999999999999999999999999999999999999999999999999999999999999999999999',
  '0.000000000000000000000000000000000000000000000000000000000000000000000000000000000001',
];

const BETWEEN_WORDS: readonly string[] = [
  '/**/',
  '/* x */',
  '/*! */',
  '/*!80000 x */',
  '/*!99999 x */',
  '/*T! */',
  '/*T![ttl] */',
  '/*T![unknown] x */',
  '-- x\n',
  '--\t\n',
  '#x\n',
  '\n',
  '\t',
  '\f',
  '\v',
  '\u00a0',
  '--',
  '- -',
  '/*',
  '*/',
];

const HINTS: readonly string[] = [
  '/*+ */',
  '/*+ USE_INDEX(t, `i `) */',
  '/*+ HASH_JOIN(`a b`@`q 1`, d.t) */',
  '/*+ QB_NAME(`x y`) MERGE() */',
  '/*+ READ_FROM_STORAGE(TIKV[t], TIFLASH[`a `@q]) */',
  "/*+ SET_VAR(sql_mode='*') */",
  '/*+ SET_VAR(a=-1.5e3) MEMORY_QUOTA(1 MB) */',
  '/*+ MAX_EXECUTION_TIME(5) NOTHING(1, (2)) */',
  '/*+ LEADING(a, (b, c)) unclosed(a */',
  "/*+ 'x' */",
  '/*+ USE_INDEX(t, -- i */',
  '/*+ RESOURCE_GROUP(`a`) USE_PLAN_CACHE(TRUE) */',
];

/** A word, a quoted name, a string or a number. */
const TOKEN =
  /`(?:[^`]|``)*`|'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|[\w$]+/g;

type Random = (below: number) => number;

/**
 * A statement with one to four random edits: characters cut, doubled, overwritten, or mixed with those of another
 * one; or whole words, which leaves more of them statements.
 */
export function mutate(sql: string, other: string, random: Random): string {
  let text = sql;
  for (let edits = 1 + random(4); edits > 0; edits--) {
    text = random(2) === 0 ? editCharacters(text, other, random) : editWord(text, other, random);
  }
  return text;
}

const one = <T>(list: readonly T[], random: Random): T => list[random(list.length)]!;

function editCharacters(text: string, other: string, random: Random): string {
  const from = random(text.length + 1);
  const to = Math.min(text.length, from + random(12));
  const piece = `${one(PIECES, random)}${random(2) === 0 ? ' ' : ''}`;
  switch (random(5)) {
    case 0:
      return text.slice(0, from) + text.slice(to);
    case 1:
      return text.slice(0, from) + piece + text.slice(from);
    case 2:
      return text.slice(0, to) + text.slice(from);
    case 3: {
      const at = random(other.length + 1);
      return text.slice(0, from) + other.slice(at, at + random(40)) + text.slice(to);
    }
    default:
      return text.slice(0, from) + piece + text.slice(to);
  }
}

function editWord(text: string, other: string, random: Random): string {
  const words = [...text.matchAll(TOKEN)];
  if (words.length === 0) return text;
  const word = one(words, random);
  const from = word.index;
  const to = from + word[0].length;
  const put = (piece: string): string => text.slice(0, from) + piece + text.slice(to);
  switch (random(10)) {
    case 0:
    case 1:
      return put(one(NAMES, random));
    case 2:
      return put(one(STRINGS, random));
    case 3:
      return put(one(NUMBERS, random));
    case 4:
      return put(`\`${word[0].replaceAll('`', '``')}\``);
    case 5:
      return put(`${word[0]}${one(BETWEEN_WORDS, random)}`);
    case 6: {
      const words = [...other.matchAll(TOKEN)];
      return words.length === 0 ? text : put(one(words, random)[0]);
    }
    case 7: {
      const place = /\b(?:SELECT|INSERT|UPDATE|DELETE|REPLACE)\b/i.exec(text);
      if (place === null) return put(`(${word[0]})`);
      const at = place.index + place[0].length;
      return `${text.slice(0, at)} ${one(HINTS, random)} ${text.slice(at)}`;
    }
    case 8: {
      const swapped = one(words, random);
      const [first, second] = swapped.index < from ? [swapped, word] : [word, swapped];
      return (
        text.slice(0, first.index) +
        second[0] +
        text.slice(first.index + first[0].length, second.index) +
        (first === second ? '' : first[0]) +
        text.slice(second.index + second[0].length)
      );
    }
    default:
      return random(2) === 0 ? put('') : put(`${word[0]}${random(2) === 0 ? ',' : ' '}${word[0]}`);
  }
}
