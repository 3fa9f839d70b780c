import { Fault } from '@smartscan/kernel';
import type { Reason } from './failures.ts';
import { diskFault, reasonOf, startFault } from './failures.ts';

describe('the reason for a failed start', () => {
  it.each<[Reason, string]>([
    ['disk_full', 'FATAL:  could not write lock file "postmaster.pid": No space left on device'],
    ['disk_full', 'PANIC:  could not write to file "pg_wal/xlogtemp.7": Disk quota exceeded'],
    ['disk_full', 'could not extend file "base/1/1255": File too large'],
    [
      'disk_full',
      'FATAL:  could not extend file "base/1/2691": wrote only 4096 of 8192 bytes at block 10\nPANIC:  cannot abort',
    ],
    ['busy', 'FATAL:  lock file "postmaster.pid" already exists'],
    ['busy', 'FATAL:  pre-existing shared memory block (key 9977859, ID 32788) is still in use'],
    ['port_taken', 'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use'],
    ['port_taken', 'LOG:  could not bind IPv4 address "127.0.0.1": Permission denied'],
    ['version', 'FATAL:  database files are incompatible with server'],
    ['binaries', 'postgres: error while loading shared libraries: libicuuc.so.60: cannot open shared object file'],
    ['binaries', 'sh: 1: /x/bin/postgres: not found'],
    ['memory', 'FATAL:  could not map anonymous shared memory: Cannot allocate memory'],
    ['damaged', 'PANIC:  could not locate a valid checkpoint record at 0/14EC0F8'],
    ['damaged', 'FATAL:  incorrect checksum in control file'],
    ['directory', 'FATAL:  could not open file "global/pg_control": Permission denied'],
    ['failed', 'FATAL:  something that nobody foresaw'],
    ['failed', ''],
  ])('is %s where PostgreSQL says "%s"', (reason, output) => {
    expect(reasonOf(output)).toBe(reason);
  });

  it('of a system call is told by its code; what is unforeseen is passed on', () => {
    const error = (code: string): Error => Object.assign(new Error(code), { code });
    expect(diskFault(error('ENOSPC'), '/d')).toMatchObject({ code: 'platform.postgres_disk_full' });
    expect(diskFault(error('EROFS'), '/d')).toMatchObject({ code: 'platform.postgres_directory' });
    const unforeseen = error('EIO');
    expect(diskFault(unforeseen, '/d')).toBe(unforeseen);
    const fault = new Fault('internal', 'x', 'x');
    expect(diskFault(fault, '/d')).toBe(fault);
  });

  it('comes with what to do and the directory', () => {
    expect(startFault('disk_full', '/d').extras).toMatchObject({ members: { directory: '/d' } });
  });
});
