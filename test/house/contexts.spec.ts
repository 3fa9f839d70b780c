import { OWNERS } from '@smartscan/contracts/owners';
import { contextsIn, allContexts } from './contexts.ts';
import { filesBelow, ofType, read } from './tree.ts';

describe('contexts', () => {
  it.each(ofType('context').map((project) => [project.root, project] as const))(
    '%s exports exactly one context, and it is called as its folder is',
    async (_, project) => {
      const found = await contextsIn(project);
      expect(found.map(([name, context]) => [name, context.name])).toEqual([[project.name, project.name]]);
    },
  );

  it('every owner of contracts is a context, and every context an owner', () => {
    expect(
      ofType('context')
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...OWNERS].sort());
  });

  it('every owner has its contracts, and what loads all contracts leaves out none', () => {
    const files = filesBelow('libs/contracts/src');
    const loaded = read('libs/contracts/src/all.ts');
    for (const owner of OWNERS) {
      expect(files).toContain(`libs/contracts/src/${owner}.ts`);
      expect(loaded).toContain(`import './${owner}.ts';`);
    }
  });

  it('every context is a service: one app runs it alone, with an image of its own, and has a place in compose.yaml', () => {
    const compose = read('compose.yaml');
    for (const owner of OWNERS) {
      const apps = ofType('app').filter(({ root }) => {
        const { dependencies } = JSON.parse(read(`${root}/package.json`)) as { dependencies: Record<string, string> };
        return Object.keys(dependencies).sort().join() === [`@smartscan/${owner}`, '@smartscan/platform'].sort().join();
      });
      expect([owner, apps.length]).toEqual([owner, 1]);
      const app = apps[0]?.name ?? '';
      expect(read(`apps/${app}/src/main.ts`)).toContain(`runService([${owner}], process)`);
      expect(read('Dockerfile')).toMatch(new RegExp(`^FROM (?:plain|media) AS runtime-${app}$`, 'm'));
      expect(compose).toMatch(new RegExp(`^  ${owner}:\\n    <<: \\*service\\n.*APP: ${app} `, 'm'));
      expect(compose).toMatch(new RegExp(`SERVICE_ADDRESSES: .*\\b${owner}=https:`));
      expect(compose).toMatch(new RegExp(`for name in .*\\b${owner}\\b.*; do`));
      // The migration's: all of them.
      expect(compose).toMatch(new RegExp(`DATABASE_PASSWORDS: '(?=.*,).*"${owner}":`));
    }
  });

  it('every handler, job and mount that a context names is one that it provides', async () => {
    for (const context of await allContexts()) {
      const provided = new Set<unknown>(
        context.providers.map((provider) => ('provide' in provider ? provider.provide : provider)),
      );
      const named: unknown[] = [
        ...context.listens.map(({ handler }) => handler),
        ...context.schedules.map(({ job }) => job),
        ...(context.http ? [context.http] : []),
      ];
      expect(named.filter((one) => !provided.has(one))).toEqual([]);
    }
  });
});
