import { newFunction } from '../expression/index.js';
import type { TableInfo } from '../catalog/model.js';
import type { Column } from '../expression/expression.js';
import { KeyExistsError } from '../kv/storage.js';
import type { Delete, DmlTarget, IndexReader, Insert, Update } from '../planner/physical/plan.js';
import { encodeUtf8 } from '../types/charset.js';
import type { Datum } from '../types/datum.js';
import { Flag, newFieldType, TypeCode } from '../types/field-type.js';
import { buildOperator } from './build-operator.js';
import { createCoprocessorHandler } from './coprocessor/handler.js';
import { checkTable } from './check-table.js';
import { duplicateEntryOfKey } from './dml/duplicate-entry.js';
import { executeDml } from './execute-dml.js';
import type { DmlResult } from './exec-context.js';
import { loadData } from './load-data/load-data.js';
import { MemoryStorage } from './testing/memory-storage.js';
import { BIGINT, INT, lines, TEXT, TEXT_CI } from './testing/random-chunks.js';
import { rowsOf, testContext, type TestContext } from './testing/test-context.js';
import { DB, FULL, insertPlan, tableReader, testTable } from './testing/test-table.js';
import { UTC } from '../types/timezone.js';

const KEY_INT = newFieldType(TypeCode.LongLong, { flag: Flag.PriKey | Flag.NotNull, flen: 20 });

class Fixture {
  readonly store = new MemoryStorage(createCoprocessorHandler());
  pessimistic = false;
  last!: TestContext;
  private readonly ids = { next: 1 };

  constructor(readonly table: TableInfo) {}

  async run(plan: Insert | Update | Delete): Promise<DmlResult> {
    const ctx = testContext(this.store, [this.table], {}, {}, this.ids);
    this.last = ctx;
    ctx.txn = this.store.begin({ pessimistic: this.pessimistic });
    ctx.snapshot = ctx.txn.snapshot;
    ctx.currentReadTs = ctx.txn.startTs;
    const result = await executeDml(plan, ctx);
    try {
      await ctx.txn.commit();
    } catch (e) {
      if (e instanceof KeyExistsError)
        throw duplicateEntryOfKey(e.key, ctx.schema, ctx.txn.memBuffer.get(e.key) ?? null, UTC);
      throw e;
    }
    return result;
  }

  async rows(): Promise<Datum[][]> {
    const ctx = testContext(this.store, [this.table]);
    ctx.snapshot = this.store.snapshot(this.store.currentTs());
    await checkTable(this.table, ctx);
    return rowsOf(buildOperator(tableReader(this.table), ctx));
  }
}

const text = (s: string): Uint8Array => encodeUtf8(s);

describe.each(['handle', 'common', 'none'] as const)('DML on a table with primary key kept as %s', (pk) => {
  const make = (): Fixture =>
    new Fixture(
      testTable([KEY_INT, TEXT, INT], {
        pk,
        pkColumns: [0],
        indexes: [
          { columns: [1], unique: true },
          { columns: [2, 1], unique: false },
        ],
      }),
    );

  test('inserts and reads back in key order', async () => {
    const f = make();
    const r = await f.run(
      insertPlan(f.table, [
        [3, text('c'), 30],
        [1, text('a'), 10],
        [2, null, null],
      ]),
    );
    expect(r.affectedRows).toBe(3);
    expect(r.info).toBe('Records: 3  Duplicates: 0  Warnings: 0');
    expect(lines(await f.rows())).toEqual(["1,'a',10", '2,NULL,NULL', "3,'c',30"]);
  });

  test.each([false, true])(
    'a taken key is error 1062 with its values (pessimistic %s)',
    async (pessimistic) => {
      const f = make();
      await f.run(insertPlan(f.table, [[1, text('a'), 10]]));
      f.pessimistic = pessimistic;
      await expect(f.run(insertPlan(f.table, [[1, text('b'), 1]]))).rejects.toMatchObject({
        code: 1062,
        message: "Duplicate entry '1' for key 't.PRIMARY'",
      });
      await expect(f.run(insertPlan(f.table, [[2, text('a'), 1]]))).rejects.toMatchObject({
        code: 1062,
        message: "Duplicate entry 'a' for key 't.i0'",
      });
      await expect(
        f.run(
          insertPlan(f.table, [
            [5, text('x'), 1],
            [5, text('y'), 1],
          ]),
        ),
      ).rejects.toMatchObject({ code: 1062 });
      expect(lines(await f.rows())).toEqual(["1,'a',10"]);
    },
  );

  test('IGNORE skips, REPLACE replaces, ON DUPLICATE KEY UPDATE updates', async () => {
    const f = make();
    await f.run(
      insertPlan(f.table, [
        [1, text('a'), 10],
        [2, text('b'), 20],
      ]),
    );
    const ignored = await f.run(
      insertPlan(
        f.table,
        [
          [1, text('z'), 0],
          [3, text('c'), 30],
        ],
        { ignore: true },
      ),
    );
    expect(ignored).toMatchObject({ affectedRows: 1, info: 'Records: 2  Duplicates: 1  Warnings: 1' });
    expect(f.last.warnings).toMatchObject([{ code: 1062 }]);
    // Collides with two rows: both go.
    const replaced = await f.run(insertPlan(f.table, [[1, text('b'), 99]], { replace: true }));
    expect(replaced.affectedRows).toBe(3);
    expect(lines(await f.rows())).toEqual(["1,'b',99", "3,'c',30"]);
    const ctx = testContext();
    const column = (index: number): Column => ({
      kind: 'column',
      id: index,
      index,
      type: f.table.columns[index % 3]!.type,
      name: '',
    });
    const values = newFunction('plus', [column(2), column(5)], ctx.eval);
    const updated = await f.run(
      insertPlan(
        f.table,
        [
          [3, text('q'), 5],
          [4, text('d'), 40],
        ],
        { onDuplicate: [{ column: f.table.columns[2]!, value: values }] },
      ),
    );
    expect(updated.affectedRows).toBe(3);
    expect(lines(await f.rows())).toEqual(["1,'b',99", "3,'c',35", "4,'d',40"]);
  });

  const target = (f: Fixture, handleAt: number): DmlTarget => ({
    db: DB,
    table: f.table,
    physicalId: f.table.id,
    columns: [0, 1, 2],
    handle: handleAt,
    partitions: null,
  });
  const reader = (f: Fixture) => tableReader(f.table, { handleOut: pk === 'none' });

  test('UPDATE writes what changes, moves keys, reads columns as they were', async () => {
    const f = make();
    await f.run(
      insertPlan(f.table, [
        [1, text('a'), 10],
        [2, text('b'), 20],
        [3, text('c'), 20],
      ]),
    );
    const ctx = testContext();
    const child = reader(f);
    const [id, , n] = child.schema as readonly Column[];
    const one = { kind: 'constant' as const, type: INT, value: 1 };
    const plan: Update = {
      op: 'Update',
      id: 1,
      estRows: 1,
      task: 'root',
      schema: [],
      child,
      targets: [target(f, pk === 'none' ? 3 : -1)],
      assignments: [
        { target: 0, column: f.table.columns[2]!, value: { kind: 'constant', type: INT, value: 20 } },
        {
          target: 0,
          column: f.table.columns[0]!,
          value: newFunction('plus', [id!, newFunction('mul', [n!, one], ctx.eval)], ctx.eval),
        },
      ],
      ignore: false,
    };
    const r = await f.run(plan);
    expect(r.info).toBe('Rows matched: 3  Changed: 3  Warnings: 0');
    expect(lines(await f.rows())).toEqual(["11,'a',20", "22,'b',20", "23,'c',20"]);
    const same: Update = { ...plan, assignments: [plan.assignments[0]!] };
    expect(await f.run(same)).toMatchObject({ affectedRows: 0, foundRows: 3 });
    // Row 22 wants row 23's place while it is still there.
    const step: Update = {
      ...plan,
      assignments: [
        { target: 0, column: f.table.columns[0]!, value: newFunction('plus', [id!, one], ctx.eval) },
      ],
    };
    await expect(f.run(step)).rejects.toMatchObject({ code: 1062 });
    const withNull: Update = {
      ...plan,
      assignments: [
        { target: 0, column: f.table.columns[0]!, value: { kind: 'constant', type: INT, value: null } },
      ],
    };
    await expect(f.run(withNull)).rejects.toMatchObject({ code: 1048 });
  });

  test('DELETE removes rows with their entries', async () => {
    const f = make();
    await f.run(
      insertPlan(f.table, [
        [1, text('a'), 10],
        [2, text('b'), 20],
      ]),
    );
    const plan: Delete = {
      op: 'Delete',
      id: 1,
      estRows: 1,
      task: 'root',
      schema: [],
      child: reader(f),
      targets: [target(f, pk === 'none' ? 3 : -1)],
      ignore: false,
    };
    expect((await f.run(plan)).affectedRows).toBe(2);
    expect(await f.rows()).toEqual([]);
    await f.run(insertPlan(f.table, [[1, text('a'), 10]]));
    expect(lines(await f.rows())).toEqual(["1,'a',10"]);
  });

  test('an index read gives the entries with their originals', async () => {
    const f = make();
    await f.run(
      insertPlan(f.table, [
        [2, text('b  '), 1],
        [1, text('a'), 2],
      ]),
    );
    const ctx = testContext(f.store, [f.table]);
    ctx.snapshot = f.store.snapshot(f.store.currentTs());
    const columns = [f.table.columns[1]!, f.table.columns[0]!].slice(0, pk === 'none' ? 1 : 2);
    const schema = columns.map((c, i) => ({
      kind: 'column' as const,
      id: i,
      type: c.type,
      index: i,
      name: c.name,
    }));
    const plan: IndexReader = {
      op: 'IndexReader',
      id: 1,
      estRows: 1,
      task: 'root',
      schema,
      keepOrder: true,
      desc: true,
      child: {
        op: 'IndexScan',
        id: 2,
        estRows: 1,
        task: 'cop[tikv]',
        schema,
        db: DB,
        table: f.table,
        alias: 't',
        index: f.table.indices.find((i) => i.lower === 'i0')!,
        columns,
        handleOut: false,
        ranges: { ranges: [FULL] },
        full: true,
        physicalId: f.table.id,
        statsInfo: '',
        keepOrder: true,
        desc: true,
      },
    };
    const rows = await rowsOf(buildOperator(plan, ctx));
    expect(rows.map((r) => Buffer.from(r[0] as Uint8Array).toString())).toEqual(['b  ', 'a']);
  });
});

describe('AUTO_INCREMENT', () => {
  test('NULL and 0 generate, explicit values move the sequence', async () => {
    const f = new Fixture(testTable([KEY_INT, TEXT], { pk: 'handle', pkColumns: [0], autoIncrement: 0 }));
    const r = await f.run(
      insertPlan(f.table, [
        [null, text('a')],
        [10, text('b')],
        [0, text('c')],
      ]),
    );
    expect(r.lastInsertId).toBe(1);
    expect(lines(await f.rows())).toEqual(["1,'a'", "10,'b'", "11,'c'"]);
  });
});

describe('a case-insensitive unique index', () => {
  test('finds duplicates of another case and names the value as given', async () => {
    const f = new Fixture(
      testTable([KEY_INT, TEXT_CI], {
        pk: 'handle',
        pkColumns: [0],
        indexes: [{ columns: [1], unique: true }],
      }),
    );
    await f.run(insertPlan(f.table, [[1, text('Abc')]]));
    await expect(f.run(insertPlan(f.table, [[2, text('aBC')]]))).rejects.toMatchObject({
      message: "Duplicate entry 'aBC' for key 't.i0'",
    });
  });
});

describe('LOAD DATA', () => {
  const load = async (
    f: Fixture,
    data: string,
    over: Partial<Parameters<typeof loadData>[0]> = {},
    pieces = 7,
  ): Promise<DmlResult> => {
    const ctx = testContext(f.store, [f.table]);
    f.last = ctx;
    ctx.txn = f.store.begin();
    ctx.snapshot = ctx.txn.snapshot;
    const bytes = text(data);
    async function* input(): AsyncIterable<Uint8Array> {
      for (let at = 0; at < bytes.length; at += pieces) yield bytes.slice(at, at + pieces);
    }
    const r = await loadData(
      {
        table: f.table,
        onDuplicate: 'error',
        ignoreErrors: false,
        charset: 'utf8mb4',
        format: {
          fieldTerminator: text(','),
          enclosed: 0x22,
          escaped: 0x5c,
          lineStart: text(''),
          lineTerminator: text('\n'),
        },
        ignoreLines: 0,
        targets: f.table.columns.map((column) => ({ column })),
        assignments: [],
        ...over,
      },
      input(),
      ctx,
      () => {},
    );
    await ctx.txn.commit();
    return r;
  };
  const make = (): Fixture =>
    new Fixture(testTable([KEY_INT, TEXT, BIGINT], { pk: 'handle', pkColumns: [0] }));

  test.each([1, 2, 3, 1000])('fields, quotes, escapes, NULLs, in pieces of %d bytes', async (pieces) => {
    const f = make();
    const r = await load(
      f,
      'head,er\n1,"a,""b""\nc",10\n2,\\N,NULL\n3,x\\ty\\,z,"30"\n4,"NULL",-5',
      { ignoreLines: 1 },
      pieces,
    );
    expect(r.info).toBe('Records: 4  Deleted: 0  Skipped: 0  Warnings: 0');
    expect(lines(await f.rows())).toEqual([
      '1,\'a,"b"\nc\',10',
      '2,NULL,NULL',
      "3,'x\ty,z',30",
      "4,'NULL',-5",
    ]);
  });

  test('terminators that share their first byte', async () => {
    const f = make();
    for (const pieces of [1, 2, 5]) {
      const g = make();
      await load(
        g,
        '1|a|2|\n3|b|4|\n',
        {
          format: {
            fieldTerminator: text('|'),
            enclosed: -1,
            escaped: 0x5c,
            lineStart: text(''),
            lineTerminator: text('|\n'),
          },
        },
        pieces,
      );
      expect(lines(await g.rows())).toEqual(["1,'a',2", "3,'b',4"]);
    }
    expect(await f.rows()).toEqual([]);
  });

  test('too few and too many fields', async () => {
    const f = make();
    await expect(load(f, '1,a\n')).rejects.toMatchObject({ code: 1261 });
    await load(f, '1,a\n2,b,3,4\n', { ignoreErrors: true, onDuplicate: 'ignore' });
    expect(f.last.warnings.map((w) => w.code)).toEqual([1261, 1262]);
    const again = await load(f, '1,z,1\n5,e,5\n', { ignoreErrors: true, onDuplicate: 'ignore' });
    expect(again.info).toBe('Records: 2  Deleted: 0  Skipped: 1  Warnings: 1');
    const replaced = await load(f, '5,E,6\n', { onDuplicate: 'replace' });
    expect(replaced.info).toBe('Records: 1  Deleted: 1  Skipped: 0  Warnings: 0');
    expect(lines(await f.rows())).toEqual(["1,'a',NULL", "2,'b',3", "5,'E',6"]);
  });
});

describe('LOAD DATA out of key order', () => {
  test('rows that come late are still checked', async () => {
    const f = new Fixture(testTable([KEY_INT, TEXT], { pk: 'handle', pkColumns: [0] }));
    const ctx = testContext(f.store, [f.table]);
    ctx.txn = f.store.begin();
    ctx.snapshot = ctx.txn.snapshot;
    const order = [
      ...Array.from({ length: 1500 }, (_, i) => i * 2),
      5,
      4,
      4000,
      2000,
      ...Array.from({ length: 1500 }, (_, i) => 3000 + i),
    ];
    async function* input(): AsyncIterable<Uint8Array> {
      yield text(order.map((k) => `${k}\tv\n`).join(''));
    }
    const r = await loadData(
      {
        table: f.table,
        onDuplicate: 'ignore',
        ignoreErrors: true,
        charset: 'utf8mb4',
        format: {
          fieldTerminator: text('\t'),
          enclosed: -1,
          escaped: 0x5c,
          lineStart: text(''),
          lineTerminator: text('\n'),
        },
        ignoreLines: 0,
        targets: f.table.columns.map((column) => ({ column })),
        assignments: [],
      },
      input(),
      ctx,
      () => {},
    );
    await ctx.txn.commit();
    const distinct = new Set(order).size;
    expect(r).toMatchObject({
      affectedRows: distinct,
      info: `Records: ${order.length}  Deleted: 0  Skipped: ${order.length - distinct}  Warnings: ${order.length - distinct}`,
    });
    expect(await f.rows()).toHaveLength(distinct);
  });
});
