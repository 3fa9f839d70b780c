import { allOperations, pathMembers } from '@smartscan/contracts/operation';
import { eventually, filesWith, holds, makeFaceVideo, tablesWith } from '@smartscan/testing';
import { pdfOf } from '@smartscan/testing/document-page';
import { buildWorld, canary, contexts, signUp, type Customer, type World } from './world.ts';

/** Enough of a body to be let through to the question whose it is. */
const BODIES: Readonly<Record<string, object>> = {
  PUT: { ttl_seconds: 86_400 },
  PATCH: { corrections: [{ field: '/readings/0/fields/patient_name', value: 'X' }] },
};

describe('two tenants', () => {
  const CANARY_A = canary('canary-of-tenant-a-91c2');
  const CANARY_B = canary('canary-of-tenant-b-4e7d');
  let world: World;
  let a: Customer;
  let b: Customer;
  let scanOfA: string;
  let subjectOfA: string;
  let calibrationOfA: string;
  let recordingOfA: string;
  let documentOfA: string;
  beforeAll(async () => {
    world = await buildWorld();
    a = await signUp(world.url);
    b = await signUp(world.url);
    const small = { seconds: 12, width: 320, height: 240 };
    const scanned = await a.scan(await makeFaceVideo({ ...small, canary: CANARY_A }), {
      'smartscan-patient-id': CANARY_A,
    });
    expect(scanned.status).toBe(200);
    scanOfA = scanned.body['id'] as string;
    subjectOfA = scanned.body['subject_id'] as string;
    const reading = { kind: 'oximeter', device: 'finger_oximeter', spo2_percent: 97 };
    const calibrated = await a.ask('POST', `/v1/subjects/${subjectOfA}/calibrations`, {
      body: { scan_id: scanOfA, taken_at: scanned.body['created_at'], reading },
    });
    calibrationOfA = calibrated.body['id'] as string;
    recordingOfA = (await a.ask('POST', '/v1/recordings')).body['id'] as string;
    const page = pdfOf([[{ x: 60, y: 60, text: `Lab report of ${CANARY_A}` }]]);
    documentOfA = (await a.ask('POST', '/v1/documents', { raw: page, headers: { 'content-type': 'application/pdf' } }))
      .body['id'] as string;
    await b.scan(await makeFaceVideo({ ...small, canary: CANARY_B }), { 'smartscan-patient-id': CANARY_B });
  });
  afterAll(() => world.stop());

  it('P15: through no public route does one see anything of the other', async () => {
    const keysOfA = (await a.ask('GET', '/v1/api-keys')).body['items'] as unknown as { id: string }[];
    await eventually(
      async () => ((await a.ask('GET', '/v1/audit-events')).body['items'] as unknown as unknown[]).length > 0,
    );
    const routes = allOperations().filter(
      (operation) => operation.public && operation.scope !== 'none' && operation.stream === undefined,
    );
    expect(routes.length).toBeGreaterThan(8);
    for (const { method, path } of routes) {
      const ids = {
        'api-keys': keysOfA[0]?.id,
        calibrations: calibrationOfA,
        documents: documentOfA,
        recordings: recordingOfA,
        scans: scanOfA,
      };
      const [, id] = Object.entries(ids).find(([collection]) => path.includes(`/${collection}`)) ?? [];
      const ofA: Readonly<Record<string, unknown>> = { category: 'vitals', subject_id: subjectOfA, page: 1, id };
      const target = path.replace(/\{(\w+)\}/g, (_, member: string) => String(ofA[member]));
      const answer = await b.ask(
        method,
        target,
        method === 'GET' || method === 'DELETE' ? {} : { body: BODIES[method] ?? {} },
      );
      const text = JSON.stringify(answer.body);
      expect({ method, path, leaks: text.includes(a.workspace) || holds(text, CANARY_A) }).toEqual({
        method,
        path,
        leaks: false,
      });
      if (pathMembers(path).includes('id')) expect([method, path, answer.status]).toEqual([method, path, 404]);
    }
    // And what b tried has changed nothing for a.
    expect((await a.ask('GET', `/v1/scans/${scanOfA}`)).body['patient_id']).toBe(CANARY_A);
    expect((await a.ask('GET', '/v1/workspace')).status).toBe(200);
  });

  it('P15: row-level security alone keeps every table of one tenant from the other', async () => {
    for (const context of contexts) {
      for (const table of context.tables) {
        if (typeof table.tenantColumn !== 'string') continue;
        const scope = {
          tenant: b.workspace,
          actor: { kind: 'system' as const, id: 'test' },
          purpose: 'return_result' as const,
          requestId: 'none',
        };
        // No condition at all: the policy is the only guard.
        const rows = await (
          await world.work(context)
        ).run(scope, (tx) => tx.em.execute<Record<string, unknown>[]>(`SELECT * FROM ${context.name}.${table.name}`));
        const foreign = rows.filter((row) => row[table.tenantColumn as string] !== b.workspace);
        expect({ table: table.fullName, foreign: foreign.length }).toEqual({ table: table.fullName, foreign: 0 });
      }
    }
  });

  it('P16: with no access purpose not even the own tenant sees a row of PHI', async () => {
    const vitals = contexts.find((context) => context.name === 'vitals');
    const scope = {
      tenant: a.workspace,
      actor: { kind: 'system' as const, id: 'test' },
      purpose: 'administer_account' as const,
      requestId: 'none',
    };
    const rows = await (
      await world.work(vitals as (typeof contexts)[number])
    ).run(scope, (tx) => tx.em.execute<unknown[]>('SELECT * FROM vitals.scan'));
    expect(rows).toEqual([]);
  });

  it('a context has no right on another one’s schema', async () => {
    const audit = contexts.find((context) => context.name === 'audit') as (typeof contexts)[number];
    const scope = {
      tenant: a.workspace,
      actor: { kind: 'system' as const, id: 'test' },
      purpose: 'return_result' as const,
      requestId: 'none',
    };
    await expect(
      (await world.work(audit)).run(scope, (tx) => tx.em.execute('SELECT * FROM vitals.scan')),
    ).rejects.toMatchObject({ code: 'platform.row_refused' });
  });

  it('P11 P40: nothing of video or patient id is in any table, file or log line as it was sent', async () => {
    for (const canary of [CANARY_A, CANARY_B]) {
      expect(await tablesWith(world.admin, canary)).toEqual([]);
      for (const folder of world.folders) expect(await filesWith(folder, canary)).toEqual([]);
      expect(holds(world.logged(), canary)).toBe(false);
    }
  });
});
