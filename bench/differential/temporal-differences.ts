import {
  bothAnswered,
  cells,
  digits,
  eitherOf,
  nullHere,
  refusedHere,
  refusedThere,
  integral,
  type KnownDifference,
} from './known-difference.js';

/** Dates and times: what MariaDB and MySQL 8 answer differently. */
export const TEMPORAL_DIFFERENCES: readonly KnownDifference[] = [
  {
    when: /DATE_(ADD|SUB)\(DATE_FORMAT\(|DATE_FORMAT\(.*INTERVAL/,
    answers: cells((x, y) => x !== null && y !== null && x.startsWith(`${y}.`)),
    why: 'the fraction of a text that goes on behind it counts; MariaDB drops it',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /DATE_(ADD|SUB)\(CAST\(/,
    answers: cells((x, y) => y !== null && (x ?? '').startsWith(y)),
    why: 'the text of a time has its fraction, and so has what is computed of it; MariaDB loses it',
    manual: 'Date and Time Functions: DATE_ADD()',
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
    when: /^(DATE_ADD|ADDDATE)\(|\+ INTERVAL|- INTERVAL/,
    answers: cells((x, y) => y?.startsWith(`${x}.0`) === true && /\.0+$/.test(y)),
    why: 'a date in text plus an interval shows a fraction only where there is one',
    manual: 'Date and Time Functions: DATE_ADD()',
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
    when: /^DATE\(CONCAT\(/,
    answers: cells((x, y) => y === null && /^\d{4}-00-00/.test(x ?? '')),
    why: 'text of more than 14 digits is a date, a time and what follows; none in MariaDB',
    manual: 'Date and Time Literals',
  },
  {
    when: /TIMESTAMPADD|INTERVAL/,
    answers: nullHere,
    why: 'an interval beyond 2^63 microseconds, or of years beyond 32 bits, is out of range in MySQL, wraps around in MariaDB',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /(ADDTIME|SUBTIME)\((?!(tm|t2|dt|d6|ts|da)\b)/,
    answers: eitherOf(bothAnswered, refusedThere(4078)),
    why: 'text of a date is a date in ADDTIME, as in TiDB; in MariaDB a time up to the first mark',
    manual: 'Date and Time Functions: ADDTIME()',
  },
  {
    when: /LAST_DAY\(/,
    answers: nullHere,
    why: 'a month without a day has no last day; in MariaDB it has',
    manual: 'Date and Time Functions: LAST_DAY()',
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
    when: /AS TIME.*CONCAT|CONCAT.*AS TIME/,
    answers: bothAnswered,
    why: 'text that begins as a date and time is such; MariaDB reads it as a number of hours',
    manual: 'Date and Time Literals',
  },
  {
    when: /TIME_FORMAT\(.* GROUP BY/,
    answers: bothAnswered,
    why: 'texts of TIME_FORMAT longer than MariaDB thinks are cut in its temporary tables, and fall together',
    manual: 'Date and Time Functions: TIME_FORMAT()',
  },
  {
    when: /AS DATE/,
    answers: cells((x, y) => /^0\d{3}-/.test(x ?? '') && y === null),
    why: 'numbers of seven digits stand for dates before the year 1000 in a SELECT, as text does; NULL in MariaDB',
    manual: 'Date and Time Literals',
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
    when: /CONCAT(_WS)?\(.*\d{10}.* AS DATE/,
    answers: nullHere,
    why: 'a month of many digits is none; in MariaDB it wraps around at 32 bits',
    manual: 'Date and Time Literals',
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
    when: /TIMESTAMPDIFF\(\w+, (CAST|DATE)/,
    answers: bothAnswered,
    why: 'a difference to the zero date is NULL in MySQL',
    manual: 'Date and Time Functions: TIMESTAMPDIFF()',
  },
  {
    when: /(TIME\(|AS TIME).*|(DATE_ADD|DATE_SUB|INTERVAL)/,
    answers: cells((x, y) => /^00:20:/.test(x ?? '') && /^00:00:00/.test(y ?? '')),
    why: 'text plus an interval is text, as in TiDB: a date in it is read as a time up to the first mark',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /WHERE .*TIMESTAMPDIFF\(/,
    answers: (a, b) => bothAnswered(a, b) && a.rows.length < b.rows.length,
    why: 'a difference to a partial or zero date is NULL in MySQL',
    manual: 'Date and Time Functions: TIMESTAMPDIFF()',
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
    when: /^(HOUR|MINUTE|SECOND|MICROSECOND|TIME_TO_SEC)\(/,
    answers: cells((x, y) => /^(838|59|0|-?3020399)$/.test(x ?? '') && y === null),
    why: 'a number beyond the range of TIME is its limit in MySQL, NULL in MariaDB',
    manual: 'The TIME Type',
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
    when: /FROM_DAYS/,
    answers: cells((x, y) => x === '0000-00-00' || y === null),
    why: 'days beyond the calendar give 0000-00-00 in MySQL, other dates and NULL in MariaDB',
    manual: 'Date and Time Functions: FROM_DAYS()',
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
    answers: cells((x, y) => String(Math.trunc(Number(y))) === x || (x === '3020399' && y === null)),
    why: 'TIME_TO_SEC has no fraction in MySQL, where a number beyond the range of TIME is its limit',
    manual: 'Date and Time Functions: TIME_TO_SEC()',
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
    when: /DAYNAME/,
    answers: bothAnswered,
    why: 'DAYNAME in a numeric context is the number of the day in MySQL, a text without digits in MariaDB',
    manual: 'Date and Time Functions: DAYNAME()',
  },
  {
    when: /INTERVAL .* DAY\)/,
    answers: cells((x) => /^0000-/.test(x ?? '')),
    why: 'dates before the year 1 are NULL in MariaDB',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /FROM_UNIXTIME/,
    answers: cells((x, y) => (x ?? '') > '2038' && y === null),
    why: 'FROM_UNIXTIME reaches to the year 3001 in MySQL, to 2038 in MariaDB',
    manual: 'Date and Time Functions: FROM_UNIXTIME()',
  },
  {
    when: /TIMESTAMPDIFF/,
    answers: nullHere,
    why: 'a difference to the zero date or to one of the year 0 is NULL in MySQL',
    manual: 'Date and Time Functions: TIMESTAMPDIFF()',
  },
  {
    when: /^INET_NTOA\(/,
    answers: bothAnswered,
    why: 'a time as an integer is rounded in MySQL, cut in MariaDB',
    manual: 'Fractional Seconds in Time Values',
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
    when: /^\(tm [+-] INTERVAL .* (WEEK|MONTH|QUARTER|YEAR)\)$/,
    answers: cells((_x, y) => y === null),
    why: 'a time plus weeks or longer is a time, as in TiDB; NULL in MariaDB',
    manual: 'Date and Time Functions: DATE_ADD()',
  },
  {
    when: /^(EXPORT_SET|CHAR|HEX\((EXPORT_SET|CHAR))\(.*\b(tm|dt|ts)\b/,
    answers: bothAnswered,
    why: 'a time as an integer is rounded in MySQL, cut in MariaDB',
    manual: 'Fractional Seconds in Time Values',
  },
];
