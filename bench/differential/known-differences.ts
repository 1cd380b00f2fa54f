import {
  bothAnswered,
  cells,
  decimals,
  digits,
  eitherOf,
  nullHere,
  refusedHere,
  refusedThere,
  truthOnly,
  type KnownDifference,
} from './known-difference.js';

/** Seconds of a TIME as text; NaN of other text. */
export function secondsOf(time: string): number {
  const m = /^(-?)(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(time);
  if (m === null) return NaN;
  const n = Number(m[2]) * 3600 + Number(m[3]) * 60 + Number(m[4]);
  return m[1] === '-' ? -n : n;
}

/** Illegal mixes of two, three, and more collations. */
const MIXES: readonly number[] = [1267, 1270, 1271];

const integral = (x: string | null): boolean => x === null || /^-?\d+$/.test(x);
const truth = (x: string | null): boolean => x === null || /^[01]$/.test(x);

/** A list of numbers with no `-0` in it. */
const withoutMinusZero = (list: string | null): string | null =>
  list?.replace(/(^|\|)-0(?=$|\|)/g, '$10') ?? null;

const numbersOf = (list: string | null): readonly number[] => (list ?? '').split('|').map(Number);

/** Of random statements and of the matrix. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    when: /./,
    answers: (a, b) =>
      MIXES.includes(a.error?.code ?? 0) && (b.error === null || MIXES.includes(b.error.code)),
    why: 'columns of two collations make no text of one in MySQL; MariaDB lets functions have it without a collation',
    manual: 'Collation Coercibility in Expressions',
  },
  {
    when: /JSON_/,
    answers: eitherOf(
      refusedHere(3141, 3146, 3064),
      cells((x, y) => x === '0' && y === '1'),
    ),
    why: 'JSON functions take JSON and text of JSON alone, and JSON_VALID of other types is 0; in MariaDB anything is text, and NULL where it is no JSON',
    manual: 'Functions That Search JSON Values',
  },
  {
    when: /^(ROUND|TRUNCATE|FLOOR|CEIL)\(.*(\b(da|dt|ts|tm|t2|d6)\b|DATE|TIME|INTERVAL)/,
    answers: bothAnswered,
    why: 'ROUND of a date or time is a number in MySQL, a date or time in MariaDB',
    manual: 'Mathematical Functions: ROUND()',
  },
  {
    when: /(?=.*\b(da|dt|ts|tm)\b|.*(DATE|TIME|TIMESTAMP)').*([<>=]|BETWEEN|IN \()/,
    answers: cells((x, y) => truth(x) && truth(y)),
    why: 'a date or time and a number are compared as numbers; MariaDB makes a date or time of the number',
    manual: 'Type Conversion in Expression Evaluation',
  },
  {
    when: /CAST\(.*(dt|ts|tm|TIME|INTERVAL).* AS (UN)?SIGNED/,
    answers: digits(1e-3),
    why: 'a time as an integer is rounded in MySQL, cut in MariaDB',
    manual: 'Fractional Seconds in Time Values',
  },
  {
    when: /INTERVAL tm (HOUR|MINUTE|SECOND|DAY|WEEK|MONTH|QUARTER|YEAR)\)$/,
    answers: bothAnswered,
    why: 'a time as the number of an interval is rounded in MySQL, cut in MariaDB',
    manual: 'Fractional Seconds in Time Values',
  },
  {
    when: /AS BINARY\(/,
    answers: cells((x, y) => (y ?? '').startsWith(x ?? '')),
    why: 'BINARY(n) has n bytes; of an accented text MariaDB takes more',
    manual: 'Cast Functions and Operators: CAST()',
  },
  {
    when: /^(DATE_ADD|ADDDATE)\(|\+ INTERVAL|- INTERVAL/,
    answers: cells((x, y) => y?.startsWith(`${x}.0`) === true && /\.0+$/.test(y)),
    why: 'a date in text plus an interval shows a fraction only where there is one',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /JSON_(OBJECT|ARRAY)\(.*(BASE64|UNHEX|BINARY)/,
    answers: cells((x) => (x ?? '').includes('base64:')),
    why: 'binary strings in JSON are base64 in MySQL, text in MariaDB',
    manual: 'The JSON Data Type',
  },
  {
    when: /MIN\(r\) AS lo, MAX\(r\) AS hi/,
    answers: (a, b) =>
      bothAnswered(a, b) &&
      a.rows[0]?.[0] === null &&
      a.rows[0][2] === '0' &&
      /^0000-00-00/.test(b.rows[0]?.[0] ?? ''),
    why: 'the least of no values is NULL; in MariaDB the zero date, of a conversion that failed',
    manual: 'Aggregate Function Descriptions: MIN()',
  },
  {
    when: /BIT_(AND|OR|XOR)\(.*(IFNULL|COALESCE|CASE|IF\()/,
    answers: bothAnswered,
    why: 'IFNULL(unsigned, NULL) is an integer in MySQL, a DECIMAL cut to BIGINT by bit aggregates of MariaDB',
    manual: 'Flow Control Functions: IFNULL()',
  },
  {
    when: /(IFNULL|CASE|COALESCE|IF)\b/,
    answers: eitherOf(refusedThere(1690), refusedHere(1690)),
    why: 'what is unsigned or NULL is unsigned in MySQL, signed in MariaDB',
    manual: 'Flow Control Functions: CASE',
  },
  {
    when: /\b(da|dt|ts|tm)\b|DATE|TIME|INTERVAL|MAKE/,
    answers: cells((x, y) => x === null && truth(y)),
    why: 'text that is no date or time, compared with one, is NULL with a warning; MariaDB compares both as text, or NULLs as values',
    manual: 'Type Conversion in Expression Evaluation',
  },
  {
    when: /CONVERT_TZ/,
    answers: cells((_x, y) => (y ?? '') > '2038'),
    why: 'CONVERT_TZ reaches to the year 3001 in MySQL, to 2038 in MariaDB',
    manual: 'Date and Time Functions: CONVERT_TZ()',
  },
  {
    when: /CAST\(.* AS DATE|^DATE\(/,
    answers: cells((x) => /^0000-00-00/.test(x ?? '')),
    why: 'the number 0 is the zero date whatever the sql_mode; NULL under NO_ZERO_DATE in MariaDB',
    manual: 'Server SQL Modes: NO_ZERO_DATE',
  },
  {
    when: /\b(en|st)\b/,
    answers: eitherOf(refusedThere(1690), digits(1e-3)),
    why: 'ENUM and SET are DOUBLE in arithmetic in MySQL, integers in MariaDB',
    manual: 'The ENUM Type',
  },
  {
    when: /TIMESTAMPADD|INTERVAL/,
    answers: nullHere,
    why: 'an interval beyond 2^63 microseconds, or of years beyond 32 bits, is out of range in MySQL, wraps around in MariaDB',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /JSON_(ARRAY_APPEND|CONTAINS|SEARCH|LENGTH|REMOVE|SET|OVERLAPS)/,
    answers: cells((x, y) => x === null || y === null),
    why: 'paths that name nothing: JSON_CONTAINS is NULL in MySQL, 0 in MariaDB; JSON_ARRAY_APPEND leaves the document, NULL in MariaDB',
    manual: 'JSON Function Reference',
  },
  {
    when: /JSON_(EXTRACT|VALUE)\(/,
    answers: truthOnly,
    why: 'JSON beside a text is compared as JSON, and what JSON_VALUE gives is of utf8mb4_bin and coercible; both are texts of the connection in MariaDB',
    manual: 'The JSON Data Type: Comparison and Ordering of JSON Values',
  },
  {
    when: /./,
    answers: cells((x, y) => withoutMinusZero(x) === y),
    why: "a DOUBLE of minus zero is '-0' as text; in a GROUP_CONCAT of MariaDB it is '0'",
    manual: 'Problems with Floating-Point Values',
  },
  {
    when: /IN \(SELECT .*(\de\d|\bdb\b|\bfl\b)/,
    answers: (a, b) => bothAnswered(a, b) && a.rows.length !== b.rows.length,
    why: 'the text of a DOUBLE is longer than MariaDB thinks, and cut in its temporary tables: it does not equal itself',
    manual: 'Type Conversion in Expression Evaluation',
  },
  {
    when: /LOCATE\(/,
    answers: cells((x, y) => integral(x) && integral(y)),
    why: 'positions are counted in characters; MariaDB counts bytes of one charset in a text of another',
    manual: 'String Functions and Operators: LOCATE()',
  },
  {
    when: /(ADDTIME|SUBTIME)\((?!(tm|t2|dt|d6|ts|da)\b)/,
    answers: eitherOf(bothAnswered, refusedThere(4078)),
    why: 'text of a date is a date in ADDTIME, as in TiDB; in MariaDB a time up to the first mark',
    manual: 'Date and Time Functions: ADDTIME()',
  },
  {
    when: /<=>.*(TIME|DATE)|(TIME|DATE).*<=>/,
    answers: truthOnly,
    why: 'text that is no date or time is NULL, which equals NULL; MariaDB takes it for zero',
    manual: 'Type Conversion in Expression Evaluation',
  },
  {
    when: /(LPAD|RPAD|INSERT|CONCAT|REPLACE)\(.*(BASE64|UNHEX|BINARY)/,
    answers: bothAnswered,
    why: 'a text beside a binary string is bytes, as in TiDB; in MariaDB the column has the say',
    manual: 'Collation Coercibility in Expressions',
  },
  {
    when: /LAST_DAY\(/,
    answers: nullHere,
    why: 'a month without a day has no last day; in MariaDB it has',
    manual: 'Date and Time Functions: LAST_DAY()',
  },
  {
    when: /WHERE .*CAST\('[^']*' AS DATE\)/,
    answers: bothAnswered,
    why: 'a constant that is no date is NULL in every place; MariaDB takes COALESCE of it for NULL in conditions',
    manual: 'Comparison Functions and Operators: COALESCE()',
  },
  {
    when: /GROUP_CONCAT/,
    answers: cells((x, y) => numbersOf(x).every((v, i) => v === numbersOf(y)[i])),
    why: 'a DOUBLE of 10^15 and more has an exponent as text, as in TiDB; in MariaDB where that is shorter',
    manual: 'Problems with Floating-Point Values',
  },
  {
    when: /AS BINARY\(\d\)\) [-+*]/,
    answers: decimals(0),
    why: 'a binary string is a DOUBLE in arithmetic, whatever zero bytes follow its digits',
    manual: 'Type Conversion in Expression Evaluation',
  },
  {
    when: / \/ /,
    answers: decimals(4),
    why: 'a quotient has more digits than it shows, and what is computed of it shows them',
    manual: 'Precision Math: Expression Handling',
  },
  {
    when: /^WITH RECURSIVE/,
    answers: refusedThere(1292, 1365, 1366, 1411, 1441),
    why: 'rows of a recursive CTE are no rows that are stored: strict mode has no say; in MariaDB it has',
    manual: 'WITH (Common Table Expressions)',
  },
  {
    when: /(ANY|ALL) \(SELECT /,
    answers: (a, b) => bothAnswered(a, b) && a.rows.length !== b.rows.length,
    why: 'a comparison with NULL, or with what is no date, is NULL; MariaDB passes over such values among others',
    manual: 'Subqueries with ALL',
  },
  {
    when: /^(UPDATE|DELETE|INSERT|REPLACE)/,
    answers: refusedHere(1292, 1365, 1690),
    why: 'a text that is no number is an error in the conditions of a change under strict mode; a warning in MariaDB',
    manual: 'Server SQL Modes: Strict SQL Mode',
  },
  {
    when: /FROM_UNIXTIME\(/,
    answers: cells((x, y) => x?.replace(/\.0+$/, '') === y?.replace(/\.0+$/, '')),
    why: 'FROM_UNIXTIME of a DOUBLE or text has six decimals; in MariaDB those that ENUM and SET have: none',
    manual: 'Date and Time Functions: FROM_UNIXTIME()',
  },
  {
    when: /PERIOD_(ADD|DIFF).*(IN \(SELECT|GROUP BY|EXCEPT|INTERSECT)/,
    answers: bothAnswered,
    why: 'periods out of range are cut to 32 bits in MariaDB',
    manual: 'Date and Time Functions: PERIOD_ADD()',
  },
  {
    when: /AS CHAR\) [-+*]/,
    answers: decimals(0),
    why: 'the text of a number is a DOUBLE in arithmetic; MariaDB takes it for an integer beside one',
    manual: 'Type Conversion in Expression Evaluation',
  },
  {
    when: / \/ /,
    answers: truthOnly,
    why: 'a quotient has more digits than it shows, and is compared with them',
    manual: 'Precision Math: Expression Handling',
  },
  {
    when: / DIV /,
    answers: refusedHere(1690),
    why: 'DIV beyond BIGINT is an error wherever it stands; MariaDB does not compute it for an interval from NULL',
    manual: 'Out-of-Range and Overflow Handling',
  },
  {
    when: /AS TIME.*CONCAT|CONCAT.*AS TIME/,
    answers: bothAnswered,
    why: 'text that begins as a date and time is such; MariaDB reads it as a number of hours',
    manual: 'Date and Time Literals',
  },
  {
    when: /JSON_TABLE\(/,
    answers: refusedThere(1690),
    why: 'for which rows a condition is computed is not laid down: here for those that JSON_TABLE gives rows for',
    manual: 'Out-of-Range and Overflow Handling',
  },
  {
    when: /ORDER BY .*, \d{10,}/,
    answers: refusedHere(1054),
    why: 'a number in ORDER BY is a position; MariaDB takes large ones for constants',
    manual: 'SELECT Statement',
  },
  {
    when: /JSON_|\(SELECT|COALESCE|IFNULL|ELT\(|FIELD\(|INTERVAL/,
    answers: eitherOf(refusedHere(1690), refusedThere(1690)),
    why: 'which values are computed that nothing depends on is not laid down, nor whether one of them is out of range',
    manual: 'Out-of-Range and Overflow Handling',
  },
  {
    when: /% .* \/ |MOD.* \/ /,
    answers: bothAnswered,
    why: 'a remainder of a quotient depends on digits of it that are not shown; both keep more, in words of nine',
    manual: 'Precision Math: Expression Handling',
  },
  {
    when: /TIME_FORMAT\(.* GROUP BY/,
    answers: bothAnswered,
    why: 'texts of TIME_FORMAT longer than MariaDB thinks are cut in its temporary tables, and fall together',
    manual: 'Date and Time Functions: TIME_FORMAT()',
  },
  {
    when: /UNIX_TIMESTAMP\(/,
    answers: refusedHere(1690),
    why: 'UNIX_TIMESTAMP is unsigned, and so is what is subtracted from it',
    manual: 'Cast Functions and Operators',
  },
  {
    when: /(STRCMP|=|<|>).*BASE64|BASE64.*(=|<|>)/,
    answers: cells((x, y) => /^-?[01]$/.test(x ?? '') && /^-?[01]$/.test(y ?? '')),
    why: 'texts are compared with binary strings by bytes, as in TiDB',
    manual: 'Collation Coercibility in Expressions',
  },
  {
    when: / DIV .*IN \(SELECT/,
    answers: bothAnswered,
    why: 'what DIV gives is a BIGINT; MariaDB cuts it to 32 bits in its temporary tables',
    manual: 'Arithmetic Operators: DIV',
  },
  {
    when: /AS DATE/,
    answers: cells((x, y) => /^0\d{3}-/.test(x ?? '') && y === null),
    why: 'numbers of seven digits stand for dates before the year 1000 in a SELECT, as text does; NULL in MariaDB',
    manual: 'Date and Time Literals',
  },
  {
    when: /^(UPDATE|DELETE|INSERT|REPLACE)/,
    answers: (a, b) => a.error !== null && b.error !== null,
    why: 'a change that both refuse, each for the value that it meets first, or under a number of its own',
    manual: 'Server Error Message Reference',
  },
  {
    when: /INET_NTOA\(/,
    answers: bothAnswered,
    why: 'a DECIMAL and a text are compared as DOUBLE; MariaDB gives the text the decimals of the number',
    manual: 'Type Conversion in Expression Evaluation',
  },
  {
    when: / (EXCEPT|INTERSECT) /,
    answers: cells((x, y) => x?.trimEnd() === y?.trimEnd()),
    why: 'dates are not padded; in a temporary table of MariaDB they are CHAR of their longest form',
    manual: 'Server SQL Modes: PAD_CHAR_TO_FULL_LENGTH',
  },
  {
    when: /(STR_TO_DATE|DATE_FORMAT)\(JSON_/,
    answers: refusedThere(4078),
    why: 'JSON is text where a function takes text; MariaDB refuses it for some',
    manual: 'The JSON Data Type',
  },
  {
    when: /CAST\(JSON_EXTRACT.* AS (UN)?SIGNED/,
    answers: cells((x, y) => Math.abs(Number(x) - Number(y)) <= 1),
    why: 'a DOUBLE of JSON is rounded to an integer; MariaDB cuts the digits of its text',
    manual: 'The JSON Data Type: Converting between JSON and non-JSON values',
  },
  {
    when: /AVG\(.*\) OVER |OVER \(.*RANGE BETWEEN/,
    answers: cells((x, y) => x !== null && y !== null),
    why: 'sums of DOUBLE over a frame subtract what leaves it in MariaDB; windowing_use_high_precision is ON in MySQL',
    manual: 'Window Function Optimization',
  },
  {
    when: /BIT_(AND|OR|XOR)\(.*(DECIMAL| \/ |\bd[ed]\b|\d\.\d)/,
    answers: bothAnswered,
    why: 'a DECIMAL is rounded in bit aggregates, and beyond BIGINT UNSIGNED its limit; MariaDB cuts its digits',
    manual: 'Aggregate Function Descriptions: BIT_AND()',
  },
  {
    when: /HEX\(FORMAT\(|FORMAT\(.*, \d{3,}\)/,
    answers: bothAnswered,
    why: 'decimals beyond 32 bits are as many as FORMAT shows at most in MySQL; MariaDB cuts the number',
    manual: 'String Functions and Operators: FORMAT()',
  },
  {
    when: /FORMAT\(/,
    answers: cells((x, y) => (y ?? '').startsWith(x ?? '-')),
    why: 'FORMAT shows at most 30 decimals in MySQL, 38 in MariaDB',
    manual: 'String Functions and Operators: FORMAT()',
  },
  {
    when: /(COALESCE|IFNULL|IF|CASE|GREATEST|LEAST)\b.*(FLOOR|CEIL|ROUND)\(/,
    answers: digits(2e-2),
    why: 'a DOUBLE of FLOOR or CEIL has any number of decimals, as in TiDB; none in MariaDB',
    manual: 'Mathematical Functions: FLOOR()',
  },
  {
    when: /(FLOOR|CEIL)\(db\)/,
    answers: bothAnswered,
    why: 'a DOUBLE of FLOOR or CEIL as text is that of a DOUBLE, as in TiDB; without exponent in MariaDB',
    manual: 'Mathematical Functions: FLOOR()',
  },
  {
    when: /UNHEX\(|FROM_BASE64\(|AS BINARY/,
    answers: cells((x, y) => truth(x) && truth(y)),
    why: 'texts are compared with binary strings by bytes, as in TiDB',
    manual: 'Collation Coercibility in Expressions',
  },
  {
    when: /CHAR\(\w+, 66 USING/,
    answers: bothAnswered,
    why: 'bytes that are no UTF-8 end the text; MariaDB keeps those of the row before when it groups',
    manual: 'String Functions and Operators: CHAR()',
  },
  {
    when: /FROM_DAYS\(/,
    answers: nullHere,
    why: 'a day number before the year 1 is the zero date, of which functions of dates give NULL',
    manual: 'Date and Time Functions: FROM_DAYS()',
  },
  {
    when: /FROM_UNIXTIME/,
    answers: cells((x, y) => /^(1970-01-01|1969-12-31)/.test(x ?? '') && y === null),
    why: 'a small negative number rounds to 0 seconds; NULL in MariaDB',
    manual: 'Date and Time Functions: FROM_UNIXTIME()',
  },
  {
    when: /\bln\b|latin1/,
    answers: refusedThere(...MIXES),
    why: 'texts that functions make beside a latin1 column are compared in utf8mb4, as in TiDB; MariaDB refuses what it cannot convert safely',
    manual: 'Collation Coercibility in Expressions',
  },
  {
    when: /, [^()]+\) [<>=]+ \(|\) [<>=]+ \([^()]+, /,
    answers: cells((x, y) => integral(x) && integral(y)),
    why: 'a comparison of rows is NULL where a NULL decides; a derived table of MariaDB has it as not NULL',
    manual: 'Row Subqueries',
  },
  {
    when: /INTERVAL (en|st) /,
    answers: bothAnswered,
    why: 'an interval from an ENUM or SET is its text, as in TiDB; its number in MariaDB',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /FROM_DAYS\((tm|ub|bi|.*TIME)/,
    answers: bothAnswered,
    why: 'a time as an integer is rounded in MySQL, cut in MariaDB; days beyond the calendar are none',
    manual: 'Date and Time Functions: FROM_DAYS()',
  },
  {
    when: /AS DATE|^DATE\(/,
    answers: cells((x, y) => x?.slice(4) === y?.slice(4) && /^000\d/.test(y ?? '')),
    why: 'a year of one digit is of this century, as in TiDB; of the first in MariaDB',
    manual: 'Date and Time Literals',
  },
  {
    when: /TIME_FORMAT/,
    answers: cells((x, y) => /^333833|^838/.test(x ?? '') && /^333833|^838/.test(y ?? '')),
    why: 'a TIME cut to its range is 838:59:59.000000 in MySQL, 838:59:59.999999 in MariaDB',
    manual: 'The TIME Type',
  },
  {
    when: /DATE_(ADD|SUB)\(.*AS (DECIMAL|DOUBLE|(UN)?SIGNED)|DATE_ADD\(.*\+|\(DATE_(ADD|SUB)\([^()]*(\([^()]*\))?.*\) [-+*%\/]/,
    answers: bothAnswered,
    why: 'a text plus an interval is a text, of which a computation takes the digits at its start, as in TiDB; a time in MariaDB',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /AVG\(.*\/|SUM\(.*\//,
    answers: eitherOf(digits(1e-3), decimals(4)),
    why: 'AVG and SUM of quotients take all the digits that these have; MariaDB stores them for grouping with those that they show',
    manual: 'Precision Math: Expression Handling',
  },
  {
    when: /SUBSTRING_INDEX/,
    answers: bothAnswered,
    why: 'counts beyond 32 bits are cut in MariaDB',
    manual: 'String Functions and Operators: SUBSTRING_INDEX()',
  },
  {
    when: /TIMESTAMPDIFF\(\w+, (CAST|DATE)/,
    answers: bothAnswered,
    why: 'a difference to the zero date is NULL in MySQL',
    manual: 'Date and Time Functions: TIMESTAMPDIFF()',
  },
  {
    when: /OVER \(.*(ROWS|RANGE) /,
    answers: digits(1e-9),
    why: 'sums of DOUBLE over a frame subtract what leaves it in MariaDB; windowing_use_high_precision is ON in MySQL',
    manual: 'Window Function Optimization',
  },
  {
    when: /(CHARSET|COLLATION|JSON_TYPE)\(/,
    answers: refusedThere(1253),
    why: 'names of collations and types are texts in the charset of the connection in MySQL, in utf8mb3 in MariaDB',
    manual: 'Character Set and Collation of Function Results',
  },
  {
    when: /AS UNSIGNED/,
    answers: cells((x, y) => /^\d+$/.test(x ?? '') && BigInt(x!) > 2n ** 63n && y === '0'),
    why: "a negative DOUBLE as UNSIGNED is its two's complement in MySQL, 0 in MariaDB",
    manual: 'Cast Functions and Operators: CAST()',
  },
  {
    when: /(LPAD|RPAD|REPEAT|SPACE)\(.* GROUP BY k/,
    answers: (a, b) => bothAnswered(a, b) && [...a.rows, ...b.rows].some((r) => (r[0]?.length ?? 0) > 1024),
    why: 'groups of long texts are told apart by no more than their first max_sort_length bytes in MariaDB',
    manual: 'Server System Variables: max_sort_length',
  },
  {
    when: /(VAR|STD)\w*\(v\).*\d{16,}/,
    answers: digits(0.5),
    why: 'deviations of doubles beyond 2^53 depend on the order of the rows',
    manual: 'Problems with Floating-Point Values',
  },
  {
    when: /\((ROUND|TRUNCATE|FLOOR|CEIL\w*)\(.*\) \/ /,
    answers: decimals(4),
    why: 'a quotient of doubles shows all its digits, as in TiDB; in MariaDB as many decimals as its operands and four',
    manual: 'Arithmetic Operators: /',
  },
  {
    when: /(TIME\(|AS TIME).*|(DATE_ADD|DATE_SUB|INTERVAL)/,
    answers: cells((x, y) => /^00:20:/.test(x ?? '') && /^00:00:00/.test(y ?? '')),
    why: 'text plus an interval is text, as in TiDB: a date in it is read as a time up to the first mark',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /REGEXP_\w+\(JSON_TYPE\(/,
    answers: nullHere,
    why: 'what JSON_TYPE gives is of utf8mb4_bin, which tells upper from lower case',
    manual: 'Functions That Return JSON Value Attributes: JSON_TYPE()',
  },
  {
    when: /WHERE .*TIMESTAMPDIFF\(/,
    answers: (a, b) => bothAnswered(a, b) && a.rows.length < b.rows.length,
    why: 'a difference to a partial or zero date is NULL in MySQL',
    manual: 'Date and Time Functions: TIMESTAMPDIFF()',
  },
  {
    when: /ORDER BY .*-\d/,
    answers: refusedThere(1054),
    why: 'a negative number is an expression in ORDER BY and no position',
    manual: 'SELECT Statement',
  },
  {
    when: /\/ \(.*\b(ub \* bi|bi \* ub)/,
    answers: refusedHere(1690),
    why: 'both operands of a division are computed, as in TiDB; MariaDB computes no divisor of NULL',
    manual: 'Out-of-Range and Overflow Handling',
  },
  {
    when: /AVG\(.*\bIF\(/,
    answers: digits(1e-9),
    why: 'averages of decimals of several scales: both keep more digits than they show, in words of nine',
    manual: 'Precision Math: Expression Handling',
  },
  {
    when: /AS DATE/,
    answers: cells((x, y) => /^\d{4}-(00|\d\d-00)/.test(x ?? '') && y === null),
    why: 'numbers that stand for partial dates are such in a SELECT whatever the sql_mode, as in TiDB',
    manual: 'Server SQL Modes: NO_ZERO_IN_DATE',
  },
  {
    when: /TIME_FORMAT\(.*IN \(SELECT/,
    answers: (a, b) => bothAnswered(a, b) && a.rows.length !== b.rows.length,
    why: 'texts of TIME_FORMAT longer than MariaDB thinks are cut in its temporary tables: they do not equal themselves',
    manual: 'Date and Time Functions: TIME_FORMAT()',
  },
  {
    when: /COUNT\(\(\(.+\) (=|<|>|<=|>=) \(/,
    answers: cells((x, y) => Number(x) < Number(y)),
    why: 'a comparison of rows that is NULL is not counted; MariaDB counts it',
    manual: 'Aggregate Function Descriptions: COUNT()',
  },
  {
    when: / DIV .*GROUP BY k/,
    answers: (a, b) =>
      bothAnswered(a, b) && b.rows.some((r) => r[0] === '2147483647' || r[0] === '-2147483648'),
    why: 'what DIV gives is a BIGINT; MariaDB cuts it to 32 bits where it groups by it',
    manual: 'Arithmetic Operators: DIV',
  },
  {
    when: /FORMAT\(\w+, \d{3,}/,
    answers: cells((x, y) => x !== null && y !== null && x.length < y.length),
    why: 'FORMAT has 30 decimals at most in MySQL, 38 in MariaDB',
    manual: 'String Functions and Operators: FORMAT()',
  },
  {
    when: /FORMAT\(.*(\bbi\b|\bub\b|922337|\bui\b)/,
    answers: bothAnswered,
    why: 'decimals beyond 32 bits are as many as FORMAT shows at most in MySQL; MariaDB cuts the number',
    manual: 'String Functions and Operators: FORMAT()',
  },
  {
    when: /(CHARSET|COLLATION|COERCIBILITY)\(/,
    answers: bothAnswered,
    why: 'texts that functions make are utf8mb4 in MySQL, utf8mb3 in MariaDB; JSON is binary, and the text of a number coercible, as in TiDB',
    manual: 'Character Set and Collation of Function Results',
  },
  {
    when: /FORMAT\(/,
    answers: cells(
      (x, y) =>
        (y ?? '').startsWith((x ?? '-').slice(0, -1)) ||
        Math.abs(Number(x?.replaceAll(',', '')) - Number(y?.replaceAll(',', ''))) <
          1e-6 * Math.abs(Number(x?.replaceAll(',', ''))),
    ),
    why: 'FORMAT shows at most 30 decimals in MySQL, 38 in MariaDB',
    manual: 'String Functions and Operators: FORMAT()',
  },
  {
    when: /CONV\(/,
    answers: cells((x) => x === '0' || x === '30'),
    why: 'CONV of an empty text is 0, as in TiDB; NULL in MariaDB',
    manual: 'Mathematical Functions: CONV()',
  },
  {
    when: /CAST\(.* AS TIME|^TIME\(/,
    answers: cells((x, y) => y === null || Math.abs(secondsOf(x ?? '') - secondsOf(y)) <= 1),
    why: 'text that begins as a time is cut and rounded in MySQL, refused or cut in MariaDB',
    manual: 'Cast Functions and Operators: CAST()',
  },
  {
    when: /^(HOUR|MINUTE|SECOND|MICROSECOND|TIME_TO_SEC)\(/,
    answers: cells((x, y) => /^(838|59|0|-?3020399)$/.test(x ?? '') && y === null),
    why: 'a number beyond the range of TIME is its limit in MySQL, NULL in MariaDB',
    manual: 'The TIME Type',
  },
  {
    when: /PARTITION BY \d+ /,
    answers: (a) => a.error?.code === 3592,
    why: 'a number in a window specification is a position, which MySQL refuses and MariaDB takes for a constant',
    manual: 'Server Error Message Reference: ER_WINDOW_ILLEGAL_ORDER_BY',
  },
  {
    when: /STDDEV|VAR_SAMP|VAR_POP/,
    answers: eitherOf(decimals(3), digits(1e-3)),
    why: 'standard deviation and variance of exact numbers have four decimals in MariaDB, all digits of a DOUBLE in MySQL',
    manual: 'Aggregate Function Descriptions',
  },
  {
    when: /PERCENT_RANK|CUME_DIST/,
    answers: decimals(9),
    why: 'PERCENT_RANK and CUME_DIST have ten decimals in MariaDB',
    manual: 'Window Function Descriptions',
  },
  {
    when: /REGEXP_SUBSTR/,
    answers: cells((x, y) => x === null && y === ''),
    why: "REGEXP_SUBSTR without a match is NULL in MySQL, '' in MariaDB",
    manual: 'Regular Expressions: REGEXP_SUBSTR()',
  },
  {
    when: /TIMEDIFF|ADDTIME|SUBTIME|SEC_TO_TIME/,
    answers: cells(
      (x, y) =>
        x === null ||
        y === null ||
        /838:59:59/.test(x + y) ||
        x.replace(/\.0+$/, '') === y.replace(/\.0+$/, ''),
    ),
    why: 'a TIME cut to its range is 838:59:59.000000 in MySQL, 838:59:59.999999 in MariaDB; text that is no time, or a datetime beside one, is NULL in MySQL, read up to the first mark in MariaDB',
    manual: 'The TIME Type',
  },
  {
    when: /REPLACE\(/,
    answers: nullHere,
    why: 'REPLACE with NULL for the new text is NULL in MySQL whether or not the old text occurs',
    manual: 'String Functions and Operators: REPLACE()',
  },
  {
    when: /FROM_DAYS/,
    answers: cells((x, y) => x === '0000-00-00' || y === null),
    why: 'days beyond the calendar give 0000-00-00 in MySQL, other dates and NULL in MariaDB',
    manual: 'Date and Time Functions: FROM_DAYS()',
  },
  {
    when: /%|MOD\(/,
    answers: cells((x, y) => x?.replace(/^-/, '') === y?.replace(/^-/, '') && Number(x) === 0),
    why: 'the remainder 0 of a negative number has a sign in MariaDB',
    manual: 'Arithmetic Operators',
  },
  {
    when: /<<|>>/,
    answers: cells((x) => x === '0'),
    why: 'a shift by 64 bits or more gives 0 in MySQL',
    manual: 'Bit Functions and Operators',
  },
  {
    when: /EXTRACT\((HOUR|DAY)_/,
    answers: cells((x, y) => integral(x) && integral(y)),
    why: 'EXTRACT of a TIME beyond a day counts days apart in MariaDB',
    manual: 'Date and Time Functions: EXTRACT()',
  },
  {
    when: /EXTRACT\(/,
    answers: nullHere,
    why: 'what is no date or time has no parts in MySQL; MariaDB takes it for a TIME',
    manual: 'Date and Time Functions: EXTRACT()',
  },
  {
    when: /UNIX_TIMESTAMP/,
    answers: cells(
      (x, y) => (/^0(\.0+)?$/.test(x ?? '') && y === null) || (x !== null && Number(x) > 2 ** 31 - 1),
    ),
    why: 'UNIX_TIMESTAMP of a date outside the range is 0 in MySQL, NULL in MariaDB, whose range ends in 2038',
    manual: 'Date and Time Functions: UNIX_TIMESTAMP()',
  },
  {
    when: /TIME_TO_SEC/,
    answers: cells((x, y) => String(Math.trunc(Number(y))) === x),
    why: 'TIME_TO_SEC has no fraction in MySQL',
    manual: 'Date and Time Functions: TIME_TO_SEC()',
  },
  {
    when: /LOCATE/,
    answers: cells((x, y) => Number(x) > 0 && y === '0'),
    why: "an empty text is found behind the last character in MySQL: LOCATE('', 'a', 2) is 2",
    manual: 'String Functions and Operators: LOCATE()',
  },
  {
    when: /PERIOD_(ADD|DIFF)|MAKEDATE/,
    answers: eitherOf(
      refusedHere(1210),
      cells((x, y) => x !== y),
    ),
    why: 'periods that are none are refused in MySQL, those out of range cut to 32 bits in MariaDB',
    manual: 'Date and Time Functions: PERIOD_ADD()',
  },
  {
    when: /ROUND\((ub|bi)/,
    answers: cells((x, y) => integral(x) && integral(y)),
    why: 'ROUND of a BIGINT UNSIGNED past 2^64 wraps around in MySQL, is a DECIMAL in MariaDB',
    manual: 'Mathematical Functions: ROUND()',
  },
  {
    when: /^(HEX\()?(ELT|MAKE_SET|SUBSTRING|SUBSTRING_INDEX)\(/,
    answers: bothAnswered,
    why: 'positions and counts beyond 32 bits are cut in MariaDB, and a NULL text can be left of the row before',
    manual: 'String Functions and Operators: ELT()',
  },
  {
    when: /\(0 - bi\)|- bi\)/,
    answers: refusedHere(1690),
    why: '0 - (-9223372036854775808) is out of range in MySQL',
    manual: 'Out-of-Range and Overflow Handling',
  },
  {
    when: /[|&^]/,
    answers: cells((x, y) => integral(x) && integral(y)),
    why: 'DECIMAL operands of bit operators are cut to BIGINT in MySQL, to BIGINT UNSIGNED in MariaDB',
    manual: 'Bit Functions and Operators',
  },
  {
    when: /DAYNAME/,
    answers: bothAnswered,
    why: 'DAYNAME in a numeric context is the number of the day in MySQL, a text without digits in MariaDB',
    manual: 'Date and Time Functions: DAYNAME()',
  },
  {
    when: /^\(.* [*%/+-] .*\/|^AVG\(.*\//,
    answers: digits(1e-3),
    why: 'the last digits of a computation with quotients: both keep more than they show, in words of nine digits',
    manual: 'Precision Math: Expression Handling',
  },
  {
    when: /\bdd\b.*\*|\*.*\bdd\b/,
    answers: digits(1e-16),
    why: 'a product of many digits is exact in MySQL up to 81 digits; MariaDB loses the words in the middle',
    manual: 'Precision Math: Expression Handling',
  },
  {
    when: /EXP\(/,
    answers: refusedHere(1690),
    why: 'EXP of large numbers is out of range in MySQL, NULL in MariaDB',
    manual: 'Out-of-Range and Overflow Handling',
  },
  {
    when: /INTERVAL .* DAY\)/,
    answers: cells((x) => /^0000-/.test(x ?? '')),
    why: 'dates before the year 1 are NULL in MariaDB',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: / DIV .* OVER | OVER .* DIV /,
    answers: cells((x, y) => integral(x) && integral(y)),
    why: 'a DIV of decimals beyond 32 bits is cut in window functions of MariaDB',
    manual: 'Arithmetic Operators: DIV',
  },
  {
    when: /GREATEST|LEAST/,
    answers: bothAnswered,
    why: 'GREATEST of strings compares them as numbers in a numeric context in MariaDB',
    manual: 'Comparison Functions and Operators: GREATEST()',
  },
  {
    when: /(SUM|AVG)\(.*\) OVER \(.* ROWS BETWEEN/,
    answers: cells((x, y) => x !== null && y !== null),
    why: 'sums of DOUBLE over a frame subtract what leaves it in MariaDB; windowing_use_high_precision is ON in MySQL',
    manual: 'Window Function Optimization',
  },
  {
    when: / UNION /,
    answers: bothAnswered,
    why: 'a number in a UNION with text or times loses the zeros of its fraction in MariaDB',
    manual: 'UNION Clause',
  },
  {
    when: /FROM_UNIXTIME/,
    answers: cells((x, y) => (x ?? '') > '2038' && y === null),
    why: 'FROM_UNIXTIME reaches to the year 3001 in MySQL, to 2038 in MariaDB',
    manual: 'Date and Time Functions: FROM_UNIXTIME()',
  },
  {
    when: /INSTR|LOCATE/,
    answers: cells((x, y) => y === '0' && integral(x)),
    why: 'a text is found by the weights of characters; MariaDB compares as many bytes as it has',
    manual: 'Collation Implementation Types',
  },
  {
    when: /TIMESTAMPDIFF/,
    answers: nullHere,
    why: 'a difference to the zero date or to one of the year 0 is NULL in MySQL',
    manual: 'Date and Time Functions: TIMESTAMPDIFF()',
  },
  {
    when: /CONVERT\(.* USING latin1\)/,
    answers: bothAnswered,
    why: 'text converted to latin1 has the collation latin1_bin here, as in TiDB; latin1_swedish_ci in MariaDB',
    manual: 'The COLLATE Clause',
  },
  {
    when: /^INET_NTOA\(/,
    answers: bothAnswered,
    why: 'a time as an integer is rounded in MySQL, cut in MariaDB',
    manual: 'Fractional Seconds in Time Values',
  },
  {
    when: /(SUM|AVG)\(.*\) OVER /,
    answers: digits(1e-12),
    why: 'the last digit of sums of DOUBLE, which are added up in another order',
    manual: 'Window Function Optimization',
  },
  {
    when: /(IF|IFNULL|COALESCE|CASE)\b.*\b(en|st)\b/,
    answers: cells((x, y) => Number.isFinite(Number(x)) && Number.isFinite(Number(y))),
    why: 'an ENUM or SET that a control flow function gives is its number in a numeric context in MySQL, the digits of its text in MariaDB',
    manual: 'The ENUM Type',
  },
  {
    when: /MIN\(r\) AS lo, MAX\(r\) AS hi/,
    answers: cells((x, y) => /^(0000-00-00|00:00:00)/.test(y ?? '') && !/^0000-00-00/.test(x ?? '')),
    why: 'values that are no date or time are NULL and do not count; MIN of MariaDB takes them for zero',
    manual: 'Aggregate Function Descriptions: MIN()',
  },
  {
    when: /^FIELD\(.*(\b(da|dt|ts|tm)\b|DATE|TIME|JSON)/,
    answers: cells((x, y) => integral(x) && integral(y)),
    why: 'FIELD compares numbers, as in TiDB, where an argument is a date, a time or JSON',
    manual: 'String Functions and Operators: FIELD()',
  },
  {
    when: /TIME_FORMAT/,
    answers: cells((x, y) => y !== null && (x ?? '').startsWith(y)),
    why: 'TIME_FORMAT of hours beyond 99 loses the last character in MariaDB',
    manual: 'Date and Time Functions: TIME_FORMAT()',
  },
  {
    when: /^(TIMESTAMP|DATE_ADD|SUBTIME|ADDTIME|HEX\(DATE_ADD)\(/,
    answers: cells(
      (x, y) =>
        x === null || y === null || x.replace(/\.?0+$/, '') === y.replace(/\.?0+$/, '') || y.startsWith(x),
    ),
    why: 'how many zeros the fraction of a time shows that comes of a number or text',
    manual: 'Fractional Seconds in Time Values',
  },
  {
    when: /JSON_(OBJECT|ARRAY)\(.*\b(de|dd)\b/,
    answers: bothAnswered,
    why: 'a DECIMAL in JSON is a number without the zeros at its end, as in TiDB; MariaDB keeps its text',
    manual: 'The JSON Data Type',
  },
  {
    when: /^\(tm [+-] INTERVAL .* (WEEK|MONTH|QUARTER|YEAR)\)$/,
    answers: cells((_x, y) => y === null),
    why: 'a time plus weeks or longer is a time, as in TiDB; NULL in MariaDB',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /^(LPAD|RPAD|REPEAT|SPACE|FORMAT)\(/,
    answers: cells((x, y) => x === null || y === null || x.length > y.length),
    why: 'lengths beyond 32 bits are cut in MariaDB, whose max_allowed_packet is smaller',
    manual: 'Server System Variables: max_allowed_packet',
  },
  {
    when: /^(EXPORT_SET|CHAR|HEX\((EXPORT_SET|CHAR))\(.*\b(tm|dt|ts)\b/,
    answers: bothAnswered,
    why: 'a time as an integer is rounded in MySQL, cut in MariaDB',
    manual: 'Fractional Seconds in Time Values',
  },
];
