import type { EvalType } from '../../types/field-type.js';

/**
 * One implementation of a function that TiKV has: numbers of tipb's ScalarFuncSig. Functions take arguments of one domain
 * and give another; `rest` holds for all arguments from `args.length` on.
 */
export interface Signature {
  readonly number: number;
  /** The first argument is text: of bytes another implementation takes care. */
  readonly text: boolean;
  /** Registry name (expression/function-registry.ts). */
  readonly name: string;
  readonly args: readonly EvalType[];
  readonly rest: readonly EvalType[];
  readonly result: EvalType;
}

const byNumber = new Map<number, Signature>();
const byShape = new Map<string, Signature[]>();

function register(
  number: number,
  name: string,
  args: readonly EvalType[],
  result: EvalType,
  rest: readonly EvalType[] = [],
  text = false,
): void {
  const s: Signature = { number, name, args, rest, result, text };
  byNumber.set(number, s);
  const list = byShape.get(name);
  if (list === undefined) byShape.set(name, [s]);
  else list.push(s);
}

const DOMAINS: readonly EvalType[] = ['int', 'real', 'decimal', 'string', 'datetime', 'duration', 'json'];

for (const [name, first] of [
  ['lt', 100],
  ['le', 110],
  ['gt', 120],
  ['ge', 130],
  ['eq', 140],
  ['ne', 150],
  ['nulleq', 160],
] as const)
  DOMAINS.forEach((d, i) => register(first + i, name, [d, d], 'int'));
DOMAINS.forEach((d, i) => register(4001 + i, 'in', [d, d], 'int', [d]));

register(200, 'plus', ['real', 'real'], 'real');
register(201, 'plus', ['decimal', 'decimal'], 'decimal');
register(203, 'plus', ['int', 'int'], 'int');
register(204, 'minus', ['real', 'real'], 'real');
register(205, 'minus', ['decimal', 'decimal'], 'decimal');
register(207, 'minus', ['int', 'int'], 'int');
register(208, 'mul', ['real', 'real'], 'real');
register(209, 'mul', ['decimal', 'decimal'], 'decimal');
register(210, 'mul', ['int', 'int'], 'int');
register(211, 'div', ['real', 'real'], 'real');
register(212, 'div', ['decimal', 'decimal'], 'decimal');
register(213, 'intdiv', ['int', 'int'], 'int');
register(215, 'mod', ['real', 'real'], 'real');
register(216, 'mod', ['decimal', 'decimal'], 'decimal');
register(217, 'mod', ['int', 'int'], 'int');
register(3108, 'unaryminus', ['int'], 'int');
register(3109, 'unaryminus', ['real'], 'real');
register(3110, 'unaryminus', ['decimal'], 'decimal');

register(3101, 'and', ['int', 'int'], 'int');
register(3102, 'or', ['int', 'int'], 'int');
register(3103, 'xor', ['int', 'int'], 'int');
register(3104, 'not', ['int'], 'int');
register(3111, 'isnull', ['decimal'], 'int');
register(3112, 'isnull', ['duration'], 'int');
register(3113, 'isnull', ['real'], 'int');
register(3114, 'isnull', ['string'], 'int');
register(3115, 'isnull', ['datetime'], 'int');
register(3116, 'isnull', ['int'], 'int');
register(4310, 'like', ['string', 'string', 'int'], 'int');

const VALUES: readonly EvalType[] = ['int', 'real', 'decimal', 'string', 'datetime', 'duration'];
VALUES.forEach((d, i) => {
  register(4101 + i, 'ifnull', [d, d], d);
  register(4107 + i, 'if', ['int', d, d], d);
  register(4201 + i, 'coalesce', [d], d, [d]);
  register(4208 + i, 'case', ['int', d], d, ['int', d]);
});

// Of bit operations all are of 64 bits without sign.
register(3118, 'bitand', ['int', 'int'], 'int');
register(3119, 'bitor', ['int', 'int'], 'int');
register(3120, 'bitxor', ['int', 'int'], 'int');
register(3121, 'bitneg', ['int'], 'int');
register(3129, 'leftshift', ['int', 'int'], 'int');
register(3130, 'rightshift', ['int', 'int'], 'int');

register(2103, 'abs', ['real'], 'real');
register(2104, 'abs', ['decimal'], 'decimal');
register(2107, 'ceil', ['decimal'], 'int');
register(2109, 'ceil', ['real'], 'real');
register(2112, 'floor', ['decimal'], 'int');
register(2114, 'floor', ['real'], 'real');
register(2139, 'crc32', ['string'], 'int');
register(2140, 'sign', ['real'], 'int');
register(2141, 'sqrt', ['real'], 'real');
for (const [number, name] of [
  [2133, 'log2'],
  [2134, 'log10'],
  [2142, 'acos'],
  [2143, 'asin'],
  [2144, 'atan'],
  [2146, 'cos'],
  [2147, 'cot'],
  [2148, 'degrees'],
  [2149, 'exp'],
  [2151, 'radians'],
  [2152, 'sin'],
] as const)
  register(number, name, ['real'], 'real');
register(2131, 'log', ['real'], 'real');
register(2131, 'ln', ['real'], 'real');
register(2132, 'log', ['real', 'real'], 'real');
register(2137, 'pow', ['real', 'real'], 'real');
register(2145, 'atan2', ['real', 'real'], 'real');

const text = (number: number, name: string, more: readonly EvalType[], result: EvalType): void =>
  register(number, name, ['string', ...more], result, [], true);
register(7001, 'bit_length', ['string'], 'int');
register(7003, 'ascii', ['string'], 'int');
register(7006, 'concat', ['string'], 'string', ['string']);
register(7007, 'concat_ws', ['string', 'string'], 'string', ['string']);
register(7013, 'field', ['int', 'int'], 'int', ['int']);
register(7014, 'field', ['real', 'real'], 'int', ['real']);
register(7015, 'field', ['string', 'string'], 'int', ['string']);
register(7021, 'hex', ['string'], 'string');
register(7026, 'ltrim', ['string'], 'string');
register(7029, 'length', ['string'], 'int');
register(7042, 'rtrim', ['string'], 'string');
register(7044, 'replace', ['string', 'string', 'string'], 'string');
register(7051, 'space', ['int'], 'string');
register(7052, 'strcmp', ['string', 'string'], 'int');
text(7005, 'char_length', [], 'int');
text(7045, 'reverse', [], 'string');
text(7047, 'right', ['int'], 'string');
text(7063, 'upper', [], 'string');
text(7066, 'lower', [], 'string');
text(7053, 'substring', ['int'], 'string');
text(7054, 'substring', ['int', 'int'], 'string');
register(4504, 'md5', ['string'], 'string');
register(4507, 'sha1', ['string'], 'string');

register(6001, 'date_format', ['datetime', 'string'], 'string');
register(6003, 'datediff', ['datetime', 'datetime'], 'int');
register(6012, 'date', ['datetime'], 'datetime');
register(6013, 'hour', ['duration'], 'int');
register(6014, 'minute', ['duration'], 'int');
register(6015, 'second', ['duration'], 'int');
register(6016, 'microsecond', ['duration'], 'int');
register(6017, 'month', ['datetime'], 'int');
register(6018, 'monthname', ['datetime'], 'string');
register(6022, 'dayofmonth', ['datetime'], 'int');
register(6023, 'dayofweek', ['datetime'], 'int');
register(6024, 'dayofyear', ['datetime'], 'int');
register(6025, 'week', ['datetime', 'int'], 'int');
register(6028, 'weekofyear', ['datetime'], 'int');
register(6029, 'year', ['datetime'], 'int');
register(6069, 'makedate', ['int', 'int'], 'datetime');
register(6071, 'period_add', ['int', 'int'], 'int');
register(6072, 'period_diff', ['int', 'int'], 'int');
register(6075, 'time_to_sec', ['duration'], 'int');
register(6106, 'from_days', ['int'], 'datetime');

register(5003, 'json_type', ['json'], 'string');
register(5024, 'json_length', ['json'], 'int');

register(2, 'cast', ['int'], 'real');
register(4, 'cast', ['int'], 'decimal');
register(21, 'cast', ['decimal'], 'real');
register(23, 'cast', ['decimal'], 'decimal');
register(44, 'cast', ['datetime'], 'datetime');

export const signatureOf = (number: number): Signature | undefined => byNumber.get(number);

/** The implementation for a call, its numbers widened if need be; null when the store has none. */
export function findSignature(
  name: string,
  args: readonly EvalType[],
  result: EvalType,
  /** The first argument is a string of bytes. */
  binary: boolean,
): Signature | null {
  const candidates = (byShape.get(name) ?? []).filter((s) => s.result === result && !(s.text && binary));
  for (const takes of [same, decimalTakes, realTakes])
    for (const s of candidates) if (matches(s, args, takes)) return s;
  return null;
}

type Takes = (wanted: EvalType | undefined, given: EvalType) => boolean;
const same: Takes = (wanted, given) => wanted === given;
/** MySQL computes of integers and decimals in decimals, and with a double among them in doubles. */
const decimalTakes: Takes = (wanted, given) => wanted === given || (wanted === 'decimal' && given === 'int');
const realTakes: Takes = (wanted, given) =>
  wanted === given || (wanted === 'real' && (given === 'int' || given === 'decimal'));

/** The domain that an implementation takes at a position, of so many arguments. */
export function argDomain(s: Signature, at: number, count: number): EvalType | undefined {
  if (at < s.args.length) return s.args[at];
  // The ELSE of CASE stands alone at the end.
  if (s.name === 'case' && at === count - 1 && count % 2 === 1) return s.result;
  return s.rest[(at - s.args.length) % s.rest.length];
}

function matches(s: Signature, args: readonly EvalType[], takes: Takes): boolean {
  if (args.length < s.args.length) return false;
  if (s.rest.length === 0 && args.length !== s.args.length) return false;
  return args.every((a, i) => takes(argDomain(s, i, args.length), a));
}
