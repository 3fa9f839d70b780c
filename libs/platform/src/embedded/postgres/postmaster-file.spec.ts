import fc from 'fast-check';
import { parsePostmasterFile } from './postmaster-file.ts';

const TEXT = '7380\n/data\n1795464965\n5999\n\n127.0.0.1\n  9977859     32788\nready   \n';

describe('postmaster.pid', () => {
  it('tells process, port and status', () => {
    expect(parsePostmasterFile(TEXT)).toEqual({ pid: 7380, port: 5999, status: 'ready' });
    expect(parsePostmasterFile(TEXT.replace('ready', 'stopping'))).toMatchObject({ status: 'stopping' });
  });

  it('without a status yet is of a server that is starting', () => {
    expect(parsePostmasterFile('7380\n/data\n1795464965\n5999\n')).toEqual({
      pid: 7380,
      port: 5999,
      status: 'starting',
    });
  });

  it.each(['', '\n', '0\n', '-5\n', 'x\n'])('with %j in place of a process is no file', (text) => {
    expect(parsePostmasterFile(text)).toBeUndefined();
  });

  it('cut off anywhere never names a process that it does not hold', () => {
    fc.assert(
      fc.property(fc.nat(TEXT.length), (length) => {
        const file = parsePostmasterFile(TEXT.slice(0, length));
        expect(file === undefined || '7380'.startsWith(String(file.pid))).toBe(true);
      }),
    );
  });
});
