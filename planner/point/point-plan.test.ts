import { TypeCode, newFieldType } from '../../types/field-type.js';
import { encodeUtf8 } from '../../types/charset.js';
import { parse } from '../../parser/parser.js';
import { TestSchema } from '../testing/test-schema.js';
import { tryPointPlan } from './point-plan.js';
import type { PlanContext } from '../plan-context.js';

const INT = newFieldType(TypeCode.LongLong);
const DOUBLE = newFieldType(TypeCode.Double);

describe('point path', () => {
  const schema = new TestSchema();
  schema.variables.set('tidb_enable_clustered_index', 'ON');
  beforeAll(() =>
    schema.create(
      'create table p (id int primary key, k int, s varchar(20), unique key ku (k), key ks (s)); create table c (a int, b varchar(10), v int, primary key (a, b)); create table h (x int, y int)',
    ),
  );
  const point = (sql: string, params: PlanContext['params'] = []): ReturnType<typeof tryPointPlan> =>
    tryPointPlan(parse(sql)[0]!.stmt, schema.context(params));

  test.each([
    ['select * from p where id = 3', 'PointGet', null],
    ['select k, s from p where 3 = id', 'PointGet', null],
    ['select * from p as q where q.id = -3 limit 1', 'PointGet', null],
    ['select * from p where k = 3 for update', 'PointGet', 'ku'],
    ["select v from c where b = 'x' and a = 1", 'PointGet', 'PRIMARY'],
  ])('%s', (sql, op, index) => {
    const planned = point(sql);
    expect(planned?.plan.op).toBe(op);
    if (planned?.plan.op === 'PointGet') {
      expect(planned.plan.index?.name ?? null).toBe(index);
      expect(planned.plan.schema.map((c) => c.index)).toEqual(planned.plan.columns.map((_, i) => i));
    }
  });

  test.each([
    'select * from p where id > 3',
    'select * from p where id = 3 and k = 4',
    'select * from p where id = 3 or id = 4',
    "select * from p where id = '3'",
    'select * from p where id = 3.0',
    "select * from p where s = 'x'",
    'select count(*) from p where id = 3',
    'select id + 1 from p where id = 3',
    'select * from p, c where id = 3',
    'select * from c where a = 1',
    'select * from nosuch where id = 1',
    'select nosuch from p where id = 1',
  ])('left to the optimizer: %s', (sql) => expect(point(sql)).toBeNull());

  test('parameters keep their exact value or are left to the optimizer', () => {
    const key = (value: number, type = INT): unknown => {
      const plan = point('select * from p where id = ?', [{ type, value }])?.plan;
      return plan?.op === 'PointGet' ? plan.key : null;
    };
    expect(key(7)).toMatchObject([{ kind: 'constant', value: 7 }]);
    expect(key(7, DOUBLE)).toMatchObject([{ kind: 'constant', value: 7 }]);
    expect(key(7.5, DOUBLE)).toBeNull();
    expect(
      point('select * from p where id = ?', [
        { type: newFieldType(TypeCode.VarString), value: encodeUtf8('7') },
      ]),
    ).toBeNull();
    expect(point('select * from p where id = ?', null)?.plan).toMatchObject({
      op: 'PointGet',
      key: [{ param: 0 }],
    });
  });

  test('writers read whole rows', () => {
    const update = point('update p set k = k + 1 where id = 5')!.plan;
    expect(update).toMatchObject({
      op: 'Update',
      child: { op: 'PointGet' },
      targets: [{ columns: [0, 1, 2], handle: 0 }],
    });
    const remove = point("delete from c where a = 1 and b = 'x'")!.plan;
    expect(remove).toMatchObject({ op: 'Delete', targets: [{ handle: -1 }] });
    expect(point('insert into h values (1, 2), (default, 3)')!.plan).toMatchObject({
      op: 'Insert',
      rows: [
        [{ value: 1 }, { value: 2 }],
        [null, { value: 3 }],
      ],
    });
  });
});
