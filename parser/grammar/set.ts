import type {
  Expr,
  IsolationLevel,
  SetItem,
  SetTransactionStmt,
  Statement,
  VariableScope,
} from '../ast/index.js';
import { splitVariable } from './literal.js';
import { ShowGrammar } from './show.js';

/** SET in all its forms (MySQL 8.0 manual, "SET Statements"). */
export abstract class SetGrammar extends ShowGrammar {
  setStatement(): Statement {
    this.expect('SET');
    const special = this.specialSet();
    if (special !== null) return special;
    return { kind: 'Set', items: this.list(() => this.setItem()) };
  }

  /** The forms that are statements of their own; null, with nothing consumed, for assignments. */
  private specialSet(): Statement | null {
    const start = this.start;
    switch (this.upperWord()) {
      case 'PASSWORD': {
        const next = this.peek();
        if (next !== '=' && next !== 'FOR' && next !== ':=' && next !== 'TO') return null;
        this.advance();
        return this.setPassword();
      }
      case 'TRANSACTION':
        if (this.peek() === '=') return null;
        this.advance();
        return this.setTransaction(null);
      case 'GLOBAL':
      case 'SESSION':
      case 'LOCAL': {
        const scope = this.oneOf('GLOBAL', 'SESSION', 'LOCAL') === 'GLOBAL' ? 'GLOBAL' : 'SESSION';
        if (this.at('TRANSACTION') && this.peek() !== '=') {
          this.advance();
          return this.setTransaction(scope);
        }
        break;
      }
      case 'ROLE': {
        this.advance();
        if (this.at('=') || this.at(':=')) break;
        const mode = this.eatOneOf('DEFAULT', 'NONE', 'ALL');
        if (mode === 'ALL' && this.eat('EXCEPT')) {
          return { kind: 'SetRole', mode: 'ALL EXCEPT', roles: this.userSpecs() };
        }
        return { kind: 'SetRole', mode: mode ?? 'LIST', roles: mode === null ? this.userSpecs() : [] };
      }
      case 'DEFAULT': {
        this.advance();
        this.expect('ROLE');
        const mode = this.eatOneOf('NONE', 'ALL');
        const roles = mode === null ? this.userSpecs() : [];
        this.expect('TO');
        return { kind: 'SetDefaultRole', mode: mode ?? 'LIST', roles, users: this.userSpecs() };
      }
      case 'CONFIG': {
        this.advance();
        if (this.at('=') || this.at(':=')) break;
        const target = this.at('string') ? this.string() : this.ident();
        let name = this.ident();
        while (this.at('.') || this.at('-')) {
          const separator = this.tok;
          this.advance();
          name += separator + (separator === '.' ? this.identAfterDot() : this.ident());
        }
        if (!this.eat('=')) this.expect(':=');
        return { kind: 'SetConfig', target, name, value: this.setValue() ?? this.expr() };
      }
      case 'RESOURCE':
        this.advance();
        if (!this.eat('GROUP')) break;
        return { kind: 'SetResourceGroup', name: this.resourceGroupName() };
      case 'SESSION_STATES':
        this.advance();
        if (!this.at('string')) break;
        return { kind: 'SetSessionStates', value: this.string() };
      case 'BINDING': {
        this.advance();
        if (!this.at('ENABLED') && !this.at('DISABLED')) break;
        return this.setBinding();
      }
    }
    this.seek(start);
    return null;
  }

  abstract setBinding(): Statement;

  private setTransaction(scope: 'GLOBAL' | 'SESSION' | null): Statement {
    const stmt: SetTransactionStmt = {
      kind: 'SetTransaction',
      scope,
      isolation: null,
      readOnly: null,
      asOf: null,
    };
    do {
      if (this.eat('ISOLATION')) {
        this.expect('LEVEL');
        stmt.isolation = this.isolationLevel();
      } else {
        this.expect('READ');
        stmt.readOnly = this.oneOf('ONLY', 'WRITE') === 'ONLY';
        if (stmt.readOnly && this.at('AS')) stmt.asOf = this.asOfTimestamp();
      }
    } while (this.eat(','));
    return stmt;
  }

  private isolationLevel(): IsolationLevel {
    if (this.eat('SERIALIZABLE')) return 'SERIALIZABLE';
    if (this.eat('REPEATABLE')) {
      this.expect('READ');
      return 'REPEATABLE-READ';
    }
    this.expect('READ');
    return this.oneOf('COMMITTED', 'UNCOMMITTED') === 'COMMITTED' ? 'READ-COMMITTED' : 'READ-UNCOMMITTED';
  }

  private setItem(): SetItem {
    if (this.at('uservar')) {
      const name = this.text;
      this.advance();
      this.assignSign();
      return { kind: 'UserVariable', name, value: this.expr() };
    }
    if (this.at('sysvar')) {
      const { scope, name } = splitVariable(this.text);
      this.advance();
      return this.systemVariable(scope, name);
    }
    if (this.at('NAMES') && this.peek() !== '=' && this.peek() !== ':=') {
      this.advance();
      if (this.eat('DEFAULT')) return { kind: 'Names', charset: null, collate: null };
      const charset = this.charsetName();
      let collate: string | null = null;
      if (this.eat('COLLATE') && !this.eat('DEFAULT')) collate = this.collationName();
      return { kind: 'Names', charset, collate };
    }
    if (this.at('CHARACTER') || this.at('CHAR') || (this.at('CHARSET') && this.peek() !== '=')) {
      if (!this.eatCharacterSet()) throw this.error();
      return { kind: 'Charset', charset: this.eat('DEFAULT') ? null : this.charsetName() };
    }
    let scope: VariableScope | null = null;
    const next = this.upperWord();
    if (
      next === 'GLOBAL' ||
      next === 'SESSION' ||
      next === 'LOCAL' ||
      next.startsWith('PERSIST') ||
      next === 'INSTANCE'
    ) {
      const after = this.peek();
      if (after !== '=' && after !== ':=' && after !== '.') {
        const word = this.oneOf('GLOBAL', 'SESSION', 'LOCAL', 'PERSIST', 'PERSIST_ONLY', 'INSTANCE');
        scope = word === 'LOCAL' ? 'SESSION' : word;
        if (this.at('sysvar')) {
          const name = this.text;
          this.advance();
          return this.systemVariable(scope, name);
        }
      }
    }
    let name = this.ident();
    while (this.eat('.')) name += '.' + this.identAfterDot();
    if (scope !== null) return this.systemVariable(scope, name);
    const split = splitVariable(name);
    return this.systemVariable(split.scope, split.name);
  }

  /** RESET PERSIST [[IF EXISTS] name]. */
  resetStatement(): Statement {
    this.expect('RESET');
    this.expect('PERSIST');
    const ifExists = this.ifExists();
    if (!ifExists && (this.at('eof') || this.at(';'))) return { kind: 'ResetPersist', name: null, ifExists };
    let name = this.ident();
    while (this.eat('.')) name += '.' + this.identAfterDot();
    return { kind: 'ResetPersist', name, ifExists };
  }

  private assignSign(): void {
    if (!this.eat('=')) this.expect(':=');
  }

  private systemVariable(scope: VariableScope | null, name: string): SetItem {
    this.assignSign();
    return { kind: 'SystemVariable', scope, name, value: this.setValue() };
  }

  /** The value of a system variable: DEFAULT is null; a bare word is a string. */
  private setValue(): Expr | null {
    if (this.at('DEFAULT') && this.peek() !== '(') {
      this.advance();
      return null;
    }
    const start = this.start;
    if (this.at('ON') || this.at('BINARY') || this.at('ROW') || this.at('SYSTEM') || this.at('ALL')) {
      const value = this.wordText();
      this.advance();
      if (this.at(',') || this.at('eof') || this.at(';')) {
        return {
          kind: 'StringLiteral',
          start,
          end: this.lastEnd,
          value,
          bytes: null,
          charset: null,
          firstPart: null,
        };
      }
      this.seek(start);
    }
    const value = this.expr();
    if (value.kind === 'ColumnRef' && value.table === null) {
      return {
        kind: 'StringLiteral',
        start,
        end: value.end,
        value: value.name,
        bytes: null,
        charset: null,
        firstPart: null,
      };
    }
    return value;
  }
}
