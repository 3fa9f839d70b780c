import { migrationSettings, serviceSettings } from '@smartscan/platform/cluster';
import { read } from './tree.ts';

const variableOf = (name: string): string => `SMARTSCAN_${name.replaceAll(/([A-Z])/g, '_$1').toUpperCase()}`;

describe('the settings of the cluster place', () => {
  const told = [...read('docs/cluster.md').matchAll(/^\| `(SMARTSCAN_\w+)` +\| (\S+)/gm)].map(([, name, who]) => ({
    name,
    who,
  }));
  const of = (schema: { readonly shape: object }): string[] => Object.keys(schema.shape).map(variableOf).sort();

  it('docs/cluster.md tells of every setting, and of no other', () => {
    expect(told.map(({ name }) => name).sort()).toEqual(of(serviceSettings));
  });

  it('it says of each whether the migration reads it, too', () => {
    expect(
      told
        .filter(({ who }) => who === 'all')
        .map(({ name }) => name)
        .sort(),
    ).toEqual(of(migrationSettings));
  });

  it('compose.yaml sets none that there isn’t', () => {
    const known = new Set(told.map(({ name }) => name));
    const set = [...read('compose.yaml').matchAll(/\b(SMARTSCAN_\w+):/g)].map(([, name]) => name);
    expect(set.filter((name) => !known.has(name))).toEqual([]);
  });
});
