import { execFileSync } from 'node:child_process';
import { read, ROOT } from './tree.ts';

const listed = [...read('docs/promises.md').matchAll(/^\| (P\d\d) /gm)].map(([, id]) => id);

describe('promises', () => {
  it('are numbered from P01 to P55, each once', () => {
    expect(listed).toEqual(Array.from({ length: 55 }, (_, at) => `P${String(at + 1).padStart(2, '0')}`));
  });

  it('are listed with the tests whose titles carry them, and no title carries one that is not listed', () => {
    const lines = execFileSync(process.execPath, ['test/house/promises.mjs'], { cwd: ROOT, encoding: 'utf8' })
      .trimEnd()
      .split('\n');
    const of = (id: string): string[] => {
      const from = lines.findIndex((line) => line.startsWith(`${id} (`)) + 1;
      const rest = lines.slice(from);
      return rest.slice(
        0,
        rest.findIndex((line) => !line.startsWith(' ')),
      );
    };
    expect(of('P13')).toContainEqual(
      expect.stringContaining('test/house/events.spec.ts: an event with a field for %s'),
    );
    expect(of('P01')).toContainEqual(expect.stringContaining('test/house/tables.spec.ts: the migrations of %s'));
    const proved = listed.filter((id) => of(id ?? '').length > 0);
    expect(lines.at(-1)).toBe(`${proved.length} of 55 promises have tests`);
  });
});
