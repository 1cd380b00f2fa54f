import type { Spillable } from '../executor/exec-context.js';
import { mysqlError } from '../types/error-table.js';
import { type MemoryLimits, ServerMemory } from './engine/server-memory.js';
import type { StatementContext } from './statement-context.js';
import { StatementMemory } from './statement-memory.js';

const limits: MemoryLimits = {
  memoryAction: () => 'CANCEL',
  memoryExceeded: (error) => mysqlError(error, 1),
  logMemoryExceeded: () => undefined,
};

function account(quota: number): StatementMemory {
  const statement = { memory: null, onFinish: () => undefined } as unknown as StatementContext;
  return new StatementMemory(quota, limits, statement, new ServerMemory(() => '0'));
}

/** Holds what it is given until it is told to write it. */
class Holder implements Spillable {
  held = 0;
  asked = 0;

  constructor(private readonly memory: StatementMemory) {
    memory.addSpillable(this);
  }

  take(bytes: number): void {
    this.held += bytes;
    this.memory.consume(bytes);
  }

  write(): void {
    this.memory.release(this.held);
    this.held = 0;
  }

  spillableBytes(): number {
    return this.held;
  }

  spill(): void {
    this.asked++;
  }
}

test('who holds most is asked from four fifths of the quota on, once', () => {
  const memory = account(1000);
  const small = new Holder(memory);
  const large = new Holder(memory);
  small.take(200);
  large.take(500);
  expect([small.asked, large.asked]).toEqual([0, 0]);
  large.take(150);
  expect([small.asked, large.asked]).toEqual([0, 1]);
  large.take(100);
  expect([small.asked, large.asked]).toEqual([0, 1]);
  large.write();
  expect(memory.bytes).toBe(200);
});

test('what is about to be freed does not count against the quota, all else does', () => {
  const memory = account(1000);
  const holder = new Holder(memory);
  holder.take(850);
  expect(holder.asked).toBe(1);
  // While that is being written, others hold more than what they are asked to give up from, and less than the quota.
  memory.consume(990);
  expect(memory.bytes).toBe(1840);
  expect(() => memory.consume(20)).toThrow(expect.objectContaining({ code: 8175 }));
  memory.release(20);
  holder.write();
  memory.consume(5);
  expect(() => memory.consume(10)).toThrow(expect.objectContaining({ code: 8175 }));
});

test('without a quota nothing is asked for', () => {
  const memory = account(0);
  const holder = new Holder(memory);
  holder.take(1e15);
  expect(holder.asked).toBe(0);
  expect(memory.quota).toBe(Infinity);
});
