/**
 * Lets a bare Node process run these sources, as jest does: tests that kill -9 a process need a real one.
 * Use: node -C @smartscan/source -r ./typescript-loader.cjs -e CODE
 */
const { transformFileSync } = require('@swc/core');

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformFileSync(filename, {
    swcrc: false,
    jsc: { target: 'es2022', parser: { syntax: 'typescript', decorators: true }, transform: { legacyDecorator: true } },
    module: { type: 'commonjs' },
  });
  module._compile(code, filename);
};
