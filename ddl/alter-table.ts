import type { AlterTableSpec, AlterTableStmt, ColumnDef, ColumnPosition } from '../parser/ast/index.js';
import type { ColumnInfo, DbInfo, TableInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import { Flag } from '../types/field-type.js';
import {
  buildColumn,
  checkColumnName,
  columnDefault,
  originDefault,
  withFlag,
  withoutFlag,
} from './build-column.js';
import { requestOfKey } from './build-index.js';
import { checkGeneratedColumns, checkNotRead } from './generated-column.js';
import { readTableOptions } from './build-table.js';
import { resolveCharset } from './column-type.js';
import type { DdlContext } from './ddl-context.js';
import { addIndex, dropIndex } from './index.js';
import { placeColumn, renumber, requireColumn } from './column-order.js';
import { modifiedColumn } from './modify-column.js';
import { changeTable } from './schema-change.js';
import { renameTables, requireTable } from './table.js';

/** ALTER TABLE: its clauses one after another, each an online change of its own. */
export async function alterTable(ctx: DdlContext, stmt: AlterTableStmt): Promise<void> {
  let name = stmt.table;
  for (const spec of stmt.specs) {
    await ctx.reload();
    const { db, table } = requireTable(ctx, name);
    ctx.checkPrivilege('ALTER', db.name, table.name);
    await applySpec(ctx, db, table, spec);
    if (spec.kind === 'RenameTable') name = { schema: spec.to.schema ?? db.name, name: spec.to.name };
  }
}

async function applySpec(ctx: DdlContext, db: DbInfo, table: TableInfo, spec: AlterTableSpec): Promise<void> {
  const change = (edit: (t: TableInfo) => TableInfo | Promise<TableInfo>): Promise<TableInfo> =>
    changeTable(ctx, db.id, table.id, edit);
  const own = { schema: db.name, name: table.name };
  switch (spec.kind) {
    case 'AddColumns':
      for (const def of spec.columns) await addColumn(ctx, db, table, def, spec.position, spec.ifNotExists);
      for (const c of spec.constraints)
        if (c.kind === 'Key') await addIndex(ctx, db, table, requestOfKey(c), false);
      return;
    case 'DropColumn':
      await dropColumn(ctx, db, table, spec.name, spec.ifExists);
      return;
    case 'ModifyColumn':
      await change((t) => modifiedColumn(ctx, t, spec.column.name, spec.column, spec.position));
      return;
    case 'ChangeColumn':
      await change((t) => modifiedColumn(ctx, t, spec.oldName, spec.column, spec.position));
      return;
    case 'RenameColumn':
      await change((t) => {
        checkNotRead(ctx, t, requireColumn(t, spec.from));
        return renameColumn(t, spec.from, spec.to);
      });
      return;
    case 'AlterColumnDefault': {
      const value = spec.value;
      await change(async (t) => {
        const column = requireColumn(t, spec.name);
        const given: ColumnInfo['default'] =
          value === null ? { kind: 'none' } : await columnDefault(ctx, column, value);
        const type =
          value === null
            ? withFlag(column.type, Flag.NoDefaultValue)
            : withoutFlag(column.type, Flag.NoDefaultValue);
        return replaceColumn(t, column.offset, { ...column, default: given, type });
      });
      return;
    }
    case 'AddConstraint':
      if (spec.constraint.kind === 'Key') {
        if (spec.constraint.type === 'PRIMARY KEY') await addPrimaryKey(ctx, db, table, spec.constraint);
        else await addIndex(ctx, db, table, requestOfKey(spec.constraint), spec.constraint.ifNotExists);
        return;
      }
      throw mysqlError(
        'ER_NOT_SUPPORTED_YET',
        spec.constraint.kind === 'Check' ? 'ADD CHECK' : 'ADD FOREIGN KEY',
      );
    case 'DropIndex':
      return dropIndex(ctx, { name: spec.name, table: own, ifExists: spec.ifExists });
    case 'DropPrimaryKey':
      return dropIndex(ctx, { name: 'PRIMARY', table: own, ifExists: false });
    case 'RenameIndex':
      await change((t) => renameIndex(t, spec.from, spec.to));
      return;
    case 'AlterIndexVisibility':
      await change((t) => {
        const index = t.indices.find((i) => i.lower === spec.name.toLowerCase());
        if (index === undefined) throw mysqlError('ER_KEY_DOES_NOT_EXITS', spec.name, t.name);
        if (index.primary && !spec.visible) throw mysqlError('ER_PK_INDEX_CANT_BE_INVISIBLE');
        return {
          ...t,
          indices: t.indices.map((i) => (i === index ? { ...i, invisible: !spec.visible } : i)),
        };
      });
      return;
    case 'RenameTable':
      return renameTables(ctx, {
        renames: [{ from: own, to: { schema: spec.to.schema ?? db.name, name: spec.to.name } }],
      });
    case 'TableOptions':
      await changeTable(ctx, db.id, table.id, async (t, meta) => {
        const o = readTableOptions(spec.options, t);
        if (
          o.autoIncrement !== null &&
          BigInt(o.autoIncrement) > (await meta.autoId('auto_increment', db.id, t.id))
        ) {
          meta.setAutoId('auto_increment', db.id, t.id, BigInt(o.autoIncrement) - 1n);
        }
        return {
          ...t,
          charset: o.charset.charset,
          collate: o.charset.collate,
          comment: o.comment ?? t.comment,
          autoIncrement: o.autoIncrement ?? t.autoIncrement,
          ...(t.options !== undefined || Object.keys(o.kept).length > 0
            ? { options: { ...t.options, ...o.kept } }
            : {}),
        };
      });
      ctx.forgetTable(table);
      return;
    case 'ConvertCharset':
      await change((t) => {
        const cs = resolveCharset(spec.charset, spec.collate, false, t);
        if (cs.charset !== t.charset && !(t.charset === 'utf8' && cs.charset === 'utf8mb4')) {
          throw mysqlError(
            'ER_NOT_SUPPORTED_YET',
            `CONVERT TO CHARACTER SET from ${t.charset} to ${cs.charset}`,
          );
        }
        return { ...t, charset: cs.charset, collate: cs.collate };
      });
      return;
    case 'Algorithm':
    case 'Lock':
    case 'Validation':
    case 'Force':
    case 'EnableKeys':
    case 'DisableKeys':
      return;
    default:
      throw mysqlError('ER_NOT_SUPPORTED_YET', `ALTER TABLE ${spec.kind}`);
  }
}

function replaceColumn(table: TableInfo, offset: number, column: ColumnInfo): TableInfo {
  return { ...table, columns: table.columns.map((c, i) => (i === offset ? column : c)) };
}

/** Instant: rows written before show the column's origin default. */
async function addColumn(
  ctx: DdlContext,
  db: DbInfo,
  table: TableInfo,
  def: ColumnDef,
  position: ColumnPosition | null,
  ifNotExists: boolean,
): Promise<void> {
  let unique = false;
  let skipped = false;
  await changeTable(ctx, db.id, table.id, async (t) => {
    if (t.columns.some((c) => c.lower === def.name.toLowerCase())) {
      const error = mysqlError('ER_DUP_FIELDNAME', def.name);
      if (!ifNotExists) throw error;
      ctx.warn({ level: 'Note', code: error.code, message: error.message });
      skipped = true;
      return t;
    }
    const id = t.maxColumnId + 1;
    const built = await buildColumn(ctx, def, id, t.columns.length, t);
    if (built.keys.primary)
      throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', 'add column with PRIMARY KEY constraint');
    if (built.column.autoIncrement)
      throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', 'add column with AUTO_INCREMENT constraint');
    if (built.column.generatedStored)
      throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', 'Adding generated stored column through ALTER TABLE');
    unique = built.keys.unique;
    const column = {
      ...built.column,
      originDefault: built.column.generated === '' ? await originDefault(ctx, built.column) : null,
    };
    checkGeneratedColumns(ctx, [...t.columns.filter((c) => c.state === 'public'), column]);
    return placeColumn({ ...t, maxColumnId: id, columns: [...t.columns, column] }, column.lower, position);
  });
  if (skipped || !unique) return;
  const { table: now } = requireTable(ctx, { schema: db.name, name: table.name });
  await addIndex(
    ctx,
    db,
    now,
    {
      name: null,
      parts: [{ column: def.name, length: null, expr: null, desc: false }],
      unique: true,
      primary: false,
      invisible: false,
      comment: '',
    },
    false,
  );
}

async function dropColumn(
  ctx: DdlContext,
  db: DbInfo,
  table: TableInfo,
  name: string,
  ifExists: boolean,
): Promise<void> {
  const column = table.columns.find((c) => c.lower === name.toLowerCase() && !c.hidden);
  if (column === undefined) {
    const error = mysqlError('ER_CANT_DROP_FIELD_OR_KEY', name);
    if (!ifExists) throw error;
    ctx.warn({ level: 'Note', code: error.code, message: error.message });
    return;
  }
  if (table.columns.filter((c) => c.state === 'public' && !c.hidden).length === 1)
    throw mysqlError('ER_CANT_REMOVE_ALL_FIELDS', name);
  checkNotRead(ctx, table, column);
  const using = table.indices.filter((i) => i.columns.some((p) => p.offset === column.offset));
  const composite = using.find((i) => i.columns.length > 1 || i.primary);
  if (composite !== undefined) {
    throw mysqlError(
      'ER_UNSUPPORTED_DDL_OPERATION',
      `drop column ${column.name}: it is covered by index ${composite.name}`,
    );
  }
  for (const index of using)
    await dropIndex(ctx, { name: index.name, table: { schema: db.name, name: table.name }, ifExists: true });
  await changeTable(ctx, db.id, table.id, (t) =>
    renumber(
      t,
      t.columns.filter((c) => c.id !== column.id),
    ),
  );
}

function renameColumn(table: TableInfo, from: string, to: string): TableInfo {
  const column = requireColumn(table, from);
  checkColumnName(to);
  if (table.columns.some((c) => c.lower === to.toLowerCase() && c !== column))
    throw mysqlError('ER_DUP_FIELDNAME', to);
  const renamed = replaceColumn(table, column.offset, { ...column, name: to, lower: to.toLowerCase() });
  return {
    ...renamed,
    indices: renamed.indices.map((i) => ({
      ...i,
      columns: i.columns.map((p) => (p.offset === column.offset ? { ...p, name: to } : p)),
    })),
  };
}

function renameIndex(table: TableInfo, from: string, to: string): TableInfo {
  const index = table.indices.find((i) => i.lower === from.toLowerCase());
  if (index === undefined) throw mysqlError('ER_KEY_DOES_NOT_EXITS', from, table.name);
  if (table.indices.some((i) => i.lower === to.toLowerCase() && i !== index))
    throw mysqlError('ER_DUP_KEYNAME', to);
  return {
    ...table,
    indices: table.indices.map((i) => (i === index ? { ...i, name: to, lower: to.toLowerCase() } : i)),
  };
}

/** A primary key added later is nonclustered: a unique index over NOT NULL columns. */
async function addPrimaryKey(
  ctx: DdlContext,
  db: DbInfo,
  table: TableInfo,
  key: Parameters<typeof requestOfKey>[0],
): Promise<void> {
  if (table.indices.some((i) => i.primary)) throw mysqlError('ER_MULTIPLE_PRI_KEY');
  if (key.options.clustered === true)
    throw mysqlError(
      'ER_UNSUPPORTED_DDL_OPERATION',
      'Adding clustered primary key is not supported. Please consider adding NONCLUSTERED primary key instead',
    );
  for (const part of key.parts) {
    const column = part.column === null ? null : requireColumn(table, part.column);
    if (column !== null && (column.type.flag & Flag.NotNull) === 0)
      throw mysqlError('ER_PRIMARY_CANT_HAVE_NULL');
  }
  await addIndex(ctx, db, table, requestOfKey(key), false);
}
