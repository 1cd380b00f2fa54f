import { characterCount, decodeUtf8 } from '../../types/charset.js';

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

/** Characters of a token of the ngram parser (ngram_token_size). */
const NGRAM_SIZE = 2;
const SHORT_STOPWORDS = [...STOPWORDS].filter((w) => w.length <= NGRAM_SIZE);

/** How a FULLTEXT index takes texts apart. Words are the same in folded form. */
export interface FulltextParser {
  fold(word: string): string;
  /** All words of a text in their order, folded; also those that are not indexed. */
  wordsOf(text: string): string[];
  isIndexed(word: string): boolean;
  /** Set where each word has so many characters, and a text's words overlap. */
  readonly tokenSize: number | null;
}

const isIndexed = (word: string): boolean => {
  const n = characterCount(word);
  return n >= MIN_TOKEN_SIZE && n <= MAX_TOKEN_SIZE && !STOPWORDS.has(word);
};

/** Lower case, and without accents where the collation does not tell them apart. */
function foldOf(collate: string): (word: string) => string {
  const accents = collate.endsWith('_bin') || collate.endsWith('_as_ci') || collate.endsWith('_as_cs');
  return accents
    ? (w) => w.toLowerCase()
    : (w) => w.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC');
}

/** The parser of an index (WITH PARSER; undefined for the built-in one) over texts of a collation. */
export function fulltextParser(collate: string, name: string | undefined): FulltextParser {
  const fold = foldOf(collate);
  return name === NGRAM
    ? { fold, wordsOf: (text) => ngramsOf(fold(text)), isIndexed: isIndexedNgram, tokenSize: NGRAM_SIZE }
    : { fold, wordsOf: (text) => (text.match(WORD) ?? []).map(fold), isIndexed, tokenSize: null };
}

/** The name of MySQL's parser for languages that do not separate words. */
export const NGRAM = 'ngram';

/** Every stretch of NGRAM_SIZE characters without spaces (MySQL manual, "ngram Full-Text Parser"). */
function ngramsOf(text: string): string[] {
  const out: string[] = [];
  for (const part of text.split(/\s+/)) {
    const characters = [...part];
    for (let i = 0; i + NGRAM_SIZE <= characters.length; i++)
      out.push(characters.slice(i, i + NGRAM_SIZE).join(''));
  }
  return out;
}

/** What contains a stopword is left out. */
const isIndexedNgram = (word: string): boolean => !SHORT_STOPWORDS.some((w) => word.includes(w));

export const textOf = (v: Uint8Array): string => decodeUtf8(v);
