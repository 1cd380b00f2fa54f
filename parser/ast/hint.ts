/** A table in a hint: `[db.]t[@qb][ PARTITION(p, …)]`. */
export interface HintTable {
  schema: string | null;
  name: string;
  queryBlock: string | null;
  partitions: string[];
}

/**
 * One optimizer hint of `/*+ … *​/`. `name` is upper case. What each hint's parentheses hold:
 * - HASH_JOIN, INL_JOIN, MERGE_JOIN, NO_*_JOIN, LEADING, …: `tables`;
 * - USE_INDEX, IGNORE_INDEX, FORCE_INDEX, ORDER_INDEX, USE_INDEX_MERGE, …: `tables[0]` and `indexes`;
 * - READ_FROM_STORAGE(TIKV[t1], TIFLASH[t2]): one Hint per store, `value` the store, `tables`;
 * - MAX_EXECUTION_TIME(n), MEMORY_QUOTA(n MB) (bytes), TIME_RANGE, RESOURCE_GROUP(x), QB_NAME(x), NTH_PLAN(n), …: `value`;
 * - SET_VAR(name = value): `variable` and `value`.
 */
export interface Hint {
  name: string;
  /** `@qb` directly after the opening parenthesis. */
  queryBlock: string | null;
  tables: HintTable[];
  indexes: string[];
  variable: string | null;
  value: string | number | boolean | null;
  /** The hint's own source text, for warnings. */
  text: string;
}
