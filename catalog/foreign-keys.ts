import { quoteName } from '../parser/restore.js';
import type { DbInfo, ForeignKeyInfo, IndexInfo, InfoSchema, TableInfo } from './model.js';

/** A foreign key of `table` as its referenced table sees it. */
export interface Referrer {
  readonly db: DbInfo;
  readonly table: TableInfo;
  readonly key: ForeignKeyInfo;
}

const nameOf = (db: string, table: string): string => `${db.toLowerCase()}.${table.toLowerCase()}`;

const REFERRERS = new WeakMap<InfoSchema, ReadonlyMap<string, readonly Referrer[]>>();

/** All foreign keys of a schema, by the lower-case name of the referenced table (`db.table`). */
function referrers(schema: InfoSchema): ReadonlyMap<string, readonly Referrer[]> {
  let all = REFERRERS.get(schema);
  if (all !== undefined) return all;
  const made = new Map<string, Referrer[]>();
  for (const db of schema.databases()) {
    for (const table of schema.tables(db.name)) {
      for (const key of table.foreignKeys ?? []) {
        const name = nameOf(key.refSchema, key.refTable);
        const list = made.get(name);
        if (list === undefined) made.set(name, [{ db, table, key }]);
        else list.push({ db, table, key });
      }
    }
  }
  REFERRERS.set(schema, (all = made));
  return all;
}

/** Whether any table has a foreign key. */
export const hasForeignKeys = (schema: InfoSchema): boolean => referrers(schema).size > 0;

const NONE: readonly Referrer[] = [];

/** Foreign keys that refer to a table. */
export const referrersOf = (schema: InfoSchema, db: string, table: string): readonly Referrer[] =>
  referrers(schema).get(nameOf(db, table)) ?? NONE;

/** Whether the index finds all rows by the columns: they are its first ones, whole. */
export function startsWith(index: IndexInfo, columns: readonly string[]): boolean {
  return (
    index.condition === undefined &&
    index.columns.length >= columns.length &&
    columns.every((name, i) => {
      const part = index.columns[i]!;
      return part.name.toLowerCase() === name.toLowerCase() && part.length < 0;
    })
  );
}

/** `CONSTRAINT … FOREIGN KEY …` as SHOW CREATE TABLE prints it. `schema`: whose tables need no qualifier. */
export function foreignKeyText(key: ForeignKeyInfo, schema: string): string {
  const list = (names: readonly string[]): string => `(${names.map(quoteName).join(',')})`;
  const other = key.refSchema.toLowerCase() === schema.toLowerCase() ? '' : `${quoteName(key.refSchema)}.`;
  const onDelete = key.onDelete === null ? '' : ` ON DELETE ${key.onDelete}`;
  const onUpdate = key.onUpdate === null ? '' : ` ON UPDATE ${key.onUpdate}`;
  return `CONSTRAINT ${quoteName(key.name)} FOREIGN KEY ${list(key.columns)} REFERENCES ${other}${quoteName(key.refTable)} ${list(key.refColumns)}${onDelete}${onUpdate}`;
}

/** What errors 1451, 1452 and 1701 say of a key. */
export const foreignKeyInError = ({ db, table, key }: Referrer): string =>
  `${quoteName(db.name)}.${quoteName(table.name)}, ${foreignKeyText(key, db.name)}`;
