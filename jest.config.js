// Two projects: `unit` needs nothing but Node; `e2e` needs the local Kubernetes that `bin/berth test` starts for it.
const typescript = { transform: { '^.+\\.ts$': ['ts-jest', {}] }, testEnvironment: 'node' };

module.exports = {
  // Machines are shared and noisy: what takes a second alone may take half a minute beside a build.
  testTimeout: 120_000,
  projects: [
    {
      ...typescript,
      displayName: 'unit',
      roots: ['<rootDir>/test'],
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['<rootDir>/test/e2e/'],
    },
    {
      ...typescript,
      displayName: 'e2e',
      roots: ['<rootDir>/test/e2e'],
      testMatch: ['**/*.test.ts'],
    },
  ],
};
