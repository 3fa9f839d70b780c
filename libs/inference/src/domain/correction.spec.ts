import fc from 'fast-check';
import { corrected, UNCORRECTED } from './correction.ts';

describe('the correction of predicted work', () => {
  it('comes to what a machine takes, and one job that hung teaches little', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.1, max: 10, noNaN: true }), (speed) => {
        let correction = UNCORRECTED;
        for (let n = 0; n < 200; n++) correction = corrected(correction, 3, 3 * speed);
        expect(correction).toBeCloseTo(speed, 3);
        expect(corrected(correction, 3, 3000)).toBeLessThan(1.2 * speed);
      }),
      { seed: 14 },
    );
  });
});
