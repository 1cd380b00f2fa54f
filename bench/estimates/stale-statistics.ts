/**
 * Estimates while statistics are behind the table.
 *
 *   npm run bench:stale -- [--docs]
 *
 * Prints, or writes into docs/stale-statistics.md, how far estimates are off after changes that no ANALYZE has seen. Feedback is
 * switched off: with it, estimates that were wrong once are corrected.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { staleEstimates } from '../../session/testing/stale-statistics.js';
import { TestEngine } from '../../session/testing/test-engine.js';

const { values } = parseArgs({ options: { docs: { type: 'boolean', default: false } } });
const engine = await TestEngine.open();
const estimates = await staleEstimates(await engine.session());
await engine.close();

const rows = estimates.map(
  (e) =>
    `| ${e.state} | \`${e.condition}\` | ${e.actual} | ${Math.round(e.estimated)} | ${e.qError.toFixed(2)} |`,
);
const table = [
  '| state | condition | rows | estimated | q-error |',
  '| --- | --- | --- | --- | --- |',
  ...rows,
].join('\n');
const text = `# Estimates with statistics that are behind\n\nMade by \`npm run bench:stale -- --docs\`: a table of 5000 rows is analyzed, then changed, and estimates are compared with counts before
the next ANALYZE, feedback switched off. Live row counts tell how many rows came or went; values of columns that grow with the row
id (\`id\`, \`ts\`) are taken to go on behind the greatest one seen, as densely as before, or where an index or the last row tells how far they
go now, to end there; others to come in the proportions seen. Ranges within a gap, where there is nothing, are not known to be empty.\n\n${table}\n`;
if (values.docs)
  writeFileSync(fileURLToPath(new URL('../../docs/stale-statistics.md', import.meta.url)), text);
else process.stdout.write(text);
process.exit(0);
