// `unit` needs nothing but Node; `templates` the Python checkers of test/tools; `e2e` the local Kubernetes that
// `bin/berth test` starts for it; `rehearsed` and `released` start one themselves, as the cluster of an account that is
// played on this machine.
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
      testPathIgnorePatterns: [
        '<rootDir>/test/e2e/',
        '<rootDir>/test/rehearsed/',
        '<rootDir>/test/released/',
        '<rootDir>/test/templates/',
      ],
    },
    {
      ...typescript,
      displayName: 'templates',
      roots: ['<rootDir>/test/templates'],
      testMatch: ['**/*.test.ts'],
    },
    {
      ...typescript,
      displayName: 'e2e',
      roots: ['<rootDir>/test/e2e'],
      testMatch: ['**/*.test.ts'],
    },
    {
      ...typescript,
      displayName: 'rehearsed',
      roots: ['<rootDir>/test/rehearsed'],
      testMatch: ['**/*.test.ts'],
    },
    {
      ...typescript,
      displayName: 'released',
      roots: ['<rootDir>/test/released'],
      testMatch: ['**/*.test.ts'],
    },
  ],
};
