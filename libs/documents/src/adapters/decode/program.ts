import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** Emscripten's `instantiateWasm`. */
export type Instantiate = (
  imports: WebAssembly.Imports,
  done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
) => object;

/**
 * A WebAssembly program out of a package: compiled once, and with memory of its own each time that it is instantiated, so
 * that nothing of one document is there when the next is read, and what it took is given back.
 *
 * @param specifier as for `require.resolve`
 */
export const programOf = (specifier: string): (() => Promise<Instantiate>) => {
  let compiled: Promise<WebAssembly.Module> | undefined;
  const compile = async (): Promise<WebAssembly.Module> =>
    WebAssembly.compile(await readFile(createRequire(import.meta.url).resolve(specifier)));
  return async () => {
    const module = await (compiled ??= compile());
    return (imports, done) => {
      // At once: libheif's program was made not to wait.
      const instance = new WebAssembly.Instance(module, imports);
      done(instance, module);
      return instance.exports;
    };
  };
};
