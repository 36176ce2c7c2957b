/** How the tests are run. */
const { availableParallelism } = require('node:os');

/** @type {import('jest').Config} */
module.exports = {
  rootDir: '..',
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts', '**/*.test.tsx', '**/together/*.test.cjs'],
  filter: '<rootDir>/test/together/wholeOrNamed.cjs',
  transform: {
    '^.+\\.[jt]sx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
        },
        module: { type: 'commonjs' },
        sourceMaps: 'inline',
      },
    ],
  },
  // A machine that other work has in hand is no failure.
  testTimeout: 120_000,
  setupFiles: ['<rootDir>/test/setup.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/retries.ts'],
  // Scenes wait about as long as they work. Of a percentage above 100, Jest would make so many workers.
  maxWorkers: Math.max(4, availableParallelism()),
};
