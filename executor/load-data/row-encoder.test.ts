import { tmpdir } from 'node:os';
import { PackedBlock } from '../../kv/embedded/packed-block.js';
import type { LoadTransactions } from '../../kv/rpc.js';
import { createCoprocessorHandler } from '../coprocessor/handler.js';
import type { TableInfo } from '../../catalog/model.js';
import { encodeUtf8 } from '../../types/charset.js';
import { Flag, newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import { MemoryStorage } from '../testing/memory-storage.js';
import { Random, testSeed } from '../../testing/random.js';
import { testContext } from '../testing/test-context.js';
import { testTable } from '../testing/test-table.js';
import type { BulkOptions } from './bulk-load.js';
import { loadData, type LoadDataSpec } from './load-data.js';

const seed = testSeed();
const NOT_NULL = Flag.NotNull;

const TYPES: readonly FieldType[] = [
  newFieldType(TypeCode.Tiny),
  newFieldType(TypeCode.Short, { flag: Flag.Unsigned }),
  newFieldType(TypeCode.Long, { flag: NOT_NULL }),
  newFieldType(TypeCode.LongLong, { flen: 20, flag: Flag.Unsigned }),
  newFieldType(TypeCode.NewDecimal, { flen: 15, decimal: 2 }),
  newFieldType(TypeCode.NewDecimal, { flen: 5, decimal: 5, flag: Flag.Unsigned }),
  newFieldType(TypeCode.NewDecimal, { flen: 40, decimal: 11 }),
  newFieldType(TypeCode.NewDecimal, { flen: 18, decimal: 0, flag: NOT_NULL }),
  newFieldType(TypeCode.Double),
  newFieldType(TypeCode.Date, { flag: NOT_NULL }),
  newFieldType(TypeCode.DateTime),
  newFieldType(TypeCode.DateTime, { decimal: 3 }),
  newFieldType(TypeCode.VarChar, { flen: 6 }),
  newFieldType(TypeCode.String, { flen: 5, flag: NOT_NULL }),
  newFieldType(TypeCode.Blob, { flen: 65535, charset: 'binary', collate: 'binary' }),
];

const KEYS: readonly FieldType[] = [
  newFieldType(TypeCode.Long, { flag: Flag.PriKey | NOT_NULL }),
  newFieldType(TypeCode.LongLong, { flen: 20, flag: Flag.PriKey | NOT_NULL | Flag.Unsigned }),
  newFieldType(TypeCode.VarChar, { flen: 30, flag: Flag.PriKey | NOT_NULL }),
  newFieldType(TypeCode.DateTime, { flag: Flag.PriKey | NOT_NULL }),
  newFieldType(TypeCode.NewDecimal, { flen: 20, decimal: 3, flag: Flag.PriKey | NOT_NULL }),
];

const digits = (r: Random, n: number): string => Array.from({ length: n }, () => r.below(10)).join('');

/** Mostly plain text of a type, some of it odd. */
function field(r: Random, ft: FieldType, odd: number): string {
  if (r.chance(odd))
    return r.pick([
      '',
      '\\N',
      ' 7',
      '+3',
      '1e3',
      '-0',
      'x',
      '-',
      '.',
      '5.',
      '\\t',
      '99999999999999999999',
      'ä',
      '0000-00-00',
    ]);
  const sign = r.chance(0.3) && (ft.flag & Flag.Unsigned) === 0 ? '-' : '';
  const two = (n: number, from = 0): string => String(from + r.below(n)).padStart(2, '0');
  switch (ft.tp) {
    case TypeCode.Tiny:
    case TypeCode.Short:
      return sign + String(r.below(128));
    case TypeCode.Long:
      return sign + String(r.below(2 ** 31));
    case TypeCode.LongLong:
      return sign + digits(r, 1 + r.below(18));
    case TypeCode.NewDecimal: {
      const int = ft.flen - ft.decimal;
      const before = digits(r, Math.min(1 + r.below(16), int));
      return (
        sign +
        (ft.decimal === 0
          ? before
          : `${before}${r.chance(0.8) ? '.' + digits(r, r.below(ft.decimal + 1)) : ''}`)
      );
    }
    case TypeCode.Double:
      return `${sign}${r.below(1000)}.${digits(r, 2)}`;
    case TypeCode.Date:
      return `${1900 + r.below(200)}-${two(12, 1)}-${two(28, 1)}`;
    case TypeCode.DateTime:
      return `${1900 + r.below(200)}-${two(12, 1)}-${two(28, 1)} ${two(24)}:${two(60)}:${two(60)}`;
    default:
      return r.pick(['', 'a', 'bc ', 'd e', 'x\\|y', 'fghij', ' k']).slice(0, 5);
  }
}

interface Outcome {
  readonly info: string;
  readonly affected: number;
  readonly code: number;
  /** In any order: NULLs may be looked at behind all other values of many rows. */
  readonly warnings: readonly string[];
  readonly stored: readonly string[];
}

async function load(
  table: TableInfo,
  file: string,
  way: 'general' | 'batched' | 'thread' | 'bulk',
  over: Partial<LoadDataSpec>,
  pieces: number,
): Promise<Outcome> {
  const store = new MemoryStorage(createCoprocessorHandler());
  const ctx = testContext(store, [table]);
  ctx.txn = store.begin();
  ctx.snapshot = ctx.txn.snapshot;
  const bytes = encodeUtf8(file);
  async function* input(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < bytes.length; at += pieces) yield bytes.slice(at, at + pieces);
  }
  let outcome = { info: '', affected: 0, code: 0 };
  try {
    const r = await loadData(
      {
        table,
        onDuplicate: 'error',
        ignoreErrors: false,
        charset: 'utf8mb4',
        format: {
          fieldTerminator: encodeUtf8('|'),
          enclosed: -1,
          escaped: 0x5c,
          lineStart: encodeUtf8(''),
          lineTerminator: encodeUtf8('|\n'),
        },
        ignoreLines: 0,
        targets: table.columns.map((column) => ({ column })),
        assignments: [],
        ...over,
        ...(way === 'general' ? {} : { beginBatch: async () => store.begin() }),
        ...(way === 'thread' ? { threadBytes: bytes.length >> 2 } : {}),
        ...(way === 'bulk' ? { bulk: bulkOptions(store, bytes.length >> 2) } : {}),
      },
      input(),
      ctx,
      () => {},
    );
    await ctx.txn.commit();
    outcome = { info: r.info ?? '', affected: r.affectedRows, code: 0 };
  } catch (e) {
    outcome.code =
      (e as { code?: number }).code ?? (e instanceof Error && e.name === 'KeyExistsError' ? 1062 : -1);
    if (outcome.code === -1) throw e;
  }
  const stored: string[] = [];
  const it = store.snapshot(store.currentTs()).iterate(new Uint8Array(0), new Uint8Array(0));
  for (let e = await it.next(); e !== null; e = await it.next())
    stored.push(`${Buffer.from(e.key).toString('hex')}=${Buffer.from(e.value).toString('hex')}`);
  return { ...outcome, warnings: ctx.warnings.map((w) => `${w.code} ${w.message}`).sort(), stored };
}

/** Loads whose blocks wait here for their commit. */
function bulkOptions(store: MemoryStorage, minBytes: number): BulkOptions {
  let blocks = new Map<string, Uint8Array>();
  const block = new PackedBlock();
  const load = (bytes: Uint8Array): PackedBlock => block.load(bytes, 0, bytes.length);
  const lastKey = (bytes: Uint8Array): string => {
    const { count } = load(bytes);
    return Buffer.from(block.key(count - 1)).toString('hex');
  };
  const loads: LoadTransactions = {
    begin: () => ({ id: 1, mark: 5n }),
    write: (_, given) => {
      for (const b of given) blocks.set(lastKey(b), b.slice());
    },
    take: (_, { startKey, endKey }) => {
      const [from, to] = [startKey, endKey].map((k) => Buffer.from(k).toString('hex'));
      const taken = [...blocks].filter(([k]) => k >= from! && k < to!).sort(([a], [b]) => (a < b ? -1 : 1));
      for (const [k] of taken) blocks.delete(k);
      return taken.map(([, b]) => b);
    },
    prepare: async () => undefined,
    commit: (_, mutations) => {
      const txn = store.begin();
      let last = '';
      const seen = new Set<string>();
      const put = (key: Uint8Array, value: Uint8Array): boolean => {
        const name = Buffer.from(key).toString('hex');
        if (seen.has(name)) return false;
        seen.add(name);
        txn.set(key, value);
        return true;
      };
      for (const [, bytes] of [...blocks].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const { count } = load(bytes);
        for (let i = 0; i < count; i++) {
          const key = block.key(i);
          const name = Buffer.from(key).toString('hex');
          // Blocks are in order and overlap no others.
          expect(name > last).toBe(true);
          last = name;
          put(key, block.value(i));
        }
      }
      for (const m of mutations) if (!put(m.key, m.value!)) return { duplicate: m.key };
      return { durable: Promise.resolve(txn.commit()).then(() => undefined) };
    },
    abandon: async () => {
      blocks = new Map();
    },
  };
  return { loads, folder: tmpdir(), checkSchema: () => undefined, minBytes };
}

const withoutIds = (o: Outcome): Outcome => ({
  ...o,
  stored: o.stored.map((s) => (s.includes('5f72') ? s.slice(s.indexOf('=')) : '')),
});

test.each(['handle', 'common', 'none'] as const)(
  `bulk loads store what rows one by one do (primary key: %s, seed ${seed})`,
  async (pk) => {
    const r = new Random(seed ^ pk.length);
    for (let round = 0; round < 30; round++) {
      const key = pk === 'handle' ? [KEYS[r.below(2)]!] : pk === 'common' ? [r.pick(KEYS), r.pick(KEYS)] : [];
      const types = [...key, ...Array.from({ length: 1 + r.below(8) }, () => r.pick(TYPES))];
      const lenient = r.chance(0.5);
      const table = testTable(types, {
        pk,
        ...(key.length > 0 ? { pkColumns: key.map((_, i) => i) } : {}),
        indexes: r.chance(0.5) ? [{ columns: [types.length - 1, 0], unique: !lenient && r.chance(0.3) }] : [],
      });
      const odd = r.pick([0, 0.01, 0.1]);
      const rows = 1 + r.below(60);
      const ordered = r.chance(0.5);
      let file = '';
      for (let i = 0; i < rows; i++) {
        const cells = types.map((t, c) =>
          c === 0 && ordered && t.tp !== TypeCode.DateTime ? String(1000 + i) : field(r, t, odd),
        );
        if (r.chance(odd)) cells.push('more');
        if (r.chance(odd)) cells.pop();
        file += `${cells.join('|')}|\n`;
      }
      const over: Partial<LoadDataSpec> = lenient
        ? { ignoreErrors: true, onDuplicate: r.pick(['ignore', 'replace'] as const) }
        : {};
      const pieces = r.pick([7, 100, 1 << 16]);
      const slow = await load(table, file, 'general', over, pieces);
      for (const way of ['batched', 'thread', 'bulk'] as const) {
        const quick = await load(table, file, way, over, pieces);
        // Which of several errors comes first may differ.
        if (slow.code !== 0) {
          expect(quick.code).not.toBe(0);
          if (way === 'bulk') expect(quick.stored).toEqual([]);
        } else if (pk !== 'none') expect(quick).toEqual(slow);
        // Hidden ids may leave some out, but rise with the rows.
        else expect(withoutIds(quick)).toEqual(withoutIds(slow));
      }
    }
  },
);
