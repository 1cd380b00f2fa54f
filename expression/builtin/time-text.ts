import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import { readTime } from '../../types/convert-time.js';
import { evalType, TypeCode } from '../../types/field-type.js';
import type { FieldType } from '../../types/field-type.js';
import { datumToText } from '../../types/format.js';
import { formatDate, formatDateTime } from '../../types/time.js';
import { rawFunction } from '../build.js';
import type { Expression } from '../expression.js';
import type { Runtime } from '../runtime.js';
import { stringType } from '../type-inference.js';
import { define } from './scalar.js';

/** Numbers and texts beside dates: what date they stand for, as text; the text that they are where they are none. */

/** Numbers of more digits than YYYYMMDD have a time of day. */
const isDateNumber = (v: number | bigint): boolean => v <= 99991231;

function timeText(rt: Runtime, v: number | bigint | Uint8Array, from: FieldType): Uint8Array {
  const date =
    evalType(from) === 'string' ? !/[:T]|\d{9}/.test(decodeUtf8(v as Uint8Array)) : isNumberOfDate(v, from);
  const tp = date ? TypeCode.Date : TypeCode.DateTime;
  const { value } = readTime(v, from, tp, date ? 0 : 6, rt);
  if (value === null) return datumToText(v, from)!;
  if (date) return encodeUtf8(formatDate(Number(value)));
  const text = formatDateTime(value, 6);
  return encodeUtf8(text.endsWith('.000000') ? text.slice(0, -7) : text);
}

function isNumberOfDate(v: number | bigint | Uint8Array, from: FieldType): boolean {
  switch (evalType(from)) {
    case 'int':
      return isDateNumber(v as number | bigint);
    case 'decimal':
      return from.decimal === 0 && isDateNumber(v as number | bigint);
    default:
      return Number.isInteger(v) && isDateNumber(v as number);
  }
}

define({
  name: 'time_text',
  args: ['any'],
  family: 'time',
  internal: true,
  type: () => stringType(29),
  make:
    ([t]) =>
    (rt: Runtime, v: number | bigint | Uint8Array) =>
      timeText(rt, v, t!),
  total: true,
  doc: 'A number or text as the date or time that it stands for. Manual: Date and Time Literals.',
});

export const asTimeText = (e: Expression): Expression =>
  rawFunction('time_text', [e], stringType(29), 'utf8mb4_bin');
