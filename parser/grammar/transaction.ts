import type { BeginStmt, Completion, Statement, UserVariable, XaStmt } from '../ast/index.js';
import { SetGrammar } from './set.js';

/** Transactions and SQL-level prepared statements. */
export abstract class TransactionGrammar extends SetGrammar {
  private begin(): BeginStmt {
    return {
      kind: 'Begin',
      mode: null,
      readOnly: null,
      consistentSnapshot: false,
      causalConsistencyOnly: false,
      asOf: null,
    };
  }

  beginStatement(): Statement {
    this.expect('BEGIN');
    this.eatWord('WORK');
    return { ...this.begin(), mode: this.eatOneOf('PESSIMISTIC', 'OPTIMISTIC') };
  }

  /** START TRANSACTION …. */
  startStatement(): Statement {
    this.expect('START');
    this.expect('TRANSACTION');
    const stmt = this.begin();
    stmt.mode = this.eatOneOf('PESSIMISTIC', 'OPTIMISTIC');
    if (this.at('eof') || this.at(';')) return stmt;
    do {
      if (this.eat('READ')) {
        if (stmt.readOnly !== null) throw this.error();
        stmt.readOnly = this.oneOf('ONLY', 'WRITE') === 'ONLY';
        if (stmt.readOnly && this.at('AS')) stmt.asOf = this.asOfTimestamp();
        continue;
      }
      this.expect('WITH');
      if (this.eat('CAUSAL')) {
        this.expect('CONSISTENCY');
        this.expect('ONLY');
        stmt.causalConsistencyOnly = true;
      } else {
        this.expect('CONSISTENT');
        this.expect('SNAPSHOT');
        stmt.consistentSnapshot = true;
      }
    } while (this.eat(','));
    return stmt;
  }

  private completion(): Completion | null {
    const words: string[] = [];
    if (this.eat('AND')) {
      if (this.eat('NO')) words.push('NO');
      this.expect('CHAIN');
      words.push('CHAIN');
    }
    if (this.at('NO') || this.at('RELEASE')) {
      if (this.eat('NO')) words.push('NO');
      this.expect('RELEASE');
      words.push('RELEASE');
    }
    if (words.join(' ') === 'CHAIN RELEASE') throw this.error();
    return words.length === 0 ? null : (words.join(' ') as Completion);
  }

  commitStatement(): Statement {
    this.expect('COMMIT');
    this.eatWord('WORK');
    return { kind: 'Commit', completion: this.completion() };
  }

  rollbackStatement(): Statement {
    this.expect('ROLLBACK');
    this.eatWord('WORK');
    if (this.eat('TO')) {
      this.eat('SAVEPOINT');
      return { kind: 'Rollback', completion: null, savepoint: this.ident() };
    }
    return { kind: 'Rollback', completion: this.completion(), savepoint: null };
  }

  savepointStatement(): Statement {
    this.expect('SAVEPOINT');
    return { kind: 'Savepoint', name: this.ident() };
  }

  releaseStatement(): Statement {
    this.expect('RELEASE');
    this.expect('SAVEPOINT');
    return { kind: 'ReleaseSavepoint', name: this.ident() };
  }

  xaStatement(): Statement {
    this.expect('XA');
    const word = this.oneOf('START', 'BEGIN', 'END', 'PREPARE', 'COMMIT', 'ROLLBACK', 'RECOVER');
    const action: XaStmt['action'] = word === 'BEGIN' ? 'START' : word;
    this.skipStatement();
    return { kind: 'Xa', action };
  }

  prepareStatement(): Statement {
    this.expect('PREPARE');
    const name = this.ident();
    this.expect('FROM');
    if (this.at('uservar')) return { kind: 'Prepare', name, sql: null, variable: this.userVariable() };
    return { kind: 'Prepare', name, sql: this.string(), variable: null };
  }

  executeStatement(): Statement {
    this.expect('EXECUTE');
    const name = this.ident();
    const using = this.eat('USING') ? this.list(() => this.userVariable()) : [];
    return { kind: 'Execute', name, using };
  }

  /** DEALLOCATE | DROP PREPARE name, at PREPARE. */
  deallocateStatement(): Statement {
    this.expect('PREPARE');
    return { kind: 'Deallocate', name: this.ident() };
  }

  private userVariable(): UserVariable {
    const start = this.start;
    const name = this.text;
    this.expect('uservar');
    return { kind: 'UserVariable', start, end: this.lastEnd, name };
  }
}
