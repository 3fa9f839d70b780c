import { setTimeout as sleep } from 'node:timers/promises';
import { boundedLook } from './bounded-look.ts';

describe('a bounded look', () => {
  it('gives what it found, and nothing where it failed, at once or later', async () => {
    expect(await boundedLook(() => Promise.resolve(7), 1_000)()).toBe(7);
    expect(await boundedLook(() => Promise.reject(new Error('no')), 1_000)()).toBeUndefined();
    const throws = (): Promise<number> => {
      throw new Error('no');
    };
    expect(await boundedLook(throws, 1_000)()).toBeUndefined();
  });

  it('one that hangs answers in time, and is not begun a second time while it does', async () => {
    let begun = 0;
    const look = boundedLook(() => {
      begun += 1;
      return new Promise<number>(() => undefined);
    }, 20);
    const startedMs = performance.now();
    expect(await Promise.all([look(), look(), look()])).toEqual([undefined, undefined, undefined]);
    expect(performance.now() - startedMs).toBeLessThan(500);
    await look();
    expect(begun).toBe(1);
  });

  it('one that came too late counts for the next who asks', async () => {
    const look = boundedLook(async () => {
      await sleep(60);
      return 'found';
    }, 40);
    expect(await look()).toBeUndefined();
    expect(await look()).toBe('found');
  });

  it('one that has hung for long is given up, so that a store that came back is found', async () => {
    jest.useFakeTimers({ advanceTimers: false });
    try {
      let begun = 0;
      const look = boundedLook(() => {
        begun += 1;
        return begun === 1 ? new Promise<string>(() => undefined) : Promise.resolve('back');
      }, 20);
      const first = look();
      await jest.advanceTimersByTimeAsync(20);
      expect(await first).toBeUndefined();
      await jest.advanceTimersByTimeAsync(10_000);
      const second = look();
      await jest.advanceTimersByTimeAsync(1);
      expect(await second).toBe('back');
    } finally {
      jest.useRealTimers();
    }
  });
});
