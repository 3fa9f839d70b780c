import { spawnSync } from 'node:child_process';
import { DEVICES } from '@smartscan/documents/devices';
import { KINDS } from '@smartscan/documents/kinds';
import { read, ROOT } from './tree.ts';

describe('docs/documents.md', () => {
  it('has the tables that the kinds of document, the kinds of device and the analytes give', () => {
    const check = spawnSync(process.execPath, ['test/house/update-document-docs.mjs', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ status: check.status, stderr: check.stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('names every field of every kind of document and of device', () => {
    const text = read('docs/documents.md');
    for (const { fields } of [...Object.values(KINDS), ...Object.values(DEVICES)]) {
      for (const name of Object.keys(fields)) expect(text).toContain(`\`${name}\``);
    }
  });
});
