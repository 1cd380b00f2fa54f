import { computedVariable } from './computed-variables.js';
import { throwIfFlashback } from '../catalog/flashback-state.js';
import { mysqlError } from '../types/error-table.js';
import type { SqlWarning } from '../types/error.js';
import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { datumToText } from '../types/format.js';
import { SqlMode } from '../types/sql-mode.js';
import { timeZone, UTC } from '../types/timezone.js';
import type { EvalContext, SessionFunctions, TypedDatum } from '../expression/eval-context.js';
import type { DbInfo, TableInfo } from '../catalog/model.js';
import { indexKeyOf, keySource, recordKeyOf, type KeySource } from './key-of-values.js';
import { keyText } from './key-text.js';
import { passwordStrength } from './privileges/password-policy.js';
import { mvccJson } from './mvcc-json.js';
import type { Session } from './session.js';
import { refuseRemoved } from './variables/removed-variables.js';
import { findVariable } from './variables/system-variable.js';

/** Answers what expressions ask of their session. */
class SessionFacts implements SessionFunctions {
  constructor(private readonly session: Session) {}

  get connectionId(): number {
    return this.session.connection.id;
  }
  get user(): string {
    return `${this.session.connection.user}@${this.session.connection.host}`;
  }
  get currentUser(): string {
    const { account } = this.session.connection;
    return `${account.user}@${account.host}`;
  }
  get resourceGroup(): string {
    return this.session.resourceGroup;
  }
  get currentRole(): string {
    return this.session.privileges.currentRole;
  }
  get database(): string | null {
    return this.session.currentDatabase === '' ? null : this.session.currentDatabase;
  }
  get version(): string {
    return this.session.engine.globals.get('version');
  }
  get tidbVersion(): string {
    return this.session.engine.tidbVersion;
  }
  get rowCount(): number {
    return this.session.lastRowCount;
  }
  get foundRows(): number {
    return this.session.lastFoundRows;
  }
  lastInsertId(): number | bigint {
    return this.session.lastInsertId;
  }
  setLastInsertId(value: number | bigint): void {
    this.session.setLastInsertId(value);
  }
  getUserVariable(name: string): { readonly type: FieldType; readonly value: Datum } | null {
    return this.session.userVariables.get(name.toLowerCase()) ?? null;
  }
  setUserVariable(name: string, type: FieldType, value: Datum): void {
    // A view into a chunk or the wire would change under the variable.
    const kept = value instanceof Uint8Array ? value.slice() : value;
    this.session.userVariables.set(name.toLowerCase(), { type, value: kept });
  }
  systemVariable(name: string, scope: 'session' | 'global'): string {
    const lower = name.toLowerCase();
    const computed = scope === 'session' ? computedVariable(this.session, lower) : undefined;
    if (computed !== undefined) return computed;
    return scope === 'global' ? this.session.vars.getGlobal(name) : this.session.vars.get(name);
  }
  variableValue(
    name: string,
    scope: 'session' | 'global' | null,
  ): ReturnType<SessionFunctions['variableValue']> {
    refuseRemoved(name);
    const v = findVariable(name);
    if (v !== undefined && scope === 'session' && (v.scope === 'global' || v.scope === 'none'))
      throw mysqlError('ER_INCORRECT_GLOBAL_LOCAL_VAR', v.name, 'GLOBAL');
    if (
      v?.noop === true &&
      !v.name.startsWith('ti') &&
      this.session.vars.get('tidb_enable_noop_variables') !== 'ON'
    ) {
      const e = mysqlError('ER_WARN_NO_EFFECT_VARIABLE', v.name);
      this.session.statement.warn({ level: 'Warning', code: e.code, message: e.message });
    }
    return { text: this.systemVariable(name, scope ?? 'session'), kind: v?.kind ?? 'string' };
  }
  async sleep(seconds: number): Promise<boolean> {
    const { signal } = this.session.statement;
    return new Promise((resolve) => {
      const done = (interrupted: boolean): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', interrupt);
        resolve(interrupted);
      };
      const interrupt = (): void => done(true);
      const timer = setTimeout(() => done(false), Math.min(seconds * 1000, 2 ** 31 - 1));
      if (signal.aborted) done(true);
      else signal.addEventListener('abort', interrupt);
    });
  }
  passwordStrength(password: string): number {
    return passwordStrength(this.session.engine, password, this.session.connection.user);
  }
  async mvccInfo(key: Uint8Array): Promise<string> {
    return mvccJson(key, await this.session.storage.mvccInfo(key));
  }
  getLock(name: string, timeoutSeconds: number): Promise<boolean | null> {
    if (name === '' || name.length > 64) throw mysqlError('ER_USER_LOCK_WRONG_NAME', name);
    return this.session.engine.userLocks.acquire(
      name,
      this.connectionId,
      timeoutSeconds,
      this.session.statement.signal,
    );
  }
  async releaseLock(name: string): Promise<boolean | null> {
    const { userLocks, cluster } = this.session.engine;
    const released = userLocks.release(name, this.connectionId);
    if (released !== null) return released;
    return (await cluster.foreignLockHolder(name)) === null ? null : false;
  }
  async lockHolder(name: string): Promise<number | null> {
    if (name === '' || name.length > 64) throw mysqlError('ER_USER_LOCK_WRONG_NAME', name);
    const { userLocks, cluster } = this.session.engine;
    return userLocks.confirmedHolder(name) ?? cluster.foreignLockHolder(name);
  }
  releaseAllLocks(): number {
    return this.session.engine.userLocks.releaseAll(this.connectionId);
  }
  nextSequenceValue(schema: string, name: string): Promise<bigint> {
    const { db, table } = this.sequence(schema, name, 'INSERT');
    return this.session.engine.sequences.next(db, table).then((v) => {
      this.session.lastSequenceValues.set(table.id, v);
      return v;
    });
  }
  lastSequenceValue(schema: string, name: string): bigint | null {
    return this.session.lastSequenceValues.get(this.sequence(schema, name, 'SELECT').table.id) ?? null;
  }
  setSequenceValue(schema: string, name: string, value: bigint): Promise<bigint | null> {
    const { db, table } = this.sequence(schema, name, 'INSERT');
    return this.session.engine.sequences.set(db, table, value);
  }
  private sequence(schema: string, name: string, privilege: string): { db: DbInfo; table: TableInfo } {
    const db = this.session.schema.database(schema);
    const table = db === null ? null : this.session.schema.table(db.name, name);
    if (db === null || table === null) throw mysqlError('ER_NO_SUCH_TABLE', schema, name);
    throwIfFlashback(table);
    if (table.sequence === undefined) throw mysqlError('ER_WRONG_OBJECT', db.name, table.name, 'SEQUENCE');
    this.session.privileges.require(privilege, db.name, table.name);
    return { db, table };
  }
  get isDdlOwner(): boolean {
    return this.session.engine.ddl.owner.held;
  }
  recordKey(schema: string, table: string, handle: readonly TypedDatum[]): Uint8Array {
    return recordKeyOf(this.keySource(schema, table), handle);
  }
  indexKey(schema: string, table: string, index: string, values: readonly TypedDatum[]): Uint8Array {
    return indexKeyOf(this.keySource(schema, table), index, values);
  }
  private keySource(schema: string, table: string): KeySource {
    const source = keySource(
      this.session.schema,
      schema,
      table,
      timeZone(this.session.evalContext.timeZone) ?? UTC,
    );
    this.session.privileges.require('SELECT', schema, source.table.name);
    return source;
  }
  decodeKey(key: Uint8Array): string | null {
    return keyText(key, this.session.schema);
  }
  statementsOfDigests(digests: readonly string[]): ReadonlyMap<string, string> {
    return this.session.engine.summaries.statementsOf(digests);
  }
  requirePrivilege(privilege: string): void {
    this.session.privileges.requireGlobal(privilege);
  }
  queryAttribute(name: string): Uint8Array | null {
    const attribute = this.session.queryAttributes?.get(name);
    if (attribute === undefined || attribute.value === null) return null;
    return datumToText(attribute.value, attribute.type);
  }
  random(): number {
    return Math.random();
  }
}

/** The evaluation context of a session; one object, whose statement-bound fields are set as each statement starts. */
export class SessionEvalContext implements EvalContext {
  sqlMode = 0;
  timeZone = 'SYSTEM';
  nowMicros = 0;
  strictErrors = false;
  lenient = false;
  divPrecisionIncrement = 4;
  maxAllowedPacket = 67108864;
  groupConcatMaxLen = 1024;
  defaultWeekFormat = 0;
  connectionCharset = 'utf8mb4';
  connectionCollation = 'utf8mb4_bin';
  lcTimeNames = 'en_US';
  params: readonly { readonly type: FieldType; readonly value: Datum }[] = [];
  readonly session: SessionFunctions;

  constructor(private readonly owner: Session) {
    this.session = new SessionFacts(owner);
  }

  warn(warning: SqlWarning): void {
    this.owner.statement.warn(warning);
  }

  /** `writes`: a statement that stores values, for which strict mode makes division by zero and the like errors. */
  startStatement(nowMicros: number, writes: boolean, ignore = false): void {
    const strict = (this.sqlMode & (SqlMode.StrictTransTables | SqlMode.StrictAllTables)) !== 0;
    this.nowMicros = nowMicros;
    this.lenient = ignore || !strict;
    this.strictErrors = writes && !ignore && strict;
  }
}
