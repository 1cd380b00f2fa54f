export default {
  testEnvironment: 'node',
  globalSetup: '<rootDir>/scripts/jest-seed.mjs',
  globalTeardown: '<rootDir>/scripts/jest-seed-reminder.mjs',
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist', '/data/'],
  modulePathIgnorePatterns: ['<rootDir>/dist', '<rootDir>/data/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/scripts/jest-transform.mjs' },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  moduleFileExtensions: ['ts', 'js', 'mjs', 'json', 'node'],
  testTimeout: 240_000,
};
