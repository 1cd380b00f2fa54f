import type { Connection } from 'mysql2/promise';

/** An online shop: users, their orders, the orders' items. */
const USERS = 20_000;
const ORDERS = 100_000;
const ITEMS = 300_000;
const CITIES = 500;
/** Rows of an INSERT that fills a table. */
const BATCH = 2000;

type Value = string | number;

export const below = (n: number): number => 1 + Math.floor(Math.random() * n);
const user = (): Value[] => [below(USERS)];
const order = (): Value[] => [below(ORDERS)];
const mail = (): Value[] => [`user${below(USERS)}@example.com`];
const city = (): Value[] => [`city${below(CITIES)}`];
const times = (n: number, value: () => Value[]): Value[] => Array.from({ length: n }, value).flat();

/** What applications ask by keys and secondary indexes, and how the parameters are drawn. */
export const STATEMENTS: Readonly<Record<string, readonly [sql: string, params: () => Value[]]>> = {
  'by key': ['SELECT * FROM orders WHERE id = ?', order],
  'by unique key': ['SELECT * FROM users WHERE mail = ?', mail],
  'by index': ['SELECT * FROM orders WHERE user_id = ?', user],
  'by index, newest 3': ['SELECT * FROM orders WHERE user_id = ? ORDER BY id DESC LIMIT 3', user],
  'by index, filtered': [
    'SELECT * FROM orders WHERE user_id = ? AND status = ?',
    () => [below(USERS), 'paid'],
  ],
  'by index, sorted': ['SELECT id, amount FROM orders WHERE user_id = ? ORDER BY created DESC LIMIT 5', user],
  'by index, summed': ['SELECT COUNT(*), SUM(amount) FROM orders WHERE user_id = ?', user],
  'by index, computed': ['SELECT id, UPPER(status), amount * 2 FROM orders WHERE user_id = ?', user],
  'by 5 of an index': ['SELECT * FROM orders WHERE user_id IN (?, ?, ?, ?, ?)', () => times(5, user)],
  '40 by index': ['SELECT id, name FROM users WHERE city = ? ORDER BY name LIMIT 20', city],
  'is there any': ['SELECT 1 FROM orders WHERE user_id = ? LIMIT 1', user],
  'join by key': [
    'SELECT o.id, o.amount, u.name FROM orders o JOIN users u ON u.id = o.user_id WHERE o.id = ?',
    order,
  ],
  'join by index': [
    'SELECT u.name, o.id, o.amount FROM users u JOIN orders o ON o.user_id = u.id WHERE u.mail = ?',
    mail,
  ],
  'join of three': [
    'SELECT u.name, o.id, i.product FROM users u JOIN orders o ON o.user_id = u.id JOIN items i ON i.order_id = o.id WHERE u.id = ?',
    user,
  ],
  'left join': [
    'SELECT u.name, o.id FROM users u LEFT JOIN orders o ON o.user_id = u.id WHERE u.id = ?',
    user,
  ],
  'has any': [
    'SELECT name FROM users u WHERE id = ? AND EXISTS (SELECT 1 FROM orders o WHERE o.user_id = u.id)',
    user,
  ],
  'update by key': ['UPDATE orders SET amount = amount + 1 WHERE id = ?', order],
  'update by index': ['UPDATE orders SET amount = amount + 1 WHERE user_id = ?', user],
  'update by join': [
    'UPDATE orders o JOIN users u ON u.id = o.user_id SET o.amount = o.amount + 1 WHERE u.mail = ?',
    mail,
  ],
};

async function fill(
  db: Connection,
  table: string,
  rows: number,
  row: (id: number) => Value[],
): Promise<void> {
  for (let from = 1; from <= rows; from += BATCH) {
    const ids = Array.from({ length: Math.min(BATCH, rows - from + 1) }, (_, i) => from + i);
    await db.query(`INSERT INTO ${table} VALUES ?`, [ids.map(row)]);
  }
}

export async function prepare(db: Connection): Promise<void> {
  await db.query('CREATE DATABASE shop');
  await db.query('USE shop');
  await db.query(
    'CREATE TABLE users (id INT PRIMARY KEY, mail VARCHAR(80), name VARCHAR(60), city VARCHAR(30), UNIQUE KEY (mail), KEY (city))',
  );
  await db.query(
    `CREATE TABLE orders (id INT PRIMARY KEY, user_id INT NOT NULL, status VARCHAR(12), amount DECIMAL(10, 2), created DATETIME,
     note TEXT, KEY (user_id), KEY (status, created))`,
  );
  await db.query(
    'CREATE TABLE items (id INT PRIMARY KEY, order_id INT NOT NULL, product INT, KEY (order_id), KEY (product))',
  );
  const day = (): string => `2026-0${below(9)}-${9 + below(18)} 12:00:00`;
  const status = ['new', 'paid', 'sent', 'done'];
  await fill(db, 'users', USERS, (id) => [id, `user${id}@example.com`, `Name ${id}`, `city${below(CITIES)}`]);
  await fill(db, 'orders', ORDERS, (id) => [
    id,
    below(USERS),
    status[below(4) - 1]!,
    below(100_000) / 100,
    day(),
    'note '.repeat(below(10)),
  ]);
  await fill(db, 'items', ITEMS, (id) => [id, below(ORDERS), below(5000)]);
  await db.query('ANALYZE TABLE users, orders, items');
}
