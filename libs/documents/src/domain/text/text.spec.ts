import { findPage } from '../picture/find-page.ts';
import { areaOf, homographyBetween, leastRectangle, project, quadOf, type Quad } from '../picture/geometry.ts';
import type { Picture } from '../picture/picture.ts';
import { textBoxes } from './text-boxes.ts';
import { textLayerLines } from './text-layer.ts';
import { alphabetOf, transcribe } from './transcribe.ts';

const alphabet = alphabetOf('a\nb\n<\n5\n中\n（');

/** Steps of the network: each with its likeliest columns. */
const steps = (...each: readonly Readonly<Record<string, number>>[]): Float32Array => {
  const columns = alphabet.characters;
  return Float32Array.from(
    each.flatMap((step) => columns.map((character, i) => step[i === 0 ? 'blank' : character] ?? 0)),
  );
};

const read = (probabilities: Float32Array): string =>
  transcribe(probabilities, alphabet)
    .map(({ character }) => character)
    .join('');

describe('a line of text', () => {
  it('is read with repeats as one, and blanks between two', () => {
    expect(read(steps({ a: 0.9 }, { a: 0.8 }, { blank: 1 }, { a: 0.7 }, { b: 0.9 }))).toBe('aab');
  });

  it('keeps narrow spaces that are less likely than none, and begins with no space', () => {
    expect(read(steps({ a: 0.9 }, { blank: 0.7, ' ': 0.2 }, { b: 0.9 }))).toBe('a b');
    expect(read(steps({ ' ': 0.6, '<': 0.3 }, { blank: 1 }, { 5: 0.9 }))).toBe('<5');
  });

  it('is Latin: a character of another script is not read, and forms of full width are plain', () => {
    expect(read(steps({ 中: 0.9, b: 0.05 }, { blank: 1 }, { '(': 0.9 }))).toBe('b(');
  });

  it('says how sure each character is and what else it may be', () => {
    const [first] = transcribe(steps({ a: 0.6, b: 0.3 }), alphabet);
    expect(first).toMatchObject({ character: 'a', second: { character: 'b' } });
    expect(first!.confidence).toBeCloseTo(0.6);
  });
});

describe('boxes of text', () => {
  it('lie around islands of the map, grown back to the height of the line', () => {
    const [width, height] = [60, 40];
    const data = new Float32Array(width * height);
    for (let y = 10; y < 16; y++) for (let x = 10; x < 50; x++) data[y * width + x] = 0.9;
    const [box, ...others] = textBoxes({ width, height, data });
    expect(others).toEqual([]);
    const [a, , c] = box!.quad;
    expect([a.x, a.y, c.x, c.y].map(Math.round)).toEqual([6, 6, 54, 20]);
  });

  it('are not made of what the detector is not sure of', () => {
    const data = new Float32Array(400).fill(0.4);
    expect(textBoxes({ width: 20, height: 20, data })).toEqual([]);
  });
});

describe('the text layer of a page', () => {
  const at = (text: string, x: number, y: number) =>
    [...text].map((character, i) => ({ character, left: x + 6 * i, right: x + 6 * i + 5.5, top: y, bottom: y + 10 }));

  it('is cut into cells where gaps are wide, and into words where they are narrow', () => {
    const lines = textLayerLines(
      [...at('Sodium', 0, 0), ...at('ion', 40, 0), ...at('139', 120, 0), ...at('next', 0, 20)],
      2,
    );
    expect(lines.map(({ characters }) => characters.map(({ character }) => character).join(''))).toEqual([
      'Sodium ion',
      '139',
      'next',
    ]);
    expect(lines[0]!.page).toBe(2);
  });
});

describe('the page in a picture', () => {
  const [width, height] = [400, 300];
  const draw = (inside: (x: number, y: number) => boolean, table: number): Picture => {
    const data = new Uint8Array(3 * width * height);
    for (let i = 0; i < width * height; i++)
      data.fill(inside(i % width, Math.floor(i / width)) ? 230 : table, 3 * i, 3 * i + 3);
    return { width, height, data };
  };
  const corners: Quad = [
    { x: 60, y: 40 },
    { x: 340, y: 60 },
    { x: 330, y: 270 },
    { x: 40, y: 250 },
  ];
  const toSquare = homographyBetween(corners, quadOf(0, 0, 1, 1))!;
  const onPage = (x: number, y: number): boolean => {
    const at = project(toSquare, { x, y });
    return at.x >= 0 && at.x <= 1 && at.y >= 0 && at.y <= 1;
  };

  it('is found where it lies on something darker', () => {
    const found = findPage(draw(onPage, 60))!;
    found.forEach(({ x, y }, i) => expect(Math.hypot(x - corners[i]!.x, y - corners[i]!.y)).toBeLessThan(5));
  });

  it('is not made up: on a white sheet, a frame or a picture is no page', () => {
    expect(findPage(draw(onPage, 255))).toBeUndefined();
    expect(findPage(draw(() => true, 0))).toBeUndefined();
    expect(findPage(draw((x, y) => Math.hypot(x - 200, y - 150) < 120, 60))).toBeUndefined();
  });
});

describe('geometry', () => {
  it('finds the least rectangle around points, turned as they are', () => {
    const diamond = [
      { x: 10, y: 0 },
      { x: 20, y: 10 },
      { x: 10, y: 20 },
      { x: 0, y: 10 },
    ];
    expect(Math.abs(areaOf(leastRectangle(diamond)))).toBeCloseTo(200);
  });

  it('has no map where corners lie on a line', () => {
    const flat: Quad = [0, 1, 2, 3].map((x) => ({ x, y: x })) as unknown as Quad;
    expect(homographyBetween(flat, quadOf(0, 0, 1, 1))).toBeUndefined();
  });
});
