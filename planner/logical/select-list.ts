import type { Column, Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import { fieldName } from '../../parser/index.js';
import { mysqlError } from '../../types/error-table.js';
import { findName, type FieldName } from '../resolve/scope.js';

/** One item of the select list, its expression built when first needed. */
export interface Field {
  readonly ast: ast.Expr | null;
  readonly alias: string | null;
  readonly name: Omit<FieldName, 'column'>;
  readonly wildcard: Column | null;
  built: Expression | null;
}

/** The select list with its wildcards written out. Throws 1096, 1051. */
export function selectList(items: readonly ast.SelectField[], names: readonly FieldName[]): Field[] {
  const fields: Field[] = [];
  for (const f of items) {
    if (f.wildcard === null) {
      fields.push(namedField(f, names));
      continue;
    }
    const { schema, table } = f.wildcard;
    const matched = names.filter(
      (n) =>
        !n.hidden &&
        (table === null
          ? n.visible
          : n.table.toLowerCase() === table.toLowerCase() &&
            (schema === null || n.db.toLowerCase() === schema.toLowerCase())),
    );
    if (matched.length === 0) {
      if (table === null) throw mysqlError('ER_NO_TABLES_USED');
      throw mysqlError('ER_BAD_TABLE_ERROR', table);
    }
    if (table !== null) matched.sort((a, b) => (a.place ?? 0) - (b.place ?? 0));
    for (const n of matched) {
      n.denied?.();
      fields.push({ ast: null, alias: null, name: n, wildcard: n.column, built: n.column });
    }
  }
  return fields;
}

function namedField(f: ast.SelectField, names: readonly FieldName[]): Field {
  const e = stripParens(f.expr!);
  if (e.kind === 'ColumnRef') {
    const n = findName(names, e, 'field list');
    if (n !== null) {
      return {
        ast: f.expr,
        alias: f.alias,
        name: { ...n, name: f.alias ?? e.name, visible: true, hidden: false },
        wildcard: null,
        built: null,
      };
    }
    return { ast: f.expr, alias: f.alias, name: plainName(f.alias ?? e.name), wildcard: null, built: null };
  }
  return { ast: f.expr, alias: f.alias, name: plainName(fieldName(f)), wildcard: null, built: null };
}

const plainName = (name: string): Omit<FieldName, 'column'> => ({
  name,
  table: '',
  db: '',
  orgName: '',
  orgTable: '',
  visible: true,
  hidden: false,
});
