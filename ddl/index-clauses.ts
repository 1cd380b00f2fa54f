import type { KeyConstraint } from '../parser/ast/index.js';
import type { IndexInfo, TableInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import { Flag } from '../types/field-type.js';
import type { AlterPlan } from './alter-plan.js';
import {
  buildIndex,
  checkGlobal,
  requestOfKey,
  warnOfManualAnalyze,
  type IndexRequest,
} from './build-index.js';
import { withFlag } from './build-column.js';
import { checkIndexNotNeeded } from './foreign-key.js';
import { renumber, replaceColumn } from './column-order.js';
import { expressionColumns, withHiddenColumnsRenamed } from './generated-column.js';
import { withCondition } from './index-condition.js';
import { implicitPrimary } from './implicit-primary.js';
import { checkKeys, deciding } from './partition/build-partitions.js';
import { tolerate } from './if-exists.js';

const MAX_INDEXES = 64;

/** ADD INDEX, UNIQUE or PRIMARY KEY of an ALTER TABLE. */
export function applyAddIndex(plan: AlterPlan, key: KeyConstraint): void {
  if (key.type === 'PRIMARY KEY') checkNewPrimary(plan, key);
  addIndex(plan, requestOfKey(key), key.ifNotExists);
}

/** An index with what its expressions need. Throws 1061, 1069 and those of building it. */
export function addIndex(plan: AlterPlan, request: IndexRequest, ifNotExists: boolean): void {
  const { ctx, table: t } = plan;
  const exists = request.name !== null && t.indices.some((i) => i.lower === request.name!.toLowerCase());
  if (exists && !request.primary) {
    const old = plan.base.indices.some((i) => i.lower === request.name!.toLowerCase());
    if (!old && !ifNotExists) plan.touchIndex(request.name!);
    tolerate(plan.ctx, mysqlError('ER_DUP_KEYNAME', request.name!), ifNotExists);
    return;
  }
  if (t.indices.length >= MAX_INDEXES) throw mysqlError('ER_TOO_MANY_KEYS', MAX_INDEXES);
  const id = t.maxIndexId + 1;
  const taken = new Set(t.indices.map((i) => i.lower));
  const asked = withCondition(ctx, request, t);
  const made = expressionColumns(ctx, asked, t.columns, taken, t.maxColumnId + 1);
  const columns = [...t.columns, ...made.hidden];
  const index = buildIndex(made.request, columns, taken, id);
  checkGlobal(index, t.partition !== undefined, false);
  warnOfManualAnalyze(ctx, index, columns);
  if (t.partition !== undefined && (index.unique || index.condition !== undefined))
    checkKeys(deciding(ctx, t.partition, t), { ...t, indices: [index] });
  plan.touchIndex(index.name);
  plan.table = {
    ...t,
    columns,
    maxColumnId: t.maxColumnId + made.hidden.length,
    maxIndexId: id,
    indices: [...t.indices, index],
  };
  plan.parts.push(request.primary ? 'add primary key' : 'add index');
}

/** A primary key added later is nonclustered: a unique index over NOT NULL columns. Throws 1068, 8200, 1171. */
function checkNewPrimary(plan: AlterPlan, key: KeyConstraint): void {
  const { table: t } = plan;
  if (key.options.clustered === true)
    throw mysqlError(
      'ER_UNSUPPORTED_DDL_AS_IS',
      'Adding clustered primary key is not supported. Please consider adding NONCLUSTERED primary key instead',
    );
  if (t.indices.some((i) => i.primary) || t.pkIsHandle) throw mysqlError('ER_MULTIPLE_PRI_KEY');
  for (const part of key.parts) {
    if (part.column === null) throw mysqlError('ER_FUNCTIONAL_INDEX_PRIMARY_KEY');
    const column = t.columns.find((c) => c.lower === part.column!.toLowerCase() && !c.hidden);
    if (column === undefined) throw mysqlError('ER_KEY_COLUMN_DOES_NOT_EXITS', part.column);
    if ((column.type.flag & Flag.NotNull) !== 0) continue;
    if (column.generated !== '' && !column.generatedStored) continue;
    // NULLs are looked for before the key is filled; the column is NOT NULL from then on.
    plan.notNull.add(column.id);
    const noDefault = column.default.kind === 'value' && column.default.value === null;
    plan.table = replaceColumn(plan.table, column.offset, {
      ...column,
      type: withFlag(column.type, noDefault ? Flag.NotNull | Flag.NoDefaultValue : Flag.NotNull),
      ...(noDefault ? { default: { kind: 'none' } as const } : {}),
    });
  }
}

/** DROP INDEX, DROP PRIMARY KEY. An AUTO_INCREMENT column needs no key, as in TiDB. Throws 1091, 8200. */
export function applyDropIndex(plan: AlterPlan, name: string, ifExists: boolean): void {
  const { table: t } = plan;
  plan.touchIndex(name);
  const primary = name.toLowerCase() === 'primary';
  const index = t.indices.find((i) => i.lower === name.toLowerCase());
  if (index === undefined) {
    if (primary && t.pkIsHandle) throw unsupportedClustered();
    tolerate(plan.ctx, mysqlError('ER_CANT_DROP_FIELD_OR_KEY', name), ifExists);
    return;
  }
  if (index.primary && (t.pkIsHandle || t.isCommonHandle)) throw unsupportedClustered();
  const indices = t.indices.filter((i) => i !== index);
  // The hidden columns of an index over expressions go with it.
  const hidden = t.columns.filter((c) => c.hidden && index.columns.some((p) => p.offset === c.offset));
  plan.table = renumber(
    { ...t, indices },
    t.columns.filter((c) => !hidden.includes(c)),
  );
  checkIndexNotNeeded(plan, plan.table, index.name);
  plan.parts.push(index.primary ? 'drop primary key' : 'drop index');
}

const unsupportedClustered = (): Error =>
  mysqlError('ER_UNSUPPORTED_DDL_OPERATION', 'drop primary key when the table is using clustered index');

function requireIndex(table: TableInfo, name: string): IndexInfo {
  const index = table.indices.find((i) => i.lower === name.toLowerCase());
  if (index === undefined) throw mysqlError('ER_KEY_DOES_NOT_EXITS', name, table.name);
  return index;
}

export function applyRenameIndex(plan: AlterPlan, from: string, to: string): void {
  const { table: t } = plan;
  const index = requireIndex(t, from);
  if (to.toLowerCase() === 'primary') throw mysqlError('ER_WRONG_NAME_FOR_INDEX', to);
  if (index.primary) throw mysqlError('ER_WRONG_NAME_FOR_INDEX', from);
  if (index.name === to) return;
  if (t.indices.some((i) => i.lower === to.toLowerCase() && i !== index))
    throw mysqlError('ER_DUP_KEYNAME', to);
  plan.touchIndex(from);
  const table = withHiddenColumnsRenamed(t, index, to);
  plan.table = {
    ...table,
    indices: table.indices.map((i) => (i.id === index.id ? { ...i, name: to, lower: to.toLowerCase() } : i)),
  };
  plan.parts.push('rename index');
}

export function applyVisibility(plan: AlterPlan, name: string, visible: boolean): void {
  const { table: t } = plan;
  const index = requireIndex(t, name);
  if (!visible && (index.primary || index === implicitPrimary(t)))
    throw mysqlError('ER_PK_INDEX_CANT_BE_INVISIBLE');
  plan.touchIndex(name);
  plan.table = {
    ...t,
    indices: t.indices.map((i) => (i === index ? { ...i, invisible: !visible } : i)),
  };
  plan.parts.push('alter index visibility');
}
