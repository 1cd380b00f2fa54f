import { Random } from './random.js';
import { CONDITIONS, REFERENCES } from './schema.js';

export interface JoinQuery {
  readonly name: string;
  readonly tables: readonly { readonly table: string; readonly alias: string }[];
  readonly conditions: readonly string[];
  readonly joins: readonly { readonly a: string; readonly b: string; readonly on: string }[];
}

const QUERIES = 50;
const LEAST_JOINS = 4;
const MOST_JOINS = 12;
/** Facts of a film; each may come twice (two kinds of info, two actors). */
const FACTS = ['movie_companies', 'movie_info', 'movie_info_idx', 'movie_keyword', 'cast_info', 'movie_link'];

/** Fifty queries of 4 to 12 joins: facts around films with their dimensions, most with conditions. */
export function makeQueries(seed: number): JoinQuery[] {
  const out: JoinQuery[] = [];
  for (let i = 0; i < QUERIES; i++) {
    const joins = LEAST_JOINS + Math.floor((i * (MOST_JOINS - LEAST_JOINS + 1)) / QUERIES);
    out.push(makeQuery(new Random(seed * 1000 + i), `${i + 1}`.padStart(2, '0'), joins));
  }
  return out;
}

function makeQuery(r: Random, name: string, joins: number): JoinQuery {
  const tables = [{ table: 'title', alias: 't' }];
  const edges: { a: string; b: string; on: string }[] = [];
  const counts = new Map<string, number>();
  const add = (table: string): string => {
    const n = (counts.get(table) ?? 0) + 1;
    counts.set(table, n);
    const short = table
      .split('_')
      .map((w) => w[0])
      .join('');
    const alias = `${table === 'movie_info_idx' ? 'midx' : short}${n}`;
    tables.push({ table, alias });
    return alias;
  };
  const facts = r.shuffled([...FACTS, ...FACTS.slice(1, 2)]);
  while (edges.length < joins) {
    // Either a dimension of a table that is there, or another fact of the film.
    const open = tables.flatMap(({ table, alias }) =>
      REFERENCES.filter(
        ([from, column, to]) =>
          from === table && to !== 'title' && !edges.some((e) => e.on.startsWith(`${alias}.${column} `)),
      ).map(([, column, to]) => ({ alias, column, to })),
    );
    if (open.length > 0 && (r.chance(0.6) || facts.length === 0)) {
      const { alias, column, to } = r.pick(open);
      const b = add(to);
      edges.push({ a: alias, b, on: `${alias}.${column} = ${b}.id` });
    } else if (facts.length > 0) {
      const a = add(facts.pop()!);
      edges.push({ a, b: 't', on: `${a}.movie_id = t.id` });
    } else break;
  }
  const conditions: string[] = [];
  for (const { table, alias } of tables) {
    const dimension = !FACTS.includes(table);
    if (!r.chance(dimension ? 0.75 : 0.35)) continue;
    conditions.push(`(${r.pick(CONDITIONS[table]!).replaceAll('$', alias)})`);
  }
  return { name, tables, conditions, joins: edges };
}

/** The statement, with its tables in an order that is kept when hints are given. */
export function sqlOf(
  q: JoinQuery,
  order = q.tables.map((t) => t.alias),
  hints: string | null = null,
): string {
  const names = new Map(q.tables.map((t) => [t.alias, t.table]));
  const from = order.map((alias) => `${names.get(alias)} ${alias}`).join(', ');
  const where = [...q.joins.map((j) => j.on), ...q.conditions].join(' AND ');
  const head = hints === null ? 'SELECT' : `SELECT ${hints === '' ? '' : `/*+ ${hints} */ `}STRAIGHT_JOIN`;
  return `${head} COUNT(*), MIN(t.title), MAX(t.production_year) FROM ${from} WHERE ${where}`;
}

/** A random order in which each table joins one before it. */
export function randomOrder(q: JoinQuery, r: Random): string[] {
  const order = [r.pick(q.tables).alias];
  while (order.length < q.tables.length) {
    const next = q.joins
      .filter((j) => order.includes(j.a) !== order.includes(j.b))
      .map((j) => (order.includes(j.a) ? j.b : j.a));
    order.push(r.pick(next));
  }
  return order;
}
