import type {
  AccountSpec,
  AlterUserStmt,
  AuthOption,
  CreateUserStmt,
  PasswordOption,
  PrivilegeLevel,
  PrivilegeSpec,
  RequireOption,
  ResourceLimit,
  Statement,
  UserSpec,
} from '../ast/index.js';
import { DefinitionGrammar } from './definition.js';

const LIMITS = [
  'MAX_QUERIES_PER_HOUR',
  'MAX_UPDATES_PER_HOUR',
  'MAX_CONNECTIONS_PER_HOUR',
  'MAX_USER_CONNECTIONS',
] as const;

/** Privileges of more than one word, longest first where one begins another. */
const LONG_PRIVILEGES: readonly (readonly string[])[] = [
  ['ALL', 'PRIVILEGES'],
  ['ALTER', 'ROUTINE'],
  ['CREATE', 'TEMPORARY', 'TABLES'],
  ['CREATE', 'ROUTINE'],
  ['CREATE', 'TABLESPACE'],
  ['CREATE', 'USER'],
  ['CREATE', 'ROLE'],
  ['CREATE', 'VIEW'],
  ['DROP', 'ROLE'],
  ['GRANT', 'OPTION'],
  ['LOCK', 'TABLES'],
  ['REPLICATION', 'CLIENT'],
  ['REPLICATION', 'SLAVE'],
  ['SHOW', 'DATABASES'],
  ['SHOW', 'VIEW'],
  ['SHOW', 'ROUTINE'],
];

/** Users, roles and privileges (MySQL 8.0 manual, "Account Management Statements"). */
export abstract class AccountGrammar extends DefinitionGrammar {
  userSpec(): UserSpec {
    if (this.eat('CURRENT_USER')) {
      if (this.eat('(')) this.expect(')');
      return { name: '', host: '', hostWritten: false, current: true };
    }
    const name = this.identOrString();
    if (this.at('uservar')) {
      const host = this.text.toLowerCase();
      this.advance();
      return { name, host, hostWritten: true, current: false };
    }
    if (this.at('@')) {
      this.advance();
      return { name, host: this.identOrString().toLowerCase(), hostWritten: true, current: false };
    }
    return { name, host: '%', hostWritten: false, current: false };
  }

  userSpecs(): UserSpec[] {
    return this.list(() => this.userSpec());
  }

  private accountSpec(): AccountSpec {
    const user = this.userSpec();
    return { user, auth: this.authOption() };
  }

  private emptyAuth(): AuthOption {
    return {
      plugin: null,
      password: null,
      hash: null,
      randomPassword: false,
      replace: null,
      retainCurrent: false,
      discardOld: false,
    };
  }

  private authOption(): AuthOption | null {
    if (this.at('DISCARD') && this.peek() === 'OLD') {
      this.advance();
      this.advance();
      this.expect('PASSWORD');
      return { ...this.emptyAuth(), discardOld: true };
    }
    if (!this.eat('IDENTIFIED')) return null;
    const auth = this.emptyAuth();
    if (this.eat('WITH')) {
      auth.plugin = this.identOrString();
      if (this.eat('BY')) this.authPassword(auth);
      else if (this.eat('AS')) auth.hash = this.stringOrBytes();
    } else {
      this.expect('BY');
      if (this.eat('PASSWORD')) auth.hash = this.stringOrBytes();
      else this.authPassword(auth);
    }
    return this.authRest(auth);
  }

  private authPassword(auth: AuthOption): void {
    if (this.eat('RANDOM')) {
      this.expect('PASSWORD');
      auth.randomPassword = true;
    } else auth.password = this.string();
  }

  private authRest(auth: AuthOption): AuthOption {
    if (this.eat('REPLACE')) auth.replace = this.string();
    if (this.eat('RETAIN')) {
      this.expect('CURRENT');
      this.expect('PASSWORD');
      auth.retainCurrent = true;
    }
    return auth;
  }

  /** SET PASSWORD [FOR user] = …, after PASSWORD. */
  setPassword(): Statement {
    const user = this.eat('FOR') ? this.userSpec() : null;
    const auth = this.emptyAuth();
    if (this.eat('TO')) {
      this.expect('RANDOM');
      auth.randomPassword = true;
    } else {
      if (!this.eat('=')) this.expect(':=');
      if (this.eat('PASSWORD')) {
        this.expect('(');
        auth.password = this.string();
        this.expect(')');
      } else auth.password = this.string();
    }
    return { kind: 'SetPassword', user, auth: this.authRest(auth) };
  }

  createUser(): Statement {
    const ifNotExists = this.ifNotExists();
    const users = this.list(() => this.accountSpec());
    const stmt: CreateUserStmt = {
      kind: 'CreateUser',
      ifNotExists,
      users,
      defaultRoles: [],
      require: [],
      limits: [],
      passwordOptions: [],
      comment: null,
      attribute: null,
      resourceGroup: null,
    };
    if (this.eat('DEFAULT')) {
      this.expect('ROLE');
      stmt.defaultRoles = this.userSpecs();
    }
    this.accountOptions(stmt);
    return stmt;
  }

  alterUser(): Statement {
    const ifExists = this.ifExists();
    const users: AccountSpec[] = [];
    if (this.at('USER') && this.peek() === '(') {
      // USER() names the current user.
      this.advance();
      this.advance();
      this.expect(')');
      const user: UserSpec = { name: '', host: '', hostWritten: false, current: true };
      const auth = this.emptyAuth();
      this.expect('IDENTIFIED');
      this.expect('BY');
      this.authPassword(auth);
      users.push({ user, auth: this.authRest(auth) });
    } else users.push(...this.list(() => this.accountSpec()));
    const stmt: AlterUserStmt = {
      kind: 'AlterUser',
      ifExists,
      users,
      defaultRole: null,
      require: [],
      limits: [],
      passwordOptions: [],
      comment: null,
      attribute: null,
      resourceGroup: null,
    };
    if (this.eat('DEFAULT')) {
      this.expect('ROLE');
      const mode = this.eatOneOf('ALL', 'NONE');
      stmt.defaultRole = { roles: mode === null ? this.userSpecs() : [], mode: mode ?? 'LIST' };
    }
    this.accountOptions(stmt);
    return stmt;
  }

  private accountOptions(stmt: CreateUserStmt | AlterUserStmt): void {
    stmt.require = this.requireOptions();
    if (this.eat('WITH')) stmt.limits = this.resourceLimits();
    for (;;) {
      const option = this.passwordOption();
      if (option === null) break;
      stmt.passwordOptions.push(option);
    }
    if (this.eat('COMMENT')) stmt.comment = this.string();
    else if (this.eat('ATTRIBUTE')) stmt.attribute = this.string();
    if (this.eat('RESOURCE')) {
      this.expect('GROUP');
      stmt.resourceGroup = this.eat('DEFAULT') ? 'default' : this.identOrString();
    }
  }

  requireOptions(): RequireOption[] {
    if (!this.eat('REQUIRE')) return [];
    const single = this.eatOneOf('NONE', 'SSL', 'X509');
    if (single !== null) return [{ kind: single }];
    const options: RequireOption[] = [];
    for (;;) {
      const kind = this.eatOneOf('CIPHER', 'ISSUER', 'SUBJECT', 'SAN', 'TOKEN_ISSUER');
      if (kind === null) {
        if (options.length === 0) throw this.error();
        return options;
      }
      options.push({ kind, value: this.string() });
      this.eat('AND');
    }
  }

  private resourceLimits(): ResourceLimit[] {
    const limits: ResourceLimit[] = [];
    for (;;) {
      const name = this.eatOneOf(...LIMITS);
      if (name === null) {
        if (limits.length === 0) throw this.error();
        return limits;
      }
      limits.push({ name, value: this.integer() });
    }
  }

  private passwordOption(): PasswordOption | null {
    if (this.eat('ACCOUNT')) return { name: `ACCOUNT ${this.oneOf('LOCK', 'UNLOCK')}`, value: null };
    if (this.eat('FAILED_LOGIN_ATTEMPTS')) return { name: 'FAILED_LOGIN_ATTEMPTS', value: this.integer() };
    if (this.eat('PASSWORD_LOCK_TIME')) {
      const value = this.eat('UNBOUNDED') ? 'UNBOUNDED' : this.integer();
      return { name: 'PASSWORD_LOCK_TIME', value };
    }
    if (!this.eat('PASSWORD')) return null;
    switch (this.oneOf('EXPIRE', 'HISTORY', 'REUSE', 'REQUIRE')) {
      case 'EXPIRE': {
        if (this.eat('INTERVAL')) {
          const value = this.integer();
          this.expect('DAY');
          return { name: 'PASSWORD EXPIRE', value };
        }
        return { name: 'PASSWORD EXPIRE', value: this.eatOneOf('NEVER', 'DEFAULT') };
      }
      case 'HISTORY':
        return { name: 'PASSWORD HISTORY', value: this.eat('DEFAULT') ? 'DEFAULT' : this.integer() };
      case 'REUSE': {
        this.expect('INTERVAL');
        if (this.eat('DEFAULT')) return { name: 'PASSWORD REUSE INTERVAL', value: 'DEFAULT' };
        const value = this.integer();
        this.expect('DAY');
        return { name: 'PASSWORD REUSE INTERVAL', value };
      }
      default:
        this.expect('CURRENT');
        return { name: 'PASSWORD REQUIRE CURRENT', value: this.eatOneOf('DEFAULT', 'OPTIONAL') };
    }
  }

  renameUser(): Statement {
    const renames = this.list(() => {
      const from = this.userSpec();
      this.expect('TO');
      return { from, to: this.userSpec() };
    });
    return { kind: 'RenameUser', renames };
  }

  // Privileges

  grantStatement(): Statement {
    this.expect('GRANT');
    if (this.at('PROXY')) {
      this.advance();
      this.expect('ON');
      const proxied = this.userSpec();
      this.expect('TO');
      const users = this.list(() => this.accountSpec());
      return { kind: 'GrantProxy', proxied, users, grantOption: this.withOption('GRANT') };
    }
    const items = this.privilegesOrRoles();
    if (this.eat('TO')) {
      const roles = items.map((item) => this.asRole(item));
      const users = this.userSpecs();
      return { kind: 'GrantRole', roles, users, adminOption: this.withOption('ADMIN') };
    }
    this.expect('ON');
    const privileges = items.map((item) => this.asPrivilege(item));
    const on = this.privilegeLevel();
    this.expect('TO');
    const users = this.list(() => this.accountSpec());
    const require = this.requireOptions();
    let grantOption = false;
    let limits: ResourceLimit[] = [];
    if (this.eat('WITH')) {
      do {
        if (this.eat('GRANT')) {
          this.expect('OPTION');
          grantOption = true;
        } else limits = limits.concat(this.resourceLimits());
      } while (!this.at('eof') && !this.at(';'));
    }
    return { kind: 'Grant', privileges, on, users, require, grantOption, limits };
  }

  private withOption(word: 'GRANT' | 'ADMIN'): boolean {
    if (!this.eat('WITH')) return false;
    this.expect(word);
    this.expect('OPTION');
    return true;
  }

  revokeStatement(): Statement {
    this.expect('REVOKE');
    const ifExists = this.ifExists();
    if (this.at('PROXY')) {
      this.advance();
      this.expect('ON');
      const proxied = this.userSpec();
      this.expect('FROM');
      return { kind: 'RevokeProxy', proxied, users: this.userSpecs() };
    }
    const items = this.privilegesOrRoles();
    if (this.eat('FROM')) {
      const users = this.userSpecs();
      if (items.length === 2 && items[0]!.name === 'ALL' && items[1]!.name === 'GRANT OPTION') {
        const privileges = items.map((item) => this.asPrivilege(item));
        const ignoreUnknownUser = this.ignoreUnknownUser();
        return { kind: 'Revoke', ifExists, privileges, on: null, users, ignoreUnknownUser };
      }
      const roles = items.map((item) => this.asRole(item));
      this.ignoreUnknownUser();
      return { kind: 'RevokeRole', roles, users };
    }
    this.expect('ON');
    const privileges = items.map((item) => this.asPrivilege(item));
    const on = this.privilegeLevel();
    this.expect('FROM');
    const users = this.userSpecs();
    return { kind: 'Revoke', ifExists, privileges, on, users, ignoreUnknownUser: this.ignoreUnknownUser() };
  }

  private ignoreUnknownUser(): boolean {
    if (!this.eat('IGNORE')) return false;
    this.expect('UNKNOWN');
    this.expect('USER');
    return true;
  }

  /** GRANT a, b …: privileges or roles, known only at ON or TO. */
  private privilegesOrRoles(): PrivilegeOrRole[] {
    return this.list((): PrivilegeOrRole => {
      if (this.at('string') || (this.at('ident') && this.quoted)) {
        return { name: '', columns: [], role: this.userSpec() };
      }
      const start = this.start;
      const words = [this.upperWord()];
      if (words[0] === '') throw this.error();
      const written = this.wordText();
      const reserved = !this.atIdent();
      this.advance();
      for (const long of LONG_PRIVILEGES) {
        if (long[0] !== words[0] || !this.atWord(long[1]!)) continue;
        for (let i = 1; i < long.length; i++) {
          this.expectWord(long[i]!);
          words.push(long[i]!);
        }
        break;
      }
      if (words.length === 1 && (this.at('uservar') || this.at('@'))) {
        this.seek(start);
        return { name: '', columns: [], role: this.userSpec() };
      }
      const columns = this.at('(') ? this.parenList(() => this.columnRef().name) : [];
      const name = words[0] === 'ALL' ? 'ALL' : words.join(' ');
      const role: UserSpec | null =
        words.length === 1 && !reserved && columns.length === 0
          ? { name: written, host: '%', hostWritten: false, current: false }
          : null;
      return { name, columns, role };
    });
  }

  private asRole(item: PrivilegeOrRole): UserSpec {
    if (item.role === null) throw this.error();
    return item.role;
  }

  private asPrivilege(item: PrivilegeOrRole): PrivilegeSpec {
    if (item.name === '') throw this.error();
    return { name: item.name, columns: item.columns };
  }

  private privilegeLevel(): PrivilegeLevel {
    const objectType =
      (this.at('TABLE') || this.at('FUNCTION') || this.at('PROCEDURE')) && this.peek() !== '.'
        ? this.oneOf('TABLE', 'FUNCTION', 'PROCEDURE')
        : null;
    if (this.eat('*')) {
      if (!this.eat('.')) return { level: 'DATABASE', objectType, schema: null, table: null };
      this.expect('*');
      return { level: 'GLOBAL', objectType, schema: null, table: null };
    }
    const name = this.ident();
    if (!this.eat('.')) return { level: 'TABLE', objectType, schema: null, table: name };
    if (this.eat('*')) return { level: 'DATABASE', objectType, schema: name, table: null };
    return { level: 'TABLE', objectType, schema: name, table: this.identAfterDot() };
  }
}

interface PrivilegeOrRole {
  /** '' when only a role can be meant. */
  name: string;
  columns: string[];
  role: UserSpec | null;
}
