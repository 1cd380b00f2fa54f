import type { Datum } from '../types/datum.js';
import type { SqlWarning } from '../types/error.js';
import type { FieldType } from '../types/field-type.js';
import { DEFAULT_SQL_MODE } from '../types/sql-mode.js';
import { PLAIN_CONTEXT, type EvalContext, type SessionFunctions } from './eval-context.js';

/** An evaluation context without a session, for tests and benchmarks. */
export interface TestContext extends EvalContext {
  readonly warnings: SqlWarning[];
}

class TestSession implements SessionFunctions {
  readonly connectionId = 7;
  readonly user = 'root@localhost';
  readonly currentUser = 'root@%';
  readonly currentRole = 'NONE';
  readonly resourceGroup = 'default';
  readonly database = 'test';
  readonly version = '8.0.11-TiDB-v8.5.0';
  readonly tidbVersion = 'Release Version: v8.5.0';
  readonly rowCount = -1;
  readonly foundRows = 0;
  private insertId: number | bigint = 0;
  private readonly variables = new Map<string, { type: FieldType; value: Datum }>();
  private readonly locks = new Set<string>();
  private seed = 1;

  lastInsertId(): number | bigint {
    return this.insertId;
  }
  setLastInsertId(value: number | bigint): void {
    this.insertId = value;
  }
  getUserVariable(name: string): { type: FieldType; value: Datum } | null {
    return this.variables.get(name) ?? null;
  }
  setUserVariable(name: string, type: FieldType, value: Datum): void {
    this.variables.set(name, { type, value });
  }
  systemVariable(): string {
    return '';
  }
  variableValue(): { text: string; kind: 'string' } {
    return { text: '', kind: 'string' };
  }
  queryAttribute(): Uint8Array | null {
    return null;
  }
  sleep(seconds: number): Promise<boolean> {
    return new Promise((done) => setTimeout(() => done(false), seconds * 1000));
  }
  getLock(name: string): Promise<boolean | null> {
    this.locks.add(name);
    return Promise.resolve(true);
  }
  nextSequenceValue(): Promise<bigint> {
    return Promise.resolve(1n);
  }
  lastSequenceValue(): bigint | null {
    return null;
  }
  setSequenceValue(_schema: string, _name: string, value: bigint): Promise<bigint | null> {
    return Promise.resolve(value);
  }
  releaseLock(name: string): Promise<boolean | null> {
    return Promise.resolve(this.locks.delete(name) ? true : null);
  }
  lockHolder(name: string): Promise<number | null> {
    return Promise.resolve(this.locks.has(name) ? this.connectionId : null);
  }
  releaseAllLocks(): number {
    const n = this.locks.size;
    this.locks.clear();
    return n;
  }
  readonly isDdlOwner = true;
  recordKey(): Uint8Array {
    throw new Error('no tables here');
  }
  indexKey(): Uint8Array {
    throw new Error('no tables here');
  }
  decodeKey(): string | null {
    return null;
  }
  passwordStrength(): number {
    return 0;
  }
  mvccInfo(): Promise<string> {
    return Promise.resolve('[]');
  }
  statementsOfDigests(): ReadonlyMap<string, string> {
    return new Map();
  }
  requirePrivilege(): void {}
  random(): number {
    this.seed = (this.seed * 16807) % 2147483647;
    return this.seed / 2147483647;
  }
}

export function testContext(over: Partial<EvalContext> = {}): TestContext {
  const warnings: SqlWarning[] = [];
  return {
    ...PLAIN_CONTEXT,
    sqlMode: DEFAULT_SQL_MODE,
    nowMicros: 1_700_000_000_123_456,
    session: new TestSession(),
    warnings,
    warn(w) {
      warnings.push(w);
    },
    ...over,
  };
}
