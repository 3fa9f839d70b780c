import { spawnSync } from 'node:child_process';
import { MARKER_NAMES } from '@smartscan/kernel';
import { MARKERS } from '@smartscan/vitals/marker-table';
import { read, ROOT } from './tree.ts';

describe('docs/markers.md', () => {
  it('is what the marker table gives', () => {
    const check = spawnSync(process.execPath, ['test/house/update-marker-docs.mjs', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ status: check.status, stderr: check.stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('has a section for every marker, in order, with its reason where no scan gives it', () => {
    const sections = read('docs/markers.md').split(/^### /m).slice(1);
    expect(sections.map((text) => text.split('\n')[0])).toEqual([...MARKER_NAMES]);
    MARKER_NAMES.forEach((name, at) => {
      const row = MARKERS[name];
      expect(sections[at]).toContain(row.kind === 'unsupported' ? row.why : `\`${row.method}\``);
    });
  });
});
