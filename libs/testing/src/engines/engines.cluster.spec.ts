import { testEngines } from './engines.ts';

describe('the engines', () => {
  it('are there, all of them, on loopback', () => {
    const { postgres, brokers, openFga, kmsUrl, s3Url } = testEngines();
    const hosts = [postgres.host, ...brokers, openFga.url, kmsUrl, s3Url];
    expect(hosts.filter((host) => !host.includes('127.0.0.1'))).toEqual([]);
  });
});
