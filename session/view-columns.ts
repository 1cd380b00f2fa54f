import type { ColumnInfo, DbInfo, TableInfo } from '../catalog/model.js';
import { KEY_FLAGS } from '../ddl/view.js';
import { parse } from '../parser/parser.js';
import { quoteName } from '../parser/restore.js';
import { planQuery } from './plan-statement.js';
import type { Session } from './session.js';

/** Columns of views as they were last made out, by the schema version that they were made out at. */
const KNOWN = new WeakMap<TableInfo, { readonly version: number; readonly columns: readonly ColumnInfo[] }>();

/**
 * A view's columns with the types that they have now: the tables that it reads may have been changed since it was made. Made out by
 * the server itself, because who may not read a view may still see its columns. Throws 1356.
 */
export async function columnsOfView(
  session: Session,
  db: DbInfo,
  view: TableInfo,
): Promise<readonly ColumnInfo[]> {
  const { version } = session.schema;
  const known = KNOWN.get(view);
  if (known?.version === version) return known.columns;
  const [parsed] = parse(`SELECT * FROM ${quoteName(db.name)}.${quoteName(view.name)}`, {});
  if (parsed?.stmt.kind !== 'Select') return view.columns;
  const server = session.engine.internalSession(db.name);
  try {
    const { plan } = await planQuery(server, parsed.stmt, []);
    const columns = view.columns.map((c, i) => {
      const { type } = plan.schema[i]!;
      return { ...c, type: { ...type, flag: type.flag & ~KEY_FLAGS } };
    });
    KNOWN.set(view, { version, columns });
    return columns;
  } catch (e) {
    if ((e as { code?: number }).code !== 1356) return view.columns;
    throw e;
  } finally {
    await server.close();
  }
}
