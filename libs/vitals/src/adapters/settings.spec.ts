import { vitalsSettings } from './settings.ts';

const weightsOf = (weights: string): unknown => vitalsSettings.parse({ weights }).weights;

describe('the weights of workspaces', () => {
  it('are read from a list, and none is an empty one', () => {
    expect(weightsOf('')).toEqual(new Map());
    const weights = [
      ['wsp_01', 2],
      ['wsp_02', 0.5],
    ] as const;
    expect(weightsOf('wsp_01=2, wsp_02=0.5')).toEqual(new Map(weights));
  });

  it.each(['wsp_01', 'wsp_01=0', 'wsp_01=-1', 'wsp_01=1000', 'somebody=2', 'wsp_01=2;wsp_02=3'])(
    'are not %s',
    (text) => {
      expect(() => weightsOf(text)).toThrow('workspace=weight');
    },
  );
});

describe('the settings of the models', () => {
  const read = (settings: Readonly<Record<string, string>>) => vitalsSettings.parse(settings);

  it('name versions for all scans, or for some of a hundred', () => {
    expect(read({}).modelVersions).toEqual([]);
    expect(read({ modelVersions: 'face-landmarks=2, face-landmarks=3@2.5' }).modelVersions).toEqual([
      { name: 'face-landmarks', version: '2', share: 1 },
      { name: 'face-landmarks', version: '3', share: 0.025 },
    ]);
    for (const modelVersions of ['face-landmarks', 'face-landmarks=2@100', '../x=1', 'a=1;b=2', 'a=latest']) {
      expect(() => read({ modelVersions })).toThrow('MODEL=VERSION');
    }
  });

  it('name what models run on, TensorFlow first or not at all', () => {
    expect(read({ executionProviders: 'tensorflow, cuda' }).executionProviders).toEqual(['tensorflow', 'cuda']);
    for (const executionProviders of ['', 'gpu', 'cuda,tensorflow', 'tensorflow,tensorflow']) {
      expect(() => read({ executionProviders })).toThrow();
    }
  });

  it('let frames leave this machine under TLS alone', () => {
    for (const inferenceUrl of ['https://models.example:8443', 'http://127.0.0.1:8000', 'http://[::1]:8000']) {
      expect(read({ inferenceUrl }).inferenceUrl).toBe(inferenceUrl);
    }
    for (const inferenceUrl of ['http://models.example:8000', 'http://localhost.example', 'grpc://127.0.0.1', 'x']) {
      expect(() => read({ inferenceUrl })).toThrow();
    }
  });
});
