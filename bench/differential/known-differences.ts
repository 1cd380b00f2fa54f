import type { KnownDifference } from './known-difference.js';
import { NUMBER_DIFFERENCES } from './number-differences.js';
import { TEMPORAL_DIFFERENCES } from './temporal-differences.js';
import { TEXT_DIFFERENCES } from './text-differences.js';

/** Of random statements and of the matrix. */
export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  ...TEMPORAL_DIFFERENCES,
  ...TEXT_DIFFERENCES,
  ...NUMBER_DIFFERENCES,
];
