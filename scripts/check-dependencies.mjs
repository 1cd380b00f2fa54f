// Tells when package.json asks for packages that are not installed: the compiler would name every import of them instead.
import { readFileSync } from 'node:fs';

const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const { dependencies, devDependencies } = read('../package.json');
const missing = Object.entries({ ...dependencies, ...devDependencies }).filter(([name, version]) => {
  try {
    return read(`../node_modules/${name}/package.json`).version !== version;
  } catch {
    return true;
  }
});
if (missing.length > 0) {
  const list = missing.map(([name, version]) => `${name}@${version}`).join(' ');
  console.error(`Not installed: ${list}\nRun: npm ci`);
  process.exit(1);
}
