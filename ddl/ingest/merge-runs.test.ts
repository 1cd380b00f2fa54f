import { closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { PackedBlock } from '../../kv/embedded/packed-block.js';
import { randomSource } from '../../testing/random.js';
import { RunBuilder, RunFile, type EntryRun } from './entry-run.js';
import { blocksOf, DuplicateEntryError } from './block-groups.js';
import { dividingKeys, mergeRange, mergeRuns } from './merge-runs.js';

const OUTPUT = { prefix: Uint8Array.of(1, 2, 3), commitHi: 7, commitLo: 9, unique: true };

function runsOf(
  entries: readonly [string, string][],
  files: (RunFile | null)[],
  runBytes: number,
): EntryRun[] {
  const builder = new RunBuilder(0, runBytes);
  const runs: EntryRun[] = [];
  let next = 0;
  const take = (): void => {
    const run = builder.take(files[next++ % files.length]!);
    if (run !== null) runs.push(run);
  };
  for (const [key, value] of entries) {
    builder.begin();
    builder.writer.bytes(Buffer.from(key, 'latin1'));
    builder.end(Buffer.from(value, 'latin1'));
    if (builder.full) take();
  }
  take();
  return runs;
}

function merged(runs: readonly EntryRun[], parts: number): [string, string][] {
  const out: [string, string][] = [];
  const keys = dividingKeys(runs, parts);
  const block = new PackedBlock();
  for (let i = 0; i <= keys.length; i++) {
    for (const group of mergeRuns(mergeRange(runs, keys[i - 1] ?? null, keys[i] ?? null), OUTPUT)) {
      for (const bytes of blocksOf(group)) {
        block.load(bytes, 0, bytes.length);
        for (let e = 0; e < block.count; e++) {
          const key = block.key(e);
          expect([...key.subarray(0, 3)]).toEqual([1, 2, 3]);
          out.push([
            Buffer.from(key.subarray(3)).toString('latin1'),
            Buffer.from(block.value(e)).toString('latin1'),
          ]);
        }
      }
    }
  }
  return out;
}

test('runs in memory and in files come out as one, in order', () => {
  const { seed, random } = randomSource();
  const below = (n: number): number => Math.floor(random() * n);
  const file = RunFile.create(tmpdir());
  try {
    for (let round = 0; round < 12; round++) {
      const entries = new Map<string, string>();
      const shared = ['', 'prefix of a dozen and more ', '\0\0\0', '\xff'.repeat(9)];
      for (let n = below(4000); n > 0; n--) {
        const head = shared[below(shared.length)]!;
        const tail = String.fromCharCode(...Array.from({ length: below(12) }, () => below(256)));
        entries.set(head + tail + (random() < 0.02 ? 'x'.repeat(below(3000)) : ''), 'v'.repeat(below(20)));
      }
      const all = [...entries];
      const runs = runsOf(all, [null, file], 1 + below(60_000));
      const wanted = all.sort(([a], [b]) => compareBytes(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')));
      expect({ seed, round, rows: merged(runs, 1 + below(6)) }).toEqual({ seed, round, rows: wanted });
    }
  } finally {
    closeSync(file.fd);
  }
});

test('equal keys of two runs are found', () => {
  const first = runsOf([['a', '1'], ['b', '2'], ['c', '3']], [null], 1 << 20); // prettier-ignore
  const second = runsOf([['bb', '4'], ['b', '5']], [null], 1 << 20); // prettier-ignore
  expect(() => merged([...first, ...second], 1)).toThrow(DuplicateEntryError);
});
