import { makeFaceVideo } from '@smartscan/testing/face-video';
import { findDecoder, onGpu, type Decoder } from './decoder.ts';
import { ScanWorkers } from './scan-workers.ts';

const never = new AbortController().signal;

describe('decoding on a GPU', () => {
  it('is what ffmpeg shows that it can, and nothing that is only listed', async () => {
    const found = await findDecoder('ffmpeg');
    const asked = await onGpu(found);
    const usable = asked.name === 'ffmpeg' ? asked.hardware : undefined;
    // On a machine without a GPU the decoder stays as it is; with one, only this is added.
    expect(asked).toEqual(usable === undefined ? found : { ...found, hardware: 'cuda' });
    expect(await onGpu({ name: 'webcodecs', version: '1', codecs: {} })).toEqual({
      name: 'webcodecs',
      version: '1',
      codecs: {},
    });
  });

  it('a GPU that is not there after all costs a scan nothing but time: the vitals are the same', async () => {
    const found = await findDecoder('ffmpeg');
    const { bytes } = await makeFaceVideo({ seconds: 12, width: 320, height: 240, amplitude: 0.008 });
    const heartRates: (number | null)[] = [];
    for (const decoder of [found, { ...found, hardware: 'cuda' } as Decoder]) {
      const workers = await ScanWorkers.start({ size: 1, maxBodyBytes: 20_000_000, decoder });
      heartRates.push((await workers.run([bytes], { signal: never })).analysis.heartRate.value);
      await workers.close();
    }
    expect(heartRates[0]).toEqual(expect.any(Number));
    expect(heartRates[1]).toBe(heartRates[0]);
  });
});
