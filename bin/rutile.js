#!/usr/bin/env node
import { existsSync } from 'node:fs';

// A checkout installed with --ignore-scripts has no dist/ yet: build it on first use.
const entry = new URL('../dist/rutile.js', import.meta.url);
if (!existsSync(entry)) await import('../scripts/build.mjs');
await import(entry.href);
