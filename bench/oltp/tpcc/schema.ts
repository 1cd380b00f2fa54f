import type { Connection } from 'mysql2/promise';

/** Sizes of TPC-C 5.11, clause 1.2. */
export const ITEMS = 100_000;
export const DISTRICTS = 10;
export const CUSTOMERS = 3000;
const NEW_ORDERS = 900;

const TABLES = [
  `CREATE TABLE warehouse (w_id SMALLINT NOT NULL, w_name VARCHAR(10), w_street_1 VARCHAR(20), w_city VARCHAR(20), w_state CHAR(2),
    w_zip CHAR(9), w_tax DECIMAL(4,4), w_ytd DECIMAL(12,2), PRIMARY KEY (w_id))`,
  `CREATE TABLE district (d_w_id SMALLINT NOT NULL, d_id TINYINT NOT NULL, d_name VARCHAR(10), d_street_1 VARCHAR(20), d_city VARCHAR(20),
    d_tax DECIMAL(4,4), d_ytd DECIMAL(12,2), d_next_o_id INT, PRIMARY KEY (d_w_id, d_id))`,
  `CREATE TABLE customer (c_w_id SMALLINT NOT NULL, c_d_id TINYINT NOT NULL, c_id INT NOT NULL, c_first VARCHAR(16), c_middle CHAR(2),
    c_last VARCHAR(16), c_street_1 VARCHAR(20), c_city VARCHAR(20), c_state CHAR(2), c_zip CHAR(9), c_phone CHAR(16), c_since DATETIME,
    c_credit CHAR(2), c_credit_lim BIGINT, c_discount DECIMAL(4,4), c_balance DECIMAL(12,2), c_ytd_payment DECIMAL(12,2),
    c_payment_cnt SMALLINT, c_delivery_cnt SMALLINT, c_data TEXT, PRIMARY KEY (c_w_id, c_d_id, c_id), KEY by_name (c_w_id, c_d_id, c_last, c_first))`,
  `CREATE TABLE history (h_c_id INT, h_c_d_id TINYINT, h_c_w_id SMALLINT, h_d_id TINYINT, h_w_id SMALLINT, h_date DATETIME,
    h_amount DECIMAL(6,2), h_data VARCHAR(24))`,
  `CREATE TABLE new_orders (no_w_id SMALLINT NOT NULL, no_d_id TINYINT NOT NULL, no_o_id INT NOT NULL, PRIMARY KEY (no_w_id, no_d_id, no_o_id))`,
  `CREATE TABLE orders (o_w_id SMALLINT NOT NULL, o_d_id TINYINT NOT NULL, o_id INT NOT NULL, o_c_id INT, o_entry_d DATETIME,
    o_carrier_id TINYINT, o_ol_cnt TINYINT, o_all_local TINYINT, PRIMARY KEY (o_w_id, o_d_id, o_id),
    KEY by_customer (o_w_id, o_d_id, o_c_id, o_id))`,
  `CREATE TABLE order_line (ol_w_id SMALLINT NOT NULL, ol_d_id TINYINT NOT NULL, ol_o_id INT NOT NULL, ol_number TINYINT NOT NULL,
    ol_i_id INT, ol_supply_w_id SMALLINT, ol_delivery_d DATETIME, ol_quantity TINYINT, ol_amount DECIMAL(6,2), ol_dist_info CHAR(24),
    PRIMARY KEY (ol_w_id, ol_d_id, ol_o_id, ol_number))`,
  `CREATE TABLE item (i_id INT NOT NULL, i_im_id INT, i_name VARCHAR(24), i_price DECIMAL(5,2), i_data VARCHAR(50), PRIMARY KEY (i_id))`,
  `CREATE TABLE stock (s_w_id SMALLINT NOT NULL, s_i_id INT NOT NULL, s_quantity SMALLINT, s_dist CHAR(24), s_ytd DECIMAL(8,0),
    s_order_cnt SMALLINT, s_remote_cnt SMALLINT, s_data VARCHAR(50), PRIMARY KEY (s_w_id, s_i_id))`,
];

const SYLLABLES = ['BAR', 'OUGHT', 'ABLE', 'PRI', 'PRES', 'ESE', 'ANTI', 'CALLY', 'ATION', 'EING'];
export const lastName = (n: number): string =>
  SYLLABLES[Math.floor(n / 100) % 10]! + SYLLABLES[Math.floor(n / 10) % 10]! + SYLLABLES[n % 10]!;

export const below = (n: number): number => Math.floor(Math.random() * n);
export const between = (a: number, b: number): number => a + below(b - a + 1);
/** NURand(A, x, y) of clause 2.1.6. */
export const uneven = (a: number, x: number, y: number): number =>
  (((between(0, a) | between(x, y)) + 7) % (y - x + 1)) + x;
const text = (n: number): string => {
  let s = '';
  while (s.length < n) s += Math.random().toString(36).slice(2);
  return s.slice(0, n);
};

/** Sends rows in INSERTs of some hundred. */
class Loader {
  private rows: string[] = [];
  constructor(
    private readonly db: Connection,
    private readonly table: string,
  ) {}
  async add(...values: readonly (string | number | null)[]): Promise<void> {
    const cells = values.map((v) => (v === null ? 'NULL' : typeof v === 'number' ? String(v) : `'${v}'`));
    this.rows.push(`(${cells.join(',')})`);
    if (this.rows.length === 500) await this.end();
  }
  async end(): Promise<void> {
    if (this.rows.length === 0) return;
    await this.db.query(`INSERT INTO ${this.table} VALUES ${this.rows.join(',')}`);
    this.rows = [];
  }
}

const NOW = '2024-01-01 00:00:00';

/** Makes the tables and fills them (clause 4.3.3). */
export async function load(db: Connection, warehouses: number): Promise<void> {
  for (const t of TABLES) await db.query(t);
  const item = new Loader(db, 'item');
  for (let i = 1; i <= ITEMS; i++)
    await item.add(i, between(1, 10_000), text(16), between(100, 9999) / 100, text(40));
  await item.end();
  for (let w = 1; w <= warehouses; w++) {
    const warehouse = new Loader(db, 'warehouse');
    await warehouse.add(w, text(8), text(15), text(12), 'ST', '123411111', below(2000) / 10_000, 300_000);
    await warehouse.end();
    const stock = new Loader(db, 'stock');
    for (let i = 1; i <= ITEMS; i++) await stock.add(w, i, between(10, 100), text(24), 0, 0, 0, text(40));
    await stock.end();
    for (let d = 1; d <= DISTRICTS; d++) await loadDistrict(db, w, d);
  }
}

async function loadDistrict(db: Connection, w: number, d: number): Promise<void> {
  const district = new Loader(db, 'district');
  await district.add(w, d, text(8), text(15), text(12), below(2000) / 10_000, 30_000, CUSTOMERS + 1);
  await district.end();
  const customer = new Loader(db, 'customer');
  const history = new Loader(db, 'history');
  for (let c = 1; c <= CUSTOMERS; c++) {
    const name = lastName(c <= 1000 ? c - 1 : uneven(255, 0, 999));
    const credit = below(10) === 0 ? 'BC' : 'GC';
    await customer.add(
      ...[w, d, c, text(12), 'OE', name, text(15), text(12), 'ST', '123411111', '0123456789012345', NOW],
      ...[credit, 50_000, below(5000) / 10_000, -10, 10, 1, 0, text(300)],
    );
    await history.add(c, d, w, d, w, NOW, 10, text(16));
  }
  await customer.end();
  await history.end();
  const orders = new Loader(db, 'orders');
  const lines = new Loader(db, 'order_line');
  const fresh = new Loader(db, 'new_orders');
  const customers = Array.from({ length: CUSTOMERS }, (_, i) => i + 1).sort(() => Math.random() - 0.5);
  for (let o = 1; o <= CUSTOMERS; o++) {
    const delivered = o <= CUSTOMERS - NEW_ORDERS;
    const count = between(5, 15);
    await orders.add(w, d, o, customers[o - 1]!, NOW, delivered ? between(1, 10) : null, count, 1);
    for (let n = 1; n <= count; n++) {
      const amount = delivered ? 0 : between(1, 999_999) / 100 / 10;
      await lines.add(
        w,
        d,
        o,
        n,
        between(1, ITEMS),
        w,
        delivered ? NOW : null,
        5,
        Math.round(amount * 100) / 100,
        text(24),
      );
    }
    if (!delivered) await fresh.add(w, d, o);
  }
  await orders.end();
  await lines.end();
  await fresh.end();
}

/** Conditions that hold whatever ran (clause 3.3.2): query, and what is wrong when it gives a row. */
const CONSISTENCY: readonly (readonly [string, string])[] = [
  [
    'SELECT 1 FROM warehouse JOIN (SELECT d_w_id, SUM(d_ytd) s FROM district GROUP BY d_w_id) d ON w_id = d_w_id WHERE w_ytd <> s',
    'W_YTD is not the sum of D_YTD',
  ],
  [
    `SELECT 1 FROM district JOIN (SELECT o_w_id, o_d_id, MAX(o_id) m FROM orders GROUP BY o_w_id, o_d_id) o
      ON d_w_id = o_w_id AND d_id = o_d_id WHERE d_next_o_id - 1 <> m`,
    'D_NEXT_O_ID - 1 is not the greatest O_ID',
  ],
  [
    `SELECT 1 FROM (SELECT no_w_id, no_d_id, MAX(no_o_id) - MIN(no_o_id) + 1 - COUNT(*) x FROM new_orders GROUP BY no_w_id, no_d_id) n
      WHERE x <> 0`,
    'new orders are not consecutive',
  ],
  [
    `SELECT 1 FROM (SELECT o_w_id, o_d_id, SUM(o_ol_cnt) s FROM orders GROUP BY o_w_id, o_d_id) o
      JOIN (SELECT ol_w_id, ol_d_id, COUNT(*) c FROM order_line GROUP BY ol_w_id, ol_d_id) l
      ON o_w_id = ol_w_id AND o_d_id = ol_d_id WHERE s <> c`,
    'the sum of O_OL_CNT is not the number of order lines',
  ],
];

/** What is inconsistent. */
export async function inconsistencies(db: Connection): Promise<string[]> {
  const wrong: string[] = [];
  for (const [sql, what] of CONSISTENCY) {
    const [rows] = await db.query(sql);
    if ((rows as unknown[]).length > 0) wrong.push(what);
  }
  return wrong;
}
