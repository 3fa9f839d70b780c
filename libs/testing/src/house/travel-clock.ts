import type { Clock } from '@smartscan/kernel';

/** The real time plus what a test has travelled. It never goes back, which a machine's clock does when it is set right. */
export class TravelClock implements Clock {
  #originMs = Date.now() - performance.now();

  nowMs(): number {
    return Math.floor(this.#originMs + performance.now());
  }

  advance(ms: number): void {
    this.#originMs += ms;
  }
}
