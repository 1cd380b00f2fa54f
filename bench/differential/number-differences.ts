import {
  bothAnswered,
  cells,
  decimals,
  digits,
  eitherOf,
  refusedHere,
  refusedThere,
  truthOnly,
  integral,
  truth,
  type KnownDifference,
} from './known-difference.js';

/** A list of numbers with no `-0` in it. */
const withoutMinusZero = (list: string | null): string | null =>
  list?.replace(/(^|\|)-0(?=$|\|)/g, '$10') ?? null;

const numbersOf = (list: string | null): readonly number[] => (list ?? '').split('|').map(Number);

/** Numbers, comparisons and statements: what MariaDB and MySQL 8 answer differently. */
export const NUMBER_DIFFERENCES: readonly KnownDifference[] = [
  {
    when: /\b(LOG|LOG2|LOG10|EXP|POW|ATAN|SIN|DEGREES)\(/,
    answers: eitherOf(digits(1e-14), decimals(8)),
    why: 'the last digit of functions that are computed by another library',
    manual: 'Problems with Floating-Point Values',
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
    when: /<=>.*(TIME|DATE)|(TIME|DATE).*<=>/,
    answers: truthOnly,
    why: 'text that is no date or time is NULL, which equals NULL; MariaDB takes it for zero',
    manual: 'Type Conversion in Expression Evaluation',
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
    answers: refusedThere(1264, 1292, 1365, 1366, 1411, 1441),
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
    when: /GROUP BY .* HAVING \w+ IS NOT NULL/,
    answers: refusedThere(1690),
    why: 'a condition on what is grouped by leaves rows out before anything is computed of them; MariaDB computes first',
    manual: 'SELECT Statement: HAVING',
  },
  {
    when: /GROUP_CONCAT\((LOG2|LOG10|LOG|LN)\(/,
    answers: cells(
      (x, y) =>
        x !== null &&
        y !== null &&
        x.split('|').length === y.split('|').length &&
        x
          .split('|')
          .every((p, i) => Math.abs(Number(p) - Number(y.split('|')[i])) <= 1e-14 * Math.abs(Number(p))),
    ),
    why: 'the last digit of a logarithm is that of the C library',
    manual: 'Mathematical Functions: LOG2()',
  },
  {
    when: /IN \(.*<=>/,
    answers: cells((x, y) => x === '0' && y === '1'),
    why: 'an IN that is NULL is not equal to a value; now and then it is in MariaDB',
    manual: 'Comparison Functions and Operators: <=>',
  },
  {
    when: /JSON_|\(SELECT|COALESCE|IFNULL|ELT\(|FIELD\(|INTERVAL|(ADD|SUB)DATE\(/,
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
    when: / DIV .*IN \(SELECT/,
    answers: bothAnswered,
    why: 'what DIV gives is a BIGINT; MariaDB cuts it to 32 bits in its temporary tables',
    manual: 'Arithmetic Operators: DIV',
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
    when: /, [^()]+\) [<>=]+ \(|\) [<>=]+ \([^()]+, /,
    answers: cells((x, y) => integral(x) && integral(y)),
    why: 'a comparison of rows is NULL where a NULL decides; a derived table of MariaDB has it as not NULL',
    manual: 'Row Subqueries',
  },
  {
    when: /AVG\(.*\/|SUM\(.*\//,
    answers: eitherOf(digits(2e-3), decimals(4)),
    why: 'AVG and SUM of quotients take all the digits that these have; MariaDB stores them for grouping with those that they show',
    manual: 'Precision Math: Expression Handling',
  },
  {
    when: /OVER \(.*(ROWS|RANGE) /,
    answers: digits(1e-9),
    why: 'sums of DOUBLE over a frame subtract what leaves it in MariaDB; windowing_use_high_precision is ON in MySQL',
    manual: 'Window Function Optimization',
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
    when: /CONV\(/,
    answers: cells((x) => x === '0' || x === '30'),
    why: 'CONV of an empty text is 0, as in TiDB; NULL in MariaDB',
    manual: 'Mathematical Functions: CONV()',
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
    when: /ROUND\((ub|bi)/,
    answers: cells((x, y) => integral(x) && integral(y)),
    why: 'ROUND of a BIGINT UNSIGNED past 2^64 wraps around in MySQL, is a DECIMAL in MariaDB',
    manual: 'Mathematical Functions: ROUND()',
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
    when: /(SUM|AVG)\(.*\) OVER /,
    answers: digits(1e-12),
    why: 'the last digit of sums of DOUBLE, which are added up in another order',
    manual: 'Window Function Optimization',
  },
  {
    when: /MIN\(r\) AS lo, MAX\(r\) AS hi/,
    answers: cells((x, y) => /^(0000-00-00|00:00:00)/.test(y ?? '') && !/^0000-00-00/.test(x ?? '')),
    why: 'values that are no date or time are NULL and do not count; MIN of MariaDB takes them for zero',
    manual: 'Aggregate Function Descriptions: MIN()',
  },
];
