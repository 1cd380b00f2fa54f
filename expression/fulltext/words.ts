import { decodeUtf8 } from '../../types/charset.js';

/**
 * Words as InnoDB's built-in full-text parser finds them (MySQL manual, "InnoDB Full-Text Indexes", "Full-Text Stopwords"):
 * letters, digits and underscores, with single apostrophes among them. What is indexed has 3 to 84 characters
 * (innodb_ft_min_token_size, innodb_ft_max_token_size) and is no stopword.
 */
const MIN_TOKEN_SIZE = 3;
export const MAX_TOKEN_SIZE = 84;

/** INFORMATION_SCHEMA.INNODB_FT_DEFAULT_STOPWORD. */
const STOPWORDS: ReadonlySet<string> = new Set(
  (
    'a about an are as at be by com de en for from how i in is it la of on or that the this to was what when where who will ' +
    'with und the www'
  ).split(' '),
);

const WORD = /[\p{L}\p{M}\p{N}_](?:'?[\p{L}\p{M}\p{N}_])*/gu;

export const isIndexed = (word: string): boolean => {
  const n = [...word].length;
  return n >= MIN_TOKEN_SIZE && n <= MAX_TOKEN_SIZE && !STOPWORDS.has(word);
};

/** Under which form words are the same: in lower case, and without accents where the collation does not tell them apart. */
export type Fold = (word: string) => string;

export function foldOf(collate: string): Fold {
  const accents = collate.endsWith('_bin') || collate.endsWith('_as_ci') || collate.endsWith('_as_cs');
  return accents
    ? (w) => w.toLowerCase()
    : (w) => w.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC');
}

/** All words of a text in their order, folded; also those that are not indexed. */
export const wordsOf = (text: string, fold: Fold): string[] => (text.match(WORD) ?? []).map(fold);

export const textOf = (v: Uint8Array): string => decodeUtf8(v);
