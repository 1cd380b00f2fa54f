import { packDate, packDateTime } from '../../types/time.js';
import {
  writeBinaryDate,
  writeBinaryDateTime,
  writeBinaryDuration,
  writeDate,
  writeDateTime,
  writeDuration,
} from './time-text.js';

const b = Buffer.alloc(64);
const text = (end: number): string => b.toString('latin1', 0, end);
const hex = (end: number): string => b.toString('hex', 0, end);

describe('times as text', () => {
  test('dates, zero and partial ones too', () => {
    expect(text(writeDate(b, 0, packDate(2024, 2, 29)))).toBe('2024-02-29');
    expect(text(writeDate(b, 0, 0))).toBe('0000-00-00');
    expect(text(writeDate(b, 0, packDate(9999, 12, 31)))).toBe('9999-12-31');
  });

  test.each([
    [0, '2024-01-02 03:04:05'],
    [1, '2024-01-02 03:04:05.6'],
    [3, '2024-01-02 03:04:05.678'],
    [4, '2024-01-02 03:04:05.6780'],
    [5, '2024-01-02 03:04:05.67800'],
    [6, '2024-01-02 03:04:05.678000'],
  ])('DATETIME(%i)', (fsp, expected) => {
    const v = packDateTime(2024, 1, 2, 3, 4, 5, 678000, fsp);
    expect(text(writeDateTime(b, 0, v, fsp))).toBe(expected);
    if (typeof v === 'bigint' && v < 2n ** 53n)
      expect(text(writeDateTime(b, 0, Number(v), fsp))).toBe(expected);
  });

  test('durations', () => {
    expect(text(writeDuration(b, 0, 3020399000000, 0))).toBe('838:59:59');
    expect(text(writeDuration(b, 0, -3661000001, 6))).toBe('-01:01:01.000001');
    expect(text(writeDuration(b, 0, 1500000, 1))).toBe('00:00:01.5');
    expect(text(writeDuration(b, 0, 0, 0))).toBe('00:00:00');
  });
});

describe('times in the binary protocol', () => {
  test('take the shortest form', () => {
    expect(hex(writeBinaryDate(b, 0, 0))).toBe('00');
    expect(hex(writeBinaryDate(b, 0, packDate(2010, 10, 17)))).toBe('04da070a11');
    expect(hex(writeBinaryDateTime(b, 0, packDateTime(2010, 10, 17, 0, 0, 0, 0, 0), 0))).toBe('04da070a11');
    expect(hex(writeBinaryDateTime(b, 0, packDateTime(2010, 10, 17, 19, 27, 30, 0, 0), 0))).toBe(
      '07da070a11131b1e',
    );
    expect(hex(writeBinaryDateTime(b, 0, packDateTime(2010, 10, 17, 19, 27, 30, 1, 6), 6))).toBe(
      '0bda070a11131b1e01000000',
    );
    expect(hex(writeBinaryDateTime(b, 0, packDateTime(2010, 10, 17, 19, 27, 30, 500000, 1), 1))).toBe(
      '0bda070a11131b1e20a10700',
    );
    expect(hex(writeBinaryDuration(b, 0, 0))).toBe('00');
    const micros = ((120 * 24 + 19) * 3600 + 27 * 60 + 30) * 1e6;
    expect(hex(writeBinaryDuration(b, 0, -micros))).toBe('080178000000131b1e');
    expect(hex(writeBinaryDuration(b, 0, -(micros + 1)))).toBe('0c0178000000131b1e01000000');
  });
});
