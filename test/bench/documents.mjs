import { readdirSync } from 'node:fs';
import { againstPlainReader } from './documents/plain-reader.mjs';

/** CPU of reading photos of documents against @gutenye/ocr-node on the same files. */
export const goal = 1;

const folder = '../shared/data/documents/synthetic';
/** One of each kind, photographed. */
const PICTURE = /^(?:00|04|06|08)_.*_photo\./;
const files = () =>
  readdirSync(folder)
    .filter((file) => PICTURE.test(file))
    .map((file) => `${folder}/${file}`);

export const { rounds, prepare, ours, reference, teardown } = againstPlainReader(files);
