import { publicOperations } from '../../app/surface.ts';
import { gatewaySettings } from '../../app/settings.ts';
import { Documents } from './documents.ts';

const hosts = { 'us-east-1': 'api.us.example', 'eu-west-1': 'api.eu.example' } as const;
const documents = new Documents({ region: 'us-east-1', hosts }, gatewaySettings.parse({}));
const pageAt = (path: string) => {
  const page = documents.pages.find((one) => one.path === path);
  if (!page) throw new Error(`no page ${path}`);
  return page;
};

type Node = Record<string, unknown>;
const openApi = JSON.parse(pageAt('/openapi.json').text) as Node;
const paths = openApi['paths'] as Record<string, Record<string, Node>>;
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);
const resolve = (reference: string): unknown =>
  reference
    .slice(2)
    .split('/')
    .reduce<unknown>((at, step) => (at as Node | undefined)?.[step.replace(/~1/g, '/').replace(/~0/g, '~')], openApi);
const everyNode = (value: unknown, visit: (node: Node) => void): void => {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) visit(value as Node);
  for (const inner of Object.values(value)) everyNode(inner, visit);
};
const parametersOf = (operation: Node): Node[] =>
  (operation['parameters'] as Node[]).map((one) => ('$ref' in one ? (resolve(String(one['$ref'])) as Node) : one));

describe('/openapi.json', () => {
  it('describes every public operation of the contracts, and no other', () => {
    const described = operations.map(
      ({ path, method, operation }) => `${method.toUpperCase()} ${path} ${String(operation['operationId'])}`,
    );
    const served = publicOperations().map(({ method, path, id }) => `${method} ${path} ${id}`);
    expect(described.sort()).toEqual([...served].sort());
    expect(served.length).toBeGreaterThan(10);
  });

  it('is OpenAPI 3.1 by the rules that break clients: references lead somewhere, ids and parameters are unique', () => {
    expect(openApi['openapi']).toMatch(/^3\.1\.\d+$/);
    expect(openApi['info']).toMatchObject({
      title: expect.any(String) as string,
      version: expect.any(String) as string,
    });
    everyNode(openApi, (node) => {
      if (typeof node['$ref'] !== 'string') return;
      expect([node['$ref'], resolve(node['$ref'])]).toEqual([
        expect.stringMatching(/^#\/components\//),
        expect.anything(),
      ]);
    });
    const ids = operations.map(({ operation }) => operation['operationId']);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { operation } of operations) {
      const names = parametersOf(operation).map((one) => `${String(one['in'])} ${String(one['name']).toLowerCase()}`);
      expect(new Set(names).size).toBe(names.length);
      for (const one of parametersOf(operation))
        expect(one).toMatchObject({
          in: expect.stringMatching(/^(path|query|header)$/) as string,
          schema: expect.anything() as object,
        });
    }
  });

  it('declares exactly the parameters that stand in each path, as required', () => {
    for (const { path, operation } of operations) {
      const inPath = parametersOf(operation).filter((one) => one['in'] === 'path');
      expect(inPath.map((one) => one['name']).sort()).toEqual(
        [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort(),
      );
      for (const one of inPath) expect(one['required']).toBe(true);
    }
  });

  it('gives each operation a scheme with its scope, a success, a description of each answer and the problems', () => {
    const schemes = Object.keys((openApi['components'] as Node)['securitySchemes'] as Node);
    for (const { operation } of operations) {
      for (const requirement of operation['security'] as Node[])
        expect(schemes).toEqual(expect.arrayContaining(Object.keys(requirement)));
      const responses = operation['responses'] as Record<string, Node>;
      expect(Object.keys(responses).some((status) => /^2\d\d$/.test(status))).toBe(true);
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['400', '421', '429', '500', 'default']));
      for (const response of Object.values(responses)) {
        const whole = ('$ref' in response ? resolve(String(response['$ref'])) : response) as Node;
        expect(whole['description']).toEqual(expect.any(String));
      }
    }
  });

  it('has no body where the method takes none, and binary bodies without a schema', () => {
    for (const { method, operation } of operations) {
      const body = operation['requestBody'] as { content: Record<string, Node> } | undefined;
      if (method === 'get' || method === 'delete') expect(body).toBeUndefined();
      for (const [type, media] of Object.entries(body?.content ?? {}))
        expect('schema' in media).toBe(type === 'application/json');
    }
    expect(paths['/v1/scans/{id}/events']?.['get']?.['responses']).toMatchObject({
      '200': { content: { 'text/event-stream': {} } },
    });
    const names = parametersOf(paths['/v1/scans']?.['post'] as Node).map((one) => one['name']);
    expect(names).toEqual(expect.arrayContaining(['Idempotency-Key', 'Prefer', 'smartscan-patient-id']));
  });
});

describe('/docs', () => {
  const { text, headers } = pageAt('/docs');

  it('P46: loads nothing: no script, no style, font or picture from anywhere, and a policy that would forbid it', () => {
    expect(text).not.toMatch(/<script|<link|<img|<iframe|url\(|@import|javascript:|\son\w+=/i);
    const policy = headers[headers.indexOf('Content-Security-Policy') + 1];
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]+';/);
  });

  it('is whole: every element that opens closes, every link inside leads to something', () => {
    const open: string[] = [];
    for (const [, closing, name] of text.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
      if (name === 'meta') continue;
      if (closing === '/') expect(open.pop()).toBe(name);
      else open.push(name ?? '');
    }
    expect(open).toEqual([]);
    const ids = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    const targets = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    expect(targets.filter((id) => !ids.has(id))).toEqual([]);
    expect(targets.length).toBeGreaterThan(10);
  });

  it('shows each operation with its path, an example and its problems', () => {
    for (const { id, path, method, errors } of publicOperations()) {
      const from = text.indexOf(`<h2 id="${id}">`);
      const end = text.indexOf('<h2', from + 1);
      const section = text.slice(from, end);
      expect([id, from > 0, section.includes(`${method} ${path}`), section.includes(`curl `)]).toEqual([
        id,
        true,
        true,
        true,
      ]);
      for (const code of errors) expect(section).toContain(code);
    }
  });
});

describe('documents', () => {
  it('are sent once to who keeps them', () => {
    const page = pageAt('/openapi.json');
    const first = documents.answer(page, undefined);
    expect(first).toMatchObject({ status: 200, cacheControl: 'no-cache', headers: ['ETag', page.etag] });
    for (const known of [page.etag, `W/${String(page.etag)}`, `"x", ${String(page.etag)}`])
      expect(documents.answer(page, known)).toMatchObject({ status: 304, text: undefined });
    expect(documents.answer(page, '"other"').status).toBe(200);
  });
});
