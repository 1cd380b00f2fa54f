import type { Statement } from '../../parser/ast/index.js';
import { digestOf, normalize } from '../../parser/digest.js';
import { restore } from '../../parser/restore.js';

type Node = Record<string, unknown>;

const isNode = (v: unknown): v is Node => v !== null && typeof v === 'object' && !(v instanceof Uint8Array);

/** Names that WITH clauses of the statement give: they belong to no database. */
function commonNames(root: unknown, into: Set<string>): Set<string> {
  if (Array.isArray(root)) for (const r of root) commonNames(r, into);
  else if (isNode(root)) {
    const ctes = (root['with'] as { tables?: readonly { name: string }[] } | null | undefined)?.tables;
    for (const c of ctes ?? []) into.add(c.name.toLowerCase());
    for (const key in root) commonNames(root[key], into);
  }
  return into;
}

/** The database of a table of any database in a binding: `*.t`. */
export const ANY_DATABASE = '*';

/** Whether a binding is for tables of any database. */
export const namesAnyDatabase = (stmt: Statement): boolean =>
  tablesOf(stmt, '').some((t) => t.db === ANY_DATABASE);

/** The digest that statements share which differ in the databases of their tables alone. */
export function digestOfAnyDatabase(stmt: Statement): string {
  const common = commonNames(stmt, new Set());
  const visit = (root: unknown): unknown => {
    if (Array.isArray(root)) return root.map(visit);
    if (!isNode(root)) return root;
    const copy: Node = {};
    for (const key in root) copy[key] = visit(root[key]);
    const t = copy['table'];
    if (isNode(t) && isStoredName(t, common)) copy['table'] = { ...t, schema: ANY_DATABASE };
    return copy;
  };
  return bindingKey(visit(stmt) as Statement, '').digest;
}

/** Whether the tables of a statement are those that a binding names, in their order. */
export function tablesMatch(stmt: Statement, database: string, bound: Statement): boolean {
  const wanted = tablesOf(bound, '');
  return tablesOf(stmt, database).every(
    ({ db }, i) => wanted[i]?.db === ANY_DATABASE || wanted[i]?.db.toLowerCase() === db.toLowerCase(),
  );
}

/** A table's name that is not a common table's. */
const isStoredName = (t: Node, common: ReadonlySet<string>): boolean =>
  typeof t['name'] === 'string' &&
  'schema' in t &&
  (t['schema'] !== null || !common.has(t['name'].toLowerCase()));

/** The statement as a binding keeps it: tables named with their database. */
export function bindingText(stmt: Statement, database: string): string {
  const unqualified = commonNames(stmt, new Set());
  const options = { spaces: true, quotedHints: 'lower' as const };
  return restore(stmt, database === '' ? options : { ...options, schema: database, unqualified });
}

/** What statements have in common that a binding is for: their text without literals and hints, and its digest. */
export function bindingKey(
  stmt: Statement,
  database: string,
  lists = true,
): { readonly sql: string; readonly digest: string } {
  const sql = normalize(bindingText(withoutHints(stmt), database), { binding: lists });
  return { sql, digest: digestOf(sql) };
}

/** Hints of a statement in the order in which its blocks and tables stand. */
interface HintList {
  readonly blocks: unknown[][];
  readonly tables: unknown[][];
}

function collect(root: unknown, into: HintList): void {
  if (Array.isArray(root)) for (const r of root) collect(r, into);
  else if (isNode(root)) {
    if (Array.isArray(root['hints']) && typeof root['kind'] === 'string') into.blocks.push(root['hints']);
    if (Array.isArray(root['indexHints'])) into.tables.push(root['indexHints']);
    for (const key in root) if (key !== 'hints' && key !== 'indexHints') collect(root[key], into);
  }
}

function rewritten<T>(root: T, from: HintList, at: { block: number; table: number }): T {
  if (Array.isArray(root)) return root.map((r: unknown) => rewritten(r, from, at)) as T;
  if (!isNode(root)) return root;
  const copy: Node = {};
  const block = Array.isArray(root['hints']) && typeof root['kind'] === 'string';
  const table = Array.isArray(root['indexHints']);
  // Numbers are taken on the way down, as `collect` counts.
  const hints = block ? (from.blocks[at.block++] ?? []) : null;
  const indexHints = table ? (from.tables[at.table++] ?? []) : null;
  for (const key in root) {
    if (key === 'hints' && hints !== null) copy[key] = hints;
    else if (key === 'indexHints' && indexHints !== null) copy[key] = indexHints;
    else copy[key] = rewritten(root[key], from, at);
  }
  return copy as T;
}

/**
 * The statement with the hints of another one of the same normalized text, block by block and table by table. The
 * statement itself stays as it is: it may be one that is kept prepared.
 */
export function withHintsOf<T extends Statement>(stmt: T, hinted: Statement): T {
  const from: HintList = { blocks: [], tables: [] };
  collect(hinted, from);
  return rewritten(stmt, from, { block: 0, table: 0 });
}

export const withoutHints = <T extends Statement>(stmt: T): T =>
  rewritten(stmt, { blocks: [], tables: [] }, { block: 0, table: 0 });

/** The tables that a statement names, with their databases; common tables aside. */
export function tablesOf(
  stmt: Statement,
  database: string,
): { readonly db: string; readonly table: string }[] {
  const common = commonNames(stmt, new Set());
  const found: { db: string; table: string }[] = [];
  const visit = (root: unknown): void => {
    if (Array.isArray(root)) root.forEach(visit);
    else if (isNode(root)) {
      const t = root['table'];
      if (isNode(t) && isStoredName(t, common)) {
        const { schema, name } = t as { schema: string | null; name: string };
        found.push({ db: schema ?? database, table: name });
      }
      for (const key in root) visit(root[key]);
    }
  };
  visit(stmt);
  return found;
}
