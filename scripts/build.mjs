// Bundles the server into dist/ with esbuild. Packages stay external (they hold native addons); our own
// modules are bundled because loading hundreds of small files is what a short start-up time is lost on.
import { build } from 'esbuild';

await build({
  entryPoints: { rutile: 'server/main.ts', worker: 'server/workers/worker.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  sourcemap: true,
  logLevel: 'warning',
}).catch(() => process.exit(1)); // esbuild has said why
