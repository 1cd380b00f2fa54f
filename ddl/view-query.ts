import type {
  ColumnRef,
  CommonTable,
  Query,
  SelectField,
  SelectStmt,
  TableRef,
  TableStmt,
} from '../parser/ast/index.js';
import { fieldName } from '../parser/field-name.js';
import type { InfoSchema } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';

/**
 * The query of a view as it is stored: tables with their databases, `*` written out, every field with its name, so that it
 * means the same whatever the current database is and whatever columns its tables get later (MySQL manual, "CREATE VIEW").
 */
export class ViewQuery {
  constructor(
    private readonly schema: InfoSchema,
    /** Database of unqualified names; '' when none is selected. */
    private readonly database: string,
  ) {}

  /** Some table is read AS OF a time. */
  ofThePast = false;
  /** The select whose fields name the view's columns. */
  private naming: Query | null = null;

  /** Qualifies the query in place and gives the names of its columns. Throws 1046, 1350, 1351. */
  define(query: Query): string[] {
    this.naming = leftmost(query);
    this.visit(query, []);
    return this.columnsOf(query, []);
  }

  private visit(node: unknown, ctes: readonly CommonTable[]): void {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
    if (Array.isArray(node)) {
      for (const n of node) this.visit(n, ctes);
      return;
    }
    const n = node as { readonly kind?: string };
    switch (n.kind) {
      case 'UserVariable':
      case 'UserVariableAssign':
      case 'SystemVariable':
      case 'ParamMarker':
        throw mysqlError('ER_VIEW_SELECT_VARIABLE');
      case 'Select':
        this.select(node as SelectStmt, ctes);
        return;
      case 'Table':
      case 'TableStmt':
        this.table(node as Extract<TableRef, { kind: 'Table' }> | TableStmt, ctes);
        return;
    }
    const inner = 'with' in n ? this.commonTables(node as Query, ctes) : ctes;
    for (const [key, child] of Object.entries(node)) if (key !== 'with') this.visit(child, inner);
  }

  /** Visits the definitions of a WITH, each of which sees those before it, and itself where it may be recursive; gives what the query sees. */
  private commonTables(query: Query, outer: readonly CommonTable[]): readonly CommonTable[] {
    const own = query.with?.tables ?? [];
    const self = query.with?.recursive === true ? 1 : 0;
    own.forEach((c, i) => this.visit(c.query, [...outer, ...own.slice(0, i + self)]));
    return own.length === 0 ? outer : [...outer, ...own];
  }

  private select(s: SelectStmt, outer: readonly CommonTable[]): void {
    if (s.into !== null) throw mysqlError('ER_VIEW_SELECT_CLAUSE', 'INTO');
    const ctes = this.commonTables(s, outer);
    for (const [key, child] of Object.entries(s))
      if (key !== 'fields' && key !== 'with') this.visit(child, ctes);
    s.fields = s.fields.flatMap((f) => this.expand(f, s, ctes));
    this.visit(s.fields, ctes);
    if (s === this.naming) nameFields(s.fields);
    else for (const f of s.fields) f.alias = fieldName(f);
  }

  private table(t: Extract<TableRef, { kind: 'Table' }> | TableStmt, ctes: readonly CommonTable[]): void {
    if ('asOf' in t && t.asOf !== null && t.asOf !== undefined) this.ofThePast = true;
    if (t.table.schema !== null || isCte(t.table.name, ctes)) return;
    if (this.database === '') throw mysqlError('ER_NO_DB_ERROR');
    t.table.schema = this.schema.database(this.database)?.name ?? this.database;
  }

  /** A field as it is, or one for each column that a `*` stands for. */
  private expand(f: SelectField, s: SelectStmt, ctes: readonly CommonTable[]): SelectField[] {
    if (f.wildcard === null || s.from === null) return [f];
    const { schema, table } = f.wildcard;
    return this.fromColumns(s.from, ctes)
      .filter(
        (c) =>
          table === null ||
          ((c.table ?? '').toLowerCase() === table.toLowerCase() &&
            (schema === null || (c.schema ?? this.database).toLowerCase() === schema.toLowerCase())),
      )
      .map((c) => ({ expr: c, wildcard: null, alias: null, text: c.name }));
  }

  /** The columns of a FROM clause in the order in which `*` gives them. */
  private fromColumns(ref: TableRef, ctes: readonly CommonTable[]): ColumnRef[] {
    switch (ref.kind) {
      case 'Table': {
        const alias = ref.alias ?? ref.table.name;
        const schema = ref.alias === null && !isCte(ref.table.name, ctes) ? ref.table.schema : null;
        return this.tableColumns(ref, ctes).map((name) => columnRef(schema, alias, name));
      }
      case 'Derived':
        return (ref.columns ?? this.columnsOf(ref.query, ctes)).map((name) =>
          columnRef(null, ref.alias, name),
        );
      case 'Join': {
        const left = this.fromColumns(ref.left, ctes);
        const right = this.fromColumns(ref.right, ctes);
        const has = (list: readonly ColumnRef[], name: string): boolean =>
          list.some((c) => c.name.toLowerCase() === name.toLowerCase());
        const [first, second] = ref.type === 'RIGHT' ? [right, left] : [left, right];
        const common = ref.natural
          ? first.filter((c) => has(second, c.name)).map((c) => c.name)
          : (ref.using ?? []);
        const isCommon = (c: ColumnRef): boolean =>
          common.some((n) => n.toLowerCase() === c.name.toLowerCase());
        return [
          ...first.filter(isCommon),
          ...first.filter((c) => !isCommon(c)),
          ...second.filter((c) => !isCommon(c)),
        ];
      }
      case 'JsonTable':
        return ref.columns.flatMap(function names(c): ColumnRef[] {
          if ('columns' in c && Array.isArray(c.columns))
            return (c.columns as typeof ref.columns).flatMap(names);
          return 'name' in c ? [columnRef(null, ref.alias, c.name)] : [];
        });
    }
  }

  private tableColumns(
    ref: Extract<TableRef, { kind: 'Table' }>,
    ctes: readonly CommonTable[],
  ): readonly string[] {
    if (isCte(ref.table.name, ctes)) {
      const at = ctes.findLastIndex((c) => c.name.toLowerCase() === ref.table.name.toLowerCase());
      const cte = ctes[at]!;
      return cte.columns ?? this.columnsOf(cte.query, ctes.slice(0, at));
    }
    const table = this.schema.table(ref.table.schema ?? this.database, ref.table.name);
    if (table === null)
      throw mysqlError('ER_NO_SUCH_TABLE', ref.table.schema ?? this.database, ref.table.name);
    return table.columns.filter((c) => c.state === 'public' && !c.hidden).map((c) => c.name);
  }

  private columnsOf(query: Query, outer: readonly CommonTable[]): string[] {
    const ctes = withTables(query, outer);
    switch (query.kind) {
      case 'Select':
        return query.fields.flatMap((f) => this.expand(f, query, ctes)).map((f) => fieldName(f));
      case 'SetOperation':
        return this.columnsOf(query.branches[0]!.query, ctes);
      case 'Values':
        return (query.rows[0] ?? []).map((_, i) => `column_${i}`);
      case 'TableStmt':
        return [
          ...this.tableColumns(
            { kind: 'Table', table: query.table } as Extract<TableRef, { kind: 'Table' }>,
            ctes,
          ),
        ];
    }
  }
}

const leftmost = (query: Query): Query =>
  query.kind === 'SetOperation' ? leftmost(query.branches[0]!.query) : query;

const withTables = (query: Query, outer: readonly CommonTable[]): readonly CommonTable[] =>
  query.with === null ? outer : [...outer, ...query.with.tables];

const isCte = (name: string, ctes: readonly CommonTable[]): boolean =>
  ctes.some((c) => c.name.toLowerCase() === name.toLowerCase());

const columnRef = (schema: string | null, table: string, name: string): ColumnRef => ({
  kind: 'ColumnRef',
  schema,
  table,
  name,
  start: 0,
  end: 0,
});

/**
 * Gives every field its name. An expression without a name of its own whose text is already the name of another is called
 * Name_exp_…, one whose text or alias is too long for a name name_exp_ and its position; other names that the statement gives, and those of
 * columns, stay (MySQL manual, "CREATE VIEW Statement").
 */
function nameFields(fields: readonly SelectField[]): void {
  const unnamed = (f: SelectField): boolean => f.alias === null && f.expr?.kind !== 'ColumnRef';
  const taken = new Set(fields.filter((f) => !unnamed(f)).map((f) => fieldName(f).toLowerCase()));
  fields.forEach((f, i) => {
    const written = fieldName(f);
    const text = [...written].length > NAME_LIMIT ? `name_exp_${i + 1}` : written;
    let name = text;
    if (unnamed(f)) {
      for (let n = 0; taken.has(name.toLowerCase()); n++)
        name = n === 0 ? `Name_exp_${text}` : `Name_exp_${n}_${text}`;
      taken.add(name.toLowerCase());
    }
    f.alias = name;
  });
}

/** Characters of an identifier. */
const NAME_LIMIT = 64;
