/**
 * Rules and functions that an administrator has taken from the optimizer: rows of mysql.opt_rule_blacklist and
 * mysql.expr_pushdown_blacklist, in effect from ADMIN RELOAD on (TiDB docs, "Blocklist Control Plan"). They hold for the process,
 * as they do in TiDB: what the store is given to evaluate does not depend on who asks.
 */
class Blacklists {
  private rules: ReadonlySet<string> = new Set();
  private functions: ReadonlySet<string> = new Set();
  /** Tells plans made before a change from those made after it. */
  version = 0;

  /** Names as the optimizer's rules have them. */
  blockRules(names: readonly string[]): void {
    this.rules = new Set(names.map((n) => n.toLowerCase()));
    this.version++;
  }

  /** Names of functions or operators as they are written. */
  blockFunctions(names: readonly string[]): void {
    this.functions = new Set(names.map((n) => OPERATORS[n.toLowerCase()] ?? n.toLowerCase()));
    this.version++;
  }

  allowsRule(name: string): boolean {
    return this.rules.size === 0 || !this.rules.has(name);
  }

  /** Whether the store may be asked to evaluate a function. */
  allowsPushdown(name: string): boolean {
    return this.functions.size === 0 || !this.functions.has(name);
  }
}

export const blacklists = new Blacklists();

/** Names that operators go by among the functions. */
const OPERATORS: Readonly<Record<string, string>> = {
  '+': 'plus',
  '-': 'minus',
  '*': 'mul',
  '/': 'div',
  '%': 'mod',
  '=': 'eq',
  '<=>': 'nulleq',
  '!=': 'ne',
  '<>': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  '&&': 'and',
  '||': 'or',
  '!': 'not',
  '|': 'bitor',
  '&': 'bitand',
  '^': 'bitxor',
  '~': 'bitneg',
  '<<': 'leftshift',
  '>>': 'rightshift',
  'is null': 'isnull',
  'is true': 'istrue',
  'is false': 'isfalse',
};
