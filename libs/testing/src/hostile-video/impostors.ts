import type { Chance } from '@smartscan/signal';
import type { Hostile } from './hostile.ts';

const text = (value: string): Buffer => Buffer.from(value, 'latin1');

/** How files of other kinds begin. */
const HEADS: Readonly<Record<string, Buffer>> = {
  AVI: text('RIFF\x10\x00\x10\x00AVI LIST\xc0\x00\x00\x00hdrlavih\x38\x00\x00\x00'),
  WAV: text('RIFF\x10\x00\x10\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x02\x00'),
  GIF: text('GIF89a\xff\xff\xff\xff\xf7\x00\x00'),
  PNG: text('\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\x06\x00\x00\x00'),
  JPEG: text(
    '\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xc0\x00\x11\x08\xff\xff\xff\xff',
  ),
  ZIP: text('PK\x03\x04\x14\x00\x00\x00\x08\x00\x00\x00\x00\x00'),
  gzip: text('\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03'),
  PDF: text('%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/JavaScript>>>>endobj\n'),
  HTML: text('<!doctype html><html><body><video src="file:///etc/passwd"></video>'),
  SVG: text('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><svg>&b;</svg>'),
  'HLS playlist': text('#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n'),
  'concat list': text("ffconcat version 1.0\nfile '/etc/passwd'\nfile 'http://127.0.0.1/'\n"),
  SDP: text('v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 5004 RTP/AVP 96\r\n'),
  ELF: text('\x7fELF\x02\x01\x01\x00'),
  Ogg: text('OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00'),
  FLV: text('FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00'),
  MP3: text('ID3\x04\x00\x00\x7f\x7f\x7f\x7f'),
  'transport stream': Buffer.concat(
    Array.from({ length: 20 }, () => Buffer.concat([text('\x47\x40\x00\x10'), Buffer.alloc(184, 0xff)])),
  ),
  'raw H.264': text('\x00\x00\x00\x01\x67\x42\xe0\x1e\x00\x00\x00\x01\x68\xce\x3c\x80\x00\x00\x00\x01\x65'),
  'raw pictures': text('YUV4MPEG2 W999999 H999999 F30:1 C420\nFRAME\n'),
  Matroska: text('\x1a\x45\xdf\xa3\x01\x00\x00\x00\x00\x00\x00\x1f'),
  'Matroska of unknown size': text('\x1a\x45\xdf\xa3\xff\x42\x86\x81\x01\x18\x53\x80\x67\xff'),
  'an mp4 of sizes beyond 64 bits': text('\x00\x00\x00\x01ftyp\xff\xff\xff\xff\xff\xff\xff\xff'),
  'an mp4 head': text('\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomavc1'),
  'an image in mp4 boxes': text('\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic'),
};

const BODIES = 5;
const LONGEST = 40_000;

/** Files of other kinds, each with bodies of noise or of nothing, and nothing at all. */
export const impostors = (chance: Chance): readonly Hostile[] => [
  { name: 'nothing', bytes: Buffer.alloc(0) },
  { name: 'one byte', bytes: Buffer.alloc(1) },
  { name: 'a megabyte of zeros', bytes: Buffer.alloc(1_000_000) },
  { name: 'a megabyte of ones', bytes: Buffer.alloc(1_000_000, 0xff) },
  ...Object.entries(HEADS).flatMap(([name, head]) =>
    Array.from({ length: BODIES }, (_, i) => {
      const body = Buffer.alloc(i === 0 ? 0 : Math.floor(chance() * LONGEST));
      if (i > 1) body.forEach((_, at) => (body[at] = Math.floor(chance() * 256)));
      return { name: `${name}, ${i}`, bytes: Buffer.concat([head, body]) };
    }),
  ),
];
