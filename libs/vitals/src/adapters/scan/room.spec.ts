import fc from 'fast-check';
import type { Region, Room } from './decode-request.ts';
import { bytesOfPicture, type Picture } from './frames.ts';
import { joined, joinedLayout, roomBeside, roomPlaces, wholeLayout } from './room.ts';

/** A picture whose luma tells the place, column and row. */
const WIDTH = 120;
const HEIGHT = 100;
const lumaAt = (x: number, y: number): number => (3 * x + 7 * y) % 251;
const chromaAt = (x: number, y: number): number => (5 * x + 11 * y) % 241;

const cut = ({ x, y, width, height }: Region): Picture => {
  const bytes = new Uint8Array(bytesOfPicture(width, height));
  for (let i = 0; i < width * height; i++) bytes[i] = lumaAt(x + (i % width), y + Math.floor(i / width));
  const [halfWidth, chroma] = [width / 2, (width * height) / 4];
  for (let i = 0; i < chroma; i++) {
    const value = chromaAt(x / 2 + (i % halfWidth), y / 2 + Math.floor(i / halfWidth));
    bytes[width * height + i] = value;
    bytes[width * height + chroma + i] = 255 - value;
  }
  return { width, height, bytes };
};

const even = (max: number) => fc.integer({ min: 0, max: max / 2 }).map((half) => 2 * half);
const regions = fc
  .record({ x: even(WIDTH - 20), y: even(HEIGHT - 20), right: even(WIDTH), bottom: even(HEIGHT) })
  .map(({ x, y, right, bottom }): Region => {
    return { x, y, width: Math.max(20, right - x), height: Math.max(20, bottom - y) };
  });

const stripsOf = ({ before, after }: Room): readonly Region[] => [before, after].filter((one) => one !== undefined);

describe('the room beside a face', () => {
  it('lies inside the picture, apart from the face, in even pixels, whatever way it is turned', () => {
    fc.assert(
      fc.property(regions, fc.constantFrom(0, 90, 180, 270), (region, rotation) => {
        for (const strip of stripsOf(roomBeside(region, { width: WIDTH, height: HEIGHT }, rotation))) {
          expect([strip.x, strip.y, strip.width, strip.height].every((value) => value % 2 === 0)).toBe(true);
          expect(strip.x >= 0 && strip.x + strip.width <= WIDTH).toBe(true);
          expect(strip.y >= 0 && strip.y + strip.height <= HEIGHT).toBe(true);
          const beside =
            rotation % 180 === 0
              ? strip.x + strip.width < region.x || strip.x > region.x + region.width
              : strip.y + strip.height < region.y || strip.y > region.y + region.height;
          expect(beside).toBe(true);
        }
      }),
    );
  });

  it('is never above or below a person, where a neck is: in a turned picture these are its left and right', () => {
    const region = { x: 40, y: 40, width: 40, height: 30 };
    const upright = roomBeside(region, { width: WIDTH, height: HEIGHT }, 0);
    expect(stripsOf(upright).every(({ y, height }) => y === region.y && height === region.height)).toBe(true);
    const turned = roomBeside(region, { width: WIDTH, height: HEIGHT }, 90);
    expect(stripsOf(turned).every(({ x, width }) => x === region.x && width === region.width)).toBe(true);
    expect([upright, turned].map((room) => stripsOf(room).length)).toEqual([2, 2]);
  });

  it('is nowhere where the face reaches the edge of the picture', () => {
    const room = roomBeside({ x: 0, y: 0, width: WIDTH - 6, height: HEIGHT }, { width: WIDTH, height: HEIGHT }, 0);
    expect(stripsOf(room)).toEqual([]);
    expect(roomPlaces(wholeLayout({ width: WIDTH, height: HEIGHT }, room)).places).toEqual([]);
  });
});

describe('pictures joined', () => {
  it('hold every sample of the face and of the room where their layout says', () => {
    fc.assert(
      fc.property(regions, fc.constantFrom(0, 90), (region, rotation) => {
        const room = roomBeside(region, { width: WIDTH, height: HEIGHT }, rotation);
        const { origin, part, strips } = joinedLayout(region, room);
        const cuts = [room.before, region, room.after].filter((one) => one !== undefined);
        const { width, height, bytes } = joined(cuts.map(cut), room.lies);
        const holds = (at: Region, from: { readonly x: number; readonly y: number }): boolean => {
          for (let y = 0; y < at.height; y++) {
            for (let x = 0; x < at.width; x++) {
              if (bytes[(at.y + y) * width + at.x + x] !== lumaAt(from.x + x, from.y + y)) return false;
              const chroma = width * height + ((at.y + y) >> 1) * (width / 2) + ((at.x + x) >> 1);
              const value = chromaAt((from.x + x) >> 1, (from.y + y) >> 1);
              if (bytes[chroma] !== value || bytes[chroma + (width * height) / 4] !== 255 - value) return false;
            }
          }
          return true;
        };
        expect(holds(part, { x: part.x + origin.x, y: part.y + origin.y })).toBe(true);
        stripsOf(room).forEach((strip, i) => expect(holds(strips[i]!, strip)).toBe(true));
      }),
    );
  });
});

describe('the places of a room', () => {
  it('cover its strips, two along each', () => {
    const layout = wholeLayout(
      { width: WIDTH, height: HEIGHT },
      roomBeside({ x: 40, y: 20, width: 40, height: 60 }, { width: WIDTH, height: HEIGHT }, 0),
    );
    const { places, points } = roomPlaces(layout);
    expect(places).toHaveLength(4);
    const xs = places.map(({ outline }) => outline.map((corner) => points[2 * corner]!));
    const ys = places.map(({ outline }) => outline.map((corner) => points[2 * corner + 1]!));
    expect(xs.map((of) => [Math.min(...of), Math.max(...of)])).toEqual([
      [0, 7],
      [0, 7],
      [WIDTH - 8, WIDTH - 1],
      [WIDTH - 8, WIDTH - 1],
    ]);
    expect(ys.map((of) => [Math.min(...of), Math.max(...of)])).toEqual([
      [20, 49],
      [50, 79],
      [20, 49],
      [50, 79],
    ]);
  });
});
