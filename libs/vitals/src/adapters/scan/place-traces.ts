import type { PatchTrace } from '@smartscan/signal';
import type { ColourWeights } from './colour.ts';
import type { Picture } from './frames.ts';
import { PatchMeter, type PatchColour } from './patch-meter.ts';
import type { SkinPatch } from './patches.ts';

/** The colours of some places, frame by frame; NaN in frames in which they weren't seen. */
export class PlaceTraces {
  readonly meter: PatchMeter;
  readonly traces: readonly PatchTrace[];
  readonly #colours: readonly PatchColour[];

  /** @param capacity frames that may come at most */
  constructor(places: readonly SkinPatch[], colours: ColourWeights, capacity: number) {
    const trace = (): Float64Array => new Float64Array(capacity).fill(NaN);
    this.meter = new PatchMeter(places, colours);
    this.traces = places.map(({ name }) => ({ name, red: trace(), green: trace(), blue: trace() }));
    this.#colours = places.map(() => ({ red: NaN, green: NaN, blue: NaN }));
  }

  /** Keeps the colours of the n-th frame, where the places were laid last. */
  keep(picture: Picture, n: number): void {
    this.meter.measure(picture, this.#colours);
    this.#colours.forEach(({ red, green, blue }, i) => {
      const trace = this.traces[i]!;
      trace.red[n] = red;
      trace.green[n] = green;
      trace.blue[n] = blue;
    });
  }

  /** The traces of the first frames, which share the memory of these. */
  firstOf(frames: number): PatchTrace[] {
    return this.traces.map(({ name, red, green, blue }) => ({
      name,
      red: red.subarray(0, frames),
      green: green.subarray(0, frames),
      blue: blue.subarray(0, frames),
    }));
  }
}
