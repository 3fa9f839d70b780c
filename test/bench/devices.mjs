import { readFileSync } from 'node:fs';
import { againstPlainReader } from './documents/plain-reader.mjs';

/** CPU of reading photos of devices against @gutenye/ocr-node on the same files. */
export const goal = 0.5;

/** Every so many photos, so that a round is short: a fifth of the 25 that the bounds were set on. */
const EACH = 5;

const folder = '../shared/data/documents/devices';
const files = () =>
  JSON.parse(readFileSync(`${folder}/labels.json`, 'utf8'))
    .filter((_, at) => at % EACH === 0)
    .map(({ file }) => `${folder}/${file}`);

export const { rounds, prepare, ours, reference, teardown } = againstPlainReader(files);
