/** The statements of a text, without the semicolons between them; quotes and comments are minded. */
export function splitStatements(text: string): string[] {
  const out: string[] = [];
  let from = 0;
  let i = 0;
  const end = (): void => {
    const sql = text.slice(from, i).trim();
    if (sql !== '') out.push(sql);
    from = i + 1;
  };
  while (i < text.length) {
    const c = text[i]!;
    if (c === ';') end();
    else if (c === "'" || c === '"' || c === '`') {
      for (i++; i < text.length && text[i] !== c; i++) if (text[i] === '\\' && c !== '`') i++;
    } else if (text.startsWith('/*', i)) {
      const close = text.indexOf('*/', i + 2);
      i = close < 0 ? text.length : close + 1;
    } else if (text.startsWith('-- ', i) || c === '#') {
      const close = text.indexOf('\n', i);
      i = close < 0 ? text.length : close;
    }
    i++;
  }
  end();
  return out;
}
