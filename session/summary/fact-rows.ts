import type { VirtualColumn } from '../../catalog/virtual/virtual-table.js';
import { text } from '../../catalog/virtual/columns.js';
import { intDatum, type Datum } from '../../types/datum.js';
import { evalType, isNotNull } from '../../types/field-type.js';
import { epochMicrosToLocal, timeZone, UTC } from '../../types/timezone.js';
import type { Session } from '../session.js';

/**
 * A row as nodes tell it to each other: values by column, times in milliseconds since the epoch. What a column has no value
 * for is NULL, or 0 or '' where it may not be.
 */
export type Fact = Readonly<Record<string, string | number | boolean | null>>;

export function factRow(columns: readonly VirtualColumn[], fact: Fact, session: Session): Datum[] {
  const zone = timeZone(session.evalContext.timeZone) ?? UTC;
  return columns.map(({ name, type }) => {
    const v = fact[name] ?? null;
    if (v === null) {
      if (!isNotNull(type)) return null;
      return evalType(type) === 'string' ? text('') : 0;
    }
    switch (evalType(type)) {
      case 'datetime':
        return epochMicrosToLocal(Math.round(Number(v) * 1000), type.decimal, zone);
      case 'int':
        return intDatum(BigInt(Math.round(Number(v))));
      case 'real':
        return Number(v);
      default:
        return text(String(v));
    }
  });
}
