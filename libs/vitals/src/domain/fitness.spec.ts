import { greatestOxygenUptake } from './fitness.ts';

describe('the greatest oxygen uptake', () => {
  it('is 15.3 times the greatest over the resting heart rate', () => {
    // At 40 the greatest rate is 180.
    expect(greatestOxygenUptake(60, { age: 40, sex: 'male' })).toBeCloseTo(45.9, 9);
    expect(greatestOxygenUptake(45, { age: 40, sex: 'male' })).toBeCloseTo(61.2, 9);
  });

  it('says nothing of people unlike those of the study: women, and men younger than 21 or older than 51', () => {
    expect(greatestOxygenUptake(60, { age: 40, sex: 'female' })).toBeNaN();
    for (const age of [20, 52]) expect(greatestOxygenUptake(60, { age, sex: 'male' })).toBeNaN();
  });
});
