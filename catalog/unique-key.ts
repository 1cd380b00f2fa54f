import type { IndexInfo } from './model.js';

/**
 * Whether an index lets in each combination of its columns' values once (NULLs aside) in the whole table: it is unique and in use,
 * over whole columns, not prefixes of them, and over all rows, not those of a condition.
 */
export const isUniqueKey = (index: IndexInfo): boolean =>
  index.unique &&
  index.state === 'public' &&
  index.condition === undefined &&
  index.columns.every((c) => c.length < 0);
