import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import { encodeJson } from '../../types/json/binary.js';
import { documentOf, matchQuery, rankOf, rankedWords, satisfies } from '../fulltext/query.js';
import type { Item } from '../fulltext/query.js';
import { fulltextParser, type FulltextParser, MAX_TOKEN_SIZE, NGRAM, textOf } from '../fulltext/words.js';
import { jsonType, realType, stringType } from '../type-inference.js';
import type { Kernel, ScalarDefinition } from './scalar.js';
import { defineAll } from './scalar.js';

/** What FULLTEXT indexes and MATCH … AGAINST are made of (manual, "Full-Text Search Functions"). */

interface Asked {
  readonly text: string;
  readonly parser: FulltextParser;
  readonly items: readonly Item[];
  readonly words: readonly string[];
}

const wordsFunction = (
  name: string,
  parserName: string | undefined,
  doc: string,
): Omit<ScalarDefinition, 'family'> => ({
  name,
  internal: true,
  args: ['string'],
  rest: 'string',
  nullAware: true,
  total: true,
  type: () => ({ ...jsonType(), arrayOf: stringType(MAX_TOKEN_SIZE, 'utf8mb4', 'utf8mb4_bin') }),
  make: ([first]): Kernel => {
    const parser = fulltextParser(first!.collate, parserName);
    return (_rt, ...columns: (Uint8Array | null)[]) => {
      const words = new Set<string>();
      for (const c of columns)
        if (c !== null) for (const w of parser.wordsOf(textOf(c))) if (parser.isIndexed(w)) words.add(w);
      return encodeJson([...words]);
    };
  },
  doc,
});

defineAll('fulltext', [
  wordsFunction(
    '_fts_words',
    undefined,
    'The words of its columns that a FULLTEXT index keeps. Manual: InnoDB Full-Text Indexes.',
  ),
  wordsFunction(
    '_fts_ngrams',
    NGRAM,
    'What a FULLTEXT index WITH PARSER ngram keeps of its columns. Manual: ngram Full-Text Parser.',
  ),
  {
    name: '_fts_rank',
    internal: true,
    args: ['int', 'string', 'string', 'string'],
    rest: 'string',
    nullAware: true,
    total: true,
    type: () => realType(),
    // The mode (see MatchMode); the query; the words' rarities, '' when only the match counts; the columns.
    make: ([, , , first]): Kernel => {
      let asked: Asked | null = null;
      return (
        _rt,
        mode: Datum,
        query: Uint8Array | null,
        rarities: Uint8Array,
        ...columns: (Uint8Array | null)[]
      ) => {
        if (query === null) return 0;
        const text = textOf(query);
        if (asked === null || asked.text !== text) {
          const { parser, items } = matchQuery(Number(mode), first!.collate, text);
          if (items === null)
            throw mysqlError('ER_PARSE_ERROR', 'syntax error in full-text search string', `'${text}'`);
          asked = { text, parser, items, words: rankedWords(items, parser) };
        }
        const doc = documentOf(
          columns.map((c) => (c === null ? null : textOf(c))),
          asked.parser,
        );
        if (!satisfies(asked.items, doc)) return 0;
        if (rarities.length === 0) return 1;
        return rankOf(asked.items, asked.words, textOf(rarities).split(',').map(Number), doc);
      };
    },
    doc: 'MATCH (columns) AGAINST (query): the relevance of a row. Manual: Full-Text Search Functions.',
  },
]);
