import { isCurrent } from './current-plan.js';
import type { Awaitable } from '../types/awaitable.js';
import { type Datum, ownDatum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';
import type { MysqlError } from '../types/error.js';
import type { FieldType } from '../types/field-type.js';
import { parse } from '../parser/parser.js';
import { quoteName } from '../parser/restore.js';
import { foreignKeyInError, referrersOf, type Referrer } from '../catalog/foreign-keys.js';
import type { ReferentialAction, TableInfo } from '../catalog/model.js';
import { chunkRows } from '../chunk/chunk-builder.js';
import { buildOperator } from '../executor/build-operator.js';
import { executeDml } from '../executor/execute-dml.js';
import type { ForeignKeyChecks, RowChange, RowObserver } from '../executor/exec-context.js';
import { planStatement, tryPointPlan } from '../planner/planner.js';
import type { PlannedStatement } from '../planner/plan-context.js';
import type { ParamValue } from './client-session.js';
import type { Session } from './session.js';
import type { SessionExecContext } from './session-exec.js';
import { SessionPlanContext } from './session-plan.js';

/** Statements that bring about statements that bring about … at most (TiDB, "Foreign Key Constraints", Restrictions). */
const MAX_DEPTH = 15;
/** Values looked for in one statement. */
const BATCH = 200;

type Tuple = readonly Datum[];

/** A name of the values; equal names are equal stored values. */
const nameOf = (tuple: Tuple): string => {
  let name = '';
  for (const v of tuple) {
    if (v instanceof Uint8Array) {
      name += `s${v.length}:${Buffer.from(v.buffer, v.byteOffset, v.length).toString('latin1')}`;
    } else name += `n${String(v)}:`;
  }
  return name;
};

/** The values of some columns of a row, as copies; null when one is NULL: such a row refers to nothing. */
function tupleOf(row: readonly Datum[], offsets: readonly number[]): Datum[] | null {
  const out: Datum[] = [];
  for (const o of offsets) {
    const v = row[o]!;
    if (v === null) return null;
    out.push(ownDatum(v));
  }
  return out;
}

/** A foreign key of an observed table, with the values that rows now refer to. */
interface ChildKey {
  readonly key: Referrer;
  readonly offsets: readonly number[];
  readonly types: readonly FieldType[];
  /** By name. */
  readonly wanted: Map<string, Tuple>;
}

/** A foreign key that refers to an observed table, with the values that are gone. */
interface ParentKey {
  readonly key: Referrer;
  readonly offsets: readonly number[];
  readonly types: readonly FieldType[];
  /** By name. */
  readonly deleted: Map<string, Tuple>;
  readonly updated: Map<string, { readonly before: Tuple; readonly after: Tuple }>;
}

/** Remembers what the changed rows of one table ask for. */
class ObservedTable implements RowObserver {
  constructor(
    readonly children: readonly ChildKey[],
    readonly parents: readonly ParentKey[],
    private readonly checks: StatementForeignKeys,
  ) {}

  inserted(row: readonly Datum[]): void {
    for (const c of this.children) {
      const tuple = tupleOf(row, c.offsets);
      if (tuple !== null) c.wanted.set(nameOf(tuple), tuple);
    }
  }

  deleted(row: readonly Datum[]): void {
    for (const p of this.parents) {
      const tuple = tupleOf(row, p.offsets);
      if (tuple !== null) p.deleted.set(nameOf(tuple), tuple);
    }
  }

  updated(before: readonly Datum[], after: readonly Datum[]): void {
    for (const c of this.children) {
      const tuple = tupleOf(after, c.offsets);
      if (tuple === null) continue;
      const name = nameOf(tuple);
      const old = tupleOf(before, c.offsets);
      if (old === null || nameOf(old) !== name) c.wanted.set(name, tuple);
    }
    for (const p of this.parents) {
      const old = tupleOf(before, p.offsets);
      if (old === null) continue;
      const name = nameOf(old);
      const tuple = tupleOf(after, p.offsets);
      if (tuple !== null && nameOf(tuple) === name) continue;
      const now = p.offsets.map((o) => ownDatum(after[o]!));
      p.updated.set(name, { before: old, after: now });
    }
  }

  async problems(changes: readonly RowChange[]): Promise<readonly (MysqlError | null)[]> {
    const errors = new Array<MysqlError | null>(changes.length).fill(null);
    for (const c of this.children) {
      const wanted = new Map<string, Tuple>();
      const names = changes.map(({ after }) => {
        const tuple = after === null ? null : tupleOf(after, c.offsets);
        if (tuple === null) return null;
        const name = nameOf(tuple);
        wanted.set(name, tuple);
        return name;
      });
      const missing = await this.checks.missing(c, [...wanted.values()]);
      names.forEach((name, r) => {
        if (name !== null && missing.has(name)) errors[r] ??= noReferencedRow(c.key);
      });
    }
    for (const p of this.parents) {
      const { onDelete, onUpdate } = p.key.key;
      for (let r = 0; r < changes.length; r++) {
        const { before, after } = changes[r]!;
        if (before === null || errors[r] !== null || cascades(after === null ? onDelete : onUpdate)) continue;
        const gone = tupleOf(before, p.offsets);
        const now = after === null ? null : tupleOf(after, p.offsets);
        if (gone === null || (now !== null && nameOf(now) === nameOf(gone))) continue;
        if (await this.checks.anyReferring(p, [gone])) errors[r] = rowIsReferenced(p.key);
      }
    }
    return errors;
  }
}

const cascades = (action: ReferentialAction | null): boolean => action === 'CASCADE' || action === 'SET NULL';

const rowIsReferenced = (key: Referrer): MysqlError =>
  mysqlError('ER_ROW_IS_REFERENCED_2', foreignKeyInError(key));

const noReferencedRow = (key: Referrer): MysqlError =>
  mysqlError('ER_NO_REFERENCED_ROW_2', foreignKeyInError(key));

/** Planning of statements that no user wrote: they need no privileges. */
class OwnPlanContext extends SessionPlanContext {
  override checkPrivilege(): void {}
  override limitedColumns(): null {
    return null;
  }
}

/** Whether statements of the session keep to foreign keys. */
export const checksForeignKeys = (session: Session): boolean =>
  session.engine.foreignKeys && session.vars.get('foreign_key_checks') === 'ON';

/** Whether rows written into the table have to do with a foreign key. */
export const keepsForeignKeys = (session: Session, db: string, table: TableInfo): boolean =>
  (table.foreignKeys !== undefined || referrersOf(session.schema, db, table.name).length > 0) &&
  checksForeignKeys(session);

/**
 * The foreign keys of one statement. Rows are noted while they are changed; when all are, the statements that the keys ask for
 * are run in the same transaction: referring rows are deleted, changed or found in the way, then referenced rows are
 * looked for and locked, so that no other transaction takes them away.
 */
export class StatementForeignKeys implements ForeignKeyChecks {
  private readonly observed = new Map<number, ObservedTable | null>();

  constructor(
    private readonly session: Session,
    private readonly depth: number,
    /** The context of a statement at a depth. */
    private readonly contextAt: (depth: number) => SessionExecContext,
  ) {}

  observer(table: TableInfo): RowObserver | null {
    let o = this.observed.get(table.id);
    if (o === undefined) this.observed.set(table.id, (o = this.observe(table)));
    return o;
  }

  private observe(table: TableInfo): ObservedTable | null {
    const { schema } = this.session;
    const db = schema.tableById(table.id)?.db;
    if (db === undefined) return null;
    const offsetsOf = (names: readonly string[]): number[] | null => {
      const offsets = names.map((n) => table.columns.findIndex((c) => c.lower === n.toLowerCase()));
      return offsets.includes(-1) ? null : offsets;
    };
    const typesOf = (offsets: readonly number[]): FieldType[] => offsets.map((o) => table.columns[o]!.type);
    const children: ChildKey[] = [];
    for (const key of table.foreignKeys ?? []) {
      const offsets = offsetsOf(key.columns);
      if (offsets === null) continue;
      children.push({ key: { db, table, key }, offsets, types: typesOf(offsets), wanted: new Map() });
    }
    const parents: ParentKey[] = [];
    for (const key of referrersOf(schema, db.name, table.name)) {
      const offsets = offsetsOf(key.key.refColumns);
      if (offsets === null) continue;
      const types = typesOf(offsets);
      parents.push({ key, offsets, types, deleted: new Map(), updated: new Map() });
    }
    return children.length + parents.length === 0 ? null : new ObservedTable(children, parents, this);
  }

  enforce(): Awaitable<void> {
    for (const o of this.observed.values()) {
      if (o === null) continue;
      if (o.children.some((c) => c.wanted.size > 0)) return this.enforceAll();
      if (o.parents.some((p) => p.deleted.size + p.updated.size > 0)) return this.enforceAll();
    }
  }

  private async enforceAll(): Promise<void> {
    const tables = [...this.observed.values()].filter((o) => o !== null);
    for (const { parents } of tables) {
      for (const p of parents) {
        if (p.deleted.size > 0) await this.afterDelete(p);
        if (p.updated.size > 0) await this.afterUpdate(p);
      }
    }
    for (const { children } of tables) {
      for (const c of children) {
        if (c.wanted.size === 0) continue;
        const missing = await this.missing(c, [...c.wanted.values()]);
        c.wanted.clear();
        if (missing.size > 0) throw noReferencedRow(c.key);
      }
    }
  }

  private async afterDelete(p: ParentKey): Promise<void> {
    const tuples = [...p.deleted.values()];
    p.deleted.clear();
    await this.act(p, p.key.key.onDelete, tuples, async () => {
      for (const batch of batches(tuples)) {
        await this.change(
          `DELETE FROM ${nameOfTable(p.key)} WHERE ${among(p.key.key.columns, batch.length)}`,
          params(batch, p.types),
        );
      }
    });
  }

  private async afterUpdate(p: ParentKey): Promise<void> {
    const updates = [...p.updated.values()];
    p.updated.clear();
    const { columns, onUpdate } = p.key.key;
    await this.act(
      p,
      onUpdate,
      updates.map((u) => u.before),
      async () => {
        for (const u of inOrder(updates)) {
          if (u === null) throw rowIsReferenced(p.key);
          await this.change(
            `UPDATE ${nameOfTable(p.key)} SET ${columns.map((c) => `${quoteName(c)} = ?`).join(', ')} WHERE ${among(columns, 1)}`,
            params([u.after, u.before], p.types),
          );
        }
      },
    );
  }

  /** The referential action for rows that refer to values which are gone. */
  private async act(
    p: ParentKey,
    action: ReferentialAction | null,
    gone: readonly Tuple[],
    cascade: () => Promise<void>,
  ): Promise<void> {
    if (!cascades(action)) {
      if (await this.anyReferring(p, gone)) throw rowIsReferenced(p.key);
      return;
    }
    if (this.depth >= MAX_DEPTH) {
      if (await this.anyReferring(p, gone))
        throw mysqlError('ER_FOREIGN_KEY_CASCADE_DEPTH_EXCEEDED', MAX_DEPTH);
      return;
    }
    if (action === 'CASCADE') return cascade();
    const { columns } = p.key.key;
    for (const batch of batches(gone)) {
      await this.change(
        `UPDATE ${nameOfTable(p.key)} SET ${columns.map((c) => `${quoteName(c)} = NULL`).join(', ')} WHERE ${among(columns, batch.length)}`,
        params(batch, p.types),
      );
    }
  }

  async anyReferring(p: ParentKey, tuples: readonly Tuple[]): Promise<boolean> {
    for (const batch of batches(tuples)) {
      const rows = await this.read(
        `SELECT 1 FROM ${nameOfTable(p.key)} WHERE ${among(p.key.key.columns, batch.length)} LIMIT 1 FOR UPDATE`,
        params(batch, p.types),
      );
      if (rows.length > 0) return true;
    }
    return false;
  }

  /** Names of the values for which there is no referenced row. The rows found are locked. */
  async missing(c: ChildKey, tuples: readonly Tuple[]): Promise<ReadonlySet<string>> {
    const { key } = c.key;
    const parent = this.session.schema.table(key.refSchema, key.refTable);
    if (parent === null) return new Set(tuples.map(nameOf));
    const find = (batch: readonly Tuple[]): Promise<Datum[][]> =>
      this.read(
        `SELECT ${key.refColumns.map(quoteName).join(', ')} FROM ${quoteName(key.refSchema)}.${quoteName(key.refTable)} WHERE ${among(key.refColumns, batch.length)} FOR UPDATE`,
        params(batch, c.types),
      );
    const missing = new Set<string>();
    for (const batch of batches(tuples)) {
      const found = new Set((await find(batch)).map(nameOf));
      if (batch.length === 1) {
        if (found.size === 0) missing.add(nameOf(batch[0]!));
        continue;
      }
      for (const tuple of batch) {
        const name = nameOf(tuple);
        // Values may be equal by their collation alone.
        if (!found.has(name) && (await find([tuple])).length === 0) missing.add(name);
      }
    }
    return missing;
  }

  private async plan(sql: string, values: readonly ParamValue[]): Promise<PlannedStatement> {
    const { session } = this;
    const { stmt } = parse(sql)[0]!;
    if (stmt.kind !== 'Select' && stmt.kind !== 'Update' && stmt.kind !== 'Delete')
      throw new Error(`unexpected ${stmt.kind}`);
    for (;;) {
      const context = new OwnPlanContext(session, session.schema, values);
      const planned = await (tryPointPlan(stmt, context) ?? planStatement(stmt, context));
      if (!isCurrent(session, planned)) continue;
      for (const t of planned.tables) if (t.write) session.transaction.noteWritten(t.table);
      return planned;
    }
  }

  /** Rows as they are now, locked where the statement says so. */
  private async read(sql: string, values: readonly ParamValue[]): Promise<Datum[][]> {
    const { plan } = await this.plan(sql, values);
    const operator = buildOperator(plan, this.contextAt(this.depth + 1));
    const rows: Datum[][] = [];
    try {
      await operator.open();
      for (;;) {
        const chunk = await operator.next();
        if (chunk === null) return rows;
        for (const row of chunkRows(chunk)) rows.push(row.map(ownDatum));
      }
    } finally {
      await operator.close();
    }
  }

  private async change(sql: string, values: readonly ParamValue[]): Promise<void> {
    const { plan } = await this.plan(sql, values);
    if (plan.op !== 'Update' && plan.op !== 'Delete') throw new Error(`unexpected plan ${plan.op}`);
    await executeDml(plan, this.contextAt(this.depth + 1));
  }
}

const nameOfTable = ({ db, table }: Referrer): string => `${quoteName(db.name)}.${quoteName(table.name)}`;

function* batches(tuples: readonly Tuple[]): Generator<readonly Tuple[]> {
  for (let at = 0; at < tuples.length; at += BATCH) yield tuples.slice(at, at + BATCH);
}

/** A condition that the columns have one of `count` tuples of values. */
function among(columns: readonly string[], count: number): string {
  const names = columns.map(quoteName);
  if (count === 1) return names.map((n) => `${n} = ?`).join(' AND ');
  if (names.length === 1) return `${names[0]!} IN (${new Array<string>(count).fill('?').join(',')})`;
  const tuple = `(${names.map(() => '?').join(',')})`;
  return `(${names.join(',')}) IN (${new Array<string>(count).fill(tuple).join(',')})`;
}

const params = (tuples: readonly Tuple[], types: readonly FieldType[]): ParamValue[] =>
  tuples.flatMap((t) => t.map((value, i) => ({ value, type: types[i]! })));

/**
 * Changes one after another such that none makes values that a later one looks for: 2 to 3 before 1 to 2. A null ends the list
 * where they go round in a circle.
 */
function* inOrder<T extends { readonly before: Tuple; readonly after: Tuple }>(
  updates: readonly T[],
): Generator<T | null> {
  let left = updates.map((u) => ({ u, from: nameOf(u.before), to: nameOf(u.after) }));
  while (left.length > 0) {
    const pending = new Set(left.map((x) => x.from));
    const free = left.filter((x) => !pending.has(x.to));
    if (free.length === 0) {
      yield null;
      return;
    }
    for (const x of free) yield x.u;
    left = left.filter((x) => pending.has(x.to));
  }
}
