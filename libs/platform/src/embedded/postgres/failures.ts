import { Fault } from '@smartscan/kernel';

/** Why PostgreSQL did not come up, as read off what it wrote. `busy` passes by itself: another server is just leaving. */
export type Reason =
  | 'busy'
  | 'port_taken'
  | 'disk_full'
  | 'version'
  | 'binaries'
  | 'memory'
  | 'damaged'
  | 'directory'
  | 'failed';

// Texts of PostgreSQL 18 under lc_messages=C and of strerror(3); the order matters, the first match decides.
const SIGNS: readonly (readonly [Reason, RegExp])[] = [
  ['disk_full', /No space left on device|Disk quota exceeded|File too large|wrote only \d+ of \d+ bytes/],
  ['busy', /lock file "[^"]+" (already exists|is empty)|pre-existing shared memory block/],
  ['port_taken', /could not bind IPv4 address[^\n]*(Address already in use|Permission denied)/],
  ['version', /database files are incompatible with server/],
  ['binaries', /error while loading shared libraries|postgres: not found|cannot execute|initdb: not found/],
  [
    'memory',
    /Cannot allocate memory|could not create (semaphores|shared memory segment)|could not map anonymous shared/,
  ],
  [
    'damaged',
    /could not locate a valid checkpoint record|incorrect checksum in control file|PANIC:|invalid data in file/,
  ],
  ['directory', /Permission denied|Read-only file system|Operation not permitted/],
];

/** Reads the reason off what initdb or the server wrote to its error output. */
export const reasonOf = (output: string): Reason => SIGNS.find(([, sign]) => sign.test(output))?.[0] ?? 'failed';

const DISK_ERRORS: Readonly<Record<string, Reason>> = {
  ENOSPC: 'disk_full',
  EDQUOT: 'disk_full',
  EFBIG: 'disk_full',
  EACCES: 'directory',
  EPERM: 'directory',
  EROFS: 'directory',
  ENOTDIR: 'directory',
  EEXIST: 'directory',
  ENOENT: 'directory',
  EINVAL: 'directory',
};

/** The fault for a system call on the server's directory that failed; anything unforeseen is passed on as it is. */
export const diskFault = (error: unknown, directory: string): unknown => {
  const reason = DISK_ERRORS[errorCode(error) ?? ''];
  return reason === undefined || error instanceof Fault ? error : startFault(reason, directory);
};

/** `code` of a Node or PostgreSQL error, if it has one. By shape: an error of another realm is no instance of our Error. */
export const errorCode = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

const REASONS: Readonly<Record<Reason, { message: string; remedy: string }>> = {
  busy: {
    message: 'Another PostgreSQL server holds the database directory.',
    remedy: 'Stop it, or wait until it has gone.',
  },
  port_taken: {
    message: 'The port for the database is taken or not allowed.',
    remedy: 'Set another port, or none and a free one is chosen.',
  },
  disk_full: {
    message: 'The disk that holds the database directory is full.',
    remedy: 'Free at least 256 MB there and start again; what was acknowledged before is kept.',
  },
  version: {
    message: 'The database directory was made by another major version of PostgreSQL than the bundled 18.',
    remedy: 'Start the release that made it and export the data, or choose an empty directory.',
  },
  damaged: {
    message: 'PostgreSQL finds its files damaged.',
    remedy: 'Restore the directory from a backup; server.log in it names the file.',
  },
  binaries: {
    message: 'The bundled PostgreSQL does not run on this system.',
    remedy: 'It needs Linux with glibc 2.27 or newer (Debian, Ubuntu, Fedora; not Alpine), or macOS.',
  },
  memory: {
    message: 'The machine has too little free memory or shared memory for the database.',
    remedy: 'Free about 200 MB of memory, or raise the limit of the container.',
  },
  directory: {
    message: 'The database directory can not be read or written.',
    remedy: 'Make it writable for the user that starts this process, or choose another directory.',
  },
  failed: {
    message: 'PostgreSQL did not start.',
    remedy: 'server.log in the database directory says why.',
  },
};

/** The fault `platform.postgres_<reason>`: names the directory (the operator's own setting) and what to do. */
export const startFault = (reason: Reason, directory: string): Fault =>
  new Fault('unavailable', `platform.postgres_${reason}`, REASONS[reason].message, {
    remedy: REASONS[reason].remedy,
    members: { directory },
  });

/** Two live processes never share one database directory. */
export const inUse = (directory: string): Fault =>
  new Fault('conflict', 'platform.directory_in_use', 'Another running process owns this database directory.', {
    remedy: 'Stop that process, or give this one a directory of its own.',
    members: { directory },
  });

/** A step that outlived its bound. `step` is a fixed word. */
export const timedOut = (step: 'initdb' | 'start' | 'takeover' | 'stop', directory: string): Fault =>
  new Fault('unavailable', 'platform.postgres_timeout', `The database's step "${step}" took too long.`, {
    remedy: 'server.log in the database directory shows how far it came; a slow or failing disk is the usual cause.',
    members: { step, directory },
  });
