import type { ShowStmt } from './show.js';

/** A SHOW of which nothing else is said but what is given. */
export const makeShow = (clauses: Pick<ShowStmt, 'what'> & Partial<Omit<ShowStmt, 'kind'>>): ShowStmt => ({
  kind: 'Show',
  full: false,
  extended: false,
  global: false,
  schema: null,
  table: null,
  name: null,
  partitions: [],
  ifNotExists: false,
  user: null,
  roles: [],
  limit: null,
  count: false,
  id: null,
  profileTypes: [],
  like: null,
  where: null,
  ...clauses,
});
