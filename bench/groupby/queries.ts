/** One query; the same text runs on both sides. Large results are folded into a few figures, so that their transfer is not measured. */
export interface Query {
  readonly name: string;
  readonly sql: string;
}

const folded = (columns: string, sql: string): string => `SELECT COUNT(*), ${columns} FROM (${sql}) t`;

/**
 * Grouping as in H2O's db-benchmark (q1 … q10) with DISTINCT, sorting, joins, set operations and windows beside it, over
 * table x: id1 and id2 of 100 texts, id3 of N/100 texts, id4 and id5 of 100 integers, id6 of N/100, v1 1…5, v2 1…15, v3 a DECIMAL,
 * v4 a DOUBLE; s (100 rows), m (10 000) and l (N) to be joined with.
 */
export const QUERIES: readonly Query[] = [
  { name: 'q1 id1: sum', sql: folded('SUM(s)', 'SELECT id1, SUM(v1) AS s FROM x GROUP BY id1') },
  {
    name: 'q2 id1, id2: sum',
    sql: folded('SUM(s)', 'SELECT id1, id2, SUM(v1) AS s FROM x GROUP BY id1, id2'),
  },
  {
    name: 'q3 id3: sum, avg',
    sql: folded('SUM(s), SUM(a)', 'SELECT id3, SUM(v1) AS s, AVG(v4) AS a FROM x GROUP BY id3'),
  },
  {
    name: 'q4 id4: avg',
    sql: folded(
      'SUM(a), SUM(b), SUM(c)',
      'SELECT id4, AVG(v4) AS a, SUM(v2) AS b, SUM(v3) AS c FROM x GROUP BY id4',
    ),
  },
  {
    name: 'q5 id6: sum',
    sql: folded(
      'SUM(a), SUM(b), SUM(c)',
      'SELECT id6, SUM(v1) AS a, SUM(v2) AS b, SUM(v3) AS c FROM x GROUP BY id6',
    ),
  },
  {
    name: 'q6 id4, id5: stddev',
    sql: folded(
      'SUM(a), SUM(b)',
      'SELECT id4, id5, MAX(v4) AS a, STDDEV_SAMP(v4) AS b FROM x GROUP BY id4, id5',
    ),
  },
  {
    name: 'q7 id3: max - min',
    sql: folded('SUM(r)', 'SELECT id3, MAX(v1) - MIN(v2) AS r FROM x GROUP BY id3'),
  },
  {
    name: 'q8 id6: two largest',
    sql: folded(
      'SUM(v3)',
      'SELECT id6, v3 FROM (SELECT id6, v3, ROW_NUMBER() OVER (PARTITION BY id6 ORDER BY v3 DESC, n) AS r FROM x) y WHERE r <= 2',
    ),
  },
  {
    name: 'q9 id2, id4: sums of squares',
    sql: folded(
      'SUM(a), SUM(b)',
      'SELECT id2, id4, SUM(v1 * v2) AS a, SUM(v2 * v2) AS b FROM x GROUP BY id2, id4',
    ),
  },
  {
    name: 'q10 all six',
    sql: folded(
      'SUM(s), SUM(c)',
      'SELECT id1, id2, id3, id4, id5, id6, SUM(v3) AS s, COUNT(*) AS c FROM x GROUP BY id1, id2, id3, id4, id5, id6',
    ),
  },
  { name: 'distinct integers', sql: 'SELECT COUNT(DISTINCT id6), COUNT(DISTINCT n) FROM x' },
  { name: 'distinct texts', sql: 'SELECT COUNT(DISTINCT id3), COUNT(DISTINCT id1) FROM x' },
  {
    name: 'distinct in groups',
    sql: folded('SUM(d)', 'SELECT id4, COUNT(DISTINCT id6) AS d FROM x GROUP BY id4'),
  },
  {
    name: 'most frequent texts',
    sql: 'SELECT id3, COUNT(*) AS c FROM x GROUP BY id3 ORDER BY c DESC, id3 LIMIT 10',
  },
  { name: 'every row a group', sql: folded('MAX(c)', 'SELECT n, COUNT(*) AS c FROM x GROUP BY n') },
  { name: 'filter and sum', sql: 'SELECT SUM(v3), COUNT(*) FROM x WHERE v2 > 7 AND v4 < 50 AND id4 <> 3' },
  { name: 'top 10', sql: 'SELECT n, v4 FROM x ORDER BY v4 DESC, n LIMIT 10' },
  {
    name: 'sort numbers',
    sql: 'SELECT SUM(n) FROM (SELECT n FROM x ORDER BY v4, n LIMIT 1000000000 OFFSET 1000) t',
  },
  {
    name: 'sort texts',
    sql: 'SELECT SUM(n) FROM (SELECT n FROM x ORDER BY id3, v3, n LIMIT 1000000000 OFFSET 1000) t',
  },
  { name: 'join small', sql: 'SELECT COUNT(*), SUM(x.v1 * s.w) FROM x JOIN s ON x.id4 = s.k' },
  { name: 'join medium', sql: 'SELECT COUNT(*), SUM(x.v1 * m.w) FROM x JOIN m ON x.id6 = m.k' },
  { name: 'join large', sql: 'SELECT COUNT(*), SUM(x.v1 * l.w) FROM x JOIN l ON x.n = l.k' },
  {
    name: 'left join texts',
    sql: 'SELECT COUNT(*), COUNT(m.w), SUM(m.w) FROM x LEFT JOIN m ON x.id3 = m.t',
  },
  { name: 'join two keys', sql: 'SELECT COUNT(*), SUM(l.w) FROM x JOIN l ON x.n = l.k AND x.id4 = l.k2' },
  {
    name: 'semi join',
    sql: 'SELECT COUNT(*), SUM(v1) FROM x WHERE EXISTS (SELECT 1 FROM l WHERE l.k = x.n AND l.w > 50)',
  },
  {
    name: 'anti join',
    sql: 'SELECT COUNT(*), SUM(v1) FROM x WHERE NOT EXISTS (SELECT 1 FROM m WHERE m.k = x.id6 AND m.w > x.v2)',
  },
  {
    name: 'union distinct',
    sql: folded('SUM(k)', 'SELECT n AS k FROM x UNION SELECT k FROM l'),
  },
  {
    name: 'running sum',
    sql: folded('SUM(s)', 'SELECT SUM(v1) OVER (PARTITION BY id6 ORDER BY n) AS s FROM x'),
  },
  {
    name: 'moving average',
    sql: folded(
      'SUM(a), MAX(b)',
      'SELECT AVG(v4) OVER (ORDER BY n ROWS BETWEEN 50 PRECEDING AND 50 FOLLOWING) AS a, MAX(v2) OVER (ORDER BY n ROWS 100 PRECEDING) AS b FROM x',
    ),
  },
  {
    name: 'rank, lag',
    sql: folded(
      'SUM(r), SUM(g)',
      'SELECT RANK() OVER (PARTITION BY id4 ORDER BY v4) AS r, LAG(v1) OVER (PARTITION BY id4 ORDER BY v4) * 0 AS g FROM x',
    ),
  },
];
