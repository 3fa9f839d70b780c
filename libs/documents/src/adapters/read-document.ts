import { DEVICE_TYPES, PAPER_TYPES, type DeviceType, type DocumentType, type PaperType } from '@smartscan/kernel';
import type { Inference } from '@smartscan/platform/ports';
import type { DisplaySight } from '../domain/display/glyphs.ts';
import { unreadDevice, type ReadDevice } from '../domain/devices/extract.ts';
import { likeliest } from '../domain/devices/kinds/device-kinds.ts';
import { extractDocument, type ReadDocument } from '../domain/extract/document.ts';
import type { ReadingHints } from '../domain/extract/labelled.ts';
import { folded } from '../domain/layout/labels.ts';
import { rowsOf, type Row } from '../domain/layout/rows.ts';
import type { PageLine } from '../domain/layout/spans.ts';
import { pageQuality, worstOf } from '../domain/picture/page-quality.ts';
import type { Picture } from '../domain/picture/picture.ts';
import { NOT_MEASURED, type Quality } from '../domain/picture/quality.ts';
import { textRead } from '../domain/text/transcribe.ts';
import { decodePages } from './decode/decode-pages.ts';
import { mediaTypeOf } from './decode/media-type.ts';
import { GlyphReader } from './display/glyph-reader.ts';
import { LineReader } from './display/line-reader.ts';
import type { ModelVersions } from './model-versions.ts';
import { DeviceReader } from './read-device.ts';
import { loadAlphabet } from './text/characters.ts';
import { PageReader } from './text/page-reader.ts';
import { TextReader } from './text/text-reader.ts';
import { convertUnits } from './units.ts';

export interface PageOfDocument {
  /** In pixels: polygons are in them. */
  readonly width: number;
  readonly height: number;
  /** Whether its text was read from its picture, or stood in the PDF. */
  readonly source: 'picture' | 'text_layer';
}

export interface DocumentReading {
  /** The document, or the devices on a photo, the one with the largest digits first: one at least. */
  readonly documents: readonly [ReadDocument, ...ReadDocument[]];
  readonly pages: readonly PageOfDocument[];
}

/** What the caller knows. */
export interface ReadHints extends ReadingHints {
  /** What it is; then nothing else is looked for. */
  readonly kind?: DocumentType | undefined;
}

/** A text layer lies straight. */
const AS_IT_IS = [1, 0, 0, 0, 1, 0, 0, 0] as const;
/** Lines of a text layer that are read from the picture as well, and how many of them must agree. Ours. */
const CHECKED_LINES = 6;
const AGREEING = 2 / 3;
/** A picture is looked at as one of devices unless the network is surer than this that it shows none. Ours. */
const SURELY_NO_DEVICE = 0.5;
/** Print that is read this much worse than on its head stands on its head. Ours. */
const ON_ITS_HEAD = 0.35;
/** Devices are taken without a look at the picture as one of a document where their kind is surer than this. Ours. */
const SURELY_THAT_KIND = 0.8;
/** A picture that turns out to be no document is of a device, if the network is surer than this which one. Ours. */
const SURELY_A_DEVICE = 0.7;

const isDevice = (kind: ReadHints['kind']): kind is DeviceType => DEVICE_TYPES.some((name) => name === kind);
const isDocument = (kind: ReadHints['kind']): kind is PaperType => PAPER_TYPES.some((name) => name === kind);

/** Somebody who looks at each page, from 1. */
export type OnPage = (picture: Picture, number: number) => Promise<void>;

const NOBODY: OnPage = () => Promise.resolve();

interface SeenDevices {
  readonly devices: readonly ReadDevice[];
  /** What it is, though nothing of it could be read. */
  readonly unread: ReadDevice | undefined;
}

interface ReadPage {
  readonly rows: readonly Row[];
  readonly quality: Quality;
  readonly page: PageOfDocument;
}

const pageOf = ({ width, height }: Picture, source: PageOfDocument['source']): PageOfDocument => ({
  width,
  height,
  source,
});

/** The device that a picture shows, where the network is sure which. */
const likelyDevice = (kinds: DisplaySight['kinds']): ReadDevice | undefined => {
  const likely = likeliest(kinds);
  return kinds[likely] > SURELY_A_DEVICE ? unreadDevice(likely, kinds[likely]) : undefined;
};

/** What nothing was read of may be the lines of a page: they look like rows of digits from the side. */
const isSurelyThat = ({ kindConfidence, fields }: ReadDevice): boolean =>
  kindConfidence > SURELY_THAT_KIND && Object.values(fields).some(({ status }) => status === 'ok');

/** A document, where it is one; else the devices that were seen. */
const documentsOf = (
  pages: readonly ReadPage[],
  hints: ReadHints,
  { devices: [first, ...others], unread }: SeenDevices,
): DocumentReading['documents'] => {
  const kind = isDocument(hints.kind) ? hints.kind : undefined;
  const rows = pages.flatMap((page) => page.rows);
  const document = extractDocument(rows, { ...hints, kind }, convertUnits);
  if (document.kind === 'not_a_medical_document') {
    if (first !== undefined) return [first, ...others];
    if (unread !== undefined) return [unread];
  }
  return [{ ...document, quality: worstOf(pages.map(({ quality }) => quality)) }];
};

/** Reads device displays and clinical documents out of pictures and PDFs, in memory only. One at a time. */
export class DocumentReader {
  readonly #text: TextReader;
  readonly #pages: PageReader;
  readonly #glyphs: GlyphReader;
  readonly #devices: DeviceReader;

  private constructor(text: TextReader, glyphs: GlyphReader, lines: LineReader) {
    this.#text = text;
    this.#pages = new PageReader(text);
    this.#glyphs = glyphs;
    this.#devices = new DeviceReader(text, lines);
  }

  /**
   * @param inference has the models of text and of displays: `TEXT_MODELS`, `DISPLAY_MODELS`
   * @param modelsDirectory the folder that they lie in, with the characters that they read
   * @param versions of them, where not those that this was written for
   * @throws Fault internal documents.model_missing, documents.model_altered
   */
  static async open(
    inference: Inference,
    modelsDirectory: string,
    versions: ModelVersions = {},
  ): Promise<DocumentReader> {
    const text = new TextReader(inference, await loadAlphabet(modelsDirectory, versions), versions);
    return new DocumentReader(text, new GlyphReader(inference, versions), new LineReader(inference, versions));
  }

  /**
   * @param onPage is given each page before it is read, and waited for
   * @throws Fault as `decodePages`, and as `Inference`; what `onPage` throws
   */
  async read(bytes: Uint8Array, hints: ReadHints = {}, onPage: OnPage = NOBODY): Promise<DocumentReading> {
    const mayBeDevice = mediaTypeOf(bytes) !== 'application/pdf' && !isDocument(hints.kind);
    const read: ReadPage[] = [];
    let seen: SeenDevices = { devices: [], unread: undefined };
    for await (const { picture, text } of decodePages(bytes)) {
      await onPage(picture, read.length + 1);
      if (mayBeDevice) {
        seen = await this.#lookForDevices(picture, hints.kind);
        const [first, ...others] = seen.devices;
        if (first !== undefined && (isDevice(hints.kind) || isSurelyThat(first))) {
          return { documents: [first, ...others], pages: [pageOf(picture, 'picture')] };
        }
      }
      read.push(await this.#page(picture, text, read.length + 1));
    }
    return { documents: documentsOf(read, hints, seen), pages: read.map(({ page }) => page) };
  }

  async #page(picture: Picture, text: readonly PageLine[] | undefined, number: number): Promise<ReadPage> {
    if (text !== undefined && (await this.#agrees(picture, text))) {
      return { rows: rowsOf(text, AS_IT_IS), quality: NOT_MEASURED, page: pageOf(picture, 'text_layer') };
    }
    const { lines, toFlat } = await this.#pages.read(picture, number);
    return { rows: rowsOf(lines, toFlat), quality: pageQuality(picture, lines), page: pageOf(picture, 'picture') };
  }

  /** Devices of a kind that is told are read whatever the network thinks of the picture, and one there is. */
  async #lookForDevices(picture: Picture, told: ReadHints['kind']): Promise<SeenDevices> {
    const kind = isDevice(told) ? told : undefined;
    const sight = await this.#upright(picture);
    const seesOne = kind !== undefined || sight.kinds.none < SURELY_NO_DEVICE;
    const devices = seesOne ? await this.#devices.read(picture, sight, { hints: { kind }, page: 1 }) : [];
    if (kind !== undefined)
      return { devices: devices.length > 0 ? devices : [unreadDevice(kind, 1)], unread: undefined };
    return { devices, unread: likelyDevice(sight.kinds) };
  }

  /** What the network sees, the right way up: where digits don't tell, print does. */
  async #upright(picture: Picture): Promise<DisplaySight> {
    const sight = await this.#glyphs.see(picture);
    const { onItsHead, ...upright } = sight;
    if (onItsHead === undefined) return sight;
    const share = await this.#devices.uprightness(picture, sight);
    if (share === undefined) return sight;
    if (share < ON_ITS_HEAD) return onItsHead;
    return share < 1 - ON_ITS_HEAD ? sight : upright;
  }

  /** A font can show one thing and say another: some lines with digits are read as they look. */
  async #agrees(picture: Picture, lines: readonly PageLine[]): Promise<boolean> {
    const telling = lines.filter(({ characters }) => /\d/.test(textRead(characters)));
    const checked = (telling.length > 0 ? telling : lines).filter(
      (_, i, all) => i % Math.max(1, Math.floor(all.length / CHECKED_LINES)) === 0,
    );
    let agreeing = 0;
    for (const { quad, characters } of checked) {
      const seen = textRead(await this.#text.read(picture, quad));
      if (folded(seen) === folded(textRead(characters))) agreeing++;
    }
    return checked.length > 0 && agreeing >= AGREEING * checked.length;
  }
}
