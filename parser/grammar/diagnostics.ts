import type { Statement } from '../ast/index.js';
import { ClusterGrammar } from './cluster.js';

/** What may be asked of a condition, and of the statement as a whole. */
const CONDITION_ITEMS: ReadonlySet<string> = new Set([
  'CLASS_ORIGIN',
  'SUBCLASS_ORIGIN',
  'RETURNED_SQLSTATE',
  'MESSAGE_TEXT',
  'MYSQL_ERRNO',
  'CONSTRAINT_CATALOG',
  'CONSTRAINT_SCHEMA',
  'CONSTRAINT_NAME',
  'CATALOG_NAME',
  'SCHEMA_NAME',
  'TABLE_NAME',
  'COLUMN_NAME',
  'CURSOR_NAME',
]);
const STATEMENT_ITEMS: ReadonlySet<string> = new Set(['NUMBER', 'ROW_COUNT']);

/** The diagnostics area (MySQL 8.0 manual, "Condition Handling"): its words are no words of the keyword table. */
export abstract class DiagnosticsGrammar extends ClusterGrammar {
  /** GET DIAGNOSTICS, SIGNAL, RESIGNAL; null, with nothing consumed, for anything else. */
  diagnosticsStatement(): Statement | null {
    if (this.atWord('GET')) return this.getDiagnostics();
    if (this.atWord('SIGNAL') || this.atWord('RESIGNAL')) return this.signal();
    return null;
  }

  private getDiagnostics(): Statement {
    this.advance();
    const stacked = this.eatOneOf('CURRENT', 'STACKED') === 'STACKED';
    this.expectWord('DIAGNOSTICS');
    const condition = this.eatWord('CONDITION') ? this.simpleExpr() : null;
    const items = this.list(() => {
      const variable = this.text;
      this.expect('uservar');
      this.expect('=');
      const item = this.itemOf(condition === null ? STATEMENT_ITEMS : CONDITION_ITEMS);
      return { variable, item };
    });
    return { kind: 'GetDiagnostics', stacked, condition, items };
  }

  private itemOf(items: ReadonlySet<string>): string {
    const item = this.upperWord();
    if (!items.has(item)) throw this.error();
    this.advance();
    return item;
  }

  private signal(): Statement {
    const resignal = this.oneOf('SIGNAL', 'RESIGNAL') === 'RESIGNAL';
    let sqlState: string | null = null;
    if (!resignal || this.atWord('SQLSTATE')) {
      this.expectWord('SQLSTATE');
      this.eatWord('VALUE');
      sqlState = this.string();
    }
    const items = !this.eat('SET')
      ? []
      : this.list(() => {
          const item = this.itemOf(CONDITION_ITEMS);
          this.expect('=');
          return { item, value: this.expr() };
        });
    return { kind: 'Signal', resignal, sqlState, items };
  }
}
