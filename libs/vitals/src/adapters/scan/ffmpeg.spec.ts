import type { DecodeRequest, Part } from './decode-request.ts';
import { ffmpegCommand, inSoftware, readFfmpeg } from './ffmpeg.ts';

const DECODERS_TEXT = `Decoders:
 V..... = Video
 ------
 VFS..D h264                 H.264 / AVC
 VFS..D hevc                 HEVC (High Efficiency Video Coding)
 V....D libvpx               libvpx VP8 (codec vp8)
 V..... libdav1d             dav1d AV1 decoder (codec av1)
 A....D aac                  AAC
`;

const REQUEST: DecodeRequest = { container: 'mp4', codec: 'h264', maxFrames: 902, maxPixels: 2_000_000 };

const PART: Part = {
  region: { x: 20, y: 4, width: 60, height: 80 },
  room: { lies: 'across', before: { x: 0, y: 4, width: 8, height: 80 }, after: undefined },
  wholeEvery: 15,
};

const valueAfter = (args: readonly string[], option: string): string | undefined => args[args.indexOf(option) + 1];

describe('readFfmpeg', () => {
  it('knows the codecs that it has a decoder for', () => {
    const { codecs, version } = readFfmpeg('ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000', DECODERS_TEXT);
    expect(version).toBe('5.1.9-0+deb12u1');
    expect(codecs).toEqual({ h264: 'h264', hevc: 'hevc', vp8: 'libvpx', av1: 'libdav1d' });
  });

  it('speaks to old and new ones in their own words', () => {
    const modeOf = (version: string): string => readFfmpeg(`ffmpeg version ${version} Copyright`, '').frameMode;
    expect(['4.4.2-0ubuntu0', '5.0.1'].map(modeOf)).toEqual(['-vsync', '-vsync']);
    expect(['5.1', '7.1.1', 'N-119000-g1234', '2025-01-01-git'].map(modeOf)).toEqual(Array(4).fill('-fps_mode'));
  });
});

describe('ffmpegCommand', () => {
  const ffmpeg = readFfmpeg('ffmpeg version 6.0 Copyright', DECODERS_TEXT);

  it('P11: reads and writes pipes only, and says nothing', () => {
    for (const part of [undefined, PART]) {
      const { args } = ffmpegCommand(ffmpeg, { ...REQUEST, ...(part === undefined ? {} : { part }) });
      expect(valueAfter(args, '-protocol_whitelist')).toBe('pipe');
      expect(args.filter((arg) => /^([a-z]+:|pipe:|\.?\/)/.test(arg))).toEqual(
        part === undefined ? ['pipe:0', 'pipe:1'] : ['pipe:0', 'pipe:1', 'pipe:3'],
      );
      expect(valueAfter(args, '-v')).toBe('quiet');
      expect(args).toContain('-nostdin');
    }
  });

  it('cuts out a face and the strips beside it, and joins what there is of them', () => {
    const graphOf = (part: Part): string =>
      valueAfter(ffmpegCommand(ffmpeg, { ...REQUEST, part }).args, '-filter_complex')!;
    const alone = graphOf({ ...PART, room: { lies: 'across', before: undefined, after: undefined } });
    expect(alone).toContain('[in0]crop=60:80:20:4:exact=1[part]');
    const beside = graphOf(PART);
    expect(beside).toContain('[in0]crop=8:80:0:4:exact=1[cut0];[in1]crop=60:80:20:4:exact=1[cut1]');
    expect(beside).toContain('[cut0][cut1]hstack=2[part]');
    const turned = graphOf({ ...PART, room: { ...PART.room, lies: 'down' } });
    expect(turned).toContain('[cut0][cut1]vstack=2[part]');
  });

  it('names demuxer, decoder and bounds before the input, so that the bytes choose none of them', () => {
    const { args } = ffmpegCommand(ffmpeg, { ...REQUEST, container: 'webm', codec: 'vp8' });
    const before = args.slice(0, args.indexOf('-i'));
    expect(valueAfter(before, '-f')).toBe('matroska');
    expect(valueAfter(before, '-c:v')).toBe('libvpx');
    expect(valueAfter(before, '-max_pixels')).toBe('2000000');
    expect(valueAfter(args, '-frames:v')).toBe('902');
  });

  it('asks for the GPU before the input, and only where one was found', () => {
    const argsOf = (hardware?: 'cuda') => ffmpegCommand({ ...ffmpeg, hardware }, REQUEST).args;
    const before = argsOf('cuda').slice(0, argsOf('cuda').indexOf('-i'));
    expect(valueAfter(before, '-hwaccel')).toBe('cuda');
    expect(argsOf()).not.toContain('-hwaccel');
    expect(ffmpegCommand(inSoftware({ ...ffmpeg, hardware: 'cuda' }), REQUEST).args).toEqual(argsOf());
  });
});
