import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyWrapperConformance } from '@smartscan/testing/keys';
import { localKeyFile } from './local-key-file.ts';

keyWrapperConformance('the root key in a file', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'smartscan-root-key-'));
  const path = join(directory, 'root.key');
  return {
    wrapper: await localKeyFile(path),
    reopened: () => localKeyFile(path),
    stranger: () => localKeyFile(join(directory, 'other.key')),
    authenticatedFrom: 0,
    dispose: () => rm(directory, { recursive: true, force: true }),
  };
});
