import { Random } from './random.js';
import { ADJECTIVES, ADVERBS, AUXILIARIES, NOUNS, PREPOSITIONS, TERMINATORS, VERBS } from './vocabulary.js';

const POOL_BYTES = 16 << 20;

/** Pseudo text by the grammar of TPC-H clause 4.2.2.14; comments are stretches of it, as in dbgen. */
export function textPool(): Buffer {
  const r = new Random(19_920_101);
  const pool = Buffer.allocUnsafe(POOL_BYTES);
  let at = 0;
  while (at < POOL_BYTES) at += pool.write(sentence(r) + ' ', at, 'latin1');
  return pool;
}

function nounPhrase(r: Random): string {
  const n = r.pick(NOUNS);
  switch (r.between(0, 3)) {
    case 0:
      return n;
    case 1:
      return `${r.pick(ADJECTIVES)} ${n}`;
    case 2:
      return `${r.pick(ADJECTIVES)}, ${r.pick(ADJECTIVES)} ${n}`;
    default:
      return `${r.pick(ADVERBS)} ${r.pick(ADJECTIVES)} ${n}`;
  }
}

function verbPhrase(r: Random): string {
  const v = r.pick(VERBS);
  switch (r.between(0, 3)) {
    case 0:
      return v;
    case 1:
      return `${r.pick(AUXILIARIES)} ${v}`;
    case 2:
      return `${v} ${r.pick(ADVERBS)}`;
    default:
      return `${r.pick(AUXILIARIES)} ${v} ${r.pick(ADVERBS)}`;
  }
}

const prepositional = (r: Random): string => `${r.pick(PREPOSITIONS)} the ${nounPhrase(r)}`;

function sentence(r: Random): string {
  const end = r.pick(TERMINATORS);
  const head = nounPhrase(r);
  switch (r.between(0, 4)) {
    case 0:
      return `${head} ${verbPhrase(r)}${end}`;
    case 1:
      return `${head} ${verbPhrase(r)} ${prepositional(r)}${end}`;
    case 2:
      return `${head} ${verbPhrase(r)} ${nounPhrase(r)}${end}`;
    case 3:
      return `${head} ${prepositional(r)} ${verbPhrase(r)} ${nounPhrase(r)}${end}`;
    default:
      return `${head} ${prepositional(r)} ${verbPhrase(r)} ${prepositional(r)}${end}`;
  }
}
