import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from './random.js';
import { textPool } from './text-pool.js';
import * as V from './vocabulary.js';

export const TABLES = [
  'region',
  'nation',
  'supplier',
  'customer',
  'part',
  'partsupp',
  'orders',
  'lineitem',
] as const;
export type TableName = (typeof TABLES)[number];

const BUFFER = 1 << 22;
const MAX_ROW = 4096;

/** A file of `|`-separated rows, as dbgen writes them, a separator after every field. */
class RowFile {
  private readonly buf = Buffer.allocUnsafe(BUFFER);
  private at = 0;
  private readonly fd: number;

  constructor(path: string) {
    this.fd = openSync(path, 'w');
  }

  text(s: string): this {
    this.at += this.buf.write(s, this.at, 'latin1');
    this.buf[this.at++] = 0x7c;
    return this;
  }

  bytes(b: Buffer, from: number, to: number): this {
    this.at += b.copy(this.buf, this.at, from, to);
    this.buf[this.at++] = 0x7c;
    return this;
  }

  int(v: number): this {
    this.digits(v);
    this.buf[this.at++] = 0x7c;
    return this;
  }

  /** Hundredths as a decimal of two digits. */
  money(cents: number): this {
    if (cents < 0) {
      this.buf[this.at++] = 0x2d;
      cents = -cents;
    }
    const whole = Math.floor(cents / 100);
    this.digits(whole);
    const rest = cents - whole * 100;
    this.buf[this.at++] = 0x2e;
    this.buf[this.at++] = 0x30 + Math.floor(rest / 10);
    this.buf[this.at++] = 0x30 + (rest % 10);
    this.buf[this.at++] = 0x7c;
    return this;
  }

  end(): void {
    this.buf[this.at++] = 0x0a;
    if (this.at > BUFFER - MAX_ROW) this.flush();
  }

  close(): void {
    this.flush();
    closeSync(this.fd);
  }

  private digits(v: number): void {
    let n = 1;
    for (let x = v; x >= 10; x = Math.floor(x / 10)) n++;
    let p = this.at + n;
    this.at = p;
    do {
      const q = Math.floor(v / 10);
      this.buf[--p] = 0x30 + (v - q * 10);
      v = q;
    } while (v > 0);
  }

  private flush(): void {
    for (let done = 0; done < this.at;) done += writeSync(this.fd, this.buf, done, this.at - done);
    this.at = 0;
  }
}

/** Days from 1992-01-01, the first order date, as text. */
const DAYS: readonly string[] = Array.from({ length: 2700 }, (_, i) =>
  new Date(Date.UTC(1992, 0, 1 + i)).toISOString().slice(0, 10),
);
const CURRENT_DAY = DAYS.indexOf('1995-06-17');
/** Order dates end 151 days before the end of 1998. */
const LAST_ORDER_DAY = DAYS.indexOf('1998-12-31') - 151;

const pad = (v: number, n: number): string => `${v}`.padStart(n, '0');

const retailPrice = (part: number): number => 90_000 + (Math.floor(part / 10) % 20_001) + 100 * (part % 1000);

/** The i-th (0 to 3) supplier of a part among `suppliers` (clause 4.2.3). */
const supplierOf = (part: number, i: number, suppliers: number): number =>
  (((part + i * (suppliers / 4 + Math.floor((part - 1) / suppliers))) % suppliers) | 0) + 1;

const ADDRESS_CHARS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ, ';

/**
 * The eight tables at a scale factor in a folder, by the rules of TPC-H clause 4.2.3 (distributions and correlations, not
 * dbgen's very bytes). Made once: a folder that is whole is left as it is.
 */
export function generate(folder: string, sf: number): void {
  const done = join(folder, 'complete');
  if (existsSync(done)) return;
  mkdirSync(folder, { recursive: true });
  const pool = textPool();
  const suppliers = Math.max(4, Math.round(10_000 * sf));
  const parts = Math.max(1, Math.round(200_000 * sf));
  const customers = Math.max(3, Math.round(150_000 * sf));
  const orders = Math.round(1_500_000 * sf);

  const file = (name: TableName): RowFile => new RowFile(join(folder, `${name}.tbl.part`));
  const finish = (name: TableName, f: RowFile): void => {
    f.close();
    renameSync(join(folder, `${name}.tbl.part`), join(folder, `${name}.tbl`));
  };
  const comment = (f: RowFile, r: Random, average: number): void => {
    const n = r.between(Math.floor(average * 0.4), Math.floor(average * 1.6));
    const from = r.between(0, pool.length - 256);
    f.bytes(pool, from, from + n);
  };
  const address = (f: RowFile, r: Random): void => {
    let s = '';
    for (let n = r.between(10, 40); n > 0; n--) s += ADDRESS_CHARS[r.between(0, ADDRESS_CHARS.length - 1)]!;
    f.text(s);
  };
  const phone = (f: RowFile, r: Random, nation: number): void => {
    f.text(`${nation + 10}-${r.between(100, 999)}-${r.between(100, 999)}-${r.between(1000, 9999)}`);
  };

  const region = file('region');
  const r0 = new Random(1);
  V.REGIONS.forEach((name, i) => {
    region.int(i).text(name);
    comment(region, r0, 72);
    region.end();
  });
  finish('region', region);

  const nation = file('nation');
  V.NATIONS.forEach(([name, regionKey], i) => {
    nation.int(i).text(name).int(regionKey);
    comment(nation, r0, 72);
    nation.end();
  });
  finish('nation', nation);

  const supplier = file('supplier');
  const r1 = new Random(2);
  // Five in ten thousand comments complain, five recommend, at suppliers drawn by lot.
  const remarks = new Map<number, string>();
  for (const word of ['Complaints', 'Recommends'])
    for (let i = Math.max(1, Math.round(5 * sf)); i > 0; i--) {
      let at = r1.between(1, suppliers);
      while (remarks.has(at)) at = r1.between(1, suppliers);
      remarks.set(at, word);
    }
  for (let k = 1; k <= suppliers; k++) {
    const n = r1.between(0, 24);
    supplier.int(k).text(`Supplier#${pad(k, 9)}`);
    address(supplier, r1);
    supplier.int(n);
    phone(supplier, r1, n);
    supplier.money(r1.between(-99_999, 999_999));
    const remark = remarks.get(k);
    if (remark === undefined) comment(supplier, r1, 62);
    else {
      const at = r1.between(0, pool.length - 256);
      supplier.text(
        `${pool.toString('latin1', at, at + 20)} Customer ${pool.toString('latin1', at + 20, at + 32)} ${remark}`,
      );
    }
    supplier.end();
  }
  finish('supplier', supplier);

  const customer = file('customer');
  const r2 = new Random(3);
  for (let k = 1; k <= customers; k++) {
    const n = r2.between(0, 24);
    customer.int(k).text(`Customer#${pad(k, 9)}`);
    address(customer, r2);
    customer.int(n);
    phone(customer, r2, n);
    customer.money(r2.between(-99_999, 999_999)).text(r2.pick(V.SEGMENTS));
    comment(customer, r2, 73);
    customer.end();
  }
  finish('customer', customer);

  const part = file('part');
  const r3 = new Random(4);
  for (let k = 1; k <= parts; k++) {
    const names = new Set<string>();
    while (names.size < 5) names.add(r3.pick(V.COLOURS));
    const maker = r3.between(1, 5);
    part
      .int(k)
      .text([...names].join(' '))
      .text(`Manufacturer#${maker}`)
      .text(`Brand#${maker}${r3.between(1, 5)}`)
      .text(`${r3.pick(V.TYPE_SIZES)} ${r3.pick(V.TYPE_FINISHES)} ${r3.pick(V.TYPE_METALS)}`)
      .int(r3.between(1, 50))
      .text(`${r3.pick(V.CONTAINER_SIZES)} ${r3.pick(V.CONTAINER_KINDS)}`)
      .money(retailPrice(k));
    comment(part, r3, 14);
    part.end();
  }
  finish('part', part);

  const partsupp = file('partsupp');
  const r4 = new Random(5);
  for (let k = 1; k <= parts; k++)
    for (let i = 0; i < 4; i++) {
      partsupp
        .int(k)
        .int(supplierOf(k, i, suppliers))
        .int(r4.between(1, 9999))
        .money(r4.between(100, 100_000));
      comment(partsupp, r4, 124);
      partsupp.end();
    }
  finish('partsupp', partsupp);

  writeOrders(file('orders'), file('lineitem'), { orders, customers, parts, suppliers, sf }, comment, finish);
  writeFileSync(done, '');
}

function writeOrders(
  order: RowFile,
  line: RowFile,
  size: { orders: number; customers: number; parts: number; suppliers: number; sf: number },
  comment: (f: RowFile, r: Random, average: number) => void,
  finish: (name: TableName, f: RowFile) => void,
): void {
  const r = new Random(6);
  const clerks = Math.max(1, Math.round(1000 * size.sf));
  // Only the first 8 of every 32 order keys are in use.
  for (let i = 0; i < size.orders; i++) {
    const key = Math.floor(i / 8) * 32 + (i % 8) + 1;
    let cust = r.between(1, size.customers);
    // A third of the customers never order.
    while (cust % 3 === 0) cust = r.between(1, size.customers);
    const day = r.between(0, LAST_ORDER_DAY);
    const lines = r.between(1, 7);
    let total = 0;
    let shipped = 0;
    for (let n = 1; n <= lines; n++) {
      const part = r.between(1, size.parts);
      const quantity = r.between(1, 50);
      const price = quantity * retailPrice(part);
      const discount = r.between(0, 10);
      const tax = r.between(0, 8);
      const ship = day + r.between(1, 121);
      const commit = day + r.between(30, 90);
      const receipt = ship + r.between(1, 30);
      const open = ship > CURRENT_DAY;
      if (!open) shipped++;
      total += Math.round((price * (100 + tax) * (100 - discount)) / 10_000);
      line
        .int(key)
        .int(part)
        .int(supplierOf(part, r.between(0, 3), size.suppliers))
        .int(n)
        .money(quantity * 100)
        .money(price)
        .money(discount)
        .money(tax)
        .text(receipt <= CURRENT_DAY ? (r.between(0, 1) === 0 ? 'R' : 'A') : 'N')
        .text(open ? 'O' : 'F')
        .text(DAYS[ship]!)
        .text(DAYS[commit]!)
        .text(DAYS[receipt]!)
        .text(r.pick(V.INSTRUCTIONS))
        .text(r.pick(V.MODES));
      comment(line, r, 27);
      line.end();
    }
    order
      .int(key)
      .int(cust)
      .text(shipped === lines ? 'F' : shipped === 0 ? 'O' : 'P')
      .money(total)
      .text(DAYS[day]!)
      .text(r.pick(V.PRIORITIES))
      .text(`Clerk#${pad(r.between(1, clerks), 9)}`)
      .int(0);
    comment(order, r, 49);
    order.end();
  }
  finish('orders', order);
  finish('lineitem', line);
}
