import { readFileSync } from 'node:fs';
import path from 'node:path';

const MODELS = path.resolve('models');

/**
 * The steps of a benchmark: our reader and the reference, which finds and reads all text of a picture at its full size, read the
 * same files one after the other. CPU milliseconds of the process, all its threads; models are loaded before.
 *
 * @param files gives the paths
 */
export function againstPlainReader(files) {
  let open;
  let plain;
  let pictures;

  const measured = async (read) => {
    const before = process.cpuUsage();
    for (const picture of pictures) await read(picture);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };

  return {
    rounds: 3,
    prepare: async () => {
      const { openReader } = await import('../../../apps/score/dist/documents/open-reader.js');
      const { default: Ocr } = await import('@gutenye/ocr-node');
      pictures = files();
      open = await openReader(MODELS);
      // The same thread of the runtime that ours has: more would be idle CPU on its bill.
      plain = await Ocr.create({ onnxOptions: { intraOpNumThreads: 1, interOpNumThreads: 1 } });
    },
    ours: () => measured((file) => open.reader.read(readFileSync(file))),
    reference: () => measured((file) => plain.detect(readFileSync(file))),
    teardown: () => open?.close(),
  };
}
