import type { Vector } from '../../chunk/vector.js';
import { newVectorBuilder, type VectorBuilder } from '../../chunk/vector-builder.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import type { HeldPortion } from './aggregator.js';

/** Rows that are taken at once. */
export const PORTION = 1024;

/** Gathers rows of groups on their way out of their states. */
export class PortionBuilder {
  private groups = new Int32Array(PORTION);
  private count = 0;
  private builders: VectorBuilder[];

  constructor(private readonly types: readonly FieldType[]) {
    this.builders = this.fresh();
  }

  private fresh(): VectorBuilder[] {
    return this.types.map((t) => newVectorBuilder(t));
  }

  /** Gives how many there are; `finish` is due at `PORTION`. */
  add(group: number, ...cells: readonly Datum[]): number {
    this.groups[this.count++] = group;
    for (let k = 0; k < cells.length; k++) this.builders[k]!.append(cells[k]!);
    return this.count;
  }

  finish(): HeldPortion {
    const groups = this.groups.slice(0, this.count);
    const columns: Vector[] = this.builders.map((b) => b.finish());
    this.builders = this.fresh();
    this.count = 0;
    return { groups, columns };
  }
}
