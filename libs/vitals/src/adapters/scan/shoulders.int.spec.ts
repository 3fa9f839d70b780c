import { makeFaceVideo, type FaceVideoOptions } from '@smartscan/testing/face-video';
import type { ScanOutcome } from './outcome.ts';
import { ScanWorkers } from './scan-workers.ts';

/** A face with its shoulders in sight. */
const BUST = {
  scene: 'shoulders',
  seconds: 30,
  width: 240,
  height: 320,
  bitrate: 1_500_000,
  amplitude: 0.008,
} as const;

let workers: ScanWorkers;
beforeAll(async () => {
  workers = await ScanWorkers.start({ size: 2, maxBodyBytes: 50_000_000 });
});
afterAll(() => workers.close());

const scan = async (options: FaceVideoOptions): Promise<ScanOutcome['analysis']> => {
  const { bytes } = await makeFaceVideo({ ...BUST, ...options });
  return (await workers.run([bytes], { signal: new AbortController().signal })).analysis;
};

/** A face whose intervals hardly follow the breath, under a swaying camera: its two modulations disagree. */
const SHALLOW = { respiratoryRate: 19, sdnn: 8, motion: 2, seed: 51 } as const;
/** Another, in noise. */
const NOISY = { respiratoryRate: 21, sdnn: 10, heartRate: 66, noise: 2, seed: 55 } as const;

describe('shoulders in sight', () => {
  it('that rise with the breath give its rate within 2, and still ones change nothing', async () => {
    const still = await scan(SHALLOW);
    expect(still.heartRate.value).not.toBeNull();
    expect(still.respiratoryRate.reasons).toContain('modulations_disagree');
    const { value } = (await scan({ ...SHALLOW, shoulderRise: 0.02 })).respiratoryRate;
    expect(Math.abs(value! - SHALLOW.respiratoryRate)).toBeLessThan(2);
  });

  it('are seen in pictures that lie on their side', async () => {
    const { value } = (await scan({ ...NOISY, shoulderRise: 0.02, rotation: 90 })).respiratoryRate;
    expect(Math.abs(value! - NOISY.respiratoryRate)).toBeLessThan(2);
  });

  it('of a photo that sways in a hand give no rate', async () => {
    const { respiratoryRate } = await scan({ amplitude: 0, noise: 1.5, hand: 4, handHertz: 0.3 });
    expect(respiratoryRate.value).toBeNull();
  });

  it('give the sway of a living face that is held in a hand for no breath', async () => {
    const { heartRate, respiratoryRate } = await scan({ hand: 2, handHertz: 0.3, respiratoryRate: 12, seed: 57 });
    expect(heartRate.value).not.toBeNull();
    expect(Math.abs((respiratoryRate.value ?? 12) - 12)).toBeLessThan(2);
  });
});
