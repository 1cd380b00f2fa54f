import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeUtf8 } from '../../types/charset.js';
import { MysqlError } from '../../types/error.js';
import { datumToText } from '../../types/format.js';
import { jsonToText } from '../../types/json/binary.js';
import { parseDecimal } from '../../types/number-parse.js';
import { TypeCode } from '../../types/field-type.js';
import type { Expression } from '../expression.js';
import {
  allFunctions,
  decimalConstant,
  evalDatum,
  intConstant,
  newFunction,
  nullConstant,
  realConstant,
  stringConstant,
} from '../index.js';
import { functionDocs } from '../function-docs.js';
import { testContext } from '../test-context.js';

const ctx = testContext();

/** `name(arg, …)` with literals: "text", 1, 1.5, 1e0, null. */
function read(text: string): Expression {
  let p = 0;
  const space = (): void => {
    while (text[p] === ' ' || text[p] === ',') p++;
  };
  const item = (): Expression => {
    space();
    if (text[p] === '"') {
      const start = p++;
      while (text[p] !== '"') p += text[p] === '\\' ? 2 : 1;
      return stringConstant(JSON.parse(text.slice(start, ++p)) as string);
    }
    const m = /-?\d[\d.]*(e[+-]?\d+)?|-?\.\d+(e[+-]?\d+)?|\w+/y;
    m.lastIndex = p;
    const word = m.exec(text)![0];
    p += word.length;
    if (word === 'null') return nullConstant();
    if (/^-?[\d.]/.test(word)) {
      if (word.includes('e')) return realConstant(Number(word));
      if (!word.includes('.')) {
        const v = BigInt(word);
        if (v > 18446744073709551615n) return decimalConstant(v, 0);
        return intConstant(Number.isSafeInteger(Number(v)) ? Number(v) : v);
      }
      const d = parseDecimal(word).value;
      return decimalConstant(d.unscaled, d.scale);
    }
    p++;
    const args: Expression[] = [];
    for (space(); text[p] !== ')'; space()) args.push(item());
    p++;
    return newFunction(word, args, ctx);
  };
  return item();
}

function valueOf(text: string): string {
  const e = read(text);
  const d = evalDatum(e, ctx);
  if (d instanceof Uint8Array) return e.type.tp === TypeCode.Json ? jsonToText(d) : decodeUtf8(d);
  return d === null ? 'NULL' : decodeUtf8(datumToText(d, e.type)!);
}

const rows = readFileSync(join(process.cwd(), 'testdata/expression/functions.tsv'), 'utf8')
  .split('\n')
  .filter((l) => l !== '' && !l.startsWith('#'))
  .map((l) => l.split('\t') as [string, string]);

test.each(rows)('%s', (text, value) => {
  expect(valueOf(text)).toBe(value.replaceAll('\\n', '\n'));
});

describe('errors', () => {
  const code = (text: string): number => {
    try {
      valueOf(text);
    } catch (e) {
      if (e instanceof MysqlError) return e.code;
      throw e;
    }
    return 0;
  };
  test.each([
    ['nosuch(1)', 1305],
    ['length()', 1582],
    ['length("a", "b")', 1582],
    ['regexp("a", "(")', 1139],
    ['json_extract("{", "$")', 3141],
    ['json_extract("{}", "a")', 3143],
    ['json_set("{}", "$.*", 1)', 3149],
    ['json_object(null, 1)', 3158],
    ['plus(9223372036854775807, 1)', 1690],
    ['pow(10, 400)', 1690],
    ['period_add(0, 1)', 1210],
    ['uuid_to_bin("x")', 1411],
    ['eq(row(1, 2), row(1))', 1241],
    ['now(7)', 1426],
    ['json_quote(1)', 3064],
    ['json_unquote(1.5)', 3064],
    ['json_search("[]", "one", "a", "ab")', 1210],
    ['regexp_like("a", "a", "x")', 1139],
    ['regexp_instr("dog", "g", 4)', 1139],
    ['regexp_replace("a", "(a)", "$2")', 1139],
    [`regexp_like("${'a'.repeat(50)}!", "^(a+)+$")`, 3699],
    [`regexp_substr("${'a'.repeat(50)}!", "^(a+)+$")`, 3699],
  ])('%s gives %d', (text, number) => {
    expect(code(text)).toBe(number);
  });
});

test('every registered function has a one-line description', () => {
  const all = allFunctions();
  expect(all.length).toBeGreaterThan(250);
  for (const f of all) expect(f.doc).toMatch(/\S/);
});

test('docs/functions.md is what the registry gives', () => {
  expect(readFileSync(join(process.cwd(), 'docs/functions.md'), 'utf8')).toBe(functionDocs());
});
