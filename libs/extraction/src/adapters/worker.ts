/** The thread that reads documents: started by `DocumentWorkers`, one document after another. */
import { interruptible, openInference, serveJobs } from '@smartscan/inference/in-thread';
import { DocumentReader, jpegOf } from '@smartscan/documents';
import type { PageImage } from '../app/extract.ts';
import { readingOf } from './to-reading.ts';
import type { DocumentJob, DocumentOutcome, DocumentStage, WorkerStart } from './worker-messages.ts';

const msSince = (start: number): number => Math.round(performance.now() - start);

await serveJobs<WorkerStart, DocumentJob, DocumentOutcome, DocumentStage>({
  prepare: async ({ inference: start, modelsDirectory }, end) => {
    // Without its models this thread is of no use: it ends, and is replaced by one that has them.
    let current: AbortSignal | undefined;
    const inference = interruptible(await openInference(start, end), () => current);
    const readers = new Map<string, DocumentReader>();
    /** One for each set of versions: hardly ever more than two. */
    const readerOf = async (versions: DocumentJob['versions']): Promise<DocumentReader> => {
      const key = JSON.stringify(versions);
      const known = readers.get(key) ?? (await DocumentReader.open(inference, modelsDirectory, versions));
      readers.set(key, known);
      return known;
    };
    const digestsOf = async (versions: DocumentJob['versions']): Promise<Readonly<Record<string, string>>> =>
      Object.fromEntries(
        await Promise.all(
          Object.entries(versions).map(async ([name, version]) => {
            const { digest } = await inference.describe({ name, version });
            return [`${name}/${version}`, digest] as const;
          }),
        ),
      );
    return async ({ bytes, wishes, versions }, { signal, onProgress }) => {
      current = signal;
      const began = performance.now();
      const busy = performance.eventLoopUtilization();
      const reader = await readerOf(versions);
      const images: PageImage[] = [];
      let encodingMs = 0;
      const { documents, pages } = await reader.read(
        bytes,
        { kind: wishes.type, dateOrder: wishes.dateOrder },
        async (picture, number) => {
          signal.throwIfAborted();
          // How many there are, only the last one tells.
          onProgress('reading', 1 - 1 / number);
          if (!wishes.images) return;
          const start = performance.now();
          images.push({ data: await jpegOf(picture), width: picture.width, height: picture.height });
          encodingMs += msSince(start);
        },
      );
      return {
        readings: documents.map(readingOf),
        pages: [...pages],
        images,
        models: await digestsOf(versions),
        timings_ms: { total: msSince(began), ...(wishes.images ? { pictures: encodingMs } : {}) },
        // Milliseconds in which this thread did something: decoding of pictures goes on beside it, in libvips.
        cpuMs: performance.eventLoopUtilization(busy).active,
      };
    };
  },
});
