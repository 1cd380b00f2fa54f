import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import { encodeJson } from '../../types/json/binary.js';
import { booleanQuery, documentOf, naturalQuery, rankOf, rankedWords, satisfies } from '../fulltext/query.js';
import type { Item } from '../fulltext/query.js';
import { foldOf, isIndexed, MAX_TOKEN_SIZE, textOf, wordsOf } from '../fulltext/words.js';
import { jsonType, realType, stringType } from '../type-inference.js';
import type { Kernel } from './scalar.js';
import { defineAll } from './scalar.js';

/** What FULLTEXT indexes and MATCH … AGAINST are made of (manual, "Full-Text Search Functions"). */

interface Asked {
  readonly text: string;
  readonly items: readonly Item[];
  readonly words: readonly string[];
}

defineAll('fulltext', [
  {
    name: '_fts_words',
    internal: true,
    args: ['string'],
    rest: 'string',
    nullAware: true,
    total: true,
    type: () => ({ ...jsonType(), arrayOf: stringType(MAX_TOKEN_SIZE, 'utf8mb4', 'utf8mb4_bin') }),
    make: ([first]): Kernel => {
      const fold = foldOf(first!.collate);
      return (_rt, ...columns: (Uint8Array | null)[]) => {
        const words = new Set<string>();
        for (const c of columns)
          if (c !== null) for (const w of wordsOf(textOf(c), fold)) if (isIndexed(w)) words.add(w);
        return encodeJson([...words]);
      };
    },
    doc: 'The words of its columns that a FULLTEXT index keeps. Manual: InnoDB Full-Text Indexes.',
  },
  {
    name: '_fts_rank',
    internal: true,
    args: ['int', 'string', 'string', 'string'],
    rest: 'string',
    nullAware: true,
    total: true,
    type: () => realType(),
    // 1 = boolean mode; the query; the words' rarities, '' when only the match counts; the columns.
    make: ([, , , first]): Kernel => {
      const fold = foldOf(first!.collate);
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
          const items = Number(mode) === 1 ? booleanQuery(text, fold) : naturalQuery(text, fold);
          if (items === null)
            throw mysqlError('ER_PARSE_ERROR', 'syntax error in full-text search string', `'${text}'`);
          asked = { text, items, words: rankedWords(items) };
        }
        const doc = documentOf(
          columns.map((c) => (c === null ? null : textOf(c))),
          fold,
        );
        if (!satisfies(asked.items, doc)) return 0;
        if (rarities.length === 0) return 1;
        return rankOf(asked.items, asked.words, textOf(rarities).split(',').map(Number), doc);
      };
    },
    doc: 'MATCH (columns) AGAINST (query): the relevance of a row. Manual: Full-Text Search Functions.',
  },
]);
