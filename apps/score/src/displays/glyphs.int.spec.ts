import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GlyphReader, LineReader, linesOf } from '@smartscan/documents';
import { DISPLAY_MODELS } from '@smartscan/documents/models';
import type { InferenceThread } from '@smartscan/inference';
import { openThread } from '../open-thread.ts';

const MODELS = resolve(__dirname, '../../../../models');

/** What a network of displays answers to waves that fill its input must be what PyTorch answered when it was exported. */
const expectAsExported = async (
  name: keyof typeof DISPLAY_MODELS,
  input: string,
  [height, width]: readonly [number, number],
): Promise<void> => {
  const waves = new Float32Array(3 * height * width);
  waves.forEach((_, at) => {
    const [channel, y, x] = [Math.floor(at / (height * width)), Math.floor(at / width) % height, at % width];
    waves[at] = Math.sin(0.3 * x + 0.7 * y + channel);
  });
  const tensor = { type: 'float32' as const, shape: [1, 3, height, width], data: waves };
  const outputs = await thread.holder.infer({ name }, { [input]: tensor });
  const file = join(MODELS, name, DISPLAY_MODELS[name], 'check.json');
  for (const [output, values] of Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, number[]>)) {
    const answered = (outputs[output]!.data as Float32Array).filter((_, at) => at % 97 === 0);
    expect(answered).toHaveLength(values.length);
    answered.forEach((value, i) => expect(Math.abs(value - values[i]!)).toBeLessThan(1e-3));
  }
};

/** Segments a to g of each digit. */
const LIT = ['abcdef', 'bc', 'abged', 'abgcd', 'fgbc', 'afgcd', 'afgedc', 'abc', 'abcdefg', 'abcdfg'];

interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const fill = (picture: Picture, box: readonly [number, number, number, number], shade: number): void => {
  const [left, top, right, bottom] = box;
  for (let y = Math.round(top); y < Math.round(bottom); y++) {
    const row = 3 * y * picture.width;
    picture.data.fill(shade, row + 3 * Math.round(left), row + 3 * Math.round(right));
  }
};

/** Seven segments in a box of `height` and six tenths of it. */
const digit = (picture: Picture, value: number, [left, top, height]: readonly [number, number, number]): void => {
  const [width, stroke, gap] = [0.55 * height, 0.13 * height, 0.02 * height];
  const [middle, right, bottom] = [top + height / 2, left + width, top + height];
  const boxes: Readonly<Record<string, readonly [number, number, number, number]>> = {
    a: [left + stroke + gap, top, right - stroke - gap, top + stroke],
    g: [left + stroke + gap, middle - stroke / 2, right - stroke - gap, middle + stroke / 2],
    d: [left + stroke + gap, bottom - stroke, right - stroke - gap, bottom],
    f: [left, top + gap, left + stroke, middle - gap],
    e: [left, middle + gap, left + stroke, bottom - gap],
    b: [right - stroke, top + gap, right, middle - gap],
    c: [right - stroke, middle + gap, right, bottom - gap],
  };
  for (const segment of LIT[value]!) fill(picture, boxes[segment]!, 40);
};

/** A grey case on a table, its display with lines of digits one below the other. */
const monitor = (lines: readonly string[], height: number): Picture => {
  const picture = { width: 640, height: 640, data: new Uint8Array(3 * 640 * 640).fill(120) };
  fill(picture, [90, 40, 550, 600], 215);
  fill(picture, [150, 70, 490, 520], 165);
  lines.forEach((line, row) => {
    [...line].forEach((symbol, i) => {
      const left = 430 - (line.length - i) * 0.78 * height + 0.2 * height;
      digit(picture, Number(symbol), [left, 95 + row * 1.35 * height, height]);
    });
  });
  return picture;
};

/** Turned anticlockwise by quarters. */
const turned = (picture: Picture, quarters: number): Picture => {
  if (quarters === 0) return picture;
  const { width, height, data } = picture;
  const out = { width: height, height: width, data: new Uint8Array(data.length) };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (y * width + x);
      out.data.set(data.subarray(from, from + 3), 3 * ((width - 1 - x) * height + y));
    }
  }
  return turned(out, quarters - 1);
};

let thread: InferenceThread;

beforeAll(async () => {
  thread = await openThread(DISPLAY_MODELS);
});

afterAll(() => thread.close());

describe('the network of displays', () => {
  it('answers what PyTorch answered when it was exported', () =>
    expectAsExported('display-glyphs', 'picture', [64, 64]));

  it.each([0, 1, 2, 3])('finds the stacked numbers of a display that lies turned by %d quarters', async (quarters) => {
    const lines = ['128', '84', '67'];
    const sight = await new GlyphReader(thread.holder).see(turned(monitor(lines, 96), quarters));
    expect(sight!.turn).toBe(90 * quarters);
    expect(linesOf(sight!.glyphs).map(({ text }) => text)).toEqual(expect.arrayContaining(lines));
  });

  it.each([24, 40, 64, 96])('finds digits that are %d of 640 pixels high', async (height) => {
    const lines = ['142', '93', '75'];
    const sight = await new GlyphReader(thread.holder).see(monitor(lines, height));
    expect(linesOf(sight!.glyphs).map(({ text }) => text)).toEqual(expect.arrayContaining(lines));
  });

  it('finds no digit on an even wall', async () => {
    const data = Uint8Array.from({ length: 3 * 320 * 240 }, (_, at) => 150 + ((at * 7919) % 7));
    const sight = await new GlyphReader(thread.holder).see({ width: 320, height: 240, data });
    expect(sight!.glyphs).toEqual([]);
  });
});

describe('the reader of lines', () => {
  it('answers what PyTorch answered when it was exported', () => expectAsExported('display-lines', 'line', [32, 112]));

  it.each(['5', '42', '128', '0931'])('reads %s out of its quad, whatever its size', async (text) => {
    for (const height of [24, 96]) {
      const [left, top, right] = [430 - (text.length - 0.2) * 0.78 * height, 95, 430];
      const [x0, y0, x1, y1] = [left - 0.2 * height, top - 0.2 * height, right + 0.1 * height, top + 1.2 * height];
      const quad = [
        { x: x0, y: y0 },
        { x: x1, y: y0 },
        { x: x1, y: y1 },
        { x: x0, y: y1 },
      ] as const;
      const read = await new LineReader(thread.holder).read(monitor([text], height), quad);
      expect(read.map(({ character }) => character).join('')).toBe(text);
    }
  });

  it('reads nothing out of an even wall', async () => {
    const data = Uint8Array.from({ length: 3 * 320 * 240 }, (_, at) => 150 + ((at * 7919) % 7));
    const quad = [
      { x: 40, y: 40 },
      { x: 160, y: 40 },
      { x: 160, y: 90 },
      { x: 40, y: 90 },
    ] as const;
    expect(await new LineReader(thread.holder).read({ width: 320, height: 240, data }, quad)).toEqual([]);
  });
});
