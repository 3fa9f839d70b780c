import { serviceSettings } from './settings.ts';

const { replicaAddress } = serviceSettings.shape;

describe('the address of a process among its peers', () => {
  it.each(['https://10.1.2.3:7443', 'https://[fd00::12]:7443', 'https://pod-3.vitals.svc:443', undefined])(
    '%s is one',
    (address) => {
      expect(replicaAddress.parse(address)).toBe(address);
    },
  );

  it.each([
    'http://10.1.2.3:7443',
    'https://10.1.2.3',
    'https://10.1.2.3:7443/',
    'https://10.1.2.3:7443/operations',
    'https://10.1.2.3:7443?x',
    'https://user@10.1.2.3:7443',
    'https://:7443',
    '10.1.2.3:7443',
    '',
  ])('%s is none', (address) => {
    expect(replicaAddress.safeParse(address).success).toBe(false);
  });
});
