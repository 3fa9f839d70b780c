import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '../dist/main.js');

/** Runs the app until it ends by itself. One that hung instead would run into the test's time limit. */
async function run(settings: Record<string, string>): Promise<{ code: number | null; errors: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'smartscan-refusal-'));
  await chmod(directory, 0o711);
  await writeFile(join(directory, 'demo-workspace'), 'none\n');
  const env = {
    PATH: process.env['PATH'],
    SMARTSCAN_DATA_DIRECTORY: directory,
    SMARTSCAN_PORT: '0',
    SMARTSCAN_OPS_PORT: '0',
    ...settings,
  };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  const [code] = (await once(child, 'exit')) as [number | null];
  await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  return { code, errors };
}

describe('a start that can not be', () => {
  it.each(['SMARTSCAN_PORT', 'SMARTSCAN_OPS_PORT'])(
    'says that the port of %s is taken, what to do, and ends',
    async (name) => {
      const other = createServer().listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const { code, errors } = await run({ [name]: String(port) });
      other.close();
      expect(code).toBe(1);
      expect(errors).toContain(`Port ${port} is in use by another process.`);
      expect(errors).toContain(name);
      expect(errors).not.toMatch(/^\s+at /m);
    },
  );

  it('names every setting that is wrong, at once, and shows no value', async () => {
    const { code, errors } = await run({ SMARTSCAN_REGION: 'mars-canary', SMARTSCAN_TYPO: '1' });
    expect(code).toBe(1);
    expect(errors).toContain('SMARTSCAN_REGION');
    expect(errors).toContain('SMARTSCAN_TYPO');
    expect(errors).not.toContain('mars-canary');
  });
});
