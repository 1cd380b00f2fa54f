import type { LogicalPlan, Join, TableLabel } from '../logical/plan.js';
import { forEachNode } from '../logical/walk.js';
import type { QueryBlocks } from './query-blocks.js';

export type Side = 'left' | 'right';

/** Ways to join, as EXPLAIN names them. */
export type JoinMethod = 'HashJoin' | 'MergeJoin' | 'IndexJoin' | 'IndexHashJoin';

interface Kind {
  /** The methods it asks for or forbids. */
  readonly methods: readonly JoinMethod[];
  readonly forbids?: boolean;
  /** What the table named is to be: the inner side, the side that is built or probed. */
  readonly role?: 'inner' | 'build' | 'probe';
  /** The name it had first, which warnings give as well. */
  readonly first?: string;
}

const KINDS: Readonly<Record<string, Kind>> = {
  HASH_JOIN: { methods: ['HashJoin'], first: 'TIDB_HJ' },
  HASH_JOIN_BUILD: { methods: ['HashJoin'], role: 'build' },
  HASH_JOIN_PROBE: { methods: ['HashJoin'], role: 'probe' },
  MERGE_JOIN: { methods: ['MergeJoin'], first: 'TIDB_SMJ' },
  INL_JOIN: { methods: ['IndexJoin'], role: 'inner', first: 'TIDB_INLJ' },
  INL_HASH_JOIN: { methods: ['IndexHashJoin'], role: 'inner' },
  NO_HASH_JOIN: { methods: ['HashJoin'], forbids: true },
  NO_MERGE_JOIN: { methods: ['MergeJoin'], forbids: true },
  NO_INDEX_JOIN: { methods: ['IndexJoin'], forbids: true },
  NO_INDEX_HASH_JOIN: { methods: ['IndexHashJoin'], forbids: true },
};

const ALIASES: Readonly<Record<string, string>> = {
  TIDB_HJ: 'HASH_JOIN',
  TIDB_SMJ: 'MERGE_JOIN',
  TIDB_INLJ: 'INL_JOIN',
  INDEX_JOIN: 'INL_JOIN',
  INDEX_HASH_JOIN: 'INL_HASH_JOIN',
  NO_INL_JOIN: 'NO_INDEX_JOIN',
};

/** Hints that say nothing without a table. */
const TABLES_NAMED: ReadonlySet<string> = new Set([
  ...Object.keys(KINDS),
  ...Object.keys(ALIASES),
  'LEADING',
  'USE_INDEX',
  'FORCE_INDEX',
  'IGNORE_INDEX',
  'ORDER_INDEX',
  'NO_ORDER_INDEX',
  'INDEX_LOOKUP_PUSHDOWN',
  'USE_INDEX_MERGE',
]);
const ONE_LEADING =
  'We can only use one leading hint at most, when multiple leading hints are used, all leading hints will be invalid';
const LEADING_OR_STRAIGHT =
  'We can only use the straight_join hint, when we use the leading hint and straight_join hint at the same time, all leading hints will be invalid';

const INTERNAL = 1815;

interface HintedTable extends TableLabel {
  matched: boolean;
}

/** All hints of one kind in one query block. */
interface JoinHint {
  readonly name: string;
  readonly kind: Kind;
  readonly tables: HintedTable[];
  warned: boolean;
}

/** What hints ask of one join. */
export interface JoinWish {
  readonly methods: readonly JoinMethod[];
  readonly forbidden: ReadonlySet<JoinMethod>;
  /** Sides that may be the inner one; empty: either. */
  readonly inner: readonly Side[];
  readonly build: Side | null;
  readonly hints: readonly JoinHint[];
}

export const NO_WISH: JoinWish = { methods: [], forbidden: new Set(), inner: [], build: null, hints: [] };

/** The hints of a statement on how to join, and what became of them. */
export class JoinHints {
  private readonly hints: JoinHint[] = [];
  /** Tables in the order of LEADING, by block. */
  readonly leading = new Map<number, readonly TableLabel[]>();

  private readonly messages: { readonly message: string; readonly code: number }[] = [];
  /** LEADINGs that a join group has the tables of. */
  private readonly followed = new Set<readonly TableLabel[]>();
  /** Joins whose hints were told to be no use. */
  private readonly told = new WeakSet<Join>();

  constructor(blocks: QueryBlocks) {
    for (const hint of blocks.lost())
      this.warn(`Hint ${hint.text} is ignored due to unknown query block name`);
    const groups = new Map<string, JoinHint>();
    const leading = new Map<number, HintedTable[][]>();
    const straight = new Set<number>();
    for (const { hint, block } of blocks.hints()) {
      const labels = hint.tables.map((t): HintedTable => ({
        db: t.schema?.toLowerCase() ?? null,
        alias: t.name.toLowerCase(),
        block: t.queryBlock === null ? block : (blocks.find(t.queryBlock) ?? -1),
        matched: false,
      }));
      if (TABLES_NAMED.has(hint.name) && labels.length === 0) {
        this.warn(`Hint ${hint.text} is inapplicable. Please specify the table names in the arguments.`);
        continue;
      }
      if (hint.name === 'LEADING') {
        leading.set(block, [...(leading.get(block) ?? []), labels]);
        continue;
      }
      if (hint.name === 'STRAIGHT_JOIN') straight.add(block);
      if (hint.name === 'INL_MERGE_JOIN' || hint.name === 'INDEX_MERGE_JOIN') {
        this.warn('The INDEX MERGE JOIN hint is deprecated for usage, try other hints.');
        continue;
      }
      const name = ALIASES[hint.name] ?? hint.name;
      const kind = KINDS[name];
      if (kind === undefined) continue;
      const key = `${block} ${name}`;
      let group = groups.get(key);
      if (group === undefined) {
        groups.set(key, (group = { name, kind, tables: [], warned: false }));
        this.hints.push(group);
      }
      group.tables.push(...labels);
    }
    for (const [block, [first, ...more]] of leading)
      if (more.length > 0) this.warn(ONE_LEADING);
      else if (straight.has(block)) this.warn(LEADING_OR_STRAIGHT);
      else this.leading.set(block, first!);
  }

  /** Told once, however often it is found; `code`: 1815 where TiDB's optimizer tells of it, 1105 where others do. */
  warn(message: string, code = INTERNAL): void {
    if (!this.messages.some((m) => m.message === message)) this.messages.push({ message, code });
  }

  /** What becomes of the hints on one join, each message as often as a way of joining refuses them. */
  warnOnce(join: Join, messages: readonly string[]): void {
    if (this.told.has(join)) return;
    this.told.add(join);
    this.messages.push(...messages.map((message) => ({ message, code: INTERNAL })));
  }

  /** Notes which of the tables named a plan's joins have. */
  lookAt(p: LogicalPlan): void {
    if (this.hints.length === 0) return;
    forEachNode(p, (n) => {
      if (n.op === 'Join') this.wishFor(n, true);
    });
  }

  /** What the hints ask of a join, its sides being what they are. `report`: tables found are noted, conflicts told. */
  wishFor(p: Join, report = false): JoinWish {
    if (this.hints.length === 0) return NO_WISH;
    const named = new Map<JoinHint, Side[]>();
    for (const hint of this.hints) {
      const sides = (['left', 'right'] as const).filter((side) => {
        const [child, other] = side === 'left' ? p.children : [p.children[1], p.children[0]];
        // A table named twice is found once. A derived table's own joins are not about it.
        const found = hint.tables.find((t) => isTable(child!, t) && !isTable(other!, t));
        if (report && found !== undefined) found.matched = true;
        return found !== undefined;
      });
      if (sides.length > 0) named.set(hint, sides);
    }
    if (named.size === 0) return NO_WISH;
    const forbidden = new Set<JoinMethod>();
    const methods = new Set<JoinMethod>();
    const inner = new Set<Side>();
    const build = new Set<Side>();
    let plain = false;
    for (const [{ kind }, sides] of named) {
      for (const m of kind.methods) (kind.forbids === true ? forbidden : methods).add(m);
      if (kind.forbids === true) continue;
      if (kind.role === 'inner') for (const s of sides) inner.add(s);
      else if (kind.role === 'build') for (const s of sides) build.add(s);
      else if (kind.role === 'probe') for (const s of sides) build.add(s === 'left' ? 'right' : 'left');
      else if (kind.methods[0] === 'HashJoin') plain = true;
    }
    const hints = [...named.keys()];
    const roles = hints.filter((h) => h.kind.role === 'build' || h.kind.role === 'probe');
    const opposed = build.size > 1;
    if (methods.size > 1 || opposed || (plain && roles.length > 0)) {
      if (report) {
        // What one table is asked for is told apart at once, what two are when they meet.
        const asked = [...named].filter(([h]) => h.kind.forbids !== true);
        const late =
          p.joinType === 'inner' &&
          (['left', 'right'] as const).every(
            (side) => asked.filter(([, sides]) => sides.includes(side)).length <= 1,
          );
        this.warn(
          late
            ? 'Join hints conflict after join reorder phase, you can only specify one type of join'
            : 'Join hints are conflict, you can only specify one type of join',
        );
      }
      return { ...NO_WISH, forbidden };
    }
    return { methods: [...methods], forbidden, inner: [...inner], build: [...build][0] ?? null, hints };
  }

  /** The relations of a join group that a LEADING names, in its order; null when it does not name them all. */
  leaders(relations: readonly LogicalPlan[]): LogicalPlan[] | null {
    for (const labels of this.leading.values()) {
      const found = labels.map((t) => relations.find((r) => isTable(r, t)));
      if (!found.every((r) => r !== undefined)) continue;
      this.followed.add(labels);
      return found;
    }
    return null;
  }

  /** A way of joining that was asked for cannot be had. */
  inapplicable(wish: JoinWish): void {
    for (const hint of wish.hints) {
      if (hint.kind.forbids === true || hint.kind.role === 'build' || hint.kind.role === 'probe') continue;
      if (hint.warned) continue;
      hint.warned = true;
      this.warn(`Optimizer Hint ${textOf(hint)} is inapplicable`);
    }
  }

  /** What could not be followed of the hints, tables that no join has among it. */
  warnings(): { readonly message: string; readonly code: number }[] {
    const lost = this.hints.flatMap((hint) => {
      const names = hint.tables.filter((t) => !t.matched).map(labelText);
      if (names.length === 0) return [];
      return [
        {
          message:
            `There are no matching table names for (${names.join(', ')}) in optimizer hint ${textOf(hint)}. ` +
            'Maybe you can use the table alias name',
          code: INTERNAL,
        },
      ];
    });
    for (const labels of this.leading.values())
      if (!this.followed.has(labels))
        this.warn('leading hint is inapplicable, check if the leading hint table is valid');
    return [...lost, ...this.messages];
  }
}

const labelText = (t: TableLabel): string => (t.db === null ? t.alias : `${t.db}.${t.alias}`);

function textOf(h: JoinHint): string {
  const tables = h.tables.map(labelText).join(', ');
  const text = `/*+ ${h.name}(${tables}) */`;
  return h.kind.first === undefined ? text : `${text} or /*+ ${h.kind.first}(${tables}) */`;
}

/** Whether a plan is a table as a query block names it: all that it reads goes by that name there. */
export function isTable(p: LogicalPlan, t: TableLabel): boolean {
  if (p.children.length === 0)
    return (
      p.labels?.some(
        (l) =>
          l.alias === t.alias && l.block === t.block && (t.db === null || l.db === null || l.db === t.db),
      ) === true
    );
  return p.children.every((c) => isTable(c, t));
}
