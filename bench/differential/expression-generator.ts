/**
 * Random typed expressions over the columns of the table `d` (see `SCHEMA`), as a tree, so that a difference can be traced to the
 * smallest expression that shows it.
 */

export type Kind = 'int' | 'decimal' | 'real' | 'string' | 'date' | 'datetime' | 'time' | 'json';

export interface Node {
  readonly sql: string;
  readonly kind: Kind;
  readonly args: readonly Node[];
}

export const SCHEMA = `CREATE TABLE d (
  id INT PRIMARY KEY,
  ti TINYINT, ui INT UNSIGNED, bi BIGINT, ub BIGINT UNSIGNED,
  de DECIMAL(10,2), dd DECIMAL(30,10), fl FLOAT, db DOUBLE,
  ch CHAR(10), vc VARCHAR(40), tx TEXT,
  da DATE, dt DATETIME(3), tm TIME(2), yr YEAR,
  en ENUM('alpha','beta','Gamma'), st SET('a','b','c'),
  gc VARCHAR(20) COLLATE utf8mb4_general_ci, uc VARCHAR(20) COLLATE utf8mb4_unicode_ci, ln VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_swedish_ci,
  ts TIMESTAMP(2) NULL, js JSON,
  KEY (bi), KEY (vc), KEY (da)
)`;

const COLUMNS: Readonly<Record<Kind, readonly string[]>> = {
  int: ['id', 'ti', 'ui', 'bi', 'ub'],
  decimal: ['de', 'dd'],
  real: ['db'],
  string: ['ch', 'vc', 'tx', 'gc', 'uc', 'ln', 'en', 'st'],
  date: ['da'],
  datetime: ['dt', 'ts'],
  time: ['tm'],
  json: ['js'],
};

const LITERALS: Readonly<Record<Kind, readonly string[]>> = {
  int: ['0', '1', '-1', '2', '7', '10', '255', '1000', '65536', '-2147483648', '9007199254740993', 'NULL'],
  decimal: ['0.0', '1.5', '-1.5', '0.01', '12345.678', '99999999.99', '-0.005', '2.50', 'NULL'],
  real: ['0e0', '1e0', '-2.5e0', '1e10', '3.14159e0', '1e-5', 'NULL'],
  string: [
    "''",
    "'a'",
    "'abc'",
    "'ABC'",
    "'12'",
    "'3.5'",
    "'-7'",
    "'1e2'",
    "'12abc'",
    "'  x '",
    "'äöü'",
    "'a,b,c'",
    "'2024-02-29'",
    "'10:11:12'",
    'NULL',
  ],
  date: ["DATE'2024-02-29'", "DATE'1999-12-31'", "DATE'2000-01-01'", "DATE'9999-12-31'", 'NULL'],
  datetime: [
    "TIMESTAMP'2024-02-29 23:59:59'",
    "TIMESTAMP'1970-01-01 00:00:01.5'",
    "TIMESTAMP'2038-01-19 03:14:07.123456'",
    'NULL',
  ],
  time: ["TIME'00:00:00'", "TIME'-12:34:56'", "TIME'838:59:59'", "TIME'01:02:03.456'", 'NULL'],
  json: [
    `'{"a": 1, "b": [1, 2, {"c": "x"}], "d": null}'`,
    `'[1, "two", 3.5, true, null, [4, 5]]'`,
    `'"text"'`,
    `'12'`,
    `'-1.5'`,
    `'{}'`,
    `'[]'`,
    `'true'`,
    'NULL',
  ],
};

/** Texts that a case- or accent-insensitive collation takes for equal to some other here. */
const MIXED_CASE = [
  "''",
  "'abc'",
  "'ABC'",
  "'äbc'",
  "'Abc '",
  "'ss'",
  "'ß'",
  "'Straße'",
  "'b'",
  "'10'",
  'NULL',
];

/** `$1`, `$2` … stand for arguments of the kinds listed. */
interface Form {
  readonly result: Kind;
  readonly template: string;
  readonly args: readonly Kind[];
}

const form = (result: Kind, template: string, ...args: Kind[]): Form => ({ result, template, args });

const FORMS: readonly Form[] = [
  ...['+', '-', '*'].flatMap((op) => [
    form('int', `($1 ${op} $2)`, 'int', 'int'),
    form('decimal', `($1 ${op} $2)`, 'decimal', 'decimal'),
    form('decimal', `($1 ${op} $2)`, 'int', 'decimal'),
    form('real', `($1 ${op} $2)`, 'real', 'real'),
    form('real', `($1 ${op} $2)`, 'string', 'int'),
  ]),
  form('decimal', '($1 / $2)', 'int', 'int'),
  form('decimal', '($1 / $2)', 'decimal', 'decimal'),
  form('real', '($1 / $2)', 'real', 'int'),
  form('int', '($1 DIV $2)', 'int', 'int'),
  form('int', '($1 DIV $2)', 'decimal', 'decimal'),
  form('int', '($1 % $2)', 'int', 'int'),
  form('decimal', '($1 % $2)', 'decimal', 'decimal'),
  form('int', '(-$1)', 'int'),
  form('decimal', '(-$1)', 'decimal'),
  ...['=', '<>', '<', '<=', '>', '>=', '<=>'].flatMap((op) => [
    form('int', `($1 ${op} $2)`, 'int', 'int'),
    form('int', `($1 ${op} $2)`, 'int', 'decimal'),
    form('int', `($1 ${op} $2)`, 'decimal', 'real'),
    form('int', `($1 ${op} $2)`, 'string', 'string'),
    form('int', `($1 ${op} $2)`, 'int', 'string'),
    form('int', `($1 ${op} $2)`, 'date', 'datetime'),
    form('int', `($1 ${op} $2)`, 'time', 'time'),
  ]),
  form('int', '($1 AND $2)', 'int', 'int'),
  form('int', '($1 OR $2)', 'int', 'string'),
  form('int', '($1 XOR $2)', 'int', 'int'),
  form('int', '(NOT $1)', 'int'),
  form('int', '($1 IS NULL)', 'string'),
  form('int', '($1 IS TRUE)', 'int'),
  form('int', '($1 BETWEEN $2 AND $3)', 'int', 'int', 'decimal'),
  form('int', '($1 BETWEEN $2 AND $3)', 'string', 'string', 'string'),
  form('int', '($1 NOT BETWEEN $2 AND $3)', 'date', 'date', 'date'),
  form('int', '($1 IN ($2, $3, $4))', 'int', 'int', 'int', 'int'),
  form('int', '($1 NOT IN ($2, $3))', 'string', 'string', 'string'),
  form('int', '($1 IN ($2, $3))', 'int', 'decimal', 'int'),
  form('int', '($1 LIKE $2)', 'string', 'string'),
  form('int', "($1 LIKE CONCAT('%', $2, '_'))", 'string', 'string'),
  ...['&', '|', '^'].map((op) => form('int', `($1 ${op} $2)`, 'int', 'int')),
  form('int', '($1 << $2)', 'int', 'int'),
  form('int', '($1 >> $2)', 'int', 'int'),
  form('int', '(~$1)', 'int'),
  form('int', 'BIT_COUNT($1)', 'int'),
  // Numbers
  form('int', 'ABS($1)', 'int'),
  form('decimal', 'ABS($1)', 'decimal'),
  form('int', 'SIGN($1)', 'real'),
  form('int', 'FLOOR($1)', 'decimal'),
  form('int', 'CEIL($1)', 'decimal'),
  form('real', 'FLOOR($1)', 'real'),
  form('decimal', 'ROUND($1, 1)', 'decimal'),
  form('decimal', 'ROUND($1)', 'decimal'),
  form('decimal', 'ROUND($1, -1)', 'decimal'),
  form('int', 'ROUND($1, -1)', 'int'),
  form('real', 'ROUND($1, 2)', 'real'),
  form('decimal', 'TRUNCATE($1, 1)', 'decimal'),
  form('int', 'TRUNCATE($1, -2)', 'int'),
  form('int', 'MOD($1, $2)', 'int', 'int'),
  form('real', 'SQRT($1)', 'int'),
  form('real', 'POW($1, 2)', 'real'),
  form('real', 'EXP($1)', 'int'),
  form('real', 'LN($1)', 'real'),
  form('real', 'LOG10($1)', 'int'),
  form('real', 'ATAN($1)', 'real'),
  form('int', 'CRC32($1)', 'string'),
  form('string', 'CONV($1, 10, 16)', 'int'),
  form('string', 'HEX($1)', 'int'),
  form('string', 'BIN($1)', 'int'),
  form('string', 'OCT($1)', 'int'),
  form('int', 'GREATEST($1, $2)', 'int', 'int'),
  form('decimal', 'LEAST($1, $2)', 'int', 'decimal'),
  form('string', 'GREATEST($1, $2)', 'string', 'string'),
  form('int', 'INTERVAL($1, 0, 10, 100)', 'int'),
  // Strings
  form('string', 'CONCAT($1, $2)', 'string', 'string'),
  form('string', 'CONCAT($1, $2)', 'string', 'int'),
  form('string', 'CONCAT($1, $2)', 'decimal', 'date'),
  form('string', "CONCAT_WS('-', $1, $2, $3)", 'string', 'int', 'string'),
  form('int', 'LENGTH($1)', 'string'),
  form('int', 'CHAR_LENGTH($1)', 'string'),
  form('string', 'UPPER($1)', 'string'),
  form('string', 'LOWER($1)', 'string'),
  form('string', 'LEFT($1, $2)', 'string', 'int'),
  form('string', 'RIGHT($1, 3)', 'string'),
  form('string', 'SUBSTRING($1, $2)', 'string', 'int'),
  form('string', 'SUBSTRING($1, $2, 3)', 'string', 'int'),
  form('string', 'TRIM($1)', 'string'),
  form('string', "TRIM(LEADING 'a' FROM $1)", 'string'),
  form('string', 'LTRIM($1)', 'string'),
  form('string', 'RTRIM($1)', 'string'),
  form('string', "REPLACE($1, 'b', $2)", 'string', 'string'),
  form('string', 'REVERSE($1)', 'string'),
  form('string', 'REPEAT($1, 2)', 'string'),
  form('string', "LPAD($1, 8, '*')", 'string'),
  form('string', "RPAD($1, 5, 'xy')", 'string'),
  form('int', 'INSTR($1, $2)', 'string', 'string'),
  form('int', 'LOCATE($1, $2, 2)', 'string', 'string'),
  form('int', 'ASCII($1)', 'string'),
  form('int', 'ORD($1)', 'string'),
  form('int', 'STRCMP($1, $2)', 'string', 'string'),
  form('int', "FIELD($1, 'a', $2)", 'string', 'string'),
  form('int', "FIND_IN_SET($1, 'a,b,abc')", 'string'),
  form('string', "ELT($1, 'x', $2)", 'int', 'string'),
  form('string', 'HEX($1)', 'string'),
  form('string', 'TO_BASE64($1)', 'string'),
  form('string', 'QUOTE($1)', 'string'),
  form('string', 'SOUNDEX($1)', 'string'),
  form('string', 'MD5($1)', 'string'),
  form('string', 'SHA1($1)', 'string'),
  form('string', 'INSERT($1, 2, 1, $2)', 'string', 'string'),
  form('string', "SUBSTRING_INDEX($1, ',', $2)", 'string', 'int'),
  form('string', 'FORMAT($1, 2)', 'decimal'),
  form('string', 'FORMAT($1, 0)', 'int'),
  form('string', 'MAKE_SET($1, $2, $3)', 'int', 'string', 'string'),
  form('string', "EXPORT_SET($1, 'Y', 'N', '', 4)", 'int'),
  form('string', 'SPACE(3)'),
  form('int', 'CHAR_LENGTH(en)'),
  form('string', 'CONCAT(en, st)'),
  form('int', '(en + 0)'),
  form('int', '(st + 0)'),
  form('int', "(en = 'beta')"),
  form('int', '(yr + 1)'),
  // Control
  form('int', 'IF($1, $2, $3)', 'int', 'int', 'int'),
  form('string', 'IF($1, $2, $3)', 'int', 'string', 'string'),
  form('string', 'IF($1, $2, $3)', 'int', 'string', 'int'),
  form('decimal', 'IFNULL($1, $2)', 'int', 'decimal'),
  form('string', 'IFNULL($1, $2)', 'string', 'int'),
  form('int', 'NULLIF($1, $2)', 'int', 'int'),
  form('string', 'NULLIF($1, $2)', 'string', 'string'),
  form('decimal', 'COALESCE($1, $2, $3)', 'int', 'decimal', 'int'),
  form('int', 'CASE WHEN $1 THEN $2 ELSE $3 END', 'int', 'int', 'int'),
  form('string', 'CASE $1 WHEN $2 THEN $3 END', 'int', 'int', 'string'),
  form('real', 'CASE WHEN $1 THEN $2 ELSE $3 END', 'int', 'int', 'real'),
  form('datetime', 'COALESCE($1, $2)', 'date', 'datetime'),
  // Casts
  form('int', 'CAST($1 AS SIGNED)', 'decimal'),
  form('int', 'CAST($1 AS SIGNED)', 'string'),
  form('int', 'CAST($1 AS UNSIGNED)', 'int'),
  form('decimal', 'CAST($1 AS DECIMAL(12,3))', 'string'),
  form('decimal', 'CAST($1 AS DECIMAL(20,4))', 'int'),
  form('decimal', 'CAST($1 AS DECIMAL(6,1))', 'decimal'),
  form('real', 'CAST($1 AS DOUBLE)', 'string'),
  form('string', 'CAST($1 AS CHAR)', 'int'),
  form('string', 'CAST($1 AS CHAR)', 'decimal'),
  form('string', 'CAST($1 AS CHAR(3))', 'string'),
  form('string', 'CAST($1 AS CHAR)', 'datetime'),
  form('date', 'CAST($1 AS DATE)', 'datetime'),
  form('datetime', 'CAST($1 AS DATETIME(6))', 'date'),
  form('datetime', 'CAST($1 AS DATETIME)', 'datetime'),
  form('time', 'CAST($1 AS TIME)', 'datetime'),
  form('time', 'CAST($1 AS TIME(1))', 'time'),
  // Dates and times
  ...['YEAR', 'MONTH', 'DAYOFMONTH', 'DAYOFWEEK', 'DAYOFYEAR', 'WEEKDAY', 'QUARTER', 'TO_DAYS'].map((f) =>
    form('int', `${f}($1)`, 'date'),
  ),
  ...['HOUR', 'MINUTE', 'SECOND', 'MICROSECOND'].map((f) => form('int', `${f}($1)`, 'datetime')),
  ...['HOUR', 'MINUTE', 'TIME_TO_SEC'].map((f) => form('int', `${f}($1)`, 'time')),
  ...[0, 1, 2, 3, 4, 5, 6, 7].map((m) => form('int', `WEEK($1, ${m})`, 'date')),
  form('int', 'YEARWEEK($1, 1)', 'date'),
  form('date', 'LAST_DAY($1)', 'date'),
  form('string', 'DAYNAME($1)', 'date'),
  form('string', 'MONTHNAME($1)', 'datetime'),
  form('string', "DATE_FORMAT($1, '%Y/%m/%d %H:%i:%s.%f %a %b %j %U %u %V %v %X %x %y %p %h')", 'datetime'),
  form('string', "DATE_FORMAT($1, '%W %M %D %e %c %r %T %%')", 'date'),
  form('string', "TIME_FORMAT($1, '%H %k %h %i %s %f %p')", 'time'),
  form('int', 'DATEDIFF($1, $2)', 'date', 'datetime'),
  form('time', 'TIMEDIFF($1, $2)', 'time', 'time'),
  form('time', 'TIMEDIFF($1, $2)', 'datetime', 'datetime'),
  ...['MICROSECOND', 'SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'QUARTER', 'YEAR'].flatMap((u) => [
    form('datetime', `($1 + INTERVAL $2 ${u})`, 'datetime', 'int'),
    form('datetime', `($1 - INTERVAL 3 ${u})`, 'datetime'),
    form('int', `TIMESTAMPDIFF(${u}, $1, $2)`, 'datetime', 'date'),
  ]),
  form('date', '($1 + INTERVAL $2 DAY)', 'date', 'int'),
  form('date', '($1 - INTERVAL 1 MONTH)', 'date'),
  form('datetime', "($1 + INTERVAL '1:30' HOUR_MINUTE)", 'datetime'),
  form('datetime', "($1 + INTERVAL '-1 2:3:4' DAY_SECOND)", 'datetime'),
  form('datetime', "($1 + INTERVAL '2-3' YEAR_MONTH)", 'datetime'),
  form('int', 'EXTRACT(YEAR_MONTH FROM $1)', 'date'),
  form('int', 'EXTRACT(DAY_MICROSECOND FROM $1)', 'datetime'),
  form('int', 'EXTRACT(HOUR_SECOND FROM $1)', 'time'),
  form('time', 'ADDTIME($1, $2)', 'time', 'time'),
  form('datetime', 'ADDTIME($1, $2)', 'datetime', 'time'),
  form('time', 'SEC_TO_TIME($1)', 'int'),
  form('date', 'FROM_DAYS($1)', 'int'),
  form('date', 'MAKEDATE($1, $2)', 'int', 'int'),
  form('time', 'MAKETIME($1, 5, 6)', 'int'),
  form('int', 'PERIOD_ADD(202401, $1)', 'int'),
  form('int', 'UNIX_TIMESTAMP($1)', 'date'),
  form('date', "STR_TO_DATE($1, '%Y-%m-%d')", 'string'),
  form('datetime', 'TIMESTAMP($1, $2)', 'date', 'time'),
  form('int', '($1 + 0)', 'date'),
  form('decimal', '($1 + 0)', 'datetime'),
  form('int', 'TO_SECONDS($1)', 'datetime'),
  // Time zones
  form('datetime', "CONVERT_TZ($1, '+00:00', '+05:30')", 'datetime'),
  form('datetime', "CONVERT_TZ($1, '-03:00', @@time_zone)", 'datetime'),
  form('decimal', 'UNIX_TIMESTAMP($1)', 'datetime'),
  form('datetime', 'FROM_UNIXTIME($1)', 'int'),
  form('string', "FROM_UNIXTIME($1, '%Y-%m-%d %H:%i:%s')", 'decimal'),
  // Collations
  ...['=', '<', '>=', '<>'].flatMap((op) => [
    form('int', `(gc ${op} $1)`, 'string'),
    form('int', `(uc ${op} $1)`, 'string'),
    form('int', `($1 ${op} $2 COLLATE utf8mb4_general_ci)`, 'string', 'string'),
    form('int', `(CONVERT($1 USING utf8mb4) COLLATE utf8mb4_unicode_ci ${op} $2)`, 'string', 'string'),
  ]),
  form('int', '(gc LIKE $1)', 'string'),
  form('int', "(uc LIKE CONCAT($1, '%'))", 'string'),
  form('int', '(gc IN ($1, $2))', 'string', 'string'),
  form('int', 'LOCATE($1, gc)', 'string'),
  form('int', 'INSTR(uc, $1)', 'string'),
  form('int', 'STRCMP(gc, $1)', 'string'),
  form('int', 'FIELD(uc, $1, $2)', 'string', 'string'),
  form('string', 'GREATEST(gc, $1)', 'string'),
  form('string', 'NULLIF(uc, $1)', 'string'),
  form('string', 'CASE gc WHEN $1 THEN $2 ELSE uc END', 'string', 'string'),
  form('string', 'CONVERT($1 USING latin1)', 'string'),
  form('string', 'CONCAT(ln, $1)', 'string'),
  form('string', 'COLLATION(CONCAT(ln, $1))', 'string'),
  form('string', 'CHARSET($1)', 'string'),
  form('int', 'COERCIBILITY($1)', 'string'),
  form('string', 'HEX(CONVERT($1 USING utf8mb4))', 'string'),
  form('string', "TRIM(BOTH 'B' FROM gc)"),
  form('string', "REPLACE(gc, 'B', $1)", 'string'),
  // Mixed results
  form('string', 'COALESCE($1, $2)', 'string', 'datetime'),
  form('string', 'IF($1, $2, $3)', 'int', 'time', 'date'),
  form('string', 'CASE WHEN $1 THEN $2 ELSE $3 END', 'int', 'date', 'int'),
  form('string', 'IFNULL($1, $2)', 'real', 'string'),
  form('decimal', 'IF($1, $2, $3)', 'int', 'decimal', 'int'),
  form('real', 'COALESCE($1, $2)', 'decimal', 'real'),
  form('datetime', 'CASE WHEN $1 THEN $2 ELSE $3 END', 'int', 'date', 'datetime'),
  form('int', 'IFNULL(ui, $1)', 'int'),
  form('datetime', 'GREATEST($1, $2)', 'date', 'datetime'),
  form('time', 'LEAST($1, $2)', 'time', 'time'),
  form('real', 'GREATEST($1, $2, $3)', 'int', 'decimal', 'real'),
  form('int', '($1 = $2)', 'datetime', 'string'),
  form('int', '($1 > $2)', 'date', 'string'),
  form('int', '($1 < $2)', 'time', 'string'),
  form('int', '($1 = $2)', 'decimal', 'string'),
  form('int', '($1 BETWEEN $2 AND $3)', 'datetime', 'string', 'date'),
  form('int', '($1 IN ($2, $3))', 'date', 'string', 'date'),
  form('int', '(($1, $2) = ($3, $4))', 'int', 'string', 'int', 'string'),
  form('int', '(($1, $2) IN (($3, $4), (1, 2)))', 'int', 'int', 'decimal', 'int'),
  form('int', '(($1, $2) < ($3, $4))', 'int', 'int', 'int', 'int'),
  // More temporal arithmetic
  ...['DAY', 'MONTH', 'HOUR'].map((u) => form('string', `DATE_ADD($1, INTERVAL 1 ${u})`, 'string')),
  form('string', "ADDTIME($1, '01:00:00.5')", 'string'),
  form('time', "TIMEDIFF($1, '2024-01-01 00:00:00')", 'datetime'),
  form('time', '($1 + INTERVAL $2 MINUTE)', 'time', 'int'),
  form('time', 'SUBTIME($1, $2)', 'time', 'time'),
  form('datetime', 'TIMESTAMPADD(MINUTE, $1, $2)', 'int', 'datetime'),
  form('datetime', 'TIMESTAMPADD(MICROSECOND, $1, $2)', 'int', 'datetime'),
  form('int', 'TIMESTAMPDIFF(SECOND, $1, $2)', 'datetime', 'datetime'),
  form('string', "TIME_FORMAT($1, '%r %T')", 'time'),
  form('time', "STR_TO_DATE($1, '%H:%i:%s')", 'string'),
  form('int', 'DAY($1)', 'string'),
  form('int', 'HOUR($1)', 'string'),
  form('date', 'DATE($1)', 'string'),
  form('time', 'TIME($1)', 'string'),
  form('date', 'CAST($1 AS DATE)', 'string'),
  form('datetime', 'CAST($1 AS DATETIME(2))', 'string'),
  form('time', 'CAST($1 AS TIME(3))', 'string'),
  form('date', 'CAST($1 AS DATE)', 'int'),
  form('datetime', 'CAST($1 AS DATETIME)', 'int'),
  form('string', 'CAST($1 AS BINARY(6))', 'string'),
  form('int', 'CAST($1 AS UNSIGNED)', 'string'),
  form('int', 'CAST($1 AS SIGNED)', 'datetime'),
  form('decimal', 'CAST($1 AS DECIMAL(20,6))', 'datetime'),
  form('real', 'CAST($1 AS DOUBLE)', 'decimal'),
  // More texts
  form('string', 'LPAD($1, $2, $3)', 'string', 'int', 'string'),
  form('string', 'RPAD($1, 6, $2)', 'string', 'string'),
  form('string', 'REPEAT($1, 3)', 'int'),
  form('string', "INSERT($1, $2, $3, 'zz')", 'string', 'int', 'int'),
  form('string', 'FROM_BASE64(TO_BASE64($1))', 'string'),
  form('string', 'UNHEX(HEX($1))', 'string'),
  form('string', 'CONV($1, 16, 10)', 'string'),
  form('string', 'CONV($1, 10, -2)', 'int'),
  form('string', 'SUBSTR($1, -3, 2)', 'string'),
  form('string', 'SHA2($1, 256)', 'string'),
  form('string', 'CHAR($1, 66 USING utf8mb4)', 'int'),
  form('string', 'FORMAT($1, $2)', 'real', 'int'),
  form('int', 'BIT_LENGTH($1)', 'string'),
  form('int', 'POSITION($1 IN $2)', 'string', 'string'),
  form('int', '($1 NOT LIKE $2)', 'int', 'string'),
  form('int', "($1 LIKE '%1%')", 'date'),
  form('int', "($1 LIKE $2 ESCAPE '|')", 'string', 'string'),
  // JSON, where both give text of one form
  form('int', 'JSON_VALID($1)', 'json'),
  form('int', 'JSON_LENGTH($1)', 'json'),
  form('int', "JSON_LENGTH($1, '$.b')", 'json'),
  form('int', 'JSON_DEPTH($1)', 'json'),
  form('string', 'JSON_TYPE($1)', 'json'),
  form('string', "JSON_VALUE($1, '$.a')", 'json'),
  form('string', "JSON_VALUE($1, '$[1]')", 'json'),
  form('string', "JSON_UNQUOTE(JSON_EXTRACT($1, '$.b[2].c'))", 'json'),
  form('string', "JSON_EXTRACT($1, '$[2]')", 'json'),
  form('int', "JSON_CONTAINS($1, '1', '$.a')", 'json'),
  form('int', "JSON_CONTAINS($1, '[1, 2]')", 'json'),
  form('int', "JSON_CONTAINS_PATH($1, 'one', '$.a', '$.z')", 'json'),
  form('int', "JSON_CONTAINS_PATH($1, 'all', '$.a', '$.b')", 'json'),
  form('string', "JSON_SEARCH($1, 'one', 'x')", 'json'),
  form('int', 'JSON_OVERLAPS($1, $2)', 'json', 'json'),
  form('int', "JSON_LENGTH(JSON_SET($1, '$.a', $2, '$.n', 1))", 'json', 'int'),
  form('int', "JSON_LENGTH(JSON_REMOVE($1, '$[0]'))", 'json'),
  form('int', 'JSON_LENGTH(JSON_MERGE_PATCH($1, $2))', 'json', 'json'),
  form('int', 'JSON_LENGTH(JSON_MERGE_PRESERVE($1, $2))', 'json', 'json'),
  form('int', "JSON_LENGTH(JSON_ARRAY_APPEND($1, '$.b', $2))", 'json', 'int'),
  // JSON and regular expressions
  form('string', "JSON_UNQUOTE(JSON_EXTRACT(JSON_OBJECT('k', $1), '$.k'))", 'string'),
  form('int', 'JSON_LENGTH(JSON_ARRAY($1, $2))', 'int', 'string'),
  form('int', 'JSON_VALID($1)', 'string'),
  form('string', 'JSON_QUOTE($1)', 'string'),
  form('int', "($1 REGEXP '^[a-c]+$')", 'string'),
  form('string', "REGEXP_REPLACE($1, '[0-9]', '#')", 'string'),
  form('string', "REGEXP_SUBSTR($1, '[a-z]+')", 'string'),
  form('int', "REGEXP_INSTR($1, 'b')", 'string'),
  form('int', "JSON_CONTAINS($1, JSON_EXTRACT($2, '$[0]'))", 'json', 'json'),
  form('int', 'JSON_LENGTH(JSON_KEYS($1))', 'json'),
  form('int', "JSON_LENGTH(JSON_INSERT($1, '$.z', $2))", 'json', 'string'),
  form('int', "JSON_LENGTH(JSON_REPLACE($1, '$.a', $2, '$[1]', 5))", 'json', 'date'),
  form('int', "JSON_LENGTH(JSON_ARRAY_INSERT($1, '$[1]', $2))", 'json', 'int'),
  form('string', "JSON_TYPE(JSON_EXTRACT($1, '$.b', '$[1]'))", 'json'),
  form('string', "JSON_UNQUOTE(JSON_EXTRACT($1, '$**.c'))", 'json'),
  form('int', '($1 MOD $2)', 'int', 'int'),
  form('int', '($1 XOR $2)', 'int', 'int'),
  form('int', '($1 IS NOT TRUE)', 'int'),
  form('int', '($1 IS UNKNOWN)', 'real'),
  form('int', 'INTERVAL($1, 0, 10, 100, 1000)', 'int'),
  form('int', 'INTERVAL($1, $2, 2.5)', 'decimal', 'int'),
  form('int', 'NULLIF($1, $2)', 'decimal', 'string'),
  form('int', 'CRC32($1)', 'string'),
  form('real', 'LOG2($1)', 'decimal'),
  form('real', 'LOG($1, $2)', 'decimal', 'int'),
  form('real', 'ROUND(DEGREES(ti), 6)'),
  form('real', 'ROUND(SIN($1), 9)', 'int'),
  form('real', 'ROUND(ATAN($1, $2), 9)', 'int', 'real'),
  form('decimal', 'ROUND($1, -1)', 'decimal'),
  form('decimal', 'TRUNCATE($1, 1)', 'decimal'),
  form('string', 'UNCOMPRESS(COMPRESS($1))', 'string'),
  form('string', "HEX(AES_ENCRYPT($1, 'key'))", 'string'),
  form('string', 'REVERSE($1)', 'int'),
  form('string', 'SUBSTRING_INDEX($1, $2, -1)', 'string', 'string'),
  form('string', 'CONCAT_WS($1, $2, $3)', 'string', 'int', 'date'),
  form('string', "DATE_FORMAT($1, '%Y%m%d%H%i%s')", 'date'),
  form('string', "DATE_FORMAT($1, GET_FORMAT(DATE, 'EUR'))", 'date'),
  form('int', 'WEEKOFYEAR($1)', 'datetime'),
  form('int', 'PERIOD_DIFF(202402, 199912)'),
  form('int', 'TIME_TO_SEC($1)', 'datetime'),
  form('date', 'SUBDATE($1, $2)', 'date', 'int'),
  form('datetime', "($1 - INTERVAL '1 2' DAY_HOUR)", 'datetime'),
  form('datetime', "($1 + INTERVAL '3:4.5' MINUTE_MICROSECOND)", 'datetime'),
  form('datetime', "STR_TO_DATE($1, '%Y-%m-%d %H:%i:%s.%f')", 'datetime'),
  // Network, misc
  form('int', "INET_ATON('10.0.5.9')"),
  form('string', 'INET_NTOA($1)', 'int'),
  form('int', 'IS_IPV4($1)', 'string'),
];

const BY_KIND = new Map<Kind, Form[]>();
for (const f of FORMS) {
  const list = BY_KIND.get(f.result);
  if (list === undefined) BY_KIND.set(f.result, [f]);
  else list.push(f);
}

/** Kinds that any function takes; JSON texts of the two servers differ in their spaces. */
export const KINDS: readonly Kind[] = ['int', 'decimal', 'real', 'string', 'date', 'datetime', 'time'];

export class ExpressionGenerator {
  constructor(
    private readonly random: () => number,
    private readonly conversions = 0,
  ) {}

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)]!;
  }

  /** An expression of at most `depth` operators above each other. */
  expression(kind: Kind, depth: number, columns = true): Node {
    const forms = BY_KIND.get(kind);
    if (depth === 0 || forms === undefined || this.random() < 0.1) return this.leaf(kind, columns);
    const f = this.pick(forms);
    const args = f.args.map((k) => this.expression(this.argumentKind(k), depth - 1, columns));
    const sql = f.template.replace(/\$(\d)/g, (_, i: string) => args[Number(i) - 1]!.sql);
    return { sql, kind, args };
  }

  /** Now and then an argument is of another kind than the function takes, and is converted. */
  private argumentKind(wanted: Kind): Kind {
    return this.random() < this.conversions ? this.pick(KINDS) : wanted;
  }

  private leaf(kind: Kind, columns: boolean): Node {
    const sql = columns && this.random() < 0.65 ? this.pick(COLUMNS[kind]) : this.pick(LITERALS[kind]);
    return { sql, kind, args: [] };
  }

  /** Rows of `d`: the same for the same seed. */
  rows(n: number): string {
    const value = (kind: Kind, odds = 0.15): string =>
      this.random() < odds ? 'NULL' : this.pick(LITERALS[kind]);
    const int = (min: number, max: number): string =>
      this.random() < 0.15 ? 'NULL' : String(Math.floor(min + this.random() * (max - min + 1)));
    const rows: string[] = [];
    for (let id = 1; id <= n; id++) {
      rows.push(
        `(${[
          String(id),
          int(-128, 127),
          int(0, 4294967295),
          this.pick(['NULL', '0', '9223372036854775807', '-9223372036854775808', int(-1e6, 1e6)]),
          this.pick(['NULL', '0', '18446744073709551615', int(0, 1e9)]),
          this.pick(['NULL', '0', '-99999999.99', '12.34', '0.05', int(-1000, 1000)]),
          this.pick(['NULL', '12345678901234567890.0123456789', '-0.0000000001', '7', int(-9e9, 9e9)]),
          this.pick(['NULL', '0', '1.5', '-2.25', '1000000']),
          this.pick(['NULL', '0', '1.5', '-2.25', '1e15', '1e-7', '123456.789']),
          value('string'),
          value('string'),
          value('string'),
          this.pick(['NULL', "'2024-02-29'", "'1999-12-31'", "'1000-01-01'", "'9999-12-31'", "'2023-06-15'"]),
          this.pick(['NULL', "'2024-02-29 12:34:56.789'", "'1999-12-31 23:59:59.999'", "'2000-01-01'"]),
          this.pick(['NULL', "'00:00:00'", "'-838:59:59'", "'12:34:56.78'", "'100:00:00.5'"]),
          this.pick(['NULL', '1999', '2024', '2155', '1901']),
          this.pick(['NULL', "'alpha'", "'beta'", "'Gamma'"]),
          this.pick(['NULL', "''", "'a'", "'a,c'", "'a,b,c'"]),
          this.pick(MIXED_CASE),
          this.pick(MIXED_CASE),
          this.pick(MIXED_CASE),
          this.pick([
            'NULL',
            "'2024-02-29 12:34:56.78'",
            "'1970-01-02 00:00:00'",
            "'2037-12-31 23:59:59.99'",
          ]),
          value('json'),
        ].join(', ')})`,
      );
    }
    return `INSERT IGNORE INTO d VALUES ${rows.join(',\n')}`;
  }
}
