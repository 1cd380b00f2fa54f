import type { AggFunc, ByItem, Column, Expression } from '../../expression/expression.js';
import { mapAgg, mapLeaves } from '../logical/expression-walk.js';
import type { CteDefinition, PhysicalPlan, ReadPartitions } from './plan.js';

type Resolver = (e: Expression) => Expression;

/** Positions of columns by id in an input. */
function resolver(schema: readonly Column[]): Resolver {
  const at = new Map<number, number>();
  for (let i = schema.length - 1; i >= 0; i--) at.set(schema[i]!.id, i);
  return (e) =>
    mapLeaves(e, (leaf) => {
      if (leaf.kind !== 'column') return leaf;
      const index = at.get(leaf.id);
      if (index === undefined) throw new Error(`column ${leaf.name} is not in the input of its operator`);
      return leaf.index === index ? leaf : { ...leaf, index };
    });
}

const byItems = (by: readonly ByItem[], r: Resolver): ByItem[] => by.map((b) => ({ ...b, expr: r(b.expr) }));
const aggs = (list: readonly AggFunc[], r: Resolver): AggFunc[] => list.map((a) => mapAgg(a, r));

/** The last step of planning: every column reference gets its position in its operator's input. */
export class IndexResolver {
  private readonly ctes = new Map<number, CteDefinition>();

  resolve(p: PhysicalPlan): PhysicalPlan {
    switch (p.op) {
      case 'TableReader':
      case 'IndexReader':
        return { ...p, child: this.resolve(p.child), ...merged(p) };
      case 'MaxOneRow':
      case 'Limit':
      case 'SelectLock':
      case 'LocalIndexLookUp':
        return { ...p, child: this.resolve(p.child) };
      case 'IndexLookUp':
        return {
          ...p,
          indexPlan: this.resolve(p.indexPlan),
          tablePlan: this.resolve(p.tablePlan),
          ...merged(p),
        };
      case 'IndexMerge':
        return {
          ...p,
          partials: p.partials.map((x) => this.resolve(x)),
          tablePlan: this.resolve(p.tablePlan),
          ...(p.keepOrder === undefined
            ? {}
            : { keepOrder: p.keepOrder.map((by, i) => byItems(by, resolver(p.partials[i]!.schema))) }),
          ...merged(p),
        };
      case 'Selection': {
        const child = this.resolve(p.child);
        return { ...p, child, conditions: p.conditions.map(resolver(child.schema)) };
      }
      case 'MemTableScan':
        return { ...p, conditions: p.conditions.map(resolver(p.schema)) };
      case 'UnionScan': {
        const child = this.resolve(p.child);
        const r = resolver(child.schema);
        return {
          ...p,
          child,
          conditions: p.conditions.map(r),
          keepOrder: byItems(p.keepOrder, r),
          ...merged(p),
        };
      }
      case 'Projection': {
        const child = this.resolve(p.child);
        const exprs = p.exprs.map(resolver(child.schema));
        // Columns are found by position from here on: what only renames its input has nothing to do.
        const idle =
          exprs.length === child.schema.length && exprs.every((e, i) => e.kind === 'column' && e.index === i);
        if (idle && p.restores !== true && sameTypes(p.schema, child.schema))
          return { ...child, schema: p.schema };
        if (
          child.op === 'Projection' &&
          child.task === p.task &&
          child.exprs.every((e) => e.kind === 'column')
        ) {
          const merged = exprs.map((e) =>
            mapLeaves(e, (leaf) => (leaf.kind === 'column' ? child.exprs[leaf.index]! : leaf)),
          );
          return {
            ...p,
            ...(child.restores === true ? { restores: true } : {}),
            child: child.child,
            exprs: merged,
          };
        }
        return inlined(p, child, exprs) ?? { ...p, child, exprs };
      }
      case 'HashAgg':
      case 'StreamAgg': {
        const child = this.resolve(p.child);
        const r = resolver(child.schema);
        return { ...p, child, groupBy: p.groupBy.map(r), aggs: aggs(p.aggs, r) };
      }
      case 'Sort':
      case 'TopN': {
        const child = this.resolve(p.child);
        return { ...p, child, by: byItems(p.by, resolver(child.schema)) };
      }
      case 'Window': {
        const child = this.resolve(p.child);
        const r = resolver(child.schema);
        return {
          ...p,
          child,
          partitionBy: byItems(p.partitionBy, r),
          orderBy: byItems(p.orderBy, r),
          functions: p.functions.map((f) => ({ ...f, args: f.args.map(r) })),
        };
      }
      case 'Expand': {
        const child = this.resolve(p.child);
        return { ...p, child, groups: p.groups.map(resolver(child.schema)) };
      }
      case 'JsonTable': {
        const child = this.resolve(p.child);
        return { ...p, child, doc: resolver(child.schema)(p.doc) };
      }
      case 'UnionAll':
        return { ...p, children: p.children.map((c) => this.resolve(c)) };
      case 'HashJoin':
      case 'Apply':
      case 'IndexJoin':
      case 'MergeJoin':
        return this.join(p);
      case 'CteRef':
        return { ...p, cte: this.cte(p.cte) };
      case 'Update':
      case 'Delete':
        return { ...p, child: this.resolve(p.child) };
      default:
        return p;
    }
  }

  private join(
    p: Extract<PhysicalPlan, { op: 'HashJoin' | 'Apply' | 'IndexJoin' | 'MergeJoin' }>,
  ): PhysicalPlan {
    const left = this.resolve(p.left);
    const right = this.resolve(p.right);
    const l = resolver(left.schema);
    const r = resolver(right.schema);
    const both = resolver([...left.schema, ...right.schema]);
    const conditions = {
      left,
      right,
      leftConditions: p.leftConditions.map(l),
      rightConditions: p.rightConditions.map(r),
      otherConditions: p.otherConditions.map(both),
      ...outputPositions(p, left.schema, right.schema),
    };
    switch (p.op) {
      case 'HashJoin':
      case 'MergeJoin':
        return { ...p, ...conditions, leftKeys: p.leftKeys.map(l), rightKeys: p.rightKeys.map(r) };
      case 'Apply':
        return {
          ...p,
          ...conditions,
          leftKeys: p.leftKeys.map(l),
          rightKeys: p.rightKeys.map(r),
          correlated: p.correlated.map((c) => ({ cell: c.cell, outer: l(c.outer) as Column })),
        };
      case 'IndexJoin': {
        const [outer, inner] = p.outer === 'left' ? [l, r] : [r, l];
        return { ...p, ...conditions, outerKeys: p.outerKeys.map(outer), innerKeys: p.innerKeys.map(inner) };
      }
    }
  }

  /** A definition is resolved once, however many references it has; those inside it find it being resolved. */
  private cte(d: CteDefinition): CteDefinition {
    const known = this.ctes.get(d.id);
    if (known !== undefined) return known;
    const out: { -readonly [K in keyof CteDefinition]: CteDefinition[K] } = {
      id: d.id,
      name: d.name,
      seed: d.seed,
      recursive: d.recursive,
      distinct: d.distinct,
      maxRows: d.maxRows,
      limit: d.limit,
      schema: d.schema,
    };
    this.ctes.set(d.id, out);
    out.seed = this.resolve(d.seed);
    out.recursive = d.recursive === null ? null : this.resolve(d.recursive);
    return out;
  }
}

/** A limit gives some of its input's columns, in their order, by itself. */
function inlined(
  p: Extract<PhysicalPlan, { op: 'Projection' }>,
  child: PhysicalPlan,
  exprs: readonly Expression[],
): PhysicalPlan | null {
  if (p.restores === true || child.task !== 'root') return null;
  if ((child.op !== 'Limit' && child.op !== 'TopN') || child.output !== undefined) return null;
  const output: number[] = [];
  for (const e of exprs) {
    if (e.kind !== 'column' || e.index <= (output.at(-1) ?? -1)) return null;
    output.push(e.index);
  }
  const given = output.map((i) => child.schema[i]!);
  return sameTypes(p.schema, given) ? { ...child, schema: p.schema, output } : null;
}

/** A reader's partitions with the columns they are merged by found in its output. */
function merged(p: Extract<PhysicalPlan, { partitions?: ReadPartitions }>): { partitions?: ReadPartitions } {
  const { partitions } = p;
  if (partitions === undefined || partitions.mergeBy.length === 0) return {};
  return { partitions: { ...partitions, mergeBy: byItems(partitions.mergeBy, resolver(p.schema)) } };
}

/** Where the columns of a join's schema stand among all that it makes; nothing when it gives them all. */
function outputPositions(
  p: Extract<PhysicalPlan, { op: 'HashJoin' | 'Apply' | 'IndexJoin' | 'MergeJoin' }>,
  left: readonly Column[],
  right: readonly Column[],
): { output?: readonly number[] } {
  const semi = p.joinType !== 'inner' && p.joinType !== 'leftOuter' && p.joinType !== 'rightOuter';
  const value = p.joinType === 'leftOuterSemi' || p.joinType === 'antiLeftOuterSemi';
  const made = semi ? [...left] : [...left, ...right];
  if (value) made.push(p.schema[p.schema.length - 1]!);
  if (p.schema.length === made.length) return {};
  const at = new Map(made.map((c, i) => [c.id, i]));
  return { output: p.schema.map((c) => at.get(c.id)!) };
}

/** Whether columns are of one type each, so that one may stand for the other. */
const sameTypes = (a: readonly Column[], b: readonly Column[]): boolean =>
  a.every((c, i) => {
    const x = c.type;
    const y = b[i]!.type;
    return (
      x === y || (x.tp === y.tp && x.flen === y.flen && x.decimal === y.decimal && x.collate === y.collate)
    );
  });

/** Resolves an expression over the columns of one input. */
export const resolveOver = (e: Expression, schema: readonly Column[]): Expression => resolver(schema)(e);
