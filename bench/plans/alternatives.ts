import type { TableRef } from '../../parser/ast/index.js';
import { parse } from '../../parser/parser.js';
import { QueryBlocks } from '../../planner/hints/query-blocks.js';
import type { Random } from '../joins/random.js';

/** Another way to run a query: hints for its first block, and session variables. */
export interface Alternative {
  readonly hints: string;
  readonly settings: readonly (readonly [name: string, value: string])[];
}

interface Block {
  readonly number: number;
  readonly tables: readonly { readonly table: string; readonly alias: string }[];
}

const METHODS = ['HASH_JOIN', 'INL_JOIN', 'INL_HASH_JOIN', 'MERGE_JOIN'];

/** The query blocks of a statement with the tables of their FROM clauses. */
function blocksOf(sql: string): Block[] {
  const [parsed] = parse(sql, {});
  const numbers = new QueryBlocks(parsed!.stmt);
  const out: Block[] = [];
  const tables = (ref: TableRef | null): { table: string; alias: string }[] => {
    if (ref?.kind === 'Join') return [...tables(ref.left), ...tables(ref.right)];
    if (ref?.kind === 'Table') return [{ table: ref.table.name, alias: ref.alias ?? ref.table.name }];
    return ref?.kind === 'Derived' ? [{ table: '', alias: ref.alias }] : [];
  };
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const n of node) visit(n);
    else if (typeof node === 'object' && node !== null && !(node instanceof Uint8Array)) {
      if ((node as { kind?: string }).kind === 'Select')
        out.push({
          number: numbers.numberOf(node),
          tables: tables((node as { from: TableRef | null }).from),
        });
      for (const n of Object.values(node)) visit(n);
    }
  };
  visit(parsed!.stmt);
  return out;
}

/**
 * Ways to run a query: each kind of hint by itself (how all tables are joined, which two come first, how a block is aggregated or its
 * subquery run, by which index or store a table is read), variables that switch rules, and random combinations of these.
 */
export function alternatives(
  sql: string,
  indexes: ReadonlyMap<string, readonly string[]>,
  columnar: boolean,
  combinations: number,
  r: Random,
): Alternative[] {
  const kinds: string[][] = [];
  for (const { number, tables } of blocksOf(sql)) {
    const block = `@sel_${number}`;
    const names = tables.map((t) => t.alias);
    if (names.length > 1) {
      kinds.push(METHODS.map((m) => `${m}(${block} ${names.join(', ')})`));
      for (const name of names) kinds.push(METHODS.map((m) => `${m}(${block} ${name})`));
      const pairs = names.flatMap((a) =>
        names.filter((b) => b !== a).map((b) => `LEADING(${block} ${a}, ${b})`),
      );
      kinds.push(r.shuffled(pairs).slice(0, 3 * names.length));
    }
    kinds.push([`HASH_AGG(${block})`, `STREAM_AGG(${block})`]);
    if (number > 1) kinds.push([`NO_DECORRELATE(${block})`, `SEMI_JOIN_REWRITE(${block})`]);
    for (const { table, alias } of tables) {
      const choices = (indexes.get(table) ?? []).map((i) => `USE_INDEX(${block} ${alias} ${i})`);
      if (table !== '') choices.push(`USE_INDEX(${block} ${alias} )`);
      if (columnar && table !== '')
        for (const store of ['TIKV', 'TIFLASH'])
          choices.push(`READ_FROM_STORAGE(${block} ${store}[${alias}])`);
      if (choices.length > 1) kinds.push(choices);
    }
  }
  const settings: Alternative['settings'] = [
    ['tidb_opt_agg_push_down', 'ON'],
    ['tidb_opt_insubq_to_join_and_agg', 'OFF'],
    ['tidb_opt_distinct_agg_push_down', 'ON'],
    ['tidb_isolation_read_engines', 'tikv,tidb'],
    ...(columnar ? ([['tidb_isolation_read_engines', 'tiflash,tidb']] as const) : []),
  ];
  const out: Alternative[] = kinds.flat().map((hints) => ({ hints, settings: [] }));
  for (const s of settings) out.push({ hints: '', settings: [s] });
  for (let i = 0; i < combinations; i++) {
    const chosen = r.shuffled(kinds).slice(0, 2 + r.below(3));
    out.push({
      hints: chosen.map((k) => r.pick(k)).join(' '),
      settings: r.chance(0.25) ? [r.pick(settings)] : [],
    });
  }
  return out;
}
