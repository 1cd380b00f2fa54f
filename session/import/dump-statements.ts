/**
 * Splits an SQL dump into its statements as the bytes come. Quotes, comments and escapes are heeded; the terminator is not
 * part of a statement.
 */
export async function* dumpStatements(input: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8');
  let rest = '';
  /** Where the search goes on: what lies before holds no end. */
  let from = 0;
  for await (const piece of input) {
    rest += decoder.decode(piece, { stream: true });
    for (;;) {
      const scan = statementEnd(rest, from);
      if (scan.end < 0) {
        from = scan.resume;
        break;
      }
      yield rest.slice(0, scan.end);
      rest = rest.slice(scan.end + 1);
      from = 0;
    }
  }
  rest += decoder.decode();
  if (rest.trim() !== '') yield rest;
}

/** Position of the next `;` outside of quotes and comments, or where to begin again with more text. */
function statementEnd(text: string, from: number): { readonly end: number; readonly resume: number } {
  let i = from;
  while (i < text.length) {
    const c = text[i]!;
    if (c === ';') return { end: i, resume: i };
    if (c === "'" || c === '"' || c === '`') {
      const close = closing(text, i, c);
      if (close < 0) return { end: -1, resume: i };
      i = close + 1;
    } else if (c === '#' || (c === '-' && /^--\s/.test(text.slice(i, i + 3)))) {
      const line = text.indexOf('\n', i);
      if (line < 0) return { end: -1, resume: i };
      i = line + 1;
    } else if (c === '/' && text[i + 1] === '*') {
      const close = text.indexOf('*/', i + 2);
      if (close < 0) return { end: -1, resume: i };
      i = close + 2;
    } else if ((c === '-' || c === '/') && i + 3 > text.length) return { end: -1, resume: i };
    else i++;
  }
  return { end: -1, resume: i };
}

/** The quote that ends what begins at `start`; -1 when it is not there yet. A doubled quote is two literals one after the other. */
function closing(text: string, start: number, quote: string): number {
  for (let i = start + 1; i < text.length; i++) {
    const c = text[i];
    if (c === '\\' && quote !== '`') i++;
    else if (c === quote) return i;
  }
  return -1;
}
