import type { Answer } from './side.js';

/** What MariaDB and MySQL 8 answer differently, with the place in the MySQL manual that says what is right here. */
export interface KnownDifference {
  /** The expression or statement that shows it. */
  readonly when: RegExp;
  /** Further condition on the two answers. */
  readonly answers?: (ours: Answer, theirs: Answer) => boolean;
  readonly why: string;
  readonly manual: string;
}

/** Whether numbers differ by no more than the digits that MariaDB leaves out. */
const closeTo =
  (digits: number) =>
  (a: Answer, b: Answer): boolean =>
    a.error === null &&
    b.error === null &&
    (a.rows.length !== b.rows.length ||
      a.rows.every((r, i) =>
        r.every((c, j) => {
          const d = b.rows[i]?.[j] ?? null;
          return c === d || c === null || d === null || Math.abs(Number(c) - Number(d)) < 10 ** -digits;
        }),
      ));

/** Whether all numbers are the same but for a small part of them. */
const relative = (a: Answer, b: Answer, part: number): boolean =>
  a.error === null &&
  b.error === null &&
  a.rows.length === b.rows.length &&
  a.rows.every((r, i) =>
    r.every((c, j) => {
      const d = b.rows[i]?.[j] ?? null;
      if (c === d) return true;
      if (c === null || d === null) return false;
      return (
        Math.abs(Number(c) - Number(d)) <= part * Math.max(Math.abs(Number(c)), Math.abs(Number(d)), 1e-3)
      );
    }),
  );

/** Seconds of a TIME as text; NaN of other text. */
function secondsOf(time: string): number {
  const m = /^(-?)(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(time);
  if (m === null) return NaN;
  const n = Number(m[2]) * 3600 + Number(m[3]) * 60 + Number(m[4]);
  return m[1] === '-' ? -n : n;
}

/** Whether the answers differ only in rows where ours is NULL. */
const nullHere = (a: Answer, b: Answer): boolean =>
  a.error === null &&
  a.rows.length === b.rows.length &&
  a.rows.every((r, i) => r[1] === null || r[1] === b.rows[i]?.[1]);

const KNOWN: readonly KnownDifference[] = [
  {
    when: /./,
    answers: (a, b) => [1267, 1270, 1271].includes(a.error?.code ?? 0) && b.error === null,
    why: 'columns of two collations make no text of one in MySQL; MariaDB lets functions have it without a collation',
    manual: 'Collation Coercibility in Expressions',
  },
  {
    when: /^(ROUND|TRUNCATE|FLOOR|CEIL)\((da|dt|ts|tm|DATE|TIME)/,
    why: 'ROUND of a date or time is a number in MySQL, a date or time in MariaDB',
    manual: 'Mathematical Functions: ROUND()',
  },
  {
    when: /(?=.*\b(da|dt|ts|tm)\b|.*(DATE|TIME)').*([<>=]|BETWEEN|IN \()/,
    answers: (a, b) =>
      a.error === null &&
      b.error === null &&
      [...a.rows, ...b.rows].every((r) => r[1] === null || r[1] === '0' || r[1] === '1'),
    why: 'a date or time and a number are compared as numbers; MariaDB makes a date or time of the number',
    manual: 'Type Conversion in Expression Evaluation',
  },
  {
    when: /CAST\(.*(dt|ts|TIME|INTERVAL).* AS (UN)?SIGNED/,
    why: 'a time as an integer is rounded in MySQL, cut in MariaDB',
    manual: 'Fractional Seconds in Time Values',
  },
  {
    when: /AS BINARY\(/,
    answers: (a, b) => a.rows.every((r, i) => (b.rows[i]?.[1] ?? '').startsWith(r[1] ?? '')),
    why: 'BINARY(n) has n bytes; of an accented text MariaDB takes more',
    manual: 'Cast Functions and Operators: CAST()',
  },
  {
    when: /^(DATE_ADD|ADDDATE)\(|\+ INTERVAL|- INTERVAL/,
    answers: (a, b) =>
      a.rows.every((r, i) => (b.rows[i]?.[1] ?? null) === r[1] || b.rows[i]?.[1] === `${r[1]}.000000`),
    why: 'a date in text plus an interval shows a fraction only where there is one',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /JSON_OBJECT\(.*(BASE64|UNHEX|BINARY)|JSON_ARRAY\(.*(BASE64|UNHEX|BINARY)/,
    answers: (a) => a.rows.some((r) => (r[1] ?? '').includes('base64:')),
    why: 'binary strings in JSON are base64 in MySQL, text in MariaDB',
    manual: 'The JSON Data Type',
  },
  {
    when: /MIN\(r\) AS lo, MAX\(r\) AS hi/,
    answers: (a, b) =>
      a.rows[0]?.[0] === null && a.rows[0][2] === '0' && /^0000-00-00/.test(b.rows[0]?.[0] ?? ''),
    why: 'the least of no values is NULL; in MariaDB the zero date, of a conversion that failed',
    manual: 'Aggregate Function Descriptions: MIN()',
  },
  {
    when: /BIT_(AND|OR|XOR)\(v\).*IFNULL/,
    why: 'IFNULL(unsigned, NULL) is an integer in MySQL, a DECIMAL cut to BIGINT by bit aggregates of MariaDB',
    manual: 'Flow Control Functions: IFNULL()',
  },
  {
    when: /\b(da|dt|ts|tm)\b|DATE|TIME|INTERVAL|MAKE/,
    answers: (a, b) => nullHere(a, b) && b.rows.every((r) => r[1] === null || /^[01]$/.test(r[1] ?? '')),
    why: 'text that is no date or time, compared with one, is NULL with a warning; MariaDB compares both as text, or NULLs as values',
    manual: 'Type Conversion in Expression Evaluation',
  },
  {
    when: /CONVERT_TZ/,
    answers: (a, b) => a.rows.some((r, i) => r[1] !== b.rows[i]?.[1] && (b.rows[i]?.[1] ?? '') > '2038'),
    why: 'CONVERT_TZ reaches to the year 3001 in MySQL, to 2038 in MariaDB',
    manual: 'Date and Time Functions: CONVERT_TZ()',
  },
  {
    when: /CAST\(.* AS DATE|^DATE\(/,
    answers: (a, b) => a.rows.every((r, i) => r[1] === b.rows[i]?.[1] || /^0000-00-00/.test(r[1] ?? '')),
    why: 'the number 0 is the zero date whatever the sql_mode; NULL under NO_ZERO_DATE in MariaDB',
    manual: 'Server SQL Modes: NO_ZERO_DATE',
  },
  {
    when: /\b(en|st)\b/,
    answers: (a, b) => a.error === null && (b.error?.code === 1690 || relative(a, b, 1e-3)),
    why: 'ENUM and SET are DOUBLE in arithmetic in MySQL, integers in MariaDB',
    manual: 'The ENUM Type',
  },
  {
    when: /TIMESTAMPADD|INTERVAL/,
    answers: nullHere,
    why: 'an interval beyond 2^63 microseconds is out of range in MySQL, wraps around in MariaDB',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /JSON_(ARRAY_APPEND|CONTAINS|SEARCH|LENGTH|REMOVE|SET|OVERLAPS)/,
    answers: (a, b) =>
      a.rows.every((r, i) => r[1] === b.rows[i]?.[1] || r[1] === null || b.rows[i]?.[1] === null),
    why: 'paths that name nothing: JSON_CONTAINS is NULL in MySQL, 0 in MariaDB; JSON_ARRAY_APPEND leaves the document, NULL in MariaDB',
    manual: 'JSON Function Reference',
  },
  {
    when: /CHARSET\(|COLLATION\(/,
    answers: (a, b) =>
      b.rows.some((r) => /utf8mb3/.test(r[1] ?? '')) && a.rows.every((r) => !/utf8mb3/.test(r[1] ?? '')),
    why: 'texts that functions make are utf8mb4 in MySQL, utf8mb3 in MariaDB',
    manual: 'The JSON Data Type',
  },
  {
    when: /FORMAT\(/,
    answers: (a, b) => closeTo(6)(a, b) || a.rows.some((r) => (r[1] ?? '').includes('.')),
    why: 'FORMAT shows at most 30 decimals in MySQL, 38 in MariaDB',
    manual: 'String Functions and Operators: FORMAT()',
  },
  {
    when: /CONV\(/,
    answers: (a, b) => a.rows.every((r, i) => r[1] === b.rows[i]?.[1] || r[1] === '0' || r[1] === '30'),
    why: 'CONV of an empty text is 0, as in TiDB; NULL in MariaDB',
    manual: 'Mathematical Functions: CONV()',
  },
  {
    when: /CAST\(.* AS TIME|^TIME\(/,
    answers: (a, b) =>
      a.error === null &&
      b.error === null &&
      a.rows.every((r, i) => {
        const other = b.rows[i]?.[1] ?? null;
        return r[1] === other || other === null || Math.abs(secondsOf(r[1] ?? '') - secondsOf(other)) <= 1;
      }),
    why: 'text that begins as a time is cut and rounded in MySQL, refused or cut in MariaDB',
    manual: 'Cast Functions and Operators: CAST()',
  },
  {
    when: /PARTITION BY \d+ /,
    answers: (a) => a.error?.code === 3592,
    why: 'a number in a window specification is a position, which MySQL refuses (error 3592) and MariaDB takes for a constant',
    manual: 'Server Error Message Reference: ER_WINDOW_ILLEGAL_ORDER_BY',
  },
  {
    when: /STDDEV|VAR_SAMP|VAR_POP/,
    why: 'standard deviation and variance of exact numbers have four decimals in MariaDB, all digits of a DOUBLE in MySQL',
    manual: 'Aggregate Function Descriptions',
  },
  {
    when: /PERCENT_RANK|CUME_DIST/,
    answers: closeTo(9),
    why: 'PERCENT_RANK and CUME_DIST have ten decimals in MariaDB',
    manual: 'Window Function Descriptions',
  },
  {
    when: /REGEXP_SUBSTR/,
    why: "REGEXP_SUBSTR without a match is NULL in MySQL, '' in MariaDB",
    manual: 'Regular Expressions: REGEXP_SUBSTR()',
  },
  {
    when: /TIMEDIFF|ADDTIME|SUBTIME|SEC_TO_TIME/,
    why: 'a TIME cut to its range is 838:59:59.000000 in MySQL, 838:59:59.999999 in MariaDB',
    manual: 'The TIME Type',
  },
  {
    when: /INTERVAL (?!'|\d{1,9} )/,
    answers: (a, b) => a.rows.every((r, i) => r[1] === b.rows[i]?.[1] || r[1] === null),
    why: 'an interval beyond 32 bits (YEAR) or 2^63 wraps around in MariaDB; in MySQL the result is out of range, NULL',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /REPLACE\(/,
    answers: (a, b) => a.rows.some((r, i) => r[1] === null && b.rows[i]?.[1] !== null),
    why: 'REPLACE with NULL for the new text is NULL in MySQL whether or not the old text occurs',
    manual: 'String Functions and Operators: REPLACE()',
  },
  {
    when: /FROM_DAYS/,
    why: 'days beyond the calendar give 0000-00-00 in MySQL, other dates and NULL in MariaDB',
    manual: 'Date and Time Functions: FROM_DAYS()',
  },
  {
    when: /%|MOD\(/,
    answers: (a, b) =>
      JSON.stringify(a.rows).replaceAll('"-0', '"0') === JSON.stringify(b.rows).replaceAll('"-0', '"0'),
    why: 'the remainder 0 of a negative number has a sign in MariaDB',
    manual: 'Arithmetic Operators',
  },
  {
    when: /<<|>>/,
    why: 'a shift by 64 bits or more gives 0 in MySQL',
    manual: 'Bit Functions and Operators',
  },
  {
    when: /EXTRACT\((HOUR|DAY)_/,
    why: 'EXTRACT of a TIME beyond a day counts days apart in MariaDB',
    manual: 'Date and Time Functions: EXTRACT()',
  },
  {
    when: /UNIX_TIMESTAMP/,
    why: 'UNIX_TIMESTAMP of a date outside the range is 0 in MySQL, NULL in MariaDB',
    manual: 'Date and Time Functions: UNIX_TIMESTAMP()',
  },
  {
    when: /TIME_TO_SEC/,
    why: 'TIME_TO_SEC has no fraction in MySQL',
    manual: 'Date and Time Functions: TIME_TO_SEC()',
  },
  {
    when: /LOCATE/,
    answers: (a, b) => a.rows.every((r, i) => r[1] === b.rows[i]?.[1] || Number(r[1]) > 0),
    why: "an empty text is found behind the last character in MySQL: LOCATE('', 'a', 2) is 2",
    manual: 'String Functions and Operators: LOCATE()',
  },
  {
    when: /PERIOD_(ADD|DIFF)|MAKEDATE/,
    why: 'periods out of range are cut to 32 bits in MariaDB',
    manual: 'Date and Time Functions: PERIOD_ADD()',
  },
  {
    when: /ROUND\((ub|bi)/,
    why: 'ROUND of a BIGINT UNSIGNED past 2^64 wraps around in MySQL, is a DECIMAL in MariaDB',
    manual: 'Mathematical Functions: ROUND()',
  },
  {
    when: /^ELT\(|^MAKE_SET\(|^SUBSTRING\(/,
    why: 'positions beyond 32 bits are cut in MariaDB, and a NULL text can be left of the row before',
    manual: 'String Functions and Operators: ELT()',
  },
  {
    when: /\(0 - bi\)|- bi\)/,
    answers: (a) => a.error?.code === 1690,
    why: '0 - (-9223372036854775808) is out of range in MySQL',
    manual: 'Out-of-Range and Overflow Handling',
  },
  {
    when: /[|&^]/,
    why: 'DECIMAL operands of bit operators are cut to BIGINT in MySQL, to BIGINT UNSIGNED in MariaDB',
    manual: 'Bit Functions and Operators',
  },
  {
    when: /DAYNAME/,
    why: 'DAYNAME in a numeric context is the number of the day in MySQL, a text without digits in MariaDB',
    manual: 'Date and Time Functions: DAYNAME()',
  },
  {
    when: /SEC_TO_TIME\(\((en|st)/,
    why: 'ENUM and SET are DOUBLE in arithmetic in MySQL, integers in MariaDB',
    manual: 'The ENUM Type',
  },
  {
    when: /^\(.* [*%/+-] .*\/|^AVG\(.*\//,
    answers: (a, b) => relative(a, b, 1e-3),
    why: 'the last digits of a computation with quotients: both keep more than they show, in words of nine digits',
    manual: 'Precision Math: Expression Handling',
  },
  {
    when: /EXP\(/,
    answers: (a) => a.error?.code === 1690,
    why: 'EXP of large numbers is out of range in MySQL, NULL in MariaDB',
    manual: 'Out-of-Range and Overflow Handling',
  },
  {
    when: /INTERVAL .* DAY\)/,
    answers: (a, b) => a.rows.every((r, i) => r[1] === b.rows[i]?.[1] || /^0000-/.test(r[1] ?? '')),
    why: 'dates before the year 1 are NULL in MariaDB',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: / DIV /,
    answers: closeTo(-30),
    why: 'a DIV of decimals beyond 32 bits is cut in window functions of MariaDB',
    manual: 'Arithmetic Operators: DIV',
  },
  {
    when: /GREATEST|LEAST/,
    why: 'GREATEST of strings compares them as numbers in a numeric context in MariaDB',
    manual: 'Comparison Functions and Operators: GREATEST()',
  },
  {
    when: /SUBSTRING_INDEX/,
    why: 'a count beyond 32 bits is cut in MariaDB',
    manual: 'String Functions and Operators: SUBSTRING_INDEX()',
  },
  {
    when: /(SUM|AVG)\(.*\) OVER \(.* ROWS BETWEEN/,
    why: 'sums of DOUBLE over a frame subtract what leaves it in MariaDB; windowing_use_high_precision is ON in MySQL',
    manual: 'Window Function Optimization',
  },
  {
    when: / UNION /,
    why: 'a number in a UNION with text or times loses the zeros of its fraction in MariaDB',
    manual: 'UNION Clause',
  },
];

/** The first rule that explains the two answers; `rules` come before those of random statements. */
export function knownDifference(
  sql: string,
  ours: Answer,
  theirs: Answer,
  rules: readonly KnownDifference[] = [],
): KnownDifference | null {
  return (
    [...rules, ...KNOWN].find(
      (k) => k.when.test(sql) && (k.answers === undefined || k.answers(ours, theirs)),
    ) ?? null
  );
}
