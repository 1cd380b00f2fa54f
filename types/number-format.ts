/**
 * Text of approximate numbers as MySQL's my_gcvt prints them: the shortest digits that read back to the same value, in
 * plain notation while the exponent lies in [-15, 14] and otherwise as mantissa `e` exponent without sign or padding
 * (1e15, 1.5e-20, 0.00001).
 */

function layout(digits: string, exp: number, negative: boolean): string {
  // value = 0.d1d2d3... * 10^exp
  const sign = negative ? '-' : '';
  if (exp > 15 || exp < -14) {
    const m = digits.length === 1 ? digits : `${digits[0]}.${digits.slice(1)}`;
    return `${sign}${m}e${exp - 1}`;
  }
  if (exp <= 0) return `${sign}0.${'0'.repeat(-exp)}${digits}`;
  if (digits.length <= exp) return sign + digits + '0'.repeat(exp - digits.length);
  return `${sign}${digits.slice(0, exp)}.${digits.slice(exp)}`;
}

function format(text: string): string {
  const negative = text.charCodeAt(0) === 0x2d;
  const t = negative ? text.slice(1) : text;
  const e = t.indexOf('e');
  const mantissa = e < 0 ? t : t.slice(0, e);
  let exp = e < 0 ? 0 : Number(t.slice(e + 1));
  const dot = mantissa.indexOf('.');
  let digits = dot < 0 ? mantissa : mantissa.slice(0, dot) + mantissa.slice(dot + 1);
  exp += dot < 0 ? mantissa.length : dot;
  let lead = 0;
  while (lead < digits.length - 1 && digits.charCodeAt(lead) === 0x30) lead++;
  digits = digits.slice(lead);
  exp -= lead;
  let end = digits.length;
  while (end > 1 && digits.charCodeAt(end - 1) === 0x30) end--;
  digits = digits.slice(0, end);
  return layout(digits, exp, negative);
}

/** DOUBLE without (M,D). */
export function formatDouble(v: number): string {
  if (v === 0) return Object.is(v, -0) ? '-0' : '0';
  const a = Math.abs(v);
  if (a < 1e15 && a >= 1e-6) return String(v);
  return format(String(v));
}

/** FLOAT without (M,D): the shortest digits that read back to the same 32-bit float. */
export function formatFloat(v: number): string {
  if (v === 0) return Object.is(v, -0) ? '-0' : '0';
  // MySQL prints FLT_DIG (6) digits at first; more only where 6 do not identify the value.
  for (let p = 1; p <= 9; p++) {
    const t = v.toPrecision(p);
    if (Math.fround(Number(t)) === v) return format(t);
  }
  return format(String(v));
}

/**
 * DOUBLE(M,D), FLOAT(M,D): fixed digits after the point. Those beyond the shortest that identify the value are zeros, before the
 * point too (18446744073709552000.0).
 */
export function formatFixed(v: number, decimals: number): string {
  const text = String(v);
  const e = text.indexOf('e');
  const point = text.indexOf('.');
  if (e < 0) {
    const have = point < 0 ? 0 : text.length - point - 1;
    if (have > decimals) return v.toFixed(decimals);
    return decimals === 0 ? text : `${text}${point < 0 ? '.' : ''}${'0'.repeat(decimals - have)}`;
  }
  const exp = Number(text.slice(e + 1));
  const digits = text.slice(v < 0 ? 1 : 0, e).replace('.', '');
  const have = digits.length - 1 - exp;
  if (have > decimals) return v.toFixed(Math.min(decimals, 100));
  const sign = v < 0 ? '-' : '';
  const whole = exp < 0 ? '0' : digits.padEnd(exp + 1, '0');
  const fraction = exp < 0 ? '0'.repeat(-exp - 1) + digits : '';
  return decimals === 0 ? sign + whole : `${sign}${whole}.${fraction.padEnd(decimals, '0')}`;
}
