import type { Connection } from 'mysql2/promise';
import { below, between, CUSTOMERS, DISTRICTS, ITEMS, lastName, uneven } from './schema.js';

type Row = Readonly<Record<string, number | string | null>>;
type Run = (sql: string, values: readonly (number | string | null)[]) => Promise<Row[]>;

/** Ends a transaction that TPC-C has rolled back (clause 2.4.1.4). */
class Rollback extends Error {}

const customerId = (): number => uneven(1023, 1, CUSTOMERS);
const randomName = (): string => lastName(uneven(255, 0, 999));

async function newOrder(run: Run, w: number, warehouses: number): Promise<void> {
  const d = between(1, DISTRICTS);
  const c = customerId();
  const count = between(5, 15);
  const unused = below(100) === 0;
  const lines = Array.from({ length: count }, (_, i) => ({
    item: unused && i === count - 1 ? ITEMS + 1 : uneven(8191, 1, ITEMS),
    from: warehouses > 1 && below(100) === 0 ? 1 + (w % warehouses) : w,
    quantity: between(1, 10),
  }));
  await run(
    'SELECT c_discount, c_last, c_credit, w_tax FROM customer, warehouse WHERE w_id = ? AND c_w_id = w_id AND c_d_id = ? AND c_id = ?',
    [w, d, c],
  );
  const [district] = await run(
    'SELECT d_next_o_id, d_tax FROM district WHERE d_w_id = ? AND d_id = ? FOR UPDATE',
    [w, d],
  );
  const o = Number(district!['d_next_o_id']);
  await run('UPDATE district SET d_next_o_id = ? WHERE d_w_id = ? AND d_id = ?', [o + 1, w, d]);
  const local = lines.every((l) => l.from === w) ? 1 : 0;
  await run(
    'INSERT INTO orders (o_id, o_d_id, o_w_id, o_c_id, o_entry_d, o_ol_cnt, o_all_local) VALUES (?, ?, ?, ?, NOW(), ?, ?)',
    [o, d, w, c, count, local],
  );
  await run('INSERT INTO new_orders (no_o_id, no_d_id, no_w_id) VALUES (?, ?, ?)', [o, d, w]);
  // In the order of items, so that transactions lock stock in one order.
  const sorted = lines
    .map((l, i) => ({ ...l, number: i + 1 }))
    .sort((a, b) => a.item - b.item || a.from - b.from);
  for (const l of sorted) {
    const [item] = await run('SELECT i_price, i_name, i_data FROM item WHERE i_id = ?', [l.item]);
    if (item === undefined) throw new Rollback();
    const [stock] = await run(
      'SELECT s_quantity, s_data, s_dist FROM stock WHERE s_i_id = ? AND s_w_id = ? FOR UPDATE',
      [l.item, l.from],
    );
    const left = Number(stock!['s_quantity']) - l.quantity;
    await run(
      'UPDATE stock SET s_quantity = ?, s_ytd = s_ytd + ?, s_order_cnt = s_order_cnt + 1, s_remote_cnt = s_remote_cnt + ? WHERE s_i_id = ? AND s_w_id = ?',
      [left >= 10 ? left : left + 91, l.quantity, l.from === w ? 0 : 1, l.item, l.from],
    );
    await run(
      'INSERT INTO order_line (ol_o_id, ol_d_id, ol_w_id, ol_number, ol_i_id, ol_supply_w_id, ol_quantity, ol_amount, ol_dist_info) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [
        o,
        d,
        w,
        l.number,
        l.item,
        l.from,
        l.quantity,
        Math.round(l.quantity * Number(item['i_price']) * 100) / 100,
        stock!['s_dist']!,
      ],
    );
  }
}

/** The customer by id, or by last name: the one in the middle by first name. */
async function findCustomer(run: Run, w: number, d: number): Promise<number> {
  if (below(100) < 40) return customerId();
  const rows = await run(
    'SELECT c_id FROM customer WHERE c_w_id = ? AND c_d_id = ? AND c_last = ? ORDER BY c_first',
    [w, d, randomName()],
  );
  return rows.length === 0 ? customerId() : Number(rows[Math.ceil(rows.length / 2) - 1]!['c_id']);
}

async function payment(run: Run, w: number, warehouses: number): Promise<void> {
  const d = between(1, DISTRICTS);
  const remote = warehouses > 1 && below(100) < 15;
  const [cw, cd] = remote ? [1 + (w % warehouses), between(1, DISTRICTS)] : [w, d];
  const amount = between(100, 500_000) / 100;
  await run('UPDATE warehouse SET w_ytd = w_ytd + ? WHERE w_id = ?', [amount, w]);
  await run('SELECT w_street_1, w_city, w_state, w_zip, w_name FROM warehouse WHERE w_id = ?', [w]);
  await run('UPDATE district SET d_ytd = d_ytd + ? WHERE d_w_id = ? AND d_id = ?', [amount, w, d]);
  await run('SELECT d_street_1, d_city, d_name FROM district WHERE d_w_id = ? AND d_id = ?', [w, d]);
  const c = await findCustomer(run, cw, cd);
  const [customer] = await run(
    'SELECT c_first, c_middle, c_last, c_credit, c_credit_lim, c_discount, c_balance, c_since, c_data FROM customer WHERE c_w_id = ? AND c_d_id = ? AND c_id = ? FOR UPDATE',
    [cw, cd, c],
  );
  const paid =
    'c_balance = c_balance - ?, c_ytd_payment = c_ytd_payment + ?, c_payment_cnt = c_payment_cnt + 1';
  const at = 'WHERE c_w_id = ? AND c_d_id = ? AND c_id = ?';
  if (customer!['c_credit'] === 'BC') {
    const data = `${c} ${cd} ${cw} ${d} ${w} ${amount} | ${customer!['c_data']}`.slice(0, 500);
    await run(`UPDATE customer SET ${paid}, c_data = ? ${at}`, [amount, amount, data, cw, cd, c]);
  } else await run(`UPDATE customer SET ${paid} ${at}`, [amount, amount, cw, cd, c]);
  await run(
    'INSERT INTO history (h_c_d_id, h_c_w_id, h_c_id, h_d_id, h_w_id, h_date, h_amount, h_data) VALUES (?, ?, ?, ?, ?, NOW(), ?, ?)',
    [cd, cw, c, d, w, amount, 'payment'],
  );
}

async function orderStatus(run: Run, w: number): Promise<void> {
  const d = between(1, DISTRICTS);
  const c = await findCustomer(run, w, d);
  await run(
    'SELECT c_balance, c_first, c_middle, c_last FROM customer WHERE c_w_id = ? AND c_d_id = ? AND c_id = ?',
    [w, d, c],
  );
  const [order] = await run(
    'SELECT o_id, o_carrier_id, o_entry_d FROM orders WHERE o_w_id = ? AND o_d_id = ? AND o_c_id = ? ORDER BY o_id DESC LIMIT 1',
    [w, d, c],
  );
  if (order === undefined) return;
  await run(
    'SELECT ol_i_id, ol_supply_w_id, ol_quantity, ol_amount, ol_delivery_d FROM order_line WHERE ol_w_id = ? AND ol_d_id = ? AND ol_o_id = ?',
    [w, d, order['o_id']!],
  );
}

async function delivery(run: Run, w: number): Promise<void> {
  const carrier = between(1, 10);
  for (let d = 1; d <= DISTRICTS; d++) {
    const [oldest] = await run(
      'SELECT no_o_id FROM new_orders WHERE no_w_id = ? AND no_d_id = ? ORDER BY no_o_id LIMIT 1 FOR UPDATE',
      [w, d],
    );
    if (oldest === undefined) continue;
    const o = oldest['no_o_id']!;
    await run('DELETE FROM new_orders WHERE no_w_id = ? AND no_d_id = ? AND no_o_id = ?', [w, d, o]);
    const [order] = await run('SELECT o_c_id FROM orders WHERE o_w_id = ? AND o_d_id = ? AND o_id = ?', [
      w,
      d,
      o,
    ]);
    await run('UPDATE orders SET o_carrier_id = ? WHERE o_w_id = ? AND o_d_id = ? AND o_id = ?', [
      carrier,
      w,
      d,
      o,
    ]);
    await run(
      'UPDATE order_line SET ol_delivery_d = NOW() WHERE ol_w_id = ? AND ol_d_id = ? AND ol_o_id = ?',
      [w, d, o],
    );
    const [sum] = await run(
      'SELECT SUM(ol_amount) total FROM order_line WHERE ol_w_id = ? AND ol_d_id = ? AND ol_o_id = ?',
      [w, d, o],
    );
    await run(
      'UPDATE customer SET c_balance = c_balance + ?, c_delivery_cnt = c_delivery_cnt + 1 WHERE c_w_id = ? AND c_d_id = ? AND c_id = ?',
      [sum!['total']!, w, d, order!['o_c_id']!],
    );
  }
}

async function stockLevel(run: Run, w: number): Promise<void> {
  const d = between(1, DISTRICTS);
  const [district] = await run('SELECT d_next_o_id FROM district WHERE d_w_id = ? AND d_id = ?', [w, d]);
  const next = Number(district!['d_next_o_id']);
  await run(
    `SELECT COUNT(DISTINCT s_i_id) low FROM order_line JOIN stock ON s_w_id = ol_w_id AND s_i_id = ol_i_id
      WHERE ol_w_id = ? AND ol_d_id = ? AND ol_o_id < ? AND ol_o_id >= ? AND s_quantity < ?`,
    [w, d, next, next - 20, between(10, 20)],
  );
}

/** Transactions with their shares of a hundred (clause 5.2.3). */
const MIX: readonly (readonly [number, (run: Run, w: number, warehouses: number) => Promise<void>])[] = [
  [45, newOrder],
  [43, payment],
  [4, orderStatus],
  [4, delivery],
  [4, stockLevel],
];

/** Errors after which the transaction is run again: deadlock, lock wait, write conflicts. */
const RETRIED: ReadonlySet<number> = new Set([1020, 1205, 1213, 8002, 8022, 9007]);

/** Runs one transaction of the mix to its commit; gives how often it was begun anew. */
export async function runOne(db: Connection, prepared: boolean, warehouses: number): Promise<number> {
  let at = below(100);
  const [, transaction] = MIX.find(([share]) => (at -= share) < 0)!;
  const w = between(1, warehouses);
  const run: Run = async (sql, values) => {
    const [rows] = prepared ? await db.execute(sql, [...values]) : await db.query(sql, [...values]);
    return Array.isArray(rows) ? (rows as Row[]) : [];
  };
  for (let retries = 0; ; retries++) {
    await db.query('BEGIN');
    try {
      await transaction(run, w, warehouses);
      await db.query('COMMIT');
      return retries;
    } catch (e) {
      await db.query('ROLLBACK');
      if (e instanceof Rollback) return retries;
      if (!RETRIED.has((e as { errno?: number }).errno ?? 0)) throw e;
    }
  }
}
