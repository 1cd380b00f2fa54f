// The folder order of docs/architecture.md: a folder imports only from folders below it in this list.
// `index` 0 is the top of the stack. chunk and types share the bottom room; kv may use both.
const order = [
  'server',
  'session',
  'executor',
  'planner',
  'statistics',
  'ddl',
  'catalog',
  'expression',
  'parser',
  'kv',
  'chunk',
  'types',
];
const layerRules = order.slice(1).map((folder, i) => ({
  name: `${folder}-imports-only-from-below`,
  severity: 'error',
  from: { path: `^${folder}/`, pathNot: '\\.test\\.ts$' },
  to: { path: `^(${order.slice(0, i + 1).join('|')})/` },
}));

module.exports = {
  forbidden: [
    {
      name: 'no-circular',
      severity: 'error',
      from: { pathNot: 'node_modules' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'parser-knows-nothing-of-the-rest',
      severity: 'error',
      from: { path: '^parser/' },
      to: { path: '^(kv|chunk|types)/' },
    },
    {
      name: 'no-test-code-in-product',
      severity: 'error',
      from: { path: `^(${order.join('|')})/`, pathNot: '(\\.test\\.ts$|/testing/)' },
      to: { path: '(\\.test\\.ts$|(^|/)testing/)' },
    },
    {
      name: 'no-undeclared-package',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...layerRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist[^/]*|data|node_modules|coverage)/|\\.mjs$' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.js', '.mjs', '.json'] },
  },
};
