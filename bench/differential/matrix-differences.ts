import {
  bothAnswered,
  cells,
  digits,
  eitherOf,
  refusedHere,
  refusedThere,
  secondsOf,
  truthOnly,
  type KnownDifference,
} from './known-difference.js';

/** Truth values, or what STRCMP gives. */
const truthOrSign = cells((x, y) => /^-?[01]$/.test(x ?? '') && /^-?[01]$/.test(y ?? ''));

const clipped = cells((x) => /^-?838:59:59/.test(x ?? '') || /^(838|59|0)$/.test(x ?? ''));

/** What the columns of the matrix show beside the differences of random statements. The first that fits counts. */
export const MATRIX_DIFFERENCES: readonly KnownDifference[] = [
  {
    when: /\b(bt|bb)\b/,
    answers: refusedHere(1105, 1366),
    why: 'the bytes of a BIT become text where text is wanted, which must be UTF-8, as in TiDB; MariaDB passes them on',
    manual: 'Bit-Value Type - BIT',
  },
  {
    when: /(?=.*(\b(bt|bb|yr|bn|fl|en|st)\b)).* UNION /,
    answers: bothAnswered,
    why: 'a UNION of numbers with BIT, YEAR, ENUM or BINARY has room for the values of both; MariaDB cuts them to the width of one or pads them',
    manual: 'UNION Clause',
  },
  {
    when: /TIMEDIFF|ADDTIME|TIME_TO_SEC/,
    answers: eitherOf(
      refusedHere(1105),
      cells(
        (x, y) =>
          x === null ||
          x.replace(/\.?0+$/, '') === y?.replace(/\.?0+$/, '') ||
          /838:59|839:|-00:00:00/.test(x + (y ?? '')) ||
          Math.abs(secondsOf(x) - secondsOf(y ?? '')) < 1.1,
      ),
    ),
    why: 'numbers beyond the range of TIME are its limit, without a fraction in MySQL, or no time; how many zeros a fraction shows; BIT is text, which must be UTF-8',
    manual: 'The TIME Type',
  },
  {
    when: /TIMEDIFF\(.*\.d0\b/,
    answers: cells(
      (x, y) =>
        x === null || y === null || Math.abs(secondsOf(x) - secondsOf(y)) < 1.1 || y.includes('838:59:59'),
    ),
    why: 'an integer beyond the range of TIME is its limit in MySQL; in MariaDB NULL where its last digits are no minutes, else .999999',
    manual: 'The TIME Type',
  },
  {
    when: /CAST\(m\.t2 AS UNSIGNED\)/,
    answers: cells((x, y) => {
      const [p, q] = [x, y].map((v) => BigInt.asIntN(64, BigInt(v ?? 0)));
      return x !== null && y !== null && (p! - q!) ** 2n <= 1n;
    }),
    why: 'a time as an integer is rounded in MySQL, cut in MariaDB: -00:00:00.50 is -1, as UNSIGNED 2^64 - 1',
    manual: 'Fractional Seconds in Time Values',
  },
  {
    when: /SELECT id, t2 FROM/,
    answers: refusedHere(1264),
    why: 'a time as an integer is rounded in MySQL, cut in MariaDB: -00:00:00.50 is -1, which no unsigned column holds',
    manual: 'Fractional Seconds in Time Values',
  },
  {
    when: /\(id, yr\) SELECT id, (da|dt|d6|ts|tm|t2) FROM/,
    answers: refusedThere(1292),
    why: 'a date stored in a YEAR gives its year, as a time does that of today; MariaDB refuses what would be lost',
    manual: 'Conversion Between Date and Time Types',
  },
  {
    when: / DIV /,
    answers: cells((_x, y) => /^-?214748364[78]$/.test(y ?? '')),
    why: 'MariaDB cuts a DIV of decimals to 32 bits',
    manual: 'Arithmetic Operators: DIV',
  },
  {
    when: /\bdw \*|\* \w\.dw/,
    answers: cells((x, y) => /^-?9{20}/.test(y ?? '') || Number(x) === Number(y)),
    why: 'a product has as many digits as MySQL computes with, and at most 30 decimals; MariaDB cuts it to 65 digits, and shows 38',
    manual: 'DECIMAL Data Type Characteristics',
  },
  {
    when: /^x\.(\w\w = y\.t[m2]|t[m2] = y\.\w\w)$/,
    answers: bothAnswered,
    why: 'a number and a time that are both columns are compared as numbers; MariaDB makes times of numbers',
    manual: 'Type Conversion in Expression Evaluation',
  },
  {
    when: / - y\.(da|dt|d6|ts|tm|t2)/,
    answers: cells((x, y) => Number(x) < 0 && Number(y) === 0),
    why: 'a date or time with decimals is a DECIMAL, which has negative values; 0 in MariaDB beside an unsigned number',
    manual: 'Arithmetic Operators: -',
  },
  {
    when: /(?=.*\b[xym]\.(da|dt|d6|ts|tm|t2|yr)\b|.*(DATE|TIME)')(?=.*\b[xym]\.(?!da|dt|d6|ts|tm|t2)..\b).*([<>=]|BETWEEN|IN \(|NULLIF|CASE|FIELD|join)/,
    answers: eitherOf(
      truthOnly,
      cells((x, y) => x === null || y === null),
    ),
    why: 'a number and a date or time that are both columns are compared as numbers, text with a time as a time; MariaDB makes times of numbers',
    manual: 'Type Conversion in Expression Evaluation',
  },
  {
    when: /[-+*/]|DIV|%|MOD/,
    answers: refusedHere(1690),
    why: 'with an unsigned operand the result is unsigned, beside a date or time too; out of range is an error',
    manual: 'Arithmetic Operators',
  },
  {
    when: /\b[xym]\.(en|st)\b/,
    answers: eitherOf(refusedThere(1690), digits(1e-3)),
    why: 'ENUM and SET are DOUBLE in arithmetic in MySQL, integers in MariaDB',
    manual: 'The ENUM Type',
  },
  {
    when: /(?=.*\b(en|st|bt|bb)\b).*(%|MOD)/,
    answers: bothAnswered,
    why: 'the remainder of a DOUBLE: ENUM, SET and BIT beside BIGINT are DOUBLE in MySQL',
    manual: 'Arithmetic Operators: %',
  },
  {
    when: /\bfl\b|FLOAT/,
    answers: digits(1e-4),
    why: 'a FLOAT is shown with all its digits, as in TiDB; six of them in MariaDB',
    manual: 'Floating-Point Types (Approximate Value) - FLOAT, DOUBLE',
  },
  {
    when: /TIME|HOUR|MINUTE|SECOND|t[m2]/,
    answers: clipped,
    why: 'a number beyond the range of TIME is its limit; MariaDB tells minutes beyond 59 first, or goes to .999999',
    manual: 'The TIME Type',
  },
  {
    when: /\byr\b/,
    answers: (a, b) =>
      cells((x, y) => x === y?.padStart(4, '0') || y === '255' || /^0?$/.test(x ?? ''))(a, b) ||
      cells((x, y) => /^0000|^0\b/.test(y ?? '') || x?.replaceAll('0000', '0') === y?.replaceAll('\0', ''))(
        a,
        b,
      ),
    why: 'YEAR 0 is shown 0000 and is no date; YEAR beside TINYINT UNSIGNED does not fit that',
    manual: 'The YEAR Type',
  },
  {
    when: /\b(bt|bb)\b/,
    answers: bothAnswered,
    why: 'BIT is binary text in string contexts and unsigned in numeric ones; MariaDB shows the number, or takes it for signed',
    manual: 'Bit-Value Type - BIT',
  },
  {
    when: /CAST\(.* AS (UN)?SIGNED|DATE|TIME|YEAR|MONTH|DAY/,
    answers: cells((x, y) => y === null || x === null || /^0000-00-00|^0$/.test(x) || /^0$/.test(y)),
    why: 'numbers that are no date: zero is the zero date; a negative DOUBLE keeps its bits as UNSIGNED',
    manual: 'Cast Functions and Operators: CAST()',
  },
  {
    when: /dw|AVG/,
    answers: (a, b) => digits(1e-9)(a, b) || a.rows.every((r, i) => Number(r[1]) === Number(b.rows[i]?.[1])),
    why: 'a DECIMAL has at most 30 decimals in MySQL, 38 in MariaDB',
    manual: 'DECIMAL Data Type Characteristics',
  },
  {
    when: /~|<<|>>|BIT_COUNT|BIN\(|BIT_(AND|OR|XOR)/,
    answers: bothAnswered,
    why: 'numbers beyond BIGINT are cut to it in bit functions in MySQL; MariaDB takes them for unsigned or as text',
    manual: 'Bit Functions and Operators',
  },
  {
    when: /(?=.*\b[xym]\.(d0|db|dw|bi)\b)(?=.*\b[xym]\.(da|dt|tm|ts|tx)\b)/,
    answers: eitherOf(
      refusedThere(1690),
      cells((x) => Number.isFinite(Number(x))),
    ),
    why: 'a date or time beside a DECIMAL beyond BIGINT is computed with as a DECIMAL; MariaDB cuts the other to BIGINT',
    manual: 'Arithmetic Operators',
  },
  {
    when: /m\.yr.* AS TIME|TIME\(m\.yr/,
    answers: bothAnswered,
    why: 'a YEAR as a TIME is the number that it is: 1901 is 00:19:01; zero in MariaDB',
    manual: 'The YEAR Type',
  },
  {
    when: /FIELD\(x\.(ti|si|ii|bi), y\.bu\)|FIELD\(x\.bu, y\.(ti|si|ii|bi)\)/,
    answers: bothAnswered,
    why: 'FIELD of numbers compares them as numbers: -1 is not 18446744073709551615',
    manual: 'String Functions and Operators: FIELD()',
  },
  {
    when: /\+ INTERVAL/,
    answers: bothAnswered,
    why: 'an interval from a time or ENUM is the number it is in MySQL; its text up to the first mark in MariaDB',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /(?=.*\bvc\b)(?=.*\bst\b).*(<|BETWEEN|STRCMP)/,
    answers: truthOrSign,
    why: 'utf8mb4_bin leaves spaces at the end aside, as in TiDB; in MariaDB it goes on comparing with spaces, which come after control characters',
    manual: 'The CHAR and VARCHAR Types',
  },
  {
    when: /CAST\(m\.(d6|t2) AS |SUM\(DISTINCT m\.(d6|ts)\)|SELECT (id, )?(d6|t2)\b/,
    answers: cells((x, y) => Math.abs(Number(x) - Number(y)) <= 1),
    why: 'a time as an integer is rounded in MySQL, cut in MariaDB; a sum of times with decimals is a DECIMAL, a DOUBLE in MariaDB',
    manual: 'Conversion Between Date and Time Types',
  },
  {
    when: /^(m|x)\.(d6|t2) (=|IN|NOT IN|BETWEEN)/,
    answers: cells((x) => x === null),
    why: 'text that is no date or time, compared with one, is NULL with a warning; MariaDB compares both as text',
    manual: 'Type Conversion in Expression Evaluation',
  },
  {
    when: / - y\.bu$/,
    answers: cells((x, y) => Number(x) < 0 && Number(y) === 0),
    why: 'a timestamp with decimals is a DECIMAL, which has negative values; 0 in MariaDB beside an unsigned number',
    manual: 'Arithmetic Operators: -',
  },
  {
    when: /\bts DIV /,
    answers: refusedThere(1690),
    why: 'a timestamp divided by a negative number is negative; MariaDB takes it for unsigned',
    manual: 'Arithmetic Operators: DIV',
  },
  {
    when: /TIMEDIFF|SEC_TO_TIME/,
    answers: cells((x, y) => Math.abs(secondsOf(x ?? '') - secondsOf(y ?? '')) <= 1),
    why: 'a TIME cut to its range is 838:59:59 without a fraction in MySQL, 838:59:59.999999 in MariaDB',
    manual: 'The TIME Type',
  },
  {
    when: /^MAX\(m\.(en|st)\) \+ 0/,
    answers: bothAnswered,
    why: 'the greatest of ENUM and SET is one, whose number counts, as in TiDB; text in MariaDB',
    manual: 'The ENUM Type',
  },
  {
    when: /CONCAT.*\bla\b/,
    answers: cells((_x, y) => (y ?? '').includes('\ufffd')),
    why: 'latin1 text is kept as UTF-8, and joined with bytes as such, as in TiDB',
    manual: 'String Functions and Operators: CONCAT()',
  },
  {
    when: /((CAST|CONVERT)\(m\.(vb|bn) |INTO target \((ch|vc|ci|tx)\) SELECT (vb|bn))/,
    answers: cells((x, y) => x === null || (y ?? '').startsWith(`${x}?`)),
    why: 'bytes that are no UTF-8 make no text: NULL of a conversion, and a value that is stored ends before them; MariaDB stores question marks',
    manual: 'Cast Functions and Operators: CONVERT()',
  },
  {
    when: /INTO target \((id, )?(ch|bn)\) SELECT (id, )?(fl|db)/,
    answers: eitherOf(refusedHere(1406), bothAnswered),
    why: 'the text of a number that is too long for a column is cut, as in TiDB; MariaDB writes it with fewer digits',
    manual: 'Out-of-Range and Overflow Handling',
  },
  {
    when: /INTO target \((id, )?(bb|bn)\) SELECT (id, )?(fl|db|bb)/,
    answers: refusedHere(1406),
    why: 'numbers beyond 64 bits, and BIT(64) in four bytes, are too long; MariaDB cuts them',
    manual: 'Out-of-Range and Overflow Handling',
  },
  {
    when: /INTO target \((id, )?st\) SELECT (id, )?ci/,
    answers: bothAnswered,
    why: 'a number in quotes beyond the members of a SET is none; MariaDB takes the bits that have one',
    manual: 'The SET Type',
  },
  {
    when: /INTO target \((id, )?b[bt]\) SELECT (id, )?(da|dt|d6|ts|tm|t2)/,
    answers: eitherOf(refusedThere(1406), bothAnswered),
    why: 'a date or time is a number where bits are wanted, as in TiDB; text in MariaDB, which has more bytes than fit',
    manual: 'Bit-Value Type - BIT',
  },
  {
    when: /^GROUP_CONCAT\(m\.ci ORDER BY m\.ci\)$/,
    answers: bothAnswered,
    why: 'the order of values that a collation holds equal is not laid down',
    manual: 'ORDER BY Optimization',
  },
  {
    when: /FROM_UNIXTIME/,
    answers: cells((x, y) => x?.startsWith(y ?? '') === true),
    why: 'of a DOUBLE FROM_UNIXTIME has six decimals in MySQL, as many as there are in MariaDB',
    manual: 'Date and Time Functions: FROM_UNIXTIME()',
  },
];
