import type { Random } from '../../testing/random.js';

/**
 * Columns of all types and random conditions on them with constants of all types, for comparing the ways in which a condition can be
 * answered: ranges of an index, a filter over all rows, the columnar replica, the value of the condition for each row.
 */
interface TypedColumn {
  readonly type: string;
  readonly values: readonly string[];
  /** Columns of these are indexed by so many characters beside the whole. */
  readonly prefix?: number;
}

const collated = (charset: string, collation: string): TypedColumn => ({
  type: `VARCHAR(20) CHARACTER SET ${charset} COLLATE ${collation}`,
  values: [
    "''",
    "'a'",
    "'A'",
    "'a '",
    "'ab'",
    "'AB'",
    "'b'",
    "'12'",
    "'1.5abc'",
    "'2024-02-29'",
    "'0'",
    "'-1'",
    "'abcdefgh'",
    ...(charset === 'latin1' ? ["'ä'"] : ["'ä'", "'ÄB'", "'ß'", "'ss'"]),
  ],
  prefix: 2,
});

export const TYPED_COLUMNS: Readonly<Record<string, TypedColumn>> = {
  ti: { type: 'TINYINT', values: ['0', '1', '-1', '127', '-128', '12'] },
  tu: { type: 'TINYINT UNSIGNED', values: ['0', '1', '255', '12', '128'] },
  ii: { type: 'INT', values: ['0', '1', '5', '12', '-2147483648', '2147483647', '101112', '20240229'] },
  bi: {
    type: 'BIGINT',
    values: [
      '0',
      '-1',
      '1',
      '12',
      '9223372036854775807',
      '-9223372036854775808',
      '20240229101112',
      '9007199254740993',
    ],
  },
  bu: {
    type: 'BIGINT UNSIGNED',
    values: ['0', '1', '12', '18446744073709551615', '9223372036854775808', '9007199254740993'],
  },
  de: { type: 'DECIMAL(10,2)', values: ['0', '1.5', '-1.5', '99999999.99', '-0.01', '12', '1'] },
  dw: {
    type: 'DECIMAL(65,30)',
    values: ['0', '1', '-12345678901234567890.000000000000000000000000000001', '0.5', '12', '1.5'],
  },
  du: { type: 'DECIMAL(5,0) UNSIGNED', values: ['0', '1', '12', '99999'] },
  fl: { type: 'FLOAT', values: ['0', '1.5', '-0.25', '0.1', '12', '3.4e38', '1e-10', '16777216'] },
  fm: { type: 'FLOAT(7,3)', values: ['0', '1.5', '0.1', '12', '-9999.999'] },
  db: { type: 'DOUBLE', values: ['0', '1.5', '-2.5', '1e300', '-1e-300', '9007199254740992', '12', '0.1'] },
  yr: { type: 'YEAR', values: ['0', '1901', '2155', '2024', '2000', '1970'] },
  bt: { type: 'BIT(8)', values: ["b'0'", "b'1'", "b'11111111'", "b'1100001'", '12'] },
  bb: { type: 'BIT(64)', values: ["b'1'", '18446744073709551615', '0', '9223372036854775808'] },
  ch: {
    type: 'CHAR(12) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
    values: ["''", "'a'", "'A'", "'ab'", "'12'", "'1.5abc'", "'2024-02-29'", "'10:11:12'", "'ä'"],
    prefix: 1,
  },
  gc: collated('utf8mb4', 'utf8mb4_general_ci'),
  uc: collated('utf8mb4', 'utf8mb4_unicode_ci'),
  ai: collated('utf8mb4', 'utf8mb4_0900_ai_ci'),
  vb: collated('utf8mb4', 'utf8mb4_bin'),
  la: collated('latin1', 'latin1_bin'),
  gb: collated('gbk', 'gbk_chinese_ci'),
  bn: { type: 'BINARY(4)', values: ["'a'", "'ab'", "'12'", "x'00ff0041'", "''"], prefix: 2 },
  vy: {
    type: 'VARBINARY(20)',
    values: ["''", "'a'", "'abc'", "x'ff00'", "'7'", "'2024-02-29'", "'A'"],
    prefix: 1,
  },
  da: { type: 'DATE', values: ["'2024-02-29'", "'1000-01-01'", "'9999-12-31'", "'2000-01-01'"] },
  dt: {
    type: 'DATETIME',
    values: ["'2024-02-29 10:11:12'", "'2024-02-29'", "'9999-12-31 23:59:59'", "'1970-01-01'"],
  },
  d6: {
    type: 'DATETIME(6)',
    values: ["'2024-02-29 10:11:12.999999'", "'2000-01-01 00:00:00.5'", "'2024-02-29'"],
  },
  ts: {
    type: 'TIMESTAMP(3) NULL',
    values: ["'2024-02-29 10:11:12.345'", "'1970-01-02 00:00:01'", "'2024-02-29'", "'2024-10-27 02:30:00'"],
  },
  tm: {
    type: 'TIME',
    values: ["'00:00:00'", "'10:11:12'", "'-838:59:59'", "'838:59:59'", "'25:00:01'", "'-00:00:01'"],
  },
  t2: { type: 'TIME(2)', values: ["'10:11:12.55'", "'-00:00:00.5'", "'00:00:12'", "'10:11:12'"] },
  en: { type: "ENUM('b','12','a','')", values: ["'a'", "'12'", "''", "'b'"] },
  ei: { type: "ENUM('B','a','12') COLLATE utf8mb4_general_ci", values: ["'A'", "'12'", "'b'"] },
  st: { type: "SET('x','y','12')", values: ["''", "'x'", "'x,12'", "'y'", "'x,y,12'"] },
};

export const TYPED_NAMES = Object.keys(TYPED_COLUMNS);

/** Constants that no column's values are made of. */
const OTHER_CONSTANTS: readonly string[] = [
  'NULL',
  'TRUE',
  '-0.0',
  '-0e0',
  '1e0',
  '12e0',
  '1.5e0',
  '0.1e0',
  '1.4999999999999999',
  '1.50',
  '127.5',
  '127.4',
  '-128.5',
  '255.5',
  '256',
  '-129',
  '2147483647.4',
  '2147483648',
  '9223372036854775807.5',
  '9223372036854775808',
  '-9223372036854775809',
  '18446744073709551615.5',
  '18446744073709551616',
  '1e19',
  '99999999.995',
  '99999999999999999999999999999999999.999999999999999999999999999999',
  '1e308',
  '-1e308',
  '3.5e38',
  "''",
  "' 12 '",
  "'12abc'",
  "'1e1'",
  "'1.5'",
  "'0x0c'",
  "'abc'",
  "'ZZZ'",
  "'ab%'",
  "'a_'",
  "'äb'",
  "'x,y'",
  "'y,x'",
  "'2024-2-29'",
  "'2024-02-29 10:11:12.3449999'",
  "'20240229'",
  "'24-02-29'",
  "'2024-02-30'",
  "'2024-00-00'",
  "'0000-00-00'",
  "'2024-02-29T10:11:12'",
  "'2024-02-29 10:11:12+05:30'",
  "'10:11'",
  "'1 10:11:12'",
  "'10:11:12.555'",
  "'839:00:00'",
  "'-0:0:0.5'",
  '20240229',
  '20240229101112',
  '20240229101112.3',
  '101112',
  '101112.55',
  '8385959',
  '9000000',
  '70',
  '69',
  '2156',
  '1900',
  "DATE'2024-02-29'",
  "DATE'1000-01-01'",
  "TIMESTAMP'2024-02-29 10:11:12'",
  "TIMESTAMP'2024-02-29 10:11:12.345'",
  "TIMESTAMP'2024-02-29 00:00:00.000001'",
  "TIME'10:11:12'",
  "TIME'10:11:12.55'",
  "TIME'-838:59:59'",
  "x'61'",
  "x'6162'",
  "x'0c'",
  "x'ff'",
  "x'ffffffffffffffff'",
  "x''",
  "b'1100001'",
  "CAST('12' AS JSON)",
  'CAST(12 AS JSON)',
  'CAST(\'"a"\' AS JSON)',
  'CAST(1.5 AS DECIMAL(20,10))',
  'CAST(12 AS UNSIGNED)',
  "CAST('a' AS BINARY)",
  "CAST('a' AS CHAR(3))",
  "CAST('2024-02-29' AS DATE)",
  "_latin1'a'",
  "_binary'ab'",
  "'a' COLLATE utf8mb4_general_ci",
  "'A' COLLATE utf8mb4_bin",
];

export const TYPED_CONSTANTS: readonly string[] = [
  ...new Set([...Object.values(TYPED_COLUMNS).flatMap((c) => c.values), ...OTHER_CONSTANTS]),
];

const COMPARISONS = ['=', '<', '<=', '>', '>=', '<>', '<=>'] as const;

/** Conditions on a column; `c` is the column. */
export class TypedPredicates {
  constructor(private readonly random: Random) {}

  private constant(): string {
    return this.random.pick(TYPED_CONSTANTS);
  }

  private simple(c: string): string {
    const k = (): string => this.constant();
    const not = this.random.pick(['', 'NOT ']);
    switch (this.random.below(8)) {
      case 0:
      case 1:
      case 2:
        return `${c} ${this.random.pick(COMPARISONS)} ${k()}`;
      case 3:
        return `${k()} ${this.random.pick(COMPARISONS)} ${c}`;
      case 4:
        return `${c} ${not}BETWEEN ${k()} AND ${k()}`;
      case 5:
        return `${c} ${not}IN (${k()}, ${k()}, ${k()})`;
      case 6:
        return `${c} ${not}IN (${k()})`;
      default:
        return this.random.pick([
          `${c} ${not}LIKE ${this.random.pick(["'a%'", "'A'", "'12%'", "'%'", "'a_'", "'2024%'", "'ä%'", '12', "'1\\\\%'"])}`,
          `${c} IS ${not}NULL`,
          `(${c}, id) ${this.random.pick(['=', '<', '>=', '<>'])} (${k()}, 5)`,
          `(${c}, id) IN ((${k()}, 1), (${k()}, 2))`,
        ]);
    }
  }

  condition(c: string): string {
    const a = this.simple(c);
    switch (this.random.below(6)) {
      case 0:
        return `(${a}) AND (${this.simple(c)})`;
      case 1:
        return `(${a}) OR (${this.simple(c)})`;
      case 2:
        return `NOT (${a})`;
      default:
        return a;
    }
  }
}
