// Bundles the server into dist/ with esbuild. Packages stay external (they hold native addons); our own modules are bundled because
// loading hundreds of small files is what a short start-up time is lost on. Each thread's NAME.cjs is run by NAME.js through
// server/bundle-loader.ts, with V8's code cache of it, which is recorded last.
//   node scripts/build.mjs [FILE …]: these instead, into dist/bench/ (benchmarks that must run what the server runs).
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { build } from 'esbuild';
import { recordCodeCache } from './record-code-cache.mjs';

const ENTRIES = {
  rutile: 'server/main.ts',
  worker: 'server/workers/worker.ts',
  'log-thread': 'kv/embedded/log-thread.ts',
  ingest: 'ddl/ingest/ingest-worker.ts',
  'analytic-thread': 'executor/parallel/analytic-thread.ts',
  lines: 'executor/load-data/line-worker.ts',
  'bulk-lines': 'executor/load-data/bulk-worker.ts',
};

const common = {
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
};

async function buildBenchmarks(files) {
  await build({
    ...common,
    entryPoints: Object.fromEntries(files.map((f) => [basename(f, '.ts'), f])),
    outdir: 'dist/bench',
    splitting: true,
    format: 'esm',
  });
}

async function buildServer() {
  await Promise.all([
    build({
      ...common,
      entryPoints: ENTRIES,
      outdir: 'dist',
      format: 'cjs',
      outExtension: { '.js': '.cjs' },
      // Packages that are loaded late are required: a script has no import().
      supported: { 'dynamic-import': false },
      define: { 'import.meta.url': 'bundleUrl' },
      banner: { js: 'const bundleUrl = require("node:url").pathToFileURL(__filename).href;' },
    }),
    build({ ...common, entryPoints: ['server/bundle-loader.ts'], outdir: 'dist', format: 'esm' }),
  ]);
  for (const name of Object.keys(ENTRIES))
    writeFileSync(
      `dist/${name}.js`,
      "import { runBundle } from './bundle-loader.js';\nrunBundle(import.meta.url);\n",
    );
}

const files = process.argv.slice(2);
try {
  if (files.length > 0) await buildBenchmarks(files);
  else {
    mkdirSync('dist', { recursive: true });
    for (const f of readdirSync('dist')) if (f.endsWith('.code')) rmSync(`dist/${f}`);
    await buildServer();
    await recordCodeCache();
  }
} catch (e) {
  // esbuild has said why.
  if (e?.errors === undefined) console.error(e);
  process.exit(1);
}
