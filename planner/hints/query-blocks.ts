import type { Hint, Literal } from '../../parser/ast/index.js';

/** A hint and the number of the query block it is about. */
export interface BlockHint {
  readonly hint: Hint;
  readonly block: number;
}

/** What a long list of values is made of. */
const LITERALS: ReadonlySet<unknown> = new Set<Literal['kind']>([
  'IntLiteral',
  'DecimalLiteral',
  'FloatLiteral',
  'StringLiteral',
  'HexLiteral',
  'BitLiteral',
  'NullLiteral',
  'BoolLiteral',
  'TemporalLiteral',
]);

/** Parts of a SELECT in the order in which TiDB numbers the blocks in them. */
const PARTS = ['with', 'fields', 'from', 'where', 'groupBy', 'having', 'windows', 'orderBy', 'limit'];

/**
 * The query blocks of a statement: `sel_1`, `sel_2`, … as they are written, an outer one before those inside it; 0 is the block
 * of an INSERT, UPDATE or DELETE itself. QB_NAME gives further names.
 */
export class QueryBlocks {
  private readonly numbers = new Map<object, number>();
  private readonly names = new Map<string, number>();
  private readonly written: BlockHint[] = [];
  private count = 0;

  constructor(stmt: object) {
    this.visit(stmt, 0);
    for (const { hint, block } of this.written) {
      if (hint.name === 'QB_NAME' && typeof hint.value === 'string' && hint.tables.length === 0)
        this.names.set(hint.value.toLowerCase(), block);
    }
  }

  private visit(node: unknown, block: number): void {
    if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
    if (Array.isArray(node)) {
      for (const n of node) this.visit(n, block);
      return;
    }
    const { kind, hints } = node as { kind?: unknown; hints?: unknown };
    if (LITERALS.has(kind)) return;
    const own = kind === 'Select' ? ++this.count : block;
    if (kind === 'Select') this.numbers.set(node, own);
    if (Array.isArray(hints) && typeof kind === 'string')
      for (const hint of hints as Hint[]) this.written.push({ hint, block: own });
    const fields = node as Record<string, unknown>;
    if (kind === 'Select') for (const part of PARTS) this.visit(fields[part], own);
    else for (const [key, value] of Object.entries(fields)) if (key !== 'hints') this.visit(value, own);
  }

  /** Number of a SELECT; those of views, which are not part of the statement, have none. */
  numberOf(select: object): number {
    return this.numbers.get(select) ?? -1;
  }

  /** Number of a block by its name; null when there is none. */
  find(name: string): number | null {
    const lower = name.toLowerCase();
    const known = this.names.get(lower);
    if (known !== undefined) return known;
    const m = /^(sel|upd|del|ins)_(\d+)$/.exec(lower);
    if (m === null) return null;
    const n = m[1] === 'sel' ? Number(m[2]) : 0;
    return n <= this.count ? n : null;
  }

  /** All hints; those that name a block that does not exist are left out. */
  hints(): BlockHint[] {
    return this.written.flatMap(({ hint, block }) => {
      const about = hint.queryBlock === null ? block : this.find(hint.queryBlock);
      return about === null ? [] : [{ hint, block: about }];
    });
  }

  /** The hints about a SELECT, wherever they are written. A hint on one table's indexes is about the block that the table is in. */
  hintsOf(select: { readonly hints: readonly Hint[] }): readonly Hint[] {
    if (this.written.length === 0) return select.hints;
    const own = this.numbers.get(select);
    // A view's own blocks are known by what stands in them alone.
    if (own === undefined) return select.hints;
    return this.hints().flatMap(({ hint, block }) => {
      const named = hint.tables.length === 1 ? hint.tables[0]!.queryBlock : null;
      return (named === null ? block : this.find(named)) === own ? [hint] : [];
    });
  }

  /** Hints that name a block that does not exist. */
  lost(): Hint[] {
    return this.written.flatMap(({ hint }) =>
      hint.queryBlock !== null && this.find(hint.queryBlock) === null ? [hint] : [],
    );
  }
}
