import type { Hint, HintTable } from '../ast/index.js';
import { Lexer, type Token } from '../lexer.js';
import { ParseError } from '../parse-error.js';
import { SelectGrammar } from './select.js';

/** How a hint's parentheses are read. */
type HintShape =
  'none' | 'tables' | 'indexes' | 'number' | 'word' | 'memory' | 'boolean' | 'variable' | 'stores' | 'text';

/** The hints of TiDB and MySQL 8.0 by name (manuals, "Optimizer Hints"); an unknown one is kept by its text. */
const SHAPES: ReadonlyMap<string, HintShape> = new Map<string, HintShape>([
  ...tableOf(
    'none',
    'HASH_AGG STREAM_AGG MPP_1PHASE_AGG MPP_2PHASE_AGG AGG_TO_COP NO_INDEX_MERGE STRAIGHT_JOIN',
  ),
  ...tableOf(
    'none',
    'READ_CONSISTENT_REPLICA IGNORE_PLAN_CACHE LIMIT_TO_COP SEMI_JOIN_REWRITE NO_DECORRELATE MERGE',
  ),
  ...tableOf('none', 'WRITE_SLOW_LOG'),
  ...tableOf(
    'tables',
    'MERGE_JOIN TIDB_SMJ NO_MERGE_JOIN INL_JOIN TIDB_INLJ INDEX_JOIN NO_INL_JOIN NO_INDEX_JOIN',
  ),
  ...tableOf('tables', 'INL_HASH_JOIN INDEX_HASH_JOIN NO_INDEX_HASH_JOIN INL_MERGE_JOIN INDEX_MERGE_JOIN'),
  ...tableOf(
    'tables',
    'NO_INDEX_MERGE_JOIN HASH_JOIN TIDB_HJ NO_HASH_JOIN HASH_JOIN_BUILD HASH_JOIN_PROBE LEADING',
  ),
  ...tableOf(
    'tables',
    'SHUFFLE_JOIN BROADCAST_JOIN BKA NO_BKA BNL NO_BNL NO_MERGE JOIN_PREFIX JOIN_SUFFIX JOIN_ORDER',
  ),
  ...tableOf('tables', 'INL_SEMI_JOIN'),
  ...tableOf(
    'indexes',
    'USE_INDEX IGNORE_INDEX FORCE_INDEX USE_INDEX_MERGE ORDER_INDEX NO_ORDER_INDEX INDEX_MERGE',
  ),
  ...tableOf(
    'indexes',
    'HYPO_INDEX MRR NO_MRR NO_ICP NO_RANGE_OPTIMIZATION INDEX_LOOKUP_PUSHDOWN NO_INDEX_LOOKUP_PUSHDOWN',
  ),
  ...tableOf('indexes', 'SKIP_SCAN NO_SKIP_SCAN GROUP_INDEX NO_GROUP_INDEX JOIN_INDEX NO_JOIN_INDEX'),
  ...tableOf('number', 'MAX_EXECUTION_TIME NTH_PLAN TIDB_KV_READ_TIMEOUT'),
  ...tableOf('word', 'QB_NAME QUERY_TYPE RESOURCE_GROUP'),
  ...tableOf('memory', 'MEMORY_QUOTA'),
  ...tableOf('boolean', 'USE_TOJA USE_CASCADES USE_PLAN_CACHE'),
  ...tableOf('variable', 'SET_VAR'),
  ...tableOf('stores', 'READ_FROM_STORAGE'),
  ...tableOf('text', 'TIME_RANGE'),
]);

/** Hints of MySQL that change nothing here. */
const UNSUPPORTED: ReadonlySet<string> = new Set(
  (
    'BKA NO_BKA BNL NO_BNL NO_MERGE JOIN_PREFIX JOIN_SUFFIX JOIN_ORDER INDEX_MERGE MRR NO_MRR NO_ICP ' +
    'NO_RANGE_OPTIMIZATION SKIP_SCAN NO_SKIP_SCAN GROUP_INDEX NO_GROUP_INDEX JOIN_INDEX NO_JOIN_INDEX'
  ).split(' '),
);

/** Whether a hint, by its name in upper case, is one that is followed. */
export const isKnownHint = (name: string): boolean => SHAPES.has(name) && !UNSUPPORTED.has(name);

/** Hints that are followed, or at least understood. */
export const knownHints = (): string[] => [...SHAPES.keys()].filter(isKnownHint);

function tableOf(shape: HintShape, names: string): [string, HintShape][] {
  return names.split(' ').map((name) => [name, shape]);
}

/**
 * Optimizer hints: their own small language inside a comment. Never an error: what cannot be read is warned of, and as in MySQL the
 * hints before it are followed.
 */
export abstract class HintGrammar extends SelectGrammar {
  hints(): Hint[] {
    const { text, source, start, end } = this;
    this.advance();
    const { hints, fault } = parseHints(text);
    if (fault !== null) {
      const from = start + HINT_START.length;
      const { line, column, near } = ParseError.at(
        source.slice(0, end),
        from + fault.start,
        from + fault.end,
      );
      const message = `Optimizer hint syntax error at line ${line} column ${column} near "${near}" `;
      this.warnings.push({ code: 1064, message });
    }
    return hints;
  }
}

const HINT_START = '/*+';

/** The place of a token in the text of a comment. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** The hints in the text of a hint comment, and where it goes on with what is none. */
export function parseHints(text: string): { readonly hints: Hint[]; readonly fault: Place | null } {
  const hints: Hint[] = [];
  const lexer = new HintLexer(text);
  if (!lexer.next()) lexer.fail();
  while (!lexer.isAtEnd) {
    const hint = lexer.hint();
    if (lexer.fault !== null) break;
    hints.push(...hint);
    lexer.next();
    if (lexer.is(',')) lexer.next();
  }
  return { hints, fault: lexer.fault };
}

const COMMENT_END = '*/';

class HintLexer {
  private readonly lexer: Lexer;
  private failed = false;
  /** The first token that does not belong where it is. */
  fault: Place | null = null;

  constructor(private readonly source: string) {
    this.lexer = new Lexer(source, {});
  }

  get isAtEnd(): boolean {
    return this.lexer.tok === 'eof' && !this.failed;
  }

  /** The current token does not belong here. */
  fail(): void {
    const { start, end } = this.lexer;
    this.fault ??= this.isAtEnd
      ? { start: this.source.length, end: this.source.length + COMMENT_END.length }
      : { start, end };
  }

  is(tok: Token): boolean {
    return this.lexer.tok === tok;
  }

  /** Moves on; false at the end, or where the text is not made of tokens. */
  next(): boolean {
    if (this.failed) return false;
    try {
      this.lexer.advance();
    } catch {
      this.failed = true;
      this.fail();
      this.lexer.tok = 'eof';
    }
    return this.lexer.tok !== 'eof';
  }

  private isWord(): boolean {
    const tok = this.lexer.tok;
    return tok === 'ident' || (tok.charCodeAt(0) >= 65 && tok.charCodeAt(0) <= 90);
  }

  /** The current token as it is written, or the name it quotes; nothing where the text ends. */
  private word(): string {
    const { lexer } = this;
    if (lexer.tok === 'eof') return '';
    return lexer.tok === 'ident' ? lexer.text : this.source.slice(lexer.start, lexer.end);
  }

  /** The hint whose name is the current token; it ends on its last token. None where there is a fault. */
  hint(): Hint[] {
    if (!this.isWord()) {
      this.fail();
      return [];
    }
    const from = this.lexer.start;
    const name = this.word().toUpperCase();
    const base: Hint = {
      name,
      queryBlock: null,
      tables: [],
      indexes: [],
      variable: null,
      value: null,
      text: '',
    };
    this.next();
    if (!this.is('(')) {
      this.fail();
      return [];
    }
    this.next();
    if (this.is('uservar')) {
      base.queryBlock = this.lexer.text;
      this.next();
    }
    const shape = SHAPES.get(name);
    const hints = this.body(base, shape ?? 'tables');
    if (shape !== undefined && !this.is(')')) this.fail();
    // What a hint that is not known has in its parentheses is passed over.
    for (let depth = 1; ; this.next()) {
      if (this.is(')') && --depth === 0) break;
      if (this.is('(')) depth++;
      if (this.lexer.tok === 'eof') {
        this.fail();
        break;
      }
    }
    const text = this.source.slice(from, this.lexer.end).trim();
    for (const hint of hints) hint.text = text;
    return hints;
  }

  private body(hint: Hint, shape: HintShape): Hint[] {
    switch (shape) {
      case 'none':
        return [hint];
      case 'tables':
        hint.tables = this.tables();
        return [hint];
      case 'indexes': {
        const table = this.table();
        if (table !== null) hint.tables = [table];
        else this.fail();
        if (this.is(',')) this.next();
        while (this.isWord() || this.is('string')) {
          hint.indexes.push(this.is('string') ? this.lexer.text : this.word());
          this.next();
          if (this.is(',')) this.next();
        }
        return [hint];
      }
      case 'number':
        if (this.is('int')) {
          hint.value = Number(this.lexer.text);
          this.next();
        } else this.fail();
        return [hint];
      case 'word':
        if (this.isWord() || this.is('string')) {
          hint.value = this.is('string') ? this.lexer.text : this.word();
          this.next();
          // QB_NAME(name, view@sel.…): the path of tables into views.
          if (this.is(',')) {
            this.next();
            hint.tables = this.tables();
          }
        } else this.fail();
        return [hint];
      case 'memory':
        if (this.is('int')) {
          const amount = Number(this.lexer.text);
          this.next();
          const unit = this.word().toUpperCase();
          if (unit !== 'GB' && unit !== 'MB') this.fail();
          hint.value = amount * (unit === 'GB' ? 1 << 30 : 1 << 20);
          this.next();
        } else this.fail();
        return [hint];
      case 'boolean':
        if (this.is('TRUE') || this.is('FALSE')) {
          hint.value = this.is('TRUE');
          this.next();
        } else this.fail();
        return [hint];
      case 'variable':
        if (this.isWord()) {
          hint.variable = this.word();
          this.next();
          if (this.is('=')) {
            this.next();
            const negative = this.is('-');
            if (negative) this.next();
            if (this.is('int') || this.is('decimal') || this.is('float')) {
              hint.value = (negative ? '-' : '') + this.lexer.text;
            } else hint.value = this.is('string') ? this.lexer.text : this.word();
            this.next();
          } else this.fail();
        } else this.fail();
        return [hint];
      case 'stores': {
        const hints: Hint[] = [];
        while (this.isWord()) {
          const store: Hint = { ...hint, value: this.word().toUpperCase(), tables: [] };
          this.next();
          if (this.is('[')) {
            this.next();
            store.tables = this.tables();
            if (this.is(']')) this.next();
          }
          hints.push(store);
          if (this.is(',')) this.next();
        }
        return hints.length > 0 ? hints : [hint];
      }
      case 'text': {
        const from = this.lexer.start;
        while (!this.is(')') && this.next());
        hint.value = this.source.slice(from, this.lexer.start).trim();
        return [hint];
      }
    }
  }

  private tables(): HintTable[] {
    const tables: HintTable[] = [];
    // LEADING may group its tables; the groups are flattened.
    let depth = 0;
    for (;;) {
      for (; this.is('('); depth++) this.next();
      const table = this.table();
      if (table === null) return tables;
      tables.push(table);
      for (; depth > 0 && this.is(')'); depth--) this.next();
      while (this.is(',') || this.is('.')) this.next();
    }
  }

  private table(): HintTable | null {
    if (!this.isWord()) return null;
    const table: HintTable = { schema: null, name: this.word(), queryBlock: null, partitions: [] };
    this.next();
    if (this.is('.')) {
      this.next();
      table.schema = table.name;
      table.name = this.word();
      this.next();
    }
    if (this.is('uservar')) {
      table.queryBlock = this.lexer.text;
      this.next();
    }
    if (this.is('PARTITION')) {
      this.next();
      if (this.is('(')) this.next();
      while (this.isWord()) {
        table.partitions.push(this.word());
        this.next();
        if (this.is(',')) this.next();
      }
      if (this.is(')')) this.next();
    }
    return table;
  }
}
