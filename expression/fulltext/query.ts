import { fulltextParser, NGRAM, type FulltextParser } from './words.js';

/** What AGAINST asks for. `word` of a wildcard is the beginning of the words meant. */
export type Term =
  | { readonly kind: 'word'; readonly word: string; readonly wildcard: boolean }
  | { readonly kind: 'phrase'; readonly words: readonly string[]; readonly distance: number | null }
  | { readonly kind: 'group'; readonly items: readonly Item[] };

/** `+` must, `-` must not, `~` does not count, `>` and `<` count more and less, '' may be there. */
export type Operator = '' | '+' | '-' | '~' | '>' | '<';

export interface Item {
  readonly operator: Operator;
  readonly term: Term;
}

/** How a query is read, as flags: in boolean mode, by the ngram parser. */
export const MatchMode = { Boolean: 1, Ngram: 2 } as const;

/** The query of MATCH … AGAINST over columns of a collation. `items` null: bad syntax. */
export function matchQuery(
  mode: number,
  collate: string,
  text: string,
): { readonly parser: FulltextParser; readonly items: readonly Item[] | null } {
  const parser = fulltextParser(collate, (mode & MatchMode.Ngram) === 0 ? undefined : NGRAM);
  const boolean = (mode & MatchMode.Boolean) !== 0;
  return { parser, items: boolean ? booleanQuery(text, parser) : naturalQuery(text, parser) };
}

/** Natural-language mode: any of the words. */
function naturalQuery(text: string, parser: FulltextParser): readonly Item[] {
  return [...new Set(parser.wordsOf(text).filter((w) => parser.isIndexed(w)))].map((word) => ({
    operator: '',
    term: { kind: 'word', word, wildcard: false },
  }));
}

/** Boolean mode (MySQL manual, "Boolean Full-Text Searches"). Null: bad syntax. */
function booleanQuery(text: string, words: FulltextParser): readonly Item[] | null {
  const parser = new BooleanParser(text, words);
  const items = parser.items();
  return parser.atEnd && !parser.bad ? items : null;
}

class BooleanParser {
  private at = 0;
  bad = false;

  constructor(
    private readonly text: string,
    private readonly parser: FulltextParser,
  ) {}

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  items(): Item[] {
    const out: Item[] = [];
    while (!this.atEnd) {
      const c = this.text[this.at]!;
      if (c === ')') break;
      let operator: Operator = '';
      if ('+-~<>'.includes(c)) {
        operator = c as Operator;
        this.at++;
        // An operator stands right before its word, and alone.
        const next = this.text[this.at];
        if (next === undefined || /[\s+\-~<>)*@]/.test(next)) {
          this.bad = true;
          return out;
        }
      }
      this.term(operator, out);
      if (this.bad) return out;
    }
    return out;
  }

  private term(operator: Operator, out: Item[]): void {
    const c = this.text[this.at]!;
    if (c === '(') {
      this.at++;
      const items = this.items();
      if (this.text[this.at] !== ')') this.bad = true;
      this.at++;
      if (items.length > 0) out.push({ operator, term: { kind: 'group', items } });
      return;
    }
    if (c === '"') {
      const end = this.text.indexOf('"', this.at + 1);
      if (end < 0) {
        this.bad = true;
        return;
      }
      const words = this.parser.wordsOf(this.text.slice(this.at + 1, end));
      this.at = end + 1;
      const near = /^\s*@(\d+)/.exec(this.text.slice(this.at));
      if (near !== null) this.at += near[0].length;
      if (words.length > 0) out.push(this.phrase(operator, words, near === null ? null : Number(near[1])));
      return;
    }
    const token = /^[^\s"()+\-~<>*@]+/.exec(this.text.slice(this.at));
    if (token === null) {
      if (/[*@]/.test(c)) this.bad = true;
      this.at++;
      return;
    }
    this.at += token[0].length;
    const wildcard = this.text[this.at] === '*';
    if (wildcard) this.at++;
    const { tokenSize } = this.parser;
    if (tokenSize !== null) {
      this.overlapping(operator, token[0], wildcard && [...token[0]].length < tokenSize, out);
      return;
    }
    const words = this.parser.wordsOf(token[0]);
    words.forEach((word, i) => {
      const open = wildcard && i === words.length - 1;
      if (open || this.parser.isIndexed(word))
        out.push({ operator, term: { kind: 'word', word, wildcard: open } });
      // No row is known to have a word that is not indexed.
      else if (operator === '+') out.push(nothing(operator));
    });
  }

  /** A word whose tokens overlap is the phrase of them, and what is shorter than a token the beginning of one where `open` says so. */
  private overlapping(operator: Operator, word: string, open: boolean, out: Item[]): void {
    const words = this.parser.wordsOf(word);
    if (open) out.push({ operator, term: { kind: 'word', word: this.parser.fold(word), wildcard: true } });
    else out.push(this.phrase(operator, words, null));
  }

  private phrase(operator: Operator, words: readonly string[], distance: number | null): Item {
    // Of tokens that overlap, only those that are indexed are looked for.
    if (this.parser.tokenSize !== null && !words.some((w) => this.parser.isIndexed(w)))
      return nothing(operator);
    return { operator, term: { kind: 'phrase', words, distance } };
  }
}

/** What no row has. */
const nothing = (operator: Operator): Item => ({ operator, term: { kind: 'group', items: [] } });

/** The words whose frequencies make the rank, in the order in which they are first named; `word*` stands for its words. */
export function rankedWords(items: readonly Item[], parser: FulltextParser, out: string[] = []): string[] {
  for (const { operator, term } of items) {
    if (operator === '-' || operator === '~') continue;
    if (term.kind === 'group') rankedWords(term.items, parser, out);
    else {
      const words =
        term.kind === 'word'
          ? [term.wildcard ? `${term.word}*` : term.word]
          : term.words.filter((w) => parser.isIndexed(w));
      for (const w of words) if (!out.includes(w)) out.push(w);
    }
  }
  return out;
}

/** Indexed words one of which every row found has; null when the query does not name such. */
export function namedWords(items: readonly Item[], parser: FulltextParser): readonly string[] | null {
  const plain = (t: Term): string | null =>
    t.kind === 'word' && !t.wildcard
      ? t.word
      : t.kind === 'phrase'
        ? (t.words.find((w) => parser.isIndexed(w)) ?? null)
        : null;
  for (const { operator, term } of items) {
    if (operator !== '+') continue;
    const word = plain(term);
    if (word !== null) return [word];
  }
  const any: string[] = [];
  for (const { operator, term } of items) {
    if (operator === '-' || operator === '~') continue;
    const word = plain(term);
    const words = term.kind === 'group' ? namedWords(term.items, parser) : word === null ? null : [word];
    if (words === null) return null;
    any.push(...words);
  }
  return any.length === 0 ? null : [...new Set(any)];
}

/** A row's words, column by column. */
export interface Document {
  readonly columns: readonly (readonly string[])[];
  /** How often each indexed word is there. */
  readonly counts: ReadonlyMap<string, number>;
}

export function documentOf(texts: readonly (string | null)[], parser: FulltextParser): Document {
  const columns = texts.map((t) => (t === null ? [] : parser.wordsOf(t)));
  const counts = new Map<string, number>();
  for (const words of columns)
    for (const w of words) if (parser.isIndexed(w)) counts.set(w, (counts.get(w) ?? 0) + 1);
  return { columns, counts };
}

const frequency = (doc: Document, word: string): number => {
  if (!word.endsWith('*')) return doc.counts.get(word) ?? 0;
  const prefix = word.slice(0, -1);
  let n = 0;
  for (const [w, count] of doc.counts) if (w.startsWith(prefix)) n += count;
  return n;
};

function hasTerm(term: Term, doc: Document): boolean {
  switch (term.kind) {
    case 'word':
      return frequency(doc, term.wildcard ? `${term.word}*` : term.word) > 0;
    case 'phrase':
      return doc.columns.some((words) =>
        term.distance === null ? hasPhrase(words, term.words) : hasNear(words, term.words, term.distance),
      );
    case 'group':
      return satisfies(term.items, doc);
  }
}

function hasPhrase(words: readonly string[], phrase: readonly string[]): boolean {
  for (let i = 0; i + phrase.length <= words.length; i++)
    if (phrase.every((w, k) => words[i + k] === w)) return true;
  return false;
}

/** Whether the words stand in a stretch of so many words. */
function hasNear(words: readonly string[], wanted: readonly string[], distance: number): boolean {
  for (let i = 0; i < words.length; i++) {
    const stretch = words.slice(i, i + distance);
    if (wanted.every((w) => stretch.includes(w))) return true;
  }
  return false;
}

/** Whether the document is found. */
export function satisfies(items: readonly Item[], doc: Document): boolean {
  let must = false;
  let some = false;
  for (const { operator, term } of items) {
    if (operator === '~') continue;
    const has = hasTerm(term, doc);
    if (operator === '-') {
      if (has) return false;
    } else if (operator === '+') {
      if (!has) return false;
      must = true;
    } else if (has) some = true;
  }
  return must || some;
}

const clamp = (rank: number): number => Math.max(-1, Math.min(1, rank));

/** What the operators `>` and `<` add: at most 1 either way (InnoDB, fts_query_change_ranking). */
function adjustment(items: readonly Item[], doc: Document, rank: number): number {
  for (const { operator, term } of items) {
    if (operator === '-' || operator === '~') continue;
    if (term.kind === 'group') rank = adjustment(term.items, doc, rank);
    if (!hasTerm(term, doc)) continue;
    if (operator === '>') rank = clamp(rank + 1);
    else if (operator === '<') rank = clamp(rank - 1);
  }
  return rank;
}

/** The relevance: for each word its count by the square of how rare it is (MySQL manual, "Boolean Full-Text Searches"). */
export function rankOf(
  items: readonly Item[],
  words: readonly string[],
  rarity: readonly number[],
  doc: Document,
): number {
  let rank = Math.fround(adjustment(items, doc, 0));
  for (let i = 0; i < words.length; i++) {
    const n = frequency(doc, words[i]!);
    if (n > 0) rank = Math.fround(rank + Math.fround(n * rarity[i]! * rarity[i]!));
  }
  return rank;
}

/** Inverse document frequency: log10 of all rows by those with the word, never quite nothing. */
export const rarityOf = (total: number, having: number): number =>
  having <= 0 ? 0 : Math.log10(total <= having ? 1.0001 : total / having);
