import mysql from 'mysql2/promise';
import { Chunk } from '../../chunk/chunk.js';
import type { Vector } from '../../chunk/vector.js';
import { BytesVector, NumVector, WideVector } from '../../chunk/vector.js';
import type { FieldType } from '../../types/field-type.js';
import { Flag, newFieldType, TypeCode } from '../../types/field-type.js';
import { jsonFromText } from '../../types/json/binary.js';
import { packDate, packDateTime } from '../../types/time.js';
import { bytesVector, column, nullMask, numVector, oneChunk, rowsOf } from '../testing/fake-engine.js';
import { RawClient } from '../testing/raw-client.js';
import type { TestServer } from '../testing/test-server.js';
import { startTestServer } from '../testing/test-server.js';
import { CommandCode } from './command-codes.js';

let s: TestServer;
let c: mysql.Connection;
beforeAll(async () => {
  s = await startTestServer();
  c = await mysql.createConnection({
    host: '127.0.0.1',
    port: s.port,
    user: 'root',
    dateStrings: true,
    supportBigNumbers: true,
    rowsAsArray: true,
  });
});
afterAll(async () => {
  await c.end();
  await s.server.close(0);
});

const dt6 = (micro: number): bigint => BigInt(packDateTime(2024, 5, 6, 7, 8, 9, micro, 6));
const big = (values: readonly (bigint | null)[]): WideVector =>
  new WideVector(
    values.map((v) => v ?? 0n),
    values.length,
    nullMask(values),
  );

/** Type, vector and what a client reads, as text and in the binary protocol. */
const CASES: readonly (readonly [
  name: string,
  type: FieldType,
  vector: Vector,
  text: unknown[],
  binary?: unknown[],
])[] = [
  ['tinyint', newFieldType(TypeCode.Tiny), numVector([-128, null, 127]), [-128, null, 127]],
  [
    'tinyint unsigned',
    newFieldType(TypeCode.Tiny, { flag: Flag.Unsigned }),
    numVector([0, 255, null]),
    [0, 255, null],
  ],
  [
    'smallint',
    newFieldType(TypeCode.Short),
    new NumVector(Int32Array.of(-32768, 1, 32767), 3),
    [-32768, 1, 32767],
  ],
  ['mediumint', newFieldType(TypeCode.Int24), numVector([-8388608, 0, 8388607]), [-8388608, 0, 8388607]],
  ['int', newFieldType(TypeCode.Long), numVector([-2147483648, 0, 2147483647]), [-2147483648, 0, 2147483647]],
  [
    'int unsigned',
    newFieldType(TypeCode.Long, { flag: Flag.Unsigned }),
    numVector([4294967295, 0, null]),
    [4294967295, 0, null],
  ],
  [
    'bigint',
    newFieldType(TypeCode.LongLong),
    numVector([-9007199254740991, -1, 4294967296]),
    [-9007199254740991, -1, 4294967296],
  ],
  [
    'bigint wide',
    newFieldType(TypeCode.LongLong),
    new WideVector(BigInt64Array.of(-(2n ** 63n), 5n, 2n ** 63n - 1n), 3),
    ['-9223372036854775808', 5, '9223372036854775807'],
  ],
  [
    'bigint unsigned wide',
    newFieldType(TypeCode.LongLong, { flag: Flag.Unsigned }),
    new WideVector(BigUint64Array.of(0n, 5n, 2n ** 64n - 1n), 3),
    [0, 5, '18446744073709551615'],
  ],
  [
    'int zerofill',
    newFieldType(TypeCode.Long, { flag: Flag.Zerofill | Flag.Unsigned, flen: 5 }),
    numVector([7, 123456, null]),
    [7, 123456, null],
  ],
  ['year', newFieldType(TypeCode.Year), numVector([1999, 2155, null]), [1999, 2155, null]],
  [
    'decimal',
    newFieldType(TypeCode.NewDecimal, { flen: 10, decimal: 2 }),
    numVector([-150, 5, null]),
    ['-1.50', '0.05', null],
  ],
  [
    'decimal wide',
    newFieldType(TypeCode.NewDecimal, { flen: 40, decimal: 3 }),
    big([-(10n ** 30n), 5n, null]),
    ['-1000000000000000000000000000.000', '0.005', null],
  ],
  ['double', newFieldType(TypeCode.Double), numVector([0.1, -1e300, null]), [0.1, -1e300, null]],
  ['float', newFieldType(TypeCode.Float), numVector([1.5, -0.25, null]), [1.5, -0.25, null]],
  [
    'date',
    newFieldType(TypeCode.Date),
    numVector([packDate(2024, 2, 29), packDate(1000, 1, 1), null]),
    ['2024-02-29', '1000-01-01', null],
  ],
  [
    'datetime',
    newFieldType(TypeCode.DateTime),
    numVector([Number(packDateTime(2024, 5, 6, 7, 8, 9, 0, 0)), null, null]),
    ['2024-05-06 07:08:09', null, null],
  ],
  [
    'datetime(6)',
    newFieldType(TypeCode.DateTime, { decimal: 6 }),
    big([dt6(123456), dt6(1), null]),
    ['2024-05-06 07:08:09.123456', '2024-05-06 07:08:09.000001', null],
  ],
  [
    'timestamp(3)',
    newFieldType(TypeCode.Timestamp, { decimal: 3 }),
    numVector([Number(packDateTime(2024, 5, 6, 7, 8, 9, 120000, 3)), null, null]),
    ['2024-05-06 07:08:09.120', null, null],
  ],
  [
    'time',
    newFieldType(TypeCode.Time),
    numVector([-3020399e6, 3661e6, null]),
    ['-838:59:59', '01:01:01', null],
  ],
  [
    'varchar',
    newFieldType(TypeCode.VarChar, { flen: 20 }),
    bytesVector(['', 'größe', null]),
    ['', 'größe', null],
  ],
  [
    'long varchar',
    newFieldType(TypeCode.VarChar, { flen: 70000 }),
    bytesVector(['x'.repeat(251), 'y'.repeat(70000), 'z'.repeat(31)]),
    ['x'.repeat(251), 'y'.repeat(70000), 'z'.repeat(31)],
  ],
  [
    'dictionary',
    newFieldType(TypeCode.VarChar, { flen: 20 }),
    new BytesVector(
      Buffer.from('redgreen'),
      Int32Array.of(0, 3, 8),
      3,
      Uint8Array.of(0, 0, 1),
      Int32Array.of(1, 0, 0),
    ),
    ['green', 'red', null],
  ],
  [
    'blob',
    newFieldType(TypeCode.Blob, { charset: 'binary', collate: 'binary' }),
    bytesVector([Buffer.of(0, 255), null, Buffer.alloc(0)]),
    [Buffer.of(0, 255), null, Buffer.alloc(0)],
  ],
  [
    'bit(12)',
    newFieldType(TypeCode.Bit, { flen: 12 }),
    numVector([0xabc, 1, null]),
    [Buffer.of(0x0a, 0xbc), Buffer.of(0, 1), null],
  ],
  ['enum', newFieldType(TypeCode.Enum, { elems: ['a', 'bé'] }), numVector([1, 2, 0]), ['a', 'bé', '']],
  ['set', newFieldType(TypeCode.Set, { elems: ['a', 'b', 'c'] }), numVector([5, 0, null]), ['a,c', '', null]],
  [
    'json',
    newFieldType(TypeCode.Json),
    bytesVector([jsonFromText('{"b": [1, null, "é"], "a": 1.5}'), null, jsonFromText('"x"')]),
    [{ a: 1.5, b: [1, null, 'é'] }, null, 'x'],
  ],
  ['null', newFieldType(TypeCode.Null), numVector([null, null, null]), [null, null, null]],
];

describe('rows', () => {
  for (const [name, type, vector, text, binary = text] of CASES)
    test(name, async () => {
      const sql = `type ${name}`;
      s.engine.on(sql, () => oneChunk([column('v', type)], [vector]));
      const values = (rows: unknown): unknown[] => (rows as unknown[][]).map((r) => r[0]);
      expect(values((await c.query(sql))[0])).toEqual(text);
      expect(values((await c.execute(sql))[0])).toEqual(binary);
    });

  test('all types in one row, through a selection, several chunks, many rows', async () => {
    const columns = CASES.map(([name, type]) => column(name, type));
    const chunk = new Chunk(
      CASES.map(([, , v]) => v),
      3,
    );
    s.engine.on('all', () =>
      rowsOf(columns, [
        chunk.withSel(Int32Array.of(1)),
        ...new Array<Chunk>(50).fill(chunk),
        chunk.withSel(Int32Array.of(0, 2)),
      ]),
    );
    const expected = (binary: boolean, r: number): unknown[] =>
      CASES.map(([, , , text, b]) => (binary ? (b ?? text) : text)[r]);
    const order = [1, ...Array.from({ length: 150 }, (_, i) => i % 3), 0, 2];
    expect((await c.query('all'))[0]).toEqual(order.map((r) => expected(false, r)));
    expect((await c.execute('all'))[0]).toEqual(order.map((r) => expected(true, r)));
  });

  test('text of numbers that drivers convert', async () => {
    const raw = await RawClient.login(s.port);
    const columns = [
      column('z', newFieldType(TypeCode.Long, { flag: Flag.Zerofill | Flag.Unsigned, flen: 5 })),
      column('y', newFieldType(TypeCode.Year)),
      column('d', newFieldType(TypeCode.Double)),
      column('f', newFieldType(TypeCode.Double, { flen: 10, decimal: 2 })),
      column('t', newFieldType(TypeCode.Date)),
    ];
    s.engine.on('plain', () =>
      oneChunk(columns, [
        numVector([42]),
        numVector([0]),
        numVector([1e20]),
        numVector([1.005]),
        numVector([0]),
      ]),
    );
    raw.command(CommandCode.Query, 'plain');
    for (let i = 0; i < 7; i++) await raw.read();
    expect((await raw.read()).payload.toString('latin1')).toBe(
      '\x0500042\x040000\x041e20\x041.00\x0a0000-00-00',
    );
    raw.close();
  });

  test('results in another character set', async () => {
    const type = newFieldType(TypeCode.VarChar, { flen: 20 });
    s.engine.on('latin', ({ session }) => {
      session.resultsCharset = 'latin1';
      return oneChunk(
        [column('größe', type), column('e', newFieldType(TypeCode.Enum, { elems: ['é'] }))],
        [bytesVector(['süß €']), numVector([1])],
      );
    });
    const raw = await RawClient.login(s.port);
    raw.command(CommandCode.Query, 'latin');
    expect((await raw.read()).payload).toEqual(Buffer.of(2));
    const definition = (await raw.read()).payload;
    expect(definition.toString('latin1')).toContain('größe');
    expect(definition.readUInt16LE(definition.length - 12)).toBe(47);
    expect(definition.readUInt32LE(definition.length - 10)).toBe(20);
    await raw.read();
    await raw.read();
    expect((await raw.read()).payload).toEqual(Buffer.from('\x05s\xfc\xdf \x80\x01\xe9', 'latin1'));
    raw.close();
  });

  test('column definitions', async () => {
    const types: readonly (readonly [
      FieldType,
      charset: number,
      length: number,
      type: number,
      decimals: number,
    ])[] = [
      [newFieldType(TypeCode.VarChar, { flen: 10 }), 46, 40, TypeCode.VarString, 0],
      [
        newFieldType(TypeCode.String, { flen: 3, charset: 'binary', collate: 'binary' }),
        63,
        3,
        TypeCode.String,
        0,
      ],
      [newFieldType(TypeCode.Blob), 46, 262140, TypeCode.Blob, 0],
      [
        newFieldType(TypeCode.LongBlob, { charset: 'binary', collate: 'binary' }),
        63,
        4294967295,
        TypeCode.Blob,
        0,
      ],
      [newFieldType(TypeCode.Long), 63, 11, TypeCode.Long, 0],
      [newFieldType(TypeCode.LongLong, { flag: Flag.Unsigned }), 63, 20, TypeCode.LongLong, 0],
      [newFieldType(TypeCode.Double), 63, 22, TypeCode.Double, 31],
      [newFieldType(TypeCode.NewDecimal, { flen: 10, decimal: 2 }), 63, 12, TypeCode.NewDecimal, 2],
      [newFieldType(TypeCode.DateTime, { decimal: 3 }), 63, 23, TypeCode.DateTime, 3],
      [newFieldType(TypeCode.Enum, { elems: ['a', 'bcd'] }), 46, 12, TypeCode.String, 0],
    ];
    const columns = types.map(([type], i) =>
      column(`alias${i}`, type, { orgName: `c${i}`, table: 'a', orgTable: 'tab', db: 'shop' }),
    );
    s.engine.on('definitions', () => rowsOf(columns, []));
    const [, fields] = await c.query('definitions');
    types.forEach(([, charset, length, type, decimals], i) => {
      expect(fields[i]).toMatchObject({
        name: `alias${i}`,
        orgName: `c${i}`,
        table: 'a',
        orgTable: 'tab',
        schema: 'shop',
      });
      expect({
        charset: (fields[i] as unknown as { characterSet: number }).characterSet,
        length: fields[i]!.columnLength,
        type: fields[i]!.columnType,
        decimals: fields[i]!.decimals,
      }).toEqual({
        charset,
        length,
        type,
        decimals,
      });
    });
  });
});
