import type {
  AccountSpec,
  AlterUserStmt,
  AuthOption,
  CreateUserStmt,
  PrivilegeLevel,
  PrivilegeSpec,
  RequireOption,
  ResourceLimit,
  SetStatement,
  ShowStmt,
  TransactionStatement,
  UserSpec,
} from '../ast/index.js';
import { DdlWriter } from './alter.js';

/** Accounts, SET, SHOW and transactions as text. */
export abstract class AccountWriter extends DdlWriter {
  protected users(users: readonly UserSpec[]): this {
    return this.list(users, (user) => this.user(user), ', ');
  }

  protected accounts(accounts: readonly AccountSpec[]): this {
    return this.list(
      accounts,
      ({ user, auth }) => {
        this.user(user);
        if (auth !== null) this.auth(auth);
      },
      ', ',
    );
  }

  private auth(auth: AuthOption): this {
    if (auth.discardOld) return this.kw(' DISCARD OLD PASSWORD');
    this.kw(' IDENTIFIED');
    if (auth.plugin !== null) this.kw(' WITH ').string(auth.plugin);
    if (auth.randomPassword) this.kw(' BY RANDOM PASSWORD');
    else if (auth.password !== null) this.kw(' BY ').string(auth.password);
    else if (auth.hash !== null) this.kw(auth.plugin === null ? ' BY PASSWORD ' : ' AS ').string(auth.hash);
    return this.authRest(auth);
  }

  private authRest(auth: AuthOption): this {
    if (auth.replace !== null) this.kw(' REPLACE ').string(auth.replace);
    return auth.retainCurrent ? this.kw(' RETAIN CURRENT PASSWORD') : this;
  }

  protected require(options: readonly RequireOption[]): this {
    if (options.length === 0) return this;
    return this.kw(' REQUIRE ').list(
      options,
      (option) => {
        this.kw(option.kind);
        if ('value' in option) this.raw(' ').string(option.value);
      },
      ' AND ',
    );
  }

  protected limits(limits: readonly ResourceLimit[]): this {
    for (const { name, value } of limits) this.kw(` ${name} `).raw(String(value));
    return this;
  }

  protected accountOptions(stmt: CreateUserStmt | AlterUserStmt): this {
    this.require(stmt.require);
    if (stmt.limits.length > 0) this.kw(' WITH').limits(stmt.limits);
    for (const { name, value } of stmt.passwordOptions) {
      this.kw(` ${name}`);
      if (name === 'PASSWORD EXPIRE' && typeof value === 'number') this.kw(` INTERVAL ${value} DAY`);
      else if (name === 'PASSWORD REUSE INTERVAL' && typeof value === 'number') this.kw(` ${value} DAY`);
      else if (value !== null) this.kw(` ${value}`);
    }
    if (stmt.comment !== null) this.kw(' COMMENT ').string(stmt.comment);
    if (stmt.attribute !== null) this.kw(' ATTRIBUTE ').string(stmt.attribute);
    if (stmt.resourceGroup !== null) this.kw(' RESOURCE GROUP ').name(stmt.resourceGroup);
    return this;
  }

  protected privileges(privileges: readonly PrivilegeSpec[]): this {
    return this.list(
      privileges,
      ({ name, columns }) => {
        this.kw(name);
        if (columns.length > 0) this.raw(' ').parenNames(columns);
      },
      ', ',
    );
  }

  protected level(level: PrivilegeLevel): this {
    if (level.objectType !== null) this.kw(`${level.objectType} `);
    switch (level.level) {
      case 'GLOBAL':
        return this.raw('*.*');
      case 'DATABASE':
        return level.schema === null ? this.raw('*') : this.name(level.schema).raw('.*');
      case 'TABLE':
        if (level.schema !== null) this.name(level.schema).raw('.');
        return this.name(level.table ?? '');
    }
  }

  protected set(stmt: SetStatement): this {
    switch (stmt.kind) {
      case 'Set':
        return this.kw('SET ').list(
          stmt.items,
          (item) => {
            switch (item.kind) {
              case 'SystemVariable':
                this.raw('@@');
                if (item.scope !== null) this.kw(item.scope).raw('.');
                this.list(item.name.split('.'), (part) => this.name(part), '.').raw('=');
                if (item.value === null) this.kw('DEFAULT');
                else this.expr(item.value);
                break;
              case 'UserVariable':
                this.raw('@').name(item.name).raw('=').expr(item.value);
                break;
              case 'Names':
                this.kw('NAMES ');
                if (item.charset === null) this.kw('DEFAULT');
                else this.string(item.charset);
                if (item.collate !== null) this.kw(' COLLATE ').string(item.collate);
                break;
              case 'Charset':
                this.kw('CHARACTER SET ');
                if (item.charset === null) this.kw('DEFAULT');
                else this.string(item.charset);
            }
          },
          ', ',
        );
      case 'SetTransaction': {
        this.kw(stmt.scope === null ? 'SET TRANSACTION ' : `SET ${stmt.scope} TRANSACTION `);
        const parts: (() => void)[] = [];
        if (stmt.isolation !== null) {
          parts.push(() => this.kw(`ISOLATION LEVEL ${stmt.isolation!.replace('-', ' ')}`));
        }
        if (stmt.readOnly !== null) {
          parts.push(() => {
            this.kw(stmt.readOnly ? 'READ ONLY' : 'READ WRITE');
            if (stmt.asOf !== null) this.kw(' AS OF TIMESTAMP ').expr(stmt.asOf);
          });
        }
        return this.list(parts, (part) => part(), ', ');
      }
      case 'SetPassword':
        this.kw('SET PASSWORD');
        if (stmt.user !== null) this.kw(' FOR ').user(stmt.user);
        if (stmt.auth.randomPassword) this.kw(' TO RANDOM');
        else this.raw(' = ').string(stmt.auth.password ?? '');
        return this.authRest(stmt.auth);
      case 'SetRole':
        this.kw('SET ROLE ');
        if (stmt.mode === 'LIST') return this.users(stmt.roles);
        this.kw(stmt.mode);
        return stmt.mode === 'ALL EXCEPT' ? this.raw(' ').users(stmt.roles) : this;
      case 'SetDefaultRole':
        this.kw('SET DEFAULT ROLE ');
        if (stmt.mode === 'LIST') this.users(stmt.roles);
        else this.kw(stmt.mode);
        return this.kw(' TO ').users(stmt.users);
      case 'SetConfig':
        this.kw('SET CONFIG ').string(stmt.target).raw(' ');
        return this.list(stmt.name.split(/([.-])/), (part) => void this.configPart(part), '')
          .raw(' = ')
          .expr(stmt.value);
      case 'SetResourceGroup':
        return this.kw('SET RESOURCE GROUP ').name(stmt.name);
      case 'SetSessionStates':
        return this.kw('SET SESSION_STATES ').string(stmt.value);
      case 'Use':
        return this.kw('USE ').name(stmt.schema);
    }
  }

  private configPart(part: string): this {
    return part === '.' || part === '-' ? this.raw(part) : this.name(part);
  }

  protected transaction(stmt: TransactionStatement): this {
    switch (stmt.kind) {
      case 'Begin': {
        this.kw('START TRANSACTION');
        if (stmt.mode !== null) this.kw(` ${stmt.mode}`);
        const parts: string[] = [];
        if (stmt.consistentSnapshot) parts.push('WITH CONSISTENT SNAPSHOT');
        if (stmt.causalConsistencyOnly) parts.push('WITH CAUSAL CONSISTENCY ONLY');
        if (stmt.readOnly !== null) parts.push(stmt.readOnly ? 'READ ONLY' : 'READ WRITE');
        if (parts.length > 0) this.kw(` ${parts.join(', ')}`);
        return stmt.asOf === null ? this : this.kw(' AS OF TIMESTAMP ').expr(stmt.asOf);
      }
      case 'Commit':
        return this.kw('COMMIT').completion(stmt.completion);
      case 'Rollback':
        if (stmt.savepoint !== null) return this.kw('ROLLBACK TO ').name(stmt.savepoint);
        return this.kw('ROLLBACK').completion(stmt.completion);
      case 'Savepoint':
        return this.kw('SAVEPOINT ').name(stmt.name);
      case 'ReleaseSavepoint':
        return this.kw('RELEASE SAVEPOINT ').name(stmt.name);
      case 'Xa':
        return this.kw(`XA ${stmt.action}`);
      case 'Prepare':
        this.kw('PREPARE ').name(stmt.name).kw(' FROM ');
        return stmt.variable !== null ? this.expr(stmt.variable) : this.string(stmt.sql ?? '');
      case 'Execute':
        this.kw('EXECUTE ').name(stmt.name);
        return stmt.using.length === 0 ? this : this.kw(' USING ').exprs(stmt.using, ', ');
      case 'Deallocate':
        return this.kw('DEALLOCATE PREPARE ').name(stmt.name);
    }
  }

  private completion(completion: string | null): this {
    if (completion === null) return this;
    return this.kw(` ${completion.replace(/(NO )?CHAIN/, (chain) => `AND ${chain}`)}`);
  }

  protected show(stmt: ShowStmt): this {
    this.kw('SHOW ');
    if (stmt.extended) this.kw('EXTENDED ');
    if (stmt.full) this.kw('FULL ');
    if (stmt.global) this.kw('GLOBAL ');
    switch (stmt.what) {
      case 'WARNINGS':
      case 'ERRORS':
        if (stmt.count) return this.kw(`COUNT(*) ${stmt.what}`);
        this.kw(stmt.what);
        break;
      case 'GRANTS':
        this.kw('GRANTS');
        if (stmt.user !== null) this.kw(' FOR ').user(stmt.user);
        else if (stmt.roles.length > 0) this.kw(' FOR CURRENT_USER');
        return stmt.roles.length === 0 ? this : this.kw(' USING ').users(stmt.roles);
      case 'CREATE USER':
        this.kw('CREATE USER ');
        return stmt.user === null ? this.kw('CURRENT_USER') : this.user(stmt.user);
      case 'CREATE DATABASE':
        this.kw('CREATE DATABASE ');
        if (stmt.ifNotExists) this.kw('IF NOT EXISTS ');
        return this.name(stmt.schema ?? '');
      case 'CREATE PLACEMENT POLICY':
      case 'CREATE RESOURCE GROUP':
      case 'CREATE IMPORT':
        return this.kw(`${stmt.what} `).name(stmt.name ?? '');
      case 'CREATE TABLE':
      case 'CREATE VIEW':
      case 'CREATE SEQUENCE':
      case 'CREATE PROCEDURE':
      case 'CREATE FUNCTION':
      case 'CREATE TRIGGER':
      case 'CREATE EVENT':
        return this.kw(`${stmt.what} `).table(stmt.table!);
      case 'COLUMNS':
      case 'INDEX':
        this.kw(`${stmt.what} FROM `).table(stmt.table!);
        break;
      case 'CHARSET':
        this.kw('CHARACTER SET');
        break;
      case 'ENGINE STATUS':
      case 'ENGINE MUTEX':
      case 'ENGINE LOGS':
        return this.kw('ENGINE ')
          .name(stmt.name ?? '')
          .kw(stmt.what.slice('ENGINE'.length));
      case 'PROFILE':
        this.kw('PROFILE');
        if (stmt.profileTypes.length > 0) this.kw(` ${stmt.profileTypes.join(', ')}`);
        if (stmt.id !== null) this.kw(' FOR QUERY ').raw(String(stmt.id));
        break;
      case 'BINLOG EVENTS':
      case 'RELAYLOG EVENTS':
        this.kw(stmt.what);
        if (stmt.name !== null) this.kw(' IN ').string(stmt.name);
        if (stmt.id !== null) this.kw(' FROM ').raw(String(stmt.id));
        break;
      case 'BR JOB':
      case 'BR JOB QUERY':
      case 'IMPORT JOB':
        return this.kw(`${stmt.what} `).raw(String(stmt.id));
      case 'IMPORT GROUP':
        return this.kw('IMPORT GROUP ').string(stmt.name ?? '');
      case 'PLACEMENT FOR DATABASE':
        return this.kw('PLACEMENT FOR DATABASE ').name(stmt.schema ?? '');
      case 'PLACEMENT FOR TABLE':
        this.kw('PLACEMENT FOR TABLE ').table(stmt.table!);
        return stmt.partitions.length === 0 ? this : this.kw(' PARTITION ').name(stmt.partitions[0]!);
      case 'TABLE REGIONS':
      case 'TABLE NEXT_ROW_ID':
      case 'DISTRIBUTIONS':
        this.kw('TABLE ').table(stmt.table!);
        if (stmt.partitions.length > 0) this.kw(' PARTITION').parenNames(stmt.partitions);
        if (stmt.name !== null) this.kw(' INDEX ').name(stmt.name);
        this.kw(stmt.what === 'DISTRIBUTIONS' ? ' DISTRIBUTIONS' : stmt.what.slice(5));
        break;
      default:
        this.kw(stmt.what);
    }
    if (stmt.schema !== null) this.kw(' FROM ').name(stmt.schema);
    if (stmt.limit !== null) this.limit(stmt.limit);
    if (stmt.like !== null) this.kw(' LIKE ').expr(stmt.like);
    if (stmt.where !== null) this.kw(' WHERE ').expr(stmt.where);
    return this;
  }
}
