const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** Whether a host pattern ('%', '10.0.%', 'localhost', '10.0.0.0/255.0.0.0') matches (MySQL manual, "Specifying Account Names"). */
export function hostMatches(pattern: string, host: string): boolean {
  if (pattern === '%' || pattern === '' || pattern.toLowerCase() === host.toLowerCase()) return true;
  // The loopback addresses are resolved to their name, as servers that resolve names do.
  if (pattern.toLowerCase() === 'localhost') return LOOPBACK.has(host);
  const mask = /^(\d+\.\d+\.\d+\.\d+)\/(\d+\.\d+\.\d+\.\d+)$/.exec(pattern);
  if (mask !== null) {
    const value = ipv4(host);
    return value !== null && (value & ipv4(mask[2]!)!) >>> 0 === ipv4(mask[1]!)! >>> 0;
  }
  return likeMatches(pattern, host);
}

function ipv4(text: string): number | null {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || parts.some((p) => !Number.isInteger(p) || p < 0 || p > 255)) return null;
  return parts.reduce((n, p) => (n << 8) | p, 0);
}

/** LIKE as host and database patterns mean it: without regard to case, `\` before a wildcard takes it literally. */
export function likeMatches(pattern: string, text: string): boolean {
  if (!/[%_\\]/.test(pattern)) return pattern.toLowerCase() === text.toLowerCase();
  const source = pattern.replace(/\\([%_])|[.*+?^${}()|[\]\\]|%|_/g, (m, escaped: string | undefined) =>
    escaped !== undefined ? escaped : m === '%' ? '.*' : m === '_' ? '.' : `\\${m}`,
  );
  return new RegExp(`^${source}$`, 'i').test(text);
}

/** The most specific pattern first: literal hosts, then patterns by the position of their first wildcard. */
export function hostRank(pattern: string): number {
  const wildcard = pattern.search(/[%_]/);
  return wildcard < 0 ? Number.MAX_SAFE_INTEGER : wildcard;
}
