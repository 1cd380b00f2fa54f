import type { TableName, UserSpec } from '../ast/index.js';
import { isReserved } from '../keyword.js';

export interface RestoreOptions {
  /** Keywords and function names in lower case, as TiDB shows generated columns, defaults and checks. */
  lowercase?: boolean;
  /** Blanks around binary operators, as in generated columns. */
  spaces?: boolean;
  /** Brackets around each binary operation, and no blanks between arguments: as TiDB shows what BATCH would run. */
  brackets?: boolean;
  /** The introducer written before string literals that have none; views and generated columns have 'utf8mb4'. */
  stringCharset?: string;
  /** Column names without schema and table. */
  bareColumns?: boolean;
  /** The schema written before table names that have none. */
  schema?: string;
  /** Hints on tables and indexes with names quoted, as TiDB writes them; in bindings it has them in lower case. */
  quotedHints?: 'lower' | 'upper';
  /** Names (lower case) of tables that have none: common tables. */
  unqualified?: ReadonlySet<string>;
}

/** Builds SQL text; the grammar's pieces are in the classes derived from it. */
export abstract class Writer {
  protected out = '';

  constructor(protected readonly options: RestoreOptions) {}

  get text(): string {
    return this.out;
  }

  /** A keyword, written in the case asked for. */
  kw(word: string): this {
    this.out += this.options.lowercase ? word.toLowerCase() : word;
    return this;
  }

  raw(text: string): this {
    this.out += text;
    return this;
  }

  protected name(name: string): this {
    this.out += `\`${name.replaceAll('`', '``')}\``;
    return this;
  }

  string(value: string): this {
    this.out += quoteString(value);
    return this;
  }

  /** The name of an option: bare where it is a plain word. */
  protected optionName(name: string): this {
    return this.raw(/^[a-z_][a-z0-9_]*$/i.test(name) && !isReserved(name) ? name : quoteName(name));
  }

  /** A character set or collation: bare where it is a plain word, as TiDB writes them. */
  protected charset(name: string, upper = false): this {
    const bare = /^[a-z]\w*$/.test(name) && (name === 'binary' || !isReserved(name));
    if (!bare) return this.raw(quoteName(name));
    return upper ? this.kw(name.toUpperCase()) : this.raw(name);
  }

  protected user(user: UserSpec): this {
    if (user.current) return this.kw('CURRENT_USER');
    this.name(user.name);
    return user.hostWritten ? this.raw('@').name(user.host) : this;
  }

  protected table({ schema, name }: TableName): this {
    const { schema: given = null, unqualified } = this.options;
    const owner = schema ?? (unqualified?.has(name.toLowerCase()) === true ? null : given);
    if (owner !== null) this.name(owner).raw('.');
    return this.name(name);
  }

  protected list<T>(items: readonly T[], item: (value: T) => void, separator = ','): this {
    items.forEach((value, i) => {
      if (i > 0) this.out += separator;
      item(value);
    });
    return this;
  }

  protected names(names: readonly string[]): this {
    return this.list(names, (name) => this.name(name));
  }

  protected parenNames(names: readonly string[]): this {
    return this.raw('(').names(names).raw(')');
  }

  protected tables(tables: readonly TableName[]): this {
    return this.list(tables, (table) => this.table(table), ', ');
  }
}

/** A string literal in single quotes. */
export function quoteString(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** An identifier in backquotes. */
export function quoteName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
