import type {
  AlterSequenceStmt,
  CreateSequenceStmt,
  DropSequenceStmt,
  SequenceOption,
} from '../parser/ast/index.js';
import type { SequenceInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import { checkTableName } from './build-table.js';
import type { DdlContext } from './ddl-context.js';
import { dropObjects } from './drop-objects.js';
import { tolerate } from './if-exists.js';
import { changeSchema } from './schema-change.js';
import { requireDatabase } from './table.js';
import { plainTable } from '../catalog/plain-objects.js';

const MAX_INT = 2n ** 63n - 1n;
const CACHED = 1000;

/** Table options that CREATE SEQUENCE takes. */
const OPTIONS: ReadonlySet<string> = new Set(['COMMENT', 'ENGINE', 'CHARSET', 'COLLATE']);

const later = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** What options make of a definition (null: of none yet). Throws 4136. */
function defined(
  options: readonly SequenceOption[],
  before: SequenceInfo | null,
  db: string,
  name: string,
): SequenceInfo {
  const invalid = mysqlError('ER_SEQUENCE_INVALID_DATA', db, name);
  const given = new Map<SequenceOption['name'], SequenceOption>(options.map((o) => [o.name, o]));
  const value = (key: SequenceOption['name']): bigint | null | undefined => {
    const o = given.get(key);
    if (o === undefined) return undefined;
    return o.value === null || typeof o.value === 'boolean' ? null : BigInt(o.value);
  };
  const increment = value('INCREMENT') ?? BigInt(before?.increment ?? 1);
  if (increment === 0n) throw invalid;
  const up = increment > 0n;
  const bound = (key: 'MINVALUE' | 'MAXVALUE', kept: string | undefined, fallback: bigint): bigint => {
    const v = value(key);
    if (v === undefined) return kept === undefined ? fallback : BigInt(kept);
    return v ?? fallback;
  };
  const min = bound('MINVALUE', before?.minValue, up ? 1n : -MAX_INT);
  const max = bound('MAXVALUE', before?.maxValue, up ? MAX_INT - 1n : -1n);
  const start =
    value('START') ?? (before === null ? (up ? later(min, 1n) : -later(-max, 1n)) : BigInt(before.start));
  const asked = options.filter((o) => o.name === 'CACHE');
  const nocache = asked.some((o) => o.value === null);
  const cache = nocache ? 0n : (value('CACHE') ?? BigInt(before?.cache ?? CACHED));
  const cycle = given.get('CYCLE');
  const size = increment < 0n ? -increment : increment;
  const sane =
    min < max && min <= start && start <= max && max < MAX_INT && min > -MAX_INT - 1n && size <= MAX_INT;
  if (!sane || cache < 0n || (asked.length > 0 && !nocache && cache === 0n)) throw invalid;
  if (cache > 0n && cache >= (MAX_INT - size) / size) throw invalid;
  return {
    start: String(start),
    increment: String(increment),
    minValue: String(min),
    maxValue: String(max),
    cache: Number(cache),
    cycle: cycle === undefined ? (before?.cycle ?? false) : cycle.value === true,
  };
}

/** CREATE SEQUENCE. A sequence is kept among the tables of its database. */
export async function createSequence(ctx: DdlContext, stmt: CreateSequenceStmt): Promise<void> {
  await ctx.reload();
  const db = requireDatabase(ctx, stmt.name.schema);
  const { name } = stmt.name;
  checkTableName(name);
  ctx.checkPrivilege('CREATE', db.name, name);
  let comment = '';
  for (const o of stmt.tableOptions) {
    if (!OPTIONS.has(o.name)) throw mysqlError('ER_SEQUENCE_UNSUPPORTED_TABLE_OPTION', o.name.toLowerCase());
    if (o.name === 'COMMENT') comment = String(o.value ?? '');
  }
  const taken = mysqlError('ER_TABLE_EXISTS_ERROR', `${db.name}.${name}`);
  if (ctx.schema().table(db.name, name) !== null) {
    tolerate(ctx, taken, stmt.ifNotExists);
    return;
  }
  const sequence = defined(stmt.options, null, db.name, name);
  await changeSchema(ctx, async (meta, _txn, version) => {
    if (ctx.schema().table(db.name, name) !== null) throw taken;
    const id = await meta.allocateGlobalIds(1);
    const table = plainTable({
      id,
      name,
      charset: db.charset,
      collate: db.collate,
      comment,
      version,
      createTime: Date.now(),
      sequence,
    });
    meta.putTable(db.id, table);
    return { tables: [{ dbId: db.id, tableId: id }] };
  });
}

/** ALTER SEQUENCE. Values that were reserved are not given any more. */
export async function alterSequence(ctx: DdlContext, stmt: AlterSequenceStmt): Promise<void> {
  await ctx.reload();
  const dbName = ctx.databaseOf(stmt.name.schema);
  ctx.checkPrivilege('ALTER', dbName, stmt.name.name);
  await changeSchema(ctx, async (meta, _txn, version) => {
    const db = ctx.schema().database(dbName);
    const table = ctx.schema().table(dbName, stmt.name.name);
    if (db === null || table === null) {
      tolerate(ctx, mysqlError('ER_UNKNOWN_SEQUENCE', `${dbName}.${stmt.name.name}`), stmt.ifExists);
      return {};
    }
    if (table.sequence === undefined) throw mysqlError('ER_WRONG_OBJECT', db.name, table.name, 'SEQUENCE');
    const sequence = defined(
      stmt.options.filter((o) => o.name !== 'RESTART'),
      table.sequence,
      db.name,
      table.name,
    );
    meta.putTable(db.id, { ...table, sequence, version });
    const restart = stmt.options.find((o) => o.name === 'RESTART');
    if (restart !== undefined) {
      const at = restart.value === null ? BigInt(sequence.start) : BigInt(restart.value as bigint);
      if (at < BigInt(sequence.minValue) || at > BigInt(sequence.maxValue))
        throw mysqlError('ER_SEQUENCE_INVALID_DATA', db.name, table.name);
      const before = BigInt(sequence.increment) > 0n ? at - 1n : at + 1n;
      meta.setSequencePosition(db.id, table.id, { last: before, round: 0n });
    }
    return { tables: [{ dbId: db.id, tableId: table.id }] };
  });
}

export function dropSequences(ctx: DdlContext, stmt: DropSequenceStmt): Promise<void> {
  return dropObjects(ctx, stmt.names, stmt.ifExists, {
    name: 'SEQUENCE',
    is: (table) => table.sequence !== undefined,
    missing: 'ER_UNKNOWN_SEQUENCE',
  });
}
