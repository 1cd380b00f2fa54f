import type { Chunk } from '../../chunk/chunk.js';
import type { Vector } from '../../chunk/vector.js';
import type { FieldType } from '../../types/field-type.js';
import type { Operator, TempFiles } from '../exec-context.js';
import { Partitioner, PARTITIONS } from './partitioner.js';

/** What NOT IN asks of the whole build side. */
export interface BuildFacts {
  readonly rows: number;
  /** Some key is NULL. */
  readonly hasNull: boolean;
}

/** Both sides of a hash join in partitions: rows with equal keys are in partitions of the same number. */
export class SpilledJoin {
  private readonly build: Partitioner;
  private readonly probe: Partitioner;
  private at = 0;
  private rows = 0;
  private hasNull = false;

  constructor(types: readonly FieldType[], depth: number, files: TempFiles) {
    this.build = new Partitioner(types, depth, files);
    this.probe = new Partitioner(types, depth, files);
  }

  get facts(): BuildFacts {
    return { rows: this.rows, hasNull: this.hasNull };
  }

  /** A chunk without a selection. */
  addBuild(chunk: Chunk, keys: readonly Vector[]): Promise<void> {
    this.rows += chunk.length;
    for (const v of keys) this.hasNull ||= v.nulls !== null && v.nulls.subarray(0, v.length).includes(1);
    return this.build.add(chunk, keys, null);
  }

  addProbe(chunk: Chunk, keys: readonly Vector[]): Promise<void> {
    return this.probe.add(chunk, keys, chunk.sel);
  }

  async finish(): Promise<void> {
    await this.build.finish();
    await this.probe.finish();
  }

  /** The next partition that has rows; `whole` when all of the build side is in it. */
  nextPair(): { readonly build: Operator; readonly probe: Operator; readonly whole: boolean } | null {
    while (this.at < PARTITIONS) {
      const p = this.at++;
      const build = this.build.spools[p]!;
      const probe = this.probe.spools[p]!;
      if (build.rows === 0 && probe.rows === 0) continue;
      return { build: build.reader(), probe: probe.reader(), whole: build.rows === this.rows };
    }
    return null;
  }

  close(): void {
    this.build.close();
    this.probe.close();
  }
}
