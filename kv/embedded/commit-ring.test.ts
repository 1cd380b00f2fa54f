import { CommitRingReader, CommitRingWriter } from './commit-ring.js';
import { SharedState } from './shared-layers.js';

const key = (n: number): Uint8Array => Uint8Array.of(n >> 8, n & 0xff);

function ring(): { writer: CommitRingWriter; reader: CommitRingReader } {
  const state = new SharedState();
  const writer = new CommitRingWriter(state);
  return { writer, reader: new CommitRingReader(state, writer.buffer, () => 0n) };
}

test('a listener may ask for the newest commit while it is told of an older one', () => {
  const { writer, reader } = ring();
  const told: bigint[] = [];
  reader.onCommit((ts) => told.push(ts));
  reader.onRangeChange(() => {
    // Others go on committing meanwhile.
    writer.committed(3n, [key(3)]);
    reader.lastCommitTs();
  });
  writer.committed(1n, [key(1)]);
  writer.rangeChanged(key(0), key(9));
  writer.committed(2n, [key(2)]);
  reader.drain();
  expect(told).toEqual([1n, 2n, 3n]);
  writer.committed(4n, [key(4)]);
  reader.drain();
  expect(told).toEqual([1n, 2n, 3n, 4n]);
});

test('a reader that the ring has overtaken is told that everything changed', () => {
  const { writer, reader } = ring();
  let commits = 0;
  let everything = 0;
  reader.onCommit(() => commits++);
  reader.onRangeChange((start, end) => {
    if (start.length === 0 && end.length === 0) everything++;
  });
  const keys = Array.from({ length: 2000 }, (_, i) => key(i));
  for (let ts = 1n; ts <= 1000n; ts++) writer.committed(ts, keys);
  reader.drain();
  expect([commits, everything]).toEqual([0, 1]);
  writer.committed(1001n, keys);
  reader.drain();
  expect([commits, everything]).toEqual([1, 1]);
});
