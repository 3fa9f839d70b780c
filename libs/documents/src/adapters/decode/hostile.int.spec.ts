import { Socket } from 'node:net';
import { crc32, deflateSync } from 'node:zlib';
import type { Fault } from '@smartscan/kernel';
import { heicOf, pdfOf, pdfOfObjects } from '@smartscan/testing/document-page';
import { heldForWriting } from '@smartscan/testing/processes';
import sharp from 'sharp';
import { decodePages, MAX_BYTES } from './decode-pages.ts';

/** Files that this process holds open for writing at some time. */
const held = new Set<string>();
const look = (): void => [...heldForWriting(String(process.pid))].forEach((file) => held.add(file));

const code = async (bytes: Uint8Array): Promise<string> => {
  try {
    for await (const page of decodePages(bytes)) {
      look();
      expect(page.picture.data.length).toBeGreaterThan(0);
    }
    return 'read';
  } catch (error) {
    // Jest's own world has classes of its own: a Fault is known by its name.
    if ((error as Error).name !== 'Fault') throw error;
    return (error as Fault).code;
  }
};

const picture = sharp({ create: { width: 90, height: 60, channels: 3, background: '#cde' } });
const noise = (width: number, height: number): { width: number; height: number; data: Uint8Array } => ({
  width,
  height,
  data: Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 7919) & 255),
});
const pictures = async (): Promise<Readonly<Record<string, Buffer>>> => ({
  jpeg: await picture.clone().jpeg().toBuffer(),
  png: await picture.clone().png().toBuffer(),
  webp: await picture.clone().webp().toBuffer(),
  gif: await picture.clone().gif().toBuffer(),
  heic: heicOf(noise(90, 60)),
  pdf: pdfOf([[{ x: 40, y: 60, text: 'Result 5.6 mmol/L' }]]),
});

/** A PNG that says that it is so large, with hardly a byte of it. */
const bomb = (width: number, height: number): Buffer => {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const frame = Buffer.alloc(8);
    frame.writeUInt32BE(data.length, 0);
    frame.writeUInt32BE(crc32(body), 4);
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc(100_000));
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
};

/** The same numbers each time (Marsaglia's xorshift). */
const chance = (seed: number) => (): number => {
  seed ^= seed << 13;
  seed ^= seed >>> 17;
  seed ^= seed << 5;
  return (seed >>> 0) / 2 ** 32;
};

const page = (contents: string): string =>
  `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R ${contents} >>`;
const stream = (text: string): string => `<< /Length ${text.length} >>\nstream\n${text}\nendstream`;
const PAGES = '<< /Type /Pages /Kids [3 0 R] /Count 1 >>';

describe('a hostile file', () => {
  let before: readonly string[];
  const connect = jest.spyOn(Socket.prototype, 'connect');
  beforeAll(() => {
    look();
    before = [...held];
  });
  afterAll(() => connect.mockRestore());

  it('P11: is none of the types that are read, whatever it is called: SVG, HTML, TIFF, scripts, nothing', async () => {
    const impostors = [
      '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
      '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>',
      '<!DOCTYPE html><script>fetch("http://127.0.0.1")</script>',
      'II*\0\x08\0\0\0',
      '#!/bin/sh\n',
      'PK\x03\x04',
      '',
      '\xff\xd8',
      'RIFF\0\0\0\0WAVE',
    ];
    for (const impostor of impostors) {
      expect(await code(Buffer.from(impostor, 'latin1'))).toBe('documents.unsupported_type');
    }
  });

  it('that begins as one type and goes on as another is read as the one that it begins as, or not at all', async () => {
    const { png, pdf, jpeg } = await pictures();
    expect(await code(Buffer.concat([png!, pdf!]))).toBe('read');
    expect(await code(Buffer.concat([jpeg!, Buffer.from('<script>alert(1)</script>')]))).toBe('read');
    const heads = {
      jpeg: '\xff\xd8\xff',
      heic: '\0\0\0\x18ftypheic',
      png: '\x89PNG\r\n\x1a\n',
      gif: 'GIF89a',
      pdf: '%PDF-1.7\n',
    };
    for (const head of Object.values(heads)) {
      const disguised = Buffer.from(`${head}<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>`, 'latin1');
      expect(await code(disguised)).toBe('documents.unreadable');
    }
  });

  it('with more pixels than can be is refused by its header, before a pixel is decoded', async () => {
    const heap = process.memoryUsage().rss;
    expect(await code(bomb(60_000, 60_000))).toBe('documents.picture_too_large');
    const heic = (width: number, height: number): Buffer => heicOf(noise(64, 64), { claimed: { width, height } });
    expect(await code(heic(60_000, 60_000))).toBe('documents.picture_too_large');
    expect(await code(heic(9, 9))).toBe('documents.unreadable');
    expect(await code(bomb(2_000_000_000, 1))).toMatch(/^documents\.(?:picture_too_large|unreadable)$/);
    expect(process.memoryUsage().rss - heap).toBeLessThan(100_000_000);
  });

  it('of more bytes than are taken is not looked at', async () => {
    expect(await code(new Uint8Array(MAX_BYTES + 1))).toBe('documents.file_too_large');
  });

  it('that is a PDF of 31 or of 10,000 pages is refused before a page is rendered', async () => {
    const many = (count: number): Buffer => pdfOf(Array.from({ length: count }, () => [{ x: 9, y: 9, text: 'x' }]));
    expect(await code(many(31))).toBe('documents.too_many_pages');
    expect(await code(many(10_000))).toBe('documents.too_many_pages');
    const boasting = pdfOfObjects([
      '<< /Type /Catalog /Pages 2 0 R >>',
      PAGES.replace('/Count 1', '/Count 10000'),
      page(''),
    ]);
    expect(await code(boasting)).toMatch(/^documents\.(?:too_many_pages|unreadable)$/);
  });

  it('that is a PDF with a password is said to be one', async () => {
    const key = '<28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A>';
    const locked = pdfOfObjects(
      [
        '<< /Type /Catalog /Pages 2 0 R >>',
        PAGES,
        page(''),
        stream(''),
        `<< /Filter /Standard /V 2 /R 3 /Length 128 /P -3904 /O ${key} /U ${key} >>`,
      ],
      `/Encrypt 5 0 R /ID [<0123456789ABCDEF0123456789ABCDEF> <0123456789ABCDEF0123456789ABCDEF>]`,
    );
    expect(await code(locked)).toBe('documents.encrypted');
  });

  it('that is a PDF that goes in circles, runs scripts or opens files ends, and does neither', async () => {
    const circles: readonly string[][] = [
      // A tree of pages that is its own child, a form that draws itself, a page whose parent is itself.
      ['<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [2 0 R] /Count 1 >>'],
      [
        '<< /Type /Catalog /Pages 2 0 R >>',
        PAGES,
        page('/Resources << /XObject << /F 5 0 R >> >>'),
        stream('/F Do'),
        '<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >> /Length 5 >>\nstream\n/F Do\nendstream',
      ],
      [
        '<< /Type /Catalog /Pages 2 0 R >>',
        '<< /Type /Pages /Parent 2 0 R /Kids [3 0 R] /Count 1 >>',
        page('/Resources 3 0 R'),
        stream('q'),
      ],
      [
        '<< /Type /Catalog /Pages 2 0 R /OpenAction << /S /JavaScript /JS (app.launchURL\\("http://127.0.0.1"\\)) >> >>',
        PAGES,
        page('/AA << /O << /S /Launch /F (/bin/sh) >> >>'),
        stream('q Q'),
      ],
    ];
    for (const objects of circles)
      expect(await code(pdfOfObjects(objects))).toMatch(/^(?:read|documents\.unreadable)$/);
  });

  it('that is a PDF with a page of the size of a field is rendered no larger than any other', async () => {
    const vast = pdfOfObjects([
      '<< /Type /Catalog /Pages 2 0 R >>',
      PAGES,
      page('').replace('[0 0 595 842]', '[0 0 2000000 2000000]'),
      stream('q Q'),
    ]);
    for await (const { picture: rendered } of decodePages(vast)) {
      expect(Math.max(rendered.width, rendered.height)).toBeLessThanOrEqual(2400);
    }
  });

  it('cut off or damaged anywhere, a thousand times, is read or a clear problem; the next one is read as ever', async () => {
    const random = chance(20_260_301);
    const files = Object.entries(await pictures());
    const codes = new Map<string, number>();
    for (let i = 0; i < 1_000; i++) {
      const [, whole] = files[i % files.length]!;
      const damaged = Buffer.from(whole);
      for (let k = 0; k < 1 + 8 * random(); k++) damaged[Math.floor(random() * damaged.length)] = 256 * random();
      const bytes = i % 2 === 0 ? whole.subarray(0, Math.floor(random() * whole.length)) : damaged;
      const outcome = await code(bytes);
      codes.set(outcome, (codes.get(outcome) ?? 0) + 1);
    }
    expect([...codes.keys()].filter((one) => one !== 'read' && !one.startsWith('documents.'))).toEqual([]);
    expect(codes.get('documents.unreadable')).toBeGreaterThan(200);
    for (const [, whole] of files) expect(await code(whole)).toBe('read');
  });

  it('P11: is held in no file and reaches no network', () => {
    expect([...held]).toEqual(before);
    expect(connect).not.toHaveBeenCalled();
  });
});

describe('a picture', () => {
  it('stands as its EXIF says that it was held', async () => {
    const held = await sharp({ create: { width: 90, height: 60, channels: 3, background: '#fff' } })
      .jpeg()
      .withMetadata({ orientation: 6 })
      .toBuffer();
    for await (const { picture: upright } of decodePages(held)) {
      expect([upright.width, upright.height]).toEqual([60, 90]);
    }
  });

  it('of an iPhone, HEIC, is decoded as well, and stands as it was held', async () => {
    const [width, height] = [96, 64];
    const data = Uint8Array.from({ length: 3 * width * height }, (_, i) => ((i / 3) % width < width / 2 ? 220 : 40));
    for await (const { picture: seen } of decodePages(heicOf({ width, height, data }, { quarters: 1 }))) {
      const at = (x: number, y: number): number => seen.data[3 * (y * seen.width + x)]!;
      expect([seen.width, seen.height]).toEqual([height, width]);
      // Turned by a quarter against the clock, its right is up.
      expect(at(10, 10)).toBeLessThan(60);
      expect(at(10, width - 10)).toBeGreaterThan(200);
    }
  });

  it('that is transparent lies on white', async () => {
    const clear = await sharp({ create: { width: 8, height: 8, channels: 4, background: '#00000000' } })
      .png()
      .toBuffer();
    for await (const { picture: seen } of decodePages(clear)) expect([...new Set(seen.data)]).toEqual([255]);
  });
});
