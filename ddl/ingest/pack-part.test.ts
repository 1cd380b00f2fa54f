import { closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { PackedBlock } from '../../kv/embedded/packed-block.js';
import { randomSource } from '../../testing/random.js';
import { blocksOf, DuplicateEntryError } from './block-groups.js';
import { RunBuilder, RunFile, type EntryRun } from './entry-run.js';
import { KeyDivision } from './key-division.js';
import { packPart, slicesOf } from './pack-part.js';

const OUTPUT = { prefix: Uint8Array.of(1, 2, 3), commitHi: 7, commitLo: 9, unique: true };

const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1');

function runsOf(
  entries: readonly [string, string][],
  files: readonly (RunFile | null)[],
  runBytes: number,
  division: KeyDivision,
): EntryRun[] {
  const builder = new RunBuilder(0, runBytes);
  builder.division = division;
  const runs: EntryRun[] = [];
  const take = (): void => {
    const run = builder.take(files[runs.length % files.length]!);
    if (run !== null) runs.push(run);
  };
  for (const [key, value] of entries) {
    builder.begin();
    builder.writer.bytes(bytesOf(key));
    builder.end(bytesOf(value));
    if (builder.full) take();
  }
  take();
  return runs;
}

function packed(runs: readonly EntryRun[], parts: number): [string, string][] {
  const out: [string, string][] = [];
  const block = new PackedBlock();
  for (let part = 0; part < parts; part++)
    for (const group of packPart(slicesOf(runs, part), OUTPUT))
      for (const bytes of blocksOf(group)) {
        block.load(bytes, 0, bytes.length);
        for (let e = 0; e < block.count; e++)
          out.push([
            Buffer.from(block.key(e).subarray(3)).toString('latin1'),
            Buffer.from(block.value(e)).toString('latin1'),
          ]);
      }
  return out;
}

test('entries dealt out to parts come out in order, whatever keys divide them', () => {
  const { seed, random } = randomSource();
  const below = (n: number): number => Math.floor(random() * n);
  const file = RunFile.create(tmpdir());
  try {
    for (let round = 0; round < 12; round++) {
      const shared = ['', 'prefix of a dozen and more ', '\0\0\0', '\xff'.repeat(9), 'x'.repeat(70)].slice(
        0,
        1 + below(5),
      );
      const tail = (): string => String.fromCharCode(...Array.from({ length: below(12) }, () => below(256)));
      const key = (): string => shared[below(shared.length)]! + tail();
      const entries = new Map<string, string>();
      for (let n = below(4000); n > 0; n--) entries.set(key(), 'v'.repeat(below(80)));
      const all = [...entries];
      // Some dividing keys are keys of entries, others are beside them.
      const sample = [...Array.from({ length: below(40) }, key), ...all.slice(0, below(40)).map(([k]) => k)];
      const keys = KeyDivision.of(sample.map(bytesOf), 1 + below(50));
      const runs = runsOf(all, [null, file], 1 + below(60_000), new KeyDivision(keys));
      const wanted = all.sort(([a], [b]) => compareBytes(bytesOf(a), bytesOf(b)));
      expect({ seed, round, rows: packed(runs, keys.length + 1) }).toEqual({ seed, round, rows: wanted });
    }
  } finally {
    closeSync(file.fd);
  }
});

test('equal keys are found', () => {
  const runs = runsOf([['a', '1'], ['b', '2'], ['bb', '4'], ['b', '5']], [null], 1, new KeyDivision([bytesOf('b')])); // prettier-ignore
  expect(() => packed(runs, 2)).toThrow(DuplicateEntryError);
});
