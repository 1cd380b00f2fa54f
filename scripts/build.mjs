// Bundles the server into dist/ with esbuild. Packages stay external (they hold native addons); our own
// modules are bundled because loading hundreds of small files is what a short start-up time is lost on.
//   node scripts/build.mjs [FILE …]: these instead, into dist/bench/ (benchmarks that must run what the server runs).
import { basename } from 'node:path';
import { build } from 'esbuild';

const files = process.argv.slice(2);

await build({
  entryPoints:
    files.length === 0
      ? {
          rutile: 'server/main.ts',
          worker: 'server/workers/worker.ts',
          'log-thread': 'kv/embedded/log-thread.ts',
          ingest: 'ddl/ingest/ingest-worker.ts',
          'analytic-thread': 'executor/parallel/analytic-thread.ts',
          lines: 'executor/load-data/line-worker.ts',
          'bulk-lines': 'executor/load-data/bulk-worker.ts',
        }
      : Object.fromEntries(files.map((f) => [basename(f, '.ts'), f])),
  outdir: files.length === 0 ? 'dist' : 'dist/bench',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
}).catch(() => process.exit(1)); // esbuild has said why
