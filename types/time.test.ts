import { dayOfYear, daysInMonth, fromDays, toDays, weekdayOfDays, weekOf } from './calendar.js';
import {
  formatDuration,
  MAX_DURATION,
  parseDuration,
  durationFromNumber,
  roundDuration,
} from './duration.js';
import {
  addInterval,
  intervalOfNumber,
  lastDay,
  monthsBetween,
  negateInterval,
  parseInterval,
  timestampDiff,
} from './interval.js';
import { randomSource } from '../testing/random.js';
import { DEFAULT_SQL_MODE, formatSqlMode, parseSqlMode, SqlMode } from './sql-mode.js';
import {
  dateTimeToDecimal,
  dateTimeToNumber,
  formatDate,
  formatDateTime,
  isValidDate,
  newTimeParts,
  packDate,
  packDateTime,
  rescaleDateTime,
  unpackDateTime,
} from './time.js';
import { parsedToDate, parsedToDateTime, parseTimeNumber, parseTimeText } from './time-parse.js';
import { epochMicrosToLocal, localToUtc, timeZone, utcToLocal } from './timezone.js';

const { seed, random } = randomSource();
const int = (n: number): number => Math.floor(random() * n);

/** Text of a literal read as DATETIME(fsp) under no restrictions; null when it is none. */
function read(text: string, fsp = 0, mode = 0): string | null {
  const t = parseTimeText(text);
  if (t === null) return null;
  const v = parsedToDateTime(t, fsp, mode);
  return v === null ? null : formatDateTime(v, fsp);
}

describe('calendar', () => {
  test('day numbers against Date', () => {
    for (let n = 0; n < 20000; n++) {
      const days = 366 + int(3652424 - 366);
      const d = new Date(0);
      d.setTime((days - 719528) * 86400000);
      const packed = fromDays(days);
      expect([packed >>> 9, (packed >>> 5) & 15, packed & 31]).toEqual([
        d.getUTCFullYear(),
        d.getUTCMonth() + 1,
        d.getUTCDate(),
      ]);
      expect(toDays(packed >>> 9, (packed >>> 5) & 15, packed & 31)).toBe(days);
      expect(weekdayOfDays(days)).toBe((d.getUTCDay() + 6) % 7);
    }
  });

  test('weeks as the manual has them', () => {
    // WEEK(): manual, "Date and Time Functions".
    expect(weekOf(2008, 2, 20, 0).week).toBe(7);
    expect(weekOf(2008, 2, 20, 1).week).toBe(8);
    expect(weekOf(2008, 12, 31, 1).week).toBe(53);
    expect(weekOf(2000, 1, 1, 0).week).toBe(0);
    expect(weekOf(2000, 1, 1, 2)).toEqual({ year: 1999, week: 52 });
    expect(weekOf(1987, 1, 1, 2)).toEqual({ year: 1986, week: 52 });
    expect(weekOf(2024, 12, 30, 3)).toEqual({ year: 2025, week: 1 });
  });

  test('ISO weeks against the Thursday rule', () => {
    for (let n = 0; n < 5000; n++) {
      const days = 700000 + int(80000);
      const p = fromDays(days);
      const thursday = fromDays(days - weekdayOfDays(days) + 3);
      const y = thursday >>> 9;
      const week = Math.floor((dayOfYear(y, (thursday >>> 5) & 15, thursday & 31) - 1) / 7) + 1;
      expect(weekOf(p >>> 9, (p >>> 5) & 15, p & 31, 3)).toEqual({ year: y, week });
    }
  });
});

describe('packed datetimes', () => {
  test(`round trip (seed ${seed})`, () => {
    const parts = newTimeParts();
    for (let n = 0; n < 5000; n++) {
      const fsp = int(7);
      const y = int(10000);
      const m = int(13);
      const d = m === 0 ? int(32) : int(daysInMonth(y, m) + 1);
      const micro = int(10 ** fsp) * 10 ** (6 - fsp);
      const v = packDateTime(y, m, d, int(24), int(60), int(60), micro, fsp);
      expect(typeof v).toBe(fsp > 4 ? 'bigint' : 'number');
      unpackDateTime(v, fsp, parts);
      expect([parts.year, parts.month, parts.day, parts.micro]).toEqual([y, m, d, micro]);
      const text = formatDateTime(v, fsp);
      expect(read(text, fsp)).toBe(text);
    }
  });

  test('rounding carries', () => {
    expect(formatDateTime(rescaleDateTime(packDateTime(2023, 12, 31, 23, 59, 59, 999999, 6), 6, 3)!, 3)).toBe(
      '2024-01-01 00:00:00.000',
    );
    expect(formatDateTime(rescaleDateTime(packDateTime(2023, 1, 1, 1, 2, 3, 500000, 1), 1, 0)!, 0)).toBe(
      '2023-01-01 01:02:04',
    );
    expect(rescaleDateTime(packDateTime(9999, 12, 31, 23, 59, 59, 900000, 1), 1, 0)).toBeNull();
    expect(formatDateTime(rescaleDateTime(packDateTime(2023, 1, 1, 1, 2, 3, 0, 0), 0, 6)!, 6)).toBe(
      '2023-01-01 01:02:03.000000',
    );
  });

  test('numbers', () => {
    const v = packDateTime(2024, 1, 2, 3, 4, 5, 678900, 4);
    expect(dateTimeToNumber(v, 4)).toBe(20240102030405);
    expect(dateTimeToDecimal(v, 4)).toBe(202401020304056789n);
  });
});

describe('datetime literals', () => {
  test.each([
    ['2024-01-02', '2024-01-02 00:00:00'],
    ['2024-1-2', '2024-01-02 00:00:00'],
    ['24-01-02', '2024-01-02 00:00:00'],
    ['70-01-02', '1970-01-02 00:00:00'],
    ['2024-01-02 03:04:05', '2024-01-02 03:04:05'],
    ['2024-01-02T03:04:05', '2024-01-02 03:04:05'],
    ['2024-01-02 3:4:5', '2024-01-02 03:04:05'],
    ['2024/01/02 03.04.05', '2024-01-02 03:04:05'],
    ['2024^01^02 03+04+05', '2024-01-02 03:04:05'],
    ['20240102', '2024-01-02 00:00:00'],
    ['240102', '2024-01-02 00:00:00'],
    ['20240102030405', '2024-01-02 03:04:05'],
    ['240102030405', '2024-01-02 03:04:05'],
    ['2024-01-02 03:04', '2024-01-02 03:04:00'],
    ['2024-01-02 03', '2024-01-02 03:00:00'],
    ['20240102T030405', '2024-01-02 03:04:05'],
    ['  2024-01-02  ', '2024-01-02 00:00:00'],
    ['0000-00-00', '0000-00-00 00:00:00'],
    ['2024-00-00', '2024-00-00 00:00:00'],
    ['0000-00-00 00:00:00', '0000-00-00 00:00:00'],
    ['2024-01-01 14.9', '2024-01-01 14:09:00'],
    ['2024-01-01 14.66', null],
    ['2024-01-01 14.', '2024-01-01 14:00:00'],
    ['2024-01-01 14+01:00', '2024-01-01 14:01:00'],
    ['0-02-03 17', '2000-02-03 17:00:00'],
    ['024-01-01 14', '0024-01-01 14:00:00'],
    ['000002024-00001-00001 00014:000001:000001', '2024-01-01 14:01:01'],
    ['20240102 03:04:05', '2024-01-02 03:04:05'],
    ['2024-01-01 14:00:00+14:01', null],
    ['2024-01-01 14:00:00+01:60', null],
    ['2024-01-01 14:00:00-00:00', null],
    ['2024-13-01', null],
    ['2024-02-30', null],
    ['2024-01-02 25:00:00', null],
    ['2024-01-02 03:60:00', null],
    ['abc', null],
    ['', null],
    ['2024', null],
    ['2024-01', null],
  ])('%s', (text, want) => expect(read(text)).toBe(want));

  test('fractions round', () => {
    expect(read('2024-01-02 03:04:05.999', 2)).toBe('2024-01-02 03:04:06.00');
    expect(read('2024-01-02 03:04:05.1234567', 6)).toBe('2024-01-02 03:04:05.123457');
    expect(read('2024-01-02 03:04:05.5', 0)).toBe('2024-01-02 03:04:06');
    expect(read('20240102030405.25', 2)).toBe('2024-01-02 03:04:05.25');
    expect(read('2024-01-02 03:04:05.5', 0, SqlMode.TimeTruncateFractional)).toBe('2024-01-02 03:04:05');
  });

  test('offsets', () => {
    expect(parseTimeText('2024-01-02 03:04:05+08:00')).toMatchObject({
      offset: 480,
      second: 5,
      truncated: false,
    });
    expect(parseTimeText('2024-01-02T03:04:05Z')).toMatchObject({ offset: 0 });
    expect(parseTimeText('2024-01-02 03:04:05-05:30')).toMatchObject({ offset: -330 });
    const t = parseTimeText('2024-01-02 03:04:05+08:00')!;
    expect(
      formatDateTime(
        parsedToDateTime(t, 0, 0, () => 0)!,
        0,
      ),
    ).toBe('2024-01-01 19:04:05');
  });

  test('tails are reported', () => {
    expect(parseTimeText('2024-01-02 03:04:05 foo')).toMatchObject({ truncated: true, second: 5 });
    expect(parseTimeText('2024-01-02x')).toMatchObject({ truncated: true, day: 2 });
  });

  test.each([
    [20240102, '2024-01-02 00:00:00'],
    [240102, '2024-01-02 00:00:00'],
    [700102, '1970-01-02 00:00:00'],
    [101, '2000-01-01 00:00:00'],
    [20240102030405, '2024-01-02 03:04:05'],
    [240102030405, '2024-01-02 03:04:05'],
    [0, '0000-00-00 00:00:00'],
    [20241301, null],
    [12, null],
    [-1, null],
  ])('number %p', (n, want) => {
    const t = parseTimeNumber(n);
    const v = t === null ? null : parsedToDateTime(t, 0, 0);
    expect(v === null ? null : formatDateTime(v, 0)).toBe(want);
  });

  test('sql_mode decides on zeros and days', () => {
    expect(isValidDate(0, 0, 0, SqlMode.NoZeroDate)).toBe(false);
    expect(isValidDate(2024, 1, 0, SqlMode.NoZeroInDate)).toBe(false);
    expect(isValidDate(2024, 1, 0, 0)).toBe(true);
    expect(isValidDate(2023, 2, 29, 0)).toBe(false);
    expect(isValidDate(2023, 2, 31, SqlMode.AllowInvalidDates)).toBe(true);
    expect(parsedToDate(parseTimeText('2024-02-29')!, DEFAULT_SQL_MODE)).toBe(packDate(2024, 2, 29));
  });
});

describe('durations', () => {
  test.each([
    ['10:11:12', 0, '10:11:12'],
    ['-10:11:12', 0, '-10:11:12'],
    ['1 10:11:12', 0, '34:11:12'],
    ['10:11', 0, '10:11:00'],
    ['1 10', 0, '34:00:00'],
    ['101112', 0, '10:11:12'],
    ['1112', 0, '00:11:12'],
    ['12', 0, '00:00:12'],
    ['10:11:12.345678', 6, '10:11:12.345678'],
    ['10:11:12.5', 0, '10:11:13'],
    ['12.5', 1, '00:00:12.5'],
    ['2024-01-02 03:04:05', 0, '03:04:05'],
    ['20240102030405', 0, '03:04:05'],
    ['839:00:00', 0, '838:59:59'],
    ['-1000:00:00', 0, '-838:59:59'],
  ])('%s', (text, fsp, want) => expect(formatDuration(parseDuration(text, fsp)!.value, fsp)).toBe(want));

  test('refused', () => {
    expect(parseDuration('10:60:00', 0)).toBeNull();
    expect(parseDuration('abc', 0)).toBeNull();
    expect(parseDuration('', 0)).toBeNull();
    expect(parseDuration('1099', 0)).toBeNull();
    expect(durationFromNumber(-20070219173709)).toEqual({ value: -3020399000000, overflow: true });
    expect(durationFromNumber(20070219173709)).toEqual({ value: 63429e6, overflow: false });
    expect(parseDuration('900:00:00', 0)).toMatchObject({ overflow: true });
    expect(durationFromNumber(1060)).toBeNull();
    expect(durationFromNumber(101112)).toEqual({ value: 36672e6, overflow: false });
  });

  test('round trip', () => {
    for (let n = 0; n < 5000; n++) {
      const fsp = int(7);
      const v = roundDuration((random() - 0.5) * 2 * (MAX_DURATION - 1e6), fsp);
      const whole = Math.round(v / 10 ** (6 - fsp)) * 10 ** (6 - fsp);
      expect(parseDuration(formatDuration(whole, fsp), fsp)!.value).toBe(whole === 0 ? 0 : whole);
    }
  });
});

describe('intervals', () => {
  const at = (t: string, fsp = 0): number | bigint => parsedToDateTime(parseTimeText(t)!, fsp, 0)!;
  test.each([
    ['2024-01-31 00:00:00', '1', 'MONTH', '2024-02-29 00:00:00'],
    ['2024-02-29 00:00:00', '1', 'YEAR', '2025-02-28 00:00:00'],
    ['2024-01-01 00:00:00', '-1', 'SECOND', '2023-12-31 23:59:59'],
    ['2024-01-01 00:00:00', '1 1:1:1', 'DAY_SECOND', '2024-01-02 01:01:01'],
    ['2024-01-01 00:00:00', '1:1', 'MINUTE_SECOND', '2024-01-01 00:01:01'],
    ['2024-01-01 00:00:00', '1-2', 'YEAR_MONTH', '2025-03-01 00:00:00'],
    ['2024-01-01 00:00:00', '2', 'QUARTER', '2024-07-01 00:00:00'],
    ['2024-01-01 00:00:00', '2', 'WEEK', '2024-01-15 00:00:00'],
    ['2024-01-01 00:00:00', '100000', 'HOUR', '2035-05-29 16:00:00'],
  ])('%s + %s %s', (t, i, u, want) =>
    expect(formatDateTime(addInterval(at(t), 0, parseInterval(i, u)!, 0)!, 0)).toBe(want),
  );

  test('fractions and bounds', () => {
    expect(
      formatDateTime(addInterval(at('2024-01-01 00:00:00'), 0, parseInterval('1.5', 'SECOND')!, 6)!, 6),
    ).toBe('2024-01-01 00:00:01.500000');
    expect(
      formatDateTime(
        addInterval(at('2024-01-01 00:00:00'), 0, parseInterval('-1.5', 'SECOND_MICROSECOND')!, 6)!,
        6,
      ),
    ).toBe('2023-12-31 23:59:58.500000');
    expect(addInterval(at('9999-12-31 23:59:59'), 0, intervalOfNumber(1, 'SECOND')!, 0)).toBeNull();
    expect(parseInterval('1:2:3', 'MINUTE_SECOND')).toBeNull();
  });

  test('adding and taking away days, hours and seconds comes back', () => {
    for (let n = 0; n < 3000; n++) {
      const v = packDateTime(
        1000 + int(8000),
        1 + int(12),
        1 + int(28),
        int(24),
        int(60),
        int(60),
        int(1e6),
        6,
      );
      const i = intervalOfNumber(int(1e6), ['DAY', 'HOUR', 'SECOND', 'MICROSECOND', 'WEEK'][int(4)]!, 0)!;
      const w = addInterval(v, 6, i, 6);
      if (w !== null) expect(addInterval(w, 6, negateInterval(i), 6)).toBe(v);
    }
  });

  test('differences', () => {
    expect(monthsBetween(at('2024-01-31'), 0, at('2024-02-29'), 0)).toBe(0);
    expect(monthsBetween(at('2024-03-31'), 0, at('2024-01-31'), 0)).toBe(-2);
    expect(timestampDiff('YEAR', at('2002-05-01'), 0, at('2001-01-01'), 0)).toBe(-1);
    expect(timestampDiff('MINUTE', at('2003-02-01'), 0, at('2003-05-01 12:05:55'), 0)).toBe(128885);
    expect(formatDate(lastDay(packDate(2004, 2, 5))!)).toBe('2004-02-29');
  });
});

describe('time zones', () => {
  test('fixed offsets and names', () => {
    expect(timeZone('+08:00')!.offsetAt(0)).toBe(28800);
    expect(timeZone('-05:30')!.offsetAt(0)).toBe(-19800);
    expect(timeZone('+15:00')).toBeNull();
    expect(timeZone('Mars/Phobos')).toBeNull();
    expect(timeZone('Asia/Shanghai')!.offsetAt(1700000000)).toBe(28800);
  });

  test('daylight saving: gaps and folds', () => {
    const ny = timeZone('America/New_York')!;
    const local = (t: string): number | bigint => parsedToDateTime(parseTimeText(t)!, 0, 0)!;
    expect(localToUtc(local('2024-03-10 02:30:00'), 0, ny)).toBeNull();
    expect(formatDateTime(localToUtc(local('2024-03-10 01:59:59'), 0, ny)!, 0)).toBe('2024-03-10 06:59:59');
    expect(formatDateTime(localToUtc(local('2024-03-10 03:00:00'), 0, ny)!, 0)).toBe('2024-03-10 07:00:00');
    expect(formatDateTime(localToUtc(local('2024-11-03 01:30:00'), 0, ny)!, 0)).toBe('2024-11-03 05:30:00');
    expect(ny.gapEnd(Date.UTC(2024, 2, 10, 2, 30) / 1000)).toBe(Date.UTC(2024, 2, 10, 7) / 1000);
  });

  test('round trips through zones', () => {
    for (const name of ['Europe/London', 'Asia/Kolkata', 'Australia/Lord_Howe', 'America/Sao_Paulo']) {
      const z = timeZone(name)!;
      for (let n = 0; n < 500; n++) {
        const micros = int(2147483647) * 1e6 + int(1e6);
        const v = epochMicrosToLocal(micros, 6, z);
        const utc = localToUtc(v, 6, z)!;
        // A repeated hour maps to its first instant.
        const back = utcToLocal(utc, 6, z);
        expect(back).toBe(v);
      }
    }
  });
});

describe('sql_mode', () => {
  test('names and bits', () => {
    expect(formatSqlMode(DEFAULT_SQL_MODE)).toBe(
      'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
    );
    expect(parseSqlMode(formatSqlMode(DEFAULT_SQL_MODE))).toBe(DEFAULT_SQL_MODE);
    expect(parseSqlMode('ansi')).toBe(
      parseSqlMode('REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ONLY_FULL_GROUP_BY,ANSI'),
    );
    expect(parseSqlMode('bogus')).toEqual({ unknown: 'bogus' });
    expect(parseSqlMode('')).toBe(0);
  });
});
