import { datetime, double, int, longText, notNull, str, timestamp, tinyint, uint } from './columns.js';
import type { VirtualColumn } from './virtual-table.js';

const TYPES: Readonly<Record<string, (name: string) => VirtualColumn>> = {
  int,
  uint,
  double,
  text: longText,
  bool: tinyint,
  datetime,
  timestamp: (name) => timestamp(name, 0),
  timestamp6: (name) => timestamp(name, 6),
};

/**
 * Columns of a virtual table by name and type, in pairs: a number is the length of a string, `!` behind a type means NOT
 * NULL.
 */
export function columnList(spec: string): VirtualColumn[] {
  const words = spec.trim().split(/\s+/);
  const out: VirtualColumn[] = [];
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i]!;
    const type = words[i + 1]!.replace('!', '');
    const column = /^\d+$/.test(type) ? str(name, Number(type)) : TYPES[type]!(name);
    out.push(words[i + 1]!.endsWith('!') ? notNull(column) : column);
  }
  return out;
}
