import { HINT_DOCS } from '../planner/hints/hint-docs.js';
import { virtualDatabases } from '../catalog/virtual/virtual-table.js';
import { ERRORS } from '../types/error-table.js';
import { handledShows } from './show/show-registry.js';
import { handledStatements } from './statements/statement-handler.js';
import type { SystemVariable } from './variables/system-variable.js';
import { allStatusVariables } from './status/status-variable.js';
import { allVariables } from './variables/system-variable.js';

const row = (...cells: readonly (string | number)[]): string =>
  `| ${cells.map((c) => String(c).replaceAll('|', '\\|')).join(' | ')} |`;

function table(head: readonly string[], rows: readonly string[]): string[] {
  return [row(...head), row(...head.map(() => '---')), ...rows];
}

function variableRow(v: SystemVariable): string {
  const effect =
    v.aliasOf !== undefined ? `Same as ${v.aliasOf}.` : v.noop === true ? `${v.doc} No effect here.` : v.doc;
  return row(`\`${v.name}\``, v.scope, v.kind, v.default === '' ? '' : `\`${v.default}\``, effect);
}

/** docs/sql.md: what the registries hold. Import the engine first, which fills them. */
export function sqlDocs(): string {
  const databases = virtualDatabases();
  return [
    '# SQL reference',
    '',
    'Generated from the registries by `npm run docs`. Functions are in [functions.md](functions.md). A statement that is not',
    "here gives MySQL's error 1235.",
    '',
    '## Statements',
    '',
    'By the name of their syntax tree:',
    '',
    `${handledStatements().join(', ')}.`,
    '',
    '## SHOW',
    '',
    `${handledShows().join(', ')}.`,
    '',
    '## Optimizer hints',
    '',
    'A hint about another query block names it: `USE_INDEX(@sel_2 t, i)` or `USE_INDEX(t@sel_2, i)`. Tables, indexes and blocks that are',
    'not there, hints that contradict each other and unknown ones warn, and so does what is no hint: those before it are followed.',
    '',
    ...table(
      ['hint', 'meaning'],
      Object.entries(HINT_DOCS).map(([names, doc]) => row(names.replace(/\w+/g, '`$&`'), doc)),
    ),
    '',
    '## System variables',
    '',
    ...table(['name', 'scope', 'kind', 'default', 'meaning'], allVariables().map(variableRow)),
    '',
    '## Status variables',
    '',
    'SHOW GLOBAL STATUS adds up what all nodes have counted.',
    '',
    ...table(
      ['name', 'scope', 'meaning'],
      allStatusVariables().map((v) => row(`\`${v.name}\``, v.scope, v.doc)),
    ),
    '',
    '## Virtual tables',
    '',
    ...databases.flatMap((d) => [
      `- \`${d.info.name}\`: ${d.tables
        .map((t) => t.name)
        .sort()
        .join(', ')}`,
    ]),
    '',
    '## Errors',
    '',
    ...table(
      ['number', 'SQLSTATE', 'name', 'text'],
      Object.entries(ERRORS)
        .sort(([, a], [, b]) => a.code - b.code)
        .map(([name, e]) => row(e.code, e.sqlState, name, e.format.replace(/\s+/g, ' ').trim())),
    ),
    '',
  ].join('\n');
}
