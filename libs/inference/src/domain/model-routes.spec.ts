import fc from 'fast-check';
import { versionFor, versionsOf, withCanary } from './model-routes.ts';

const sequences = Array.from({ length: 20_000 }, (_, n) => n);
const shareOf = (share: number, model = 'face-landmarks'): number => {
  const route = { current: '1', canary: { version: '2', share } };
  return sequences.filter((n) => versionFor(model, route, n) === '2').length / sequences.length;
};

describe('which version a scan runs on', () => {
  it.each([0, 0.01, 0.05, 0.5, 1])('a canary of %d is that share of consecutive scans', (share) => {
    // Three standard deviations of a fair draw.
    const tolerance = 3 * Math.sqrt((share * (1 - share)) / sequences.length);
    expect(Math.abs(shareOf(share) - share)).toBeLessThanOrEqual(tolerance);
  });

  it('is always the same for a scan, and one that has a canary has it at any larger share', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.nat(), share, share, (sequence, one, other) => {
        const of = (value: number) =>
          versionFor('m', { current: '1', canary: { version: '2', share: value } }, sequence);
        expect(of(one)).toBe(of(one));
        if (of(Math.min(one, other)) === '2') expect(of(Math.max(one, other))).toBe('2');
      }),
      { seed: 20_26 },
    );
  });

  it('canaries of two models fall on scans independently', () => {
    const route = { current: '1', canary: { version: '2', share: 0.5 } };
    const both = sequences.filter((n) => versionFor('a', route, n) === '2' && versionFor('b', route, n) === '2');
    expect(both.length / sequences.length).toBeCloseTo(0.25, 1);
  });

  it('a canary that is given all scans is the current version, and none is needed to try what is current', () => {
    expect(withCanary({ current: '1' }, '2', 0.1)).toEqual({ current: '1', canary: { version: '2', share: 0.1 } });
    expect(withCanary({ current: '1' }, '2', 1)).toEqual({ current: '2' });
    expect(withCanary({ current: '1' }, '1', 0.1)).toEqual({ current: '1' });
    expect(withCanary(undefined, '3', 0.1)).toEqual({ current: '3' });
    expect(versionsOf({ current: '1', canary: { version: '2', share: 0.1 } })).toEqual(['1', '2']);
    expect(versionsOf(undefined)).toEqual([]);
  });
});
