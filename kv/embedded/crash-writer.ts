import { openEmbeddedStore } from './engine.js';
import { Random, type Write, commitOnePhase, commitTwoPhase, prewrite } from './testing.js';

/**
 * The victim of the kill -9 test: commits transactions from several clients until it is killed, and prints each one's number once
 * it is acknowledged. Transaction n writes its number under `x<client>`, `y<client>` and `log<n>`, so that half of one shows.
 * A client's transactions are numbered from `first` on in steps of the number of clients. Arguments: directory, first, seed.
 */
const CLIENTS = 6;

async function main(): Promise<void> {
  const [directory, firstText, seedText] = process.argv.slice(2);
  const store = await openEmbeddedStore({ dataDir: directory!, memtableBytes: 128 << 10 });
  process.stdout.write('ready\n');
  const client = async (id: number): Promise<void> => {
    const random = new Random(Number(seedText) + id);
    for (let n = Number(firstText) + id; ; n += CLIENTS) {
      const writes: Write[] = [
        [`x${id}`, String(n)],
        [`y${id}`, String(n)],
        [`log${n}`, String(n).padEnd(random.below(400), '.')],
      ];
      if (random.chance(0.2)) await commitTwoPhase(store, writes);
      else await commitOnePhase(store, writes);
      process.stdout.write(`${n}\n`);
      // A transaction that is never decided: its locks must be found again, its writes never.
      if (random.chance(0.02)) await prewrite(store, [[`undecided${n}`, 'no']], store.timestamp());
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, id) => client(id)));
}

void main();
