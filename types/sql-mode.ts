/**
 * sql_mode as a bit set (MySQL manual, "Server SQL Modes"). Parsers, converters and functions test bits; only SET and
 * SELECT @@sql_mode see names.
 */
export const SqlMode = {
  RealAsFloat: 1 << 0,
  PipesAsConcat: 1 << 1,
  AnsiQuotes: 1 << 2,
  IgnoreSpace: 1 << 3,
  NotUsed: 1 << 4,
  OnlyFullGroupBy: 1 << 5,
  NoUnsignedSubtraction: 1 << 6,
  NoDirInCreate: 1 << 7,
  NoAutoValueOnZero: 1 << 8,
  NoBackslashEscapes: 1 << 9,
  StrictTransTables: 1 << 10,
  StrictAllTables: 1 << 11,
  NoZeroInDate: 1 << 12,
  NoZeroDate: 1 << 13,
  AllowInvalidDates: 1 << 14,
  ErrorForDivisionByZero: 1 << 15,
  HighNotPrecedence: 1 << 16,
  NoEngineSubstitution: 1 << 17,
  PadCharToFullLength: 1 << 18,
  TimeTruncateFractional: 1 << 19,
  NoAutoCreateUser: 1 << 20,
  NoKeyOptions: 1 << 21,
  NoTableOptions: 1 << 22,
  NoFieldOptions: 1 << 23,
  Ansi: 1 << 24,
  Traditional: 1 << 25,
} as const;

/** Names in the order in which MySQL prints them. */
const NAMES: readonly (readonly [string, number])[] = [
  ['REAL_AS_FLOAT', SqlMode.RealAsFloat],
  ['PIPES_AS_CONCAT', SqlMode.PipesAsConcat],
  ['ANSI_QUOTES', SqlMode.AnsiQuotes],
  ['IGNORE_SPACE', SqlMode.IgnoreSpace],
  ['NOT_USED', SqlMode.NotUsed],
  ['ONLY_FULL_GROUP_BY', SqlMode.OnlyFullGroupBy],
  ['NO_UNSIGNED_SUBTRACTION', SqlMode.NoUnsignedSubtraction],
  ['NO_DIR_IN_CREATE', SqlMode.NoDirInCreate],
  ['NO_KEY_OPTIONS', SqlMode.NoKeyOptions],
  ['NO_TABLE_OPTIONS', SqlMode.NoTableOptions],
  ['NO_FIELD_OPTIONS', SqlMode.NoFieldOptions],
  ['ANSI', SqlMode.Ansi],
  ['NO_AUTO_VALUE_ON_ZERO', SqlMode.NoAutoValueOnZero],
  ['NO_BACKSLASH_ESCAPES', SqlMode.NoBackslashEscapes],
  ['STRICT_TRANS_TABLES', SqlMode.StrictTransTables],
  ['STRICT_ALL_TABLES', SqlMode.StrictAllTables],
  ['NO_ZERO_IN_DATE', SqlMode.NoZeroInDate],
  ['NO_ZERO_DATE', SqlMode.NoZeroDate],
  ['ALLOW_INVALID_DATES', SqlMode.AllowInvalidDates],
  ['ERROR_FOR_DIVISION_BY_ZERO', SqlMode.ErrorForDivisionByZero],
  ['TRADITIONAL', SqlMode.Traditional],
  ['NO_AUTO_CREATE_USER', SqlMode.NoAutoCreateUser],
  ['HIGH_NOT_PRECEDENCE', SqlMode.HighNotPrecedence],
  ['NO_ENGINE_SUBSTITUTION', SqlMode.NoEngineSubstitution],
  ['PAD_CHAR_TO_FULL_LENGTH', SqlMode.PadCharToFullLength],
  ['TIME_TRUNCATE_FRACTIONAL', SqlMode.TimeTruncateFractional],
];

/** Combination modes: the name stands for its own bit and these. */
const COMBINATIONS: ReadonlyMap<number, number> = new Map([
  [
    SqlMode.Ansi,
    SqlMode.RealAsFloat |
      SqlMode.PipesAsConcat |
      SqlMode.AnsiQuotes |
      SqlMode.IgnoreSpace |
      SqlMode.OnlyFullGroupBy,
  ],
  [
    SqlMode.Traditional,
    SqlMode.StrictTransTables |
      SqlMode.StrictAllTables |
      SqlMode.NoZeroInDate |
      SqlMode.NoZeroDate |
      SqlMode.ErrorForDivisionByZero |
      SqlMode.NoAutoCreateUser |
      SqlMode.NoEngineSubstitution,
  ],
]);

/** The default of MySQL 8 and TiDB. */
export const DEFAULT_SQL_MODE =
  SqlMode.OnlyFullGroupBy |
  SqlMode.StrictTransTables |
  SqlMode.NoZeroInDate |
  SqlMode.NoZeroDate |
  SqlMode.ErrorForDivisionByZero |
  SqlMode.NoEngineSubstitution;

/** STRICT_TRANS_TABLES and STRICT_ALL_TABLES mean the same where every table is transactional. */
export const isStrictMode = (mode: number): boolean =>
  (mode & (SqlMode.StrictTransTables | SqlMode.StrictAllTables)) !== 0;

/** Bits of a comma-separated list, combinations expanded; the offending name where one is unknown. */
export function parseSqlMode(text: string): number | { readonly unknown: string } {
  let mode = 0;
  if (text.trim() === '') return 0;
  for (const part of text.split(',')) {
    const name = part.trim().toUpperCase();
    if (name === '') continue;
    const entry = NAMES.find((e) => e[0] === name);
    if (entry === undefined) return { unknown: part.trim() };
    mode |= entry[1] | (COMBINATIONS.get(entry[1]) ?? 0);
  }
  return mode;
}

/** The list as SELECT @@sql_mode prints it. */
export function formatSqlMode(mode: number): string {
  return NAMES.filter((e) => (mode & e[1]) !== 0)
    .map((e) => e[0])
    .join(',');
}
