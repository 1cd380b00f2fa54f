import { planInputs } from '../explain/plan-tree.js';
import type { PhysicalPlan } from './plan.js';

/** Where a search had more than one way to go on. */
interface Choice {
  readonly key: string;
  readonly options: number;
  /** The operator on top of what was taken. */
  readonly taken: number;
}

/** The way a search goes: at each place the option that is asked for, and the first where nothing is. */
export class PlanChoices {
  readonly made: Choice[] = [];
  private readonly asked = new Map<string, number>();

  constructor(readonly forced: ReadonlyMap<string, number>) {}

  /** Which of the options, given by the ids of their operators, is taken at a place that is asked for the next time. */
  take(place: string, options: readonly number[]): number {
    if (options.length === 1) return 0;
    const nth = this.asked.get(place) ?? 0;
    this.asked.set(place, nth + 1);
    const key = `${place}#${nth}`;
    const at = Math.min(this.forced.get(key) ?? 0, options.length - 1);
    this.made.push({ key, options: options.length, taken: options[at]! });
    return at;
  }
}

/**
 * The n-th plan of those that a search can find (NTH_PLAN), in the order in which it finds them, the last choice changing first; null when
 * there are fewer. `search` follows the choices given.
 */
export function* nthPlan(
  n: number,
  search: (choices: PlanChoices) => PhysicalPlan,
): Generator<void, PhysicalPlan | null> {
  const pending: ReadonlyMap<string, number>[] = [new Map()];
  for (let found = 1; ; found++) {
    const forced = pending.pop();
    if (forced === undefined) return null;
    const choices = new PlanChoices(forced);
    const plan = search(choices);
    if (found === n) return plan;
    const ids = idsIn(plan);
    // What was chosen for a part that the plan does not have makes no other plan.
    const open = choices.made.filter((c) => !forced.has(c.key) && ids.has(c.taken));
    const settled = new Map(forced);
    for (const { key, options } of open) {
      for (let other = options - 1; other > 0; other--) pending.push(new Map(settled).set(key, other));
      settled.set(key, 0);
    }
    yield;
  }
}

function idsIn(plan: PhysicalPlan, into = new Set<number>()): Set<number> {
  into.add(plan.id);
  for (const input of planInputs(plan)) idsIn(input, into);
  return into;
}
