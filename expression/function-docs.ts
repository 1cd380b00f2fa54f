import { aggregateDocs } from './aggregate/create.js';
import { allFunctions } from './index.js';

const cell = (s: string): string => s.replaceAll('|', '\\|');

/** docs/functions.md: every registered function by family, then the aggregates. */
export function functionDocs(): string {
  const families = new Map<string, string[]>();
  for (const f of allFunctions()) {
    const names = [f.name, ...(f.aliases ?? [])].map((n) => `\`${n}\``).join(', ');
    const row = `| ${names} | ${cell(f.doc)} | ${f.pushdown === undefined ? '' : 'yes'} |`;
    const rows = families.get(f.family);
    if (rows === undefined) families.set(f.family, [row]);
    else rows.push(row);
  }
  const parts = ['# Functions and operators', '', 'Generated from the function registry by `npm run docs`.'];
  for (const [family, rows] of families) {
    parts.push(
      '',
      `## ${family[0]!.toUpperCase()}${family.slice(1)}`,
      '',
      '| name | description | pushed down |',
      '|---|---|---|',
      ...rows,
    );
  }
  parts.push('', '## Aggregates', '', '| name | description |', '|---|---|');
  for (const a of aggregateDocs()) parts.push(`| \`${a.name}\` | ${cell(a.doc)} |`);
  return `${parts.join('\n')}\n`;
}
