import '../../../expression/index.js';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PhysicalPlan } from '../../../planner/physical/plan.js';
import { GOLDEN_DIR } from '../../../planner/testing/golden.js';
import { TestSchema } from '../../../planner/testing/test-schema.js';
import { testContext } from '../../testing/test-context.js';
import { encodeDag } from './encode-dag.js';

/** The plans that readers hand to the store. */
function* pushedPlans(p: PhysicalPlan): Generator<PhysicalPlan> {
  for (const v of Object.values(p) as unknown[])
    for (const child of Array.isArray(v) ? (v as unknown[]) : [v]) {
      if (typeof child !== 'object' || child === null || !('op' in child) || !('task' in child)) continue;
      const plan = child as PhysicalPlan;
      if (p.task === 'root' && plan.task === 'cop[tikv]') yield plan;
      else yield* pushedPlans(plan);
    }
}

const operators = (p: PhysicalPlan): PhysicalPlan[] => ('child' in p ? [p, ...operators(p.child)] : [p]);

test('what EXPLAIN says to run in a store elsewhere is what the store is asked for', async () => {
  let requests = 0;
  for (const file of readdirSync(GOLDEN_DIR).filter((f) => f.endsWith('.test'))) {
    const schema = new TestSchema();
    schema.remoteStore = true;
    schema.variables.set('tidb_enable_clustered_index', 'ON');
    const statements = readFileSync(join(GOLDEN_DIR, file), 'utf8').split(/;\s*\n/);
    for (const statement of statements) {
      const rows = [...statement.matchAll(/^-- rows (\S+) (\d+)$/gm)];
      for (const [, table, count] of rows) schema.rowCounts.set(table!, Number(count));
      const sql = statement.replace(/^--.*$/gm, '').trim();
      if (/^create\s/i.test(sql)) await schema.create(sql);
      if (!/^(select|with|\()/i.test(sql)) continue;
      const planned = await schema.plan(sql).catch(() => null);
      if (planned === null) continue;
      for (const plan of pushedPlans(planned.plan)) {
        const above = operators(plan).slice(0, -1);
        const asked = encodeDag(plan, testContext())?.plans.slice(1) ?? [];
        expect({ sql, ops: above.map((p) => p.op) }).toEqual({ sql, ops: asked.map((p) => p.op).reverse() });
        requests++;
      }
    }
  }
  expect(requests).toBeGreaterThan(300);
});
