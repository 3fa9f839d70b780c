import { mulberry32, gaussian, type PatchTrace } from '@smartscan/signal';
import { lgi, omit } from './projections.ts';

const BLOOD = { red: 0.33, green: 0.77, blue: 0.53 } as const;
const SKIN = { red: 170, green: 120, blue: 100 } as const;

const skin = (pulse: number, light: number): PatchTrace => {
  const chance = mulberry32(1);
  const trace = (colour: keyof typeof SKIN): Float64Array =>
    Float64Array.from({ length: 900 }, (_, i) => {
      const blood = pulse * Math.sin((2 * Math.PI * 1.2 * i) / 30);
      const swing = light * Math.sin((2 * Math.PI * 1.9 * i) / 30);
      return SKIN[colour] * (1 - BLOOD[colour] * blood + swing + 1e-5 * gaussian(chance));
    });
  return { name: 'skin', red: trace('red'), green: trace('green'), blue: trace('blue') };
};

const amplitudeAt = (values: Float64Array, hz: number): number => {
  let [re, im] = [0, 0];
  values.forEach((value, i) => {
    re += value * Math.cos((2 * Math.PI * hz * i) / 30);
    im += value * Math.sin((2 * Math.PI * hz * i) / 30);
  });
  return (2 * Math.hypot(re, im)) / values.length;
};

describe('methods that the pipeline is without', () => {
  it.each([
    ['LGI', lgi],
    ['OMIT', omit],
  ] as const)('%s sees blood and not the light that all colours share', (_, method) => {
    const seen = method(skin(0.01, 0.05));
    const blood = amplitudeAt(seen, 1.2) / (0.01 * SKIN.green);
    expect(blood).toBeGreaterThan(0.1);
    expect(amplitudeAt(seen, 1.9) / (0.05 * SKIN.green)).toBeLessThan(0.05 * blood);
  });
});
