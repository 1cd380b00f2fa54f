import {
  bothAnswered,
  cells,
  digits,
  eitherOf,
  nullHere,
  refusedHere,
  refusedThere,
  truthOnly,
  secondsOf,
  integral,
  truth,
  type KnownDifference,
} from './known-difference.js';

/** Illegal mixes of two, three, and more collations. */
const MIXES: readonly number[] = [1267, 1270, 1271];

/** Texts, JSON and collations: what MariaDB and MySQL 8 answer differently. */
export const TEXT_DIFFERENCES: readonly KnownDifference[] = [
  {
    when: /./,
    answers: (a, b) =>
      MIXES.includes(a.error?.code ?? 0) && (b.error === null || MIXES.includes(b.error.code)),
    why: 'columns of two collations make no text of one in MySQL; MariaDB lets functions have it without a collation',
    manual: 'Collation Coercibility in Expressions',
  },
  {
    when: /SET vc = (FROM_BASE64|UNHEX)\(/,
    answers: cells((x, y) => x !== null && (y ?? '').startsWith(`${x}?`)),
    why: 'a binary string that is stored as text ends before bytes that are no UTF-8; MariaDB stores question marks',
    manual: 'Column Character Set Conversion',
  },
  {
    when: /UNCOMPRESS\(/,
    answers: cells((x, y) => x !== null && Buffer.from(x).toString('latin1') === y),
    why: 'UNCOMPRESS gives a binary string; in MariaDB it is text that becomes latin1 beside latin1',
    manual: 'Encryption and Compression Functions: UNCOMPRESS()',
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
    when: /AS BINARY\(/,
    answers: cells((x, y) => (y ?? '').startsWith(x ?? '')),
    why: 'BINARY(n) has n bytes; of an accented text MariaDB takes more',
    manual: 'Cast Functions and Operators: CAST()',
  },
  {
    when: /(NULLIF\(|[=<>]|IN \(|BETWEEN).*FROM_BASE64/,
    answers: eitherOf(
      truthOnly,
      cells((x, y) => x === null || y === null),
    ),
    why: 'what FROM_BASE64 gives is compared as bytes; MariaDB calls it binary, but compares it as text',
    manual: 'String Functions and Operators: FROM_BASE64()',
  },
  {
    when: /CONCAT\(JSON_TYPE\(/,
    answers: cells((x, y) => (x ?? '').endsWith(y ?? '')),
    why: 'CONCAT of MariaDB loses the type that JSON_TYPE gives where what follows is converted to another character set',
    manual: 'String Functions and Operators: CONCAT()',
  },
  {
    when: /JSON_(OBJECT|ARRAY)\(.*(BASE64|UNHEX|BINARY)/,
    answers: cells((x) => (x ?? '').includes('base64:')),
    why: 'binary strings in JSON are base64 in MySQL, text in MariaDB',
    manual: 'The JSON Data Type',
  },
  {
    when: /\b(en|st)\b/,
    answers: eitherOf(refusedThere(1690), digits(1e-3)),
    why: 'ENUM and SET are DOUBLE in arithmetic in MySQL, integers in MariaDB',
    manual: 'The ENUM Type',
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
    when: /LOCATE\(/,
    answers: cells((x, y) => integral(x) && integral(y)),
    why: 'positions are counted in characters; MariaDB counts bytes of one charset in a text of another',
    manual: 'String Functions and Operators: LOCATE()',
  },
  {
    when: /(LPAD|RPAD|INSERT|CONCAT|REPLACE)\(.*(BASE64|UNHEX|BINARY)/,
    answers: bothAnswered,
    why: 'a text beside a binary string is bytes, as in TiDB; in MariaDB the column has the say',
    manual: 'Collation Coercibility in Expressions',
  },
  {
    when: /UNIX_TIMESTAMP\(/,
    answers: refusedHere(1690),
    why: 'UNIX_TIMESTAMP is unsigned, and so is what is subtracted from it',
    manual: 'Cast Functions and Operators',
  },
  {
    when: /(STRCMP|=|<|>).*(BASE64|COMPRESS)|(BASE64|COMPRESS).*(=|<|>)/,
    answers: cells((x, y) => /^-?[01]$/.test(x ?? '') && /^-?[01]$/.test(y ?? '')),
    why: 'texts are compared with binary strings by bytes, as in TiDB',
    manual: 'Collation Coercibility in Expressions',
  },
  {
    when: / (EXCEPT|INTERSECT) /,
    answers: cells((x, y) => x?.trimEnd() === y?.trimEnd()),
    why: 'dates are not padded; in a temporary table of MariaDB they are CHAR of their longest form',
    manual: 'Server SQL Modes: PAD_CHAR_TO_FULL_LENGTH',
  },
  {
    when: /\(JSON_/,
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
    when: /\bln\b|latin1/,
    answers: refusedThere(...MIXES),
    why: 'texts that functions make beside a latin1 column are compared in utf8mb4, as in TiDB; MariaDB refuses what it cannot convert safely',
    manual: 'Collation Coercibility in Expressions',
  },
  {
    when: /SUBSTRING_INDEX/,
    answers: bothAnswered,
    why: 'counts beyond 32 bits are cut in MariaDB',
    manual: 'String Functions and Operators: SUBSTRING_INDEX()',
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
    when: /REGEXP_\w+\(JSON_TYPE\(/,
    answers: nullHere,
    why: 'what JSON_TYPE gives is of utf8mb4_bin, which tells upper from lower case',
    manual: 'Functions That Return JSON Value Attributes: JSON_TYPE()',
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
    when: /CAST\(.* AS TIME|^TIME\(/,
    answers: cells((x, y) => y === null || Math.abs(secondsOf(x ?? '') - secondsOf(y)) <= 1),
    why: 'text that begins as a time is cut and rounded in MySQL, refused or cut in MariaDB',
    manual: 'Cast Functions and Operators: CAST()',
  },
  {
    when: /REGEXP_SUBSTR/,
    answers: cells((x, y) => x === null && y === ''),
    why: "REGEXP_SUBSTR without a match is NULL in MySQL, '' in MariaDB",
    manual: 'Regular Expressions: REGEXP_SUBSTR()',
  },
  {
    when: /REPLACE\(/,
    answers: nullHere,
    why: 'REPLACE with NULL for the new text is NULL in MySQL whether or not the old text occurs',
    manual: 'String Functions and Operators: REPLACE()',
  },
  {
    when: /LOCATE/,
    answers: cells((x, y) => Number(x) > 0 && y === '0'),
    why: "an empty text is found behind the last character in MySQL: LOCATE('', 'a', 2) is 2",
    manual: 'String Functions and Operators: LOCATE()',
  },
  {
    when: /^(HEX\()?(ELT|MAKE_SET|SUBSTRING|SUBSTRING_INDEX)\(/,
    answers: bothAnswered,
    why: 'positions and counts beyond 32 bits are cut in MariaDB, and a NULL text can be left of the row before',
    manual: 'String Functions and Operators: ELT()',
  },
  {
    when: /INSTR|LOCATE/,
    answers: cells((x, y) => y === '0' && integral(x)),
    why: 'a text is found by the weights of characters; MariaDB compares as many bytes as it has',
    manual: 'Collation Implementation Types',
  },
  {
    when: /CONVERT\(.* USING latin1\)/,
    answers: bothAnswered,
    why: 'text converted to latin1 has the collation latin1_bin here, as in TiDB; latin1_swedish_ci in MariaDB',
    manual: 'The COLLATE Clause',
  },
  {
    when: /(IF|IFNULL|COALESCE|CASE)\b.*\b(en|st)\b/,
    answers: cells((x, y) => Number.isFinite(Number(x)) && Number.isFinite(Number(y))),
    why: 'an ENUM or SET that a control flow function gives is its number in a numeric context in MySQL, the digits of its text in MariaDB',
    manual: 'The ENUM Type',
  },
  {
    when: /^FIELD\(.*(\b(da|dt|ts|tm)\b|DATE|TIME|JSON)/,
    answers: cells((x, y) => integral(x) && integral(y)),
    why: 'FIELD compares numbers, as in TiDB, where an argument is a date, a time or JSON',
    manual: 'String Functions and Operators: FIELD()',
  },
  {
    when: /JSON_(OBJECT|ARRAY)\(.*\b(de|dd)\b/,
    answers: bothAnswered,
    why: 'a DECIMAL in JSON is a number without the zeros at its end, as in TiDB; MariaDB keeps its text',
    manual: 'The JSON Data Type',
  },
  {
    when: /^(LPAD|RPAD|REPEAT|SPACE|FORMAT)\(/,
    answers: cells((x, y) => x === null || y === null || x.length > y.length),
    why: 'lengths beyond 32 bits are cut in MariaDB, whose max_allowed_packet is smaller',
    manual: 'Server System Variables: max_allowed_packet',
  },
];
