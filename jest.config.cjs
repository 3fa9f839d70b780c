/** One runner for the whole house: `*.spec.ts` is pure, `*.int.spec.ts` runs on the real bundled PostgreSQL. */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '\\.cluster\\.spec\\.ts$'],
  modulePathIgnorePatterns: ['/dist/'],
  extensionsToTreatAsEsm: [],
  // Passed to every module: looked up in the sandbox, these cost more than what is asked of them, and tests compute a lot.
  sandboxInjectedGlobals: ['Math', 'Number'],
  // Tests read the sources, not the build: the workspace packages export them under this condition.
  testEnvironmentOptions: {
    customExportConditions: ['@smartscan/source', 'node', 'node-addons', 'require', 'default'],
  },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true },
        },
        module: { type: 'commonjs' },
      },
    ],
  },
  globalSetup: '<rootDir>/libs/testing/src/house/global-setup.ts',
  globalTeardown: '<rootDir>/libs/testing/src/house/global-teardown.ts',
  // All cores: the machines that test have two, and jest would leave one of them idle.
  maxWorkers: '100%',
  testTimeout: 180_000,
};
