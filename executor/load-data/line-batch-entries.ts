import type { PutFlags } from '../../kv/storage.js';
import type { LineBatch } from './line-task.js';

const PRESUME_NOT_EXISTS: PutFlags = { presumeNotExists: true };

/** Goes through the entries of a batch. */
export class BatchEntries {
  private entry = 0;
  private at = 0;

  constructor(private readonly batch: LineBatch) {}

  key(): Uint8Array {
    return this.batch.bytes.subarray(this.at, this.at + this.batch.lengths[this.entry]!);
  }

  value(): Uint8Array {
    const start = this.at + this.batch.lengths[this.entry]!;
    return this.batch.bytes.subarray(start, start + this.valueLength());
  }

  flags(): PutFlags | undefined {
    return this.batch.lengths[this.entry + 1]! < 0 ? PRESUME_NOT_EXISTS : undefined;
  }

  next(): void {
    this.at += this.batch.lengths[this.entry]! + this.valueLength();
    this.entry += 2;
  }

  skip(entries: number): void {
    for (let i = 0; i < entries; i++) this.next();
  }

  private valueLength(): number {
    const n = this.batch.lengths[this.entry + 1]!;
    return n < 0 ? ~n : n;
  }
}
