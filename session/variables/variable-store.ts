import { mysqlError } from '../../types/error-table.js';
import { APPLIED, type AppliedValues } from './applied-variables.js';
import type { SystemVariable, VariableContext } from './system-variable.js';
import { allVariables, findVariable, normalizeValue } from './system-variable.js';

/** Values of the global scope, shared by all sessions of the process. */
export class GlobalVariables {
  private readonly values = new Map<string, string>();
  /** Counts changes. */
  version = 0;
  private start: ReadonlyMap<string, string> | null = null;
  private readonly listeners = new Map<string, ((value: string) => void)[]>();

  /** `fixed`: values of this server (version, port, datadir, …) over the registry's defaults. */
  constructor(fixed: ReadonlyMap<string, string>) {
    for (const v of allVariables()) this.values.set(v.name, fixed.get(v.name) ?? v.default);
  }

  get(name: string): string {
    return this.values.get(name) ?? '';
  }
  /** Sets a normalized value. */
  set(v: SystemVariable, value: string): void {
    const name = v.aliasOf ?? v.name;
    this.version++;
    for (const each of [name, ...aliasesOf(name)]) this.values.set(each, value);
    this.start = null;
    for (const listener of this.listeners.get(name) ?? []) listener(value);
  }

  /** The values of a session that begins now: one map for all until a value changes. */
  get startValues(): ReadonlyMap<string, string> {
    if (this.start !== null) return this.start;
    const start = new Map<string, string>();
    for (const v of allVariables()) {
      if (v.scope === 'session') start.set(v.name, v.default);
      else if (v.scope === 'both') start.set(v.name, this.get(v.name));
    }
    return (this.start = start);
  }

  onChange(name: string, listener: (value: string) => void): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
    listener(this.get(name));
  }
}

const aliases = new Map<string, string[]>();
/** Other names of a variable. */
function aliasesOf(name: string): readonly string[] {
  if (aliases.size === 0) {
    for (const v of allVariables()) {
      if (v.aliasOf !== undefined) aliases.set(v.aliasOf, [...(aliases.get(v.aliasOf) ?? []), v.name]);
    }
  }
  return aliases.get(name) ?? [];
}

/** One session's values: its own where set, else the global value that was current when the session began. */
export class SessionVariables {
  private start: ReadonlyMap<string, string>;
  private readonly own = new Map<string, string>();
  /** Counts changes. */
  version = 0;

  constructor(
    private readonly global: GlobalVariables,
    private readonly applied: AppliedValues,
  ) {
    this.start = global.startValues;
    this.reset();
  }

  /** Takes the global values again (new connection, COM_RESET_CONNECTION). */
  reset(): void {
    this.start = this.global.startValues;
    this.own.clear();
    this.version++;
    for (const [name, apply] of APPLIED) apply(this.applied, this.start.get(name)!);
  }

  /** Value in the session scope; the global one for variables without session scope. Throws 1193. */
  get(name: string): string {
    const own = this.own.get(name) ?? this.start.get(name);
    if (own !== undefined) return own;
    const key = name.toLowerCase();
    if (key !== name) return this.get(key);
    if (findVariable(key) === undefined) throw mysqlError('ER_UNKNOWN_SYSTEM_VARIABLE', name);
    return this.global.get(key);
  }
  getGlobal(name: string): string {
    const v = findVariable(name);
    if (v === undefined) throw mysqlError('ER_UNKNOWN_SYSTEM_VARIABLE', name);
    if (v.scope === 'session') throw mysqlError('ER_INCORRECT_GLOBAL_LOCAL_VAR', name, 'SESSION');
    return this.global.get(v.name);
  }

  /** SET SESSION; gives the value kept. */
  set(name: string, value: string | null, ctx: VariableContext): string {
    const v = settable(name);
    if (v.scope === 'global') throw mysqlError('ER_GLOBAL_VARIABLE', v.name);
    const kept =
      value === null
        ? v.scope === 'session'
          ? v.default
          : this.global.get(v.name)
        : normalizeValue(v, value, ctx);
    this.assign(v.aliasOf ?? v.name, kept);
    return kept;
  }

  /** Puts a value that needs no check (SET NAMES, restoring SET_VAR). */
  assign(name: string, value: string): void {
    this.version++;
    for (const each of [name, ...aliasesOf(name)]) this.own.set(each, value);
    APPLIED.get(name)?.(this.applied, value);
  }
}

/** The variable, provided that SET may change it. Throws 1193, 1238. */
export function settable(name: string): SystemVariable {
  const v = findVariable(name);
  if (v === undefined) throw mysqlError('ER_UNKNOWN_SYSTEM_VARIABLE', name);
  if (v.readOnly === true || v.scope === 'none')
    throw mysqlError('ER_INCORRECT_GLOBAL_LOCAL_VAR', v.name, 'read only');
  return v;
}
