import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { DurationHistogram } from './duration-histogram.ts';

const spec = { name: 'a_duration_seconds', help: 'One', buckets: [0.1, 0.5, 2] };

describe('the histogram with series that are looked up once', () => {
  it('is exported line for line as prom-client’s own, whatever was observed', async () => {
    const observations = fc.array(
      fc.record({
        context: fc.constantFrom('audit', 'vitals'),
        outcome: fc.constantFrom('ok', 'failed'),
        seconds: fc.oneof(fc.double({ min: 0, max: 5, noNaN: true }), fc.constantFrom(0.1, 0.5, 2)),
      }),
      { minLength: 1, maxLength: 50 },
    );
    await fc.assert(
      fc.asyncProperty(observations, async (observed) => {
        const [ours, theirs] = [new Registry(), new Registry()];
        const observe = new DurationHistogram({ ...spec, registers: [ours] }).byNames((context, outcome) => ({
          context,
          outcome,
        }));
        const histogram = new Histogram({ ...spec, labelNames: ['context', 'outcome'], registers: [theirs] });
        for (const { context, outcome, seconds } of observed) {
          observe(context, outcome, seconds);
          histogram.observe({ context, outcome }, seconds);
        }
        expect(await ours.metrics()).toBe(await theirs.metrics());
      }),
    );
  });
});
