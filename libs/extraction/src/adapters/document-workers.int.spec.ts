import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DOCUMENT_MODELS } from '@smartscan/documents/models';
import { MODELS_DIRECTORY } from '@smartscan/inference';
import { eventually } from '@smartscan/testing';
import { jpegOf, pdfOf, rasterOf } from '@smartscan/testing/document-page';
import { observe } from '@smartscan/testing/trespasses';
import { DocumentWorkers, type DocumentRequest } from './document-workers.ts';

const SCORE = path.resolve(import.meta.dirname, '../../../../apps/score/dist/documents.js');

const never = new AbortController().signal;
const rows = [
  ['Test', 'Result', 'Units', 'Reference range'],
  ['Glucose', '98', 'mg/dL', '70 - 99'],
  ['Sodium', '141', 'mmol/L', '136 - 145'],
];
const page = [
  { x: 60, y: 60, text: 'Lab report' },
  ...rows.flatMap((cells, y) => cells.map((text, x) => ({ x: 60 + 120 * x, y: 100 + 25 * y, text }))),
];
const report = pdfOf([page]);
/** It takes a while: nobody could read it at once. */
const long = pdfOf(Array.from({ length: 30 }, () => page));

const request = (given: Partial<DocumentRequest> = {}): DocumentRequest => ({
  tenant: 'a',
  lane: 'interactive',
  declaredBytes: report.length,
  deadlineSeconds: 3_600,
  type: undefined,
  ...given,
});

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error as { code: string }).code,
  );

describe('threads that read documents', () => {
  const defects: string[] = [];
  let workers: DocumentWorkers;
  beforeAll(async () => {
    workers = await DocumentWorkers.start({
      size: 1,
      modelsDirectory: MODELS_DIRECTORY,
      maxBodyBytes: 10_000_000,
      maxDocuments: 20,
      maxHeldBytes: 100_000_000,
      weights: new Map(),
      onDefect: (name) => defects.push(name),
    });
  });
  afterAll(() => workers.close());

  const read = async (bytes: Uint8Array, signal = never, images = false) => {
    const place = workers.admit(request({ declaredBytes: bytes.length }));
    try {
      const wishes = { type: undefined, dateOrder: undefined, images };
      return await workers.run([bytes], wishes, { place, signal, onProgress: () => undefined });
    } finally {
      workers.leave(place);
    }
  };
  const values = async (): Promise<unknown> =>
    (await read(report)).readings[0]?.results?.map(({ result }) => result.value);

  it('read more than there are threads for, one after the other, and name the models that took part', async () => {
    const running = [read(report), read(report, never, true), read(report)];
    await eventually(() => workers.waiting === 2);
    const [first, withImages] = await Promise.all(running);
    expect(first!.readings[0]).toMatchObject({ type: 'lab_report', screen: null });
    expect(first!.images).toEqual([]);
    expect(withImages!.images).toHaveLength(1);
    expect(Object.keys(first!.models).sort()).toEqual(
      Object.entries(DOCUMENT_MODELS)
        .map(([name, version]) => `${name}/${version}`)
        .sort(),
    );
    expect([workers.busy, workers.waiting, workers.queuedSeconds('interactive')]).toEqual([0, 0, 0]);
  });

  it('give up a document that nobody wants any more, also one that never looks up, and read the next', async () => {
    const abort = new AbortController();
    const reading = codeOf(read(long, abort.signal));
    await eventually(() => workers.busy === 1);
    abort.abort();
    expect(await reading).toBe('extraction.cancelled');
    expect(await values()).toEqual([98, 141]);
  });

  it('can be interrupted at any moment, and the process lives', async () => {
    const photo = await jpegOf(await rasterOf(report));
    for (let i = 0; i < 8; i++) {
      const abort = new AbortController();
      const reading = codeOf(read(photo, abort.signal));
      setTimeout(() => abort.abort(), 50 + 90 * i);
      expect(await reading).toMatch(/^(?:extraction\.cancelled|none)$/);
    }
    expect(await values()).toEqual([98, 141]);
  });

  it('answer what is damaged or none of ours with a clear problem each, and go on', async () => {
    const photo = await jpegOf(await rasterOf(report));
    const hostile: readonly (readonly [Uint8Array, string])[] = [
      [new Uint8Array(0), 'extraction.empty'],
      [Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'documents.unsupported_type'],
      [Buffer.from('%PDF-1.7\n'), 'documents.unreadable'],
      [photo.subarray(0, 3_000), 'documents.unreadable'],
      [pdfOf(Array.from({ length: 31 }, () => page)), 'documents.too_many_pages'],
      [new Uint8Array(10_000_001), 'documents.file_too_large'],
    ];
    for (const [bytes, code] of hostile) expect(await codeOf(read(bytes))).toBe(code);
    expect(defects).toEqual([]);
    expect(await values()).toEqual([98, 141]);
  });

  it('are asked in vain where there is no time for it', () => {
    expect(() => workers.admit(request({ deadlineSeconds: 0.5 }))).toThrow(
      expect.objectContaining({ code: 'extraction.deadline_too_short' }),
    );
  });
});

describe('a document that is read and watched from outside', () => {
  it('P11: opens no file for writing, makes none and reaches no network', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'document-'));
    try {
      writeFileSync(path.join(folder, '00_lab_report_clean.jpg'), await jpegOf(await rasterOf(report)));
      const labels = path.join(folder, 'gt.json');
      const truth = { rows: [{ name: 'Glucose', value: '98', unit: 'mg/dL' }] };
      writeFileSync(labels, JSON.stringify([{ base: '00_lab_report', type: 'lab_report', gt: truth }]));
      const { stdout, trespasses } = await observe([process.execPath, SCORE, labels]);
      expect(JSON.parse(stdout.split('\n')[0]!)).toMatchObject({ type: 'lab_report', rows: '1/1' });
      expect(trespasses).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
