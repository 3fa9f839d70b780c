import type { Clock } from '@smartscan/kernel';

/** The real time plus what a test has travelled. */
export class TravelClock implements Clock {
  private offsetMs = 0;

  nowMs(): number {
    return Date.now() + this.offsetMs;
  }

  advance(ms: number): void {
    this.offsetMs += ms;
  }
}
