const house = require('./jest.config.cjs');

/** What needs the real engines: `*.cluster.spec.ts`, and the journeys once more, against services on them. */
module.exports = {
  ...house,
  testMatch: ['**/*.cluster.spec.ts', '**/test/journeys/*.int.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  globalSetup: '<rootDir>/libs/testing/src/engines/global-setup.ts',
  globalTeardown: '<rootDir>/libs/testing/src/engines/global-teardown.ts',
  testSequencer: '<rootDir>/test/cluster/sequencer.cjs',
  // One file at a time: they share a cell.
  maxWorkers: 1,
  // What a failed test left running must not keep the run from its end.
  forceExit: true,
  testTimeout: 120_000,
};
