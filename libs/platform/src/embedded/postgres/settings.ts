/**
 * What the bundled server is started with. The settings travel on its command line at every start, so a newer release
 * changes them without touching the data directory, and no file in it can weaken them.
 *
 * Source of names and meanings: PostgreSQL 18 manual, chapter 19, "Server Configuration".
 */
export interface ServerSettings {
  readonly port: number;
  /** false only for throw-away test servers: an acknowledged row may then be lost with the power. */
  readonly durable: boolean;
}

const LISTEN: Readonly<Record<string, string>> = {
  // Loopback only, no Unix socket: one door, and it asks for a password (SCRAM-SHA-256, RFC 7677).
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  ssl: 'off',
  allow_alter_system: 'off',
};

/**
 * Statements and errors quote values ("invalid input syntax for type uuid: …"), and values here are health data. The
 * server's log therefore holds its own life only: `log` ranks above `error` there, and terse drops the DETAIL line that
 * quotes the statement a crashed process was running.
 */
const LOG: Readonly<Record<string, string>> = {
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '%m [%p] ',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_statement: 'none',
  log_min_duration_statement: '-1',
  log_min_duration_sample: '-1',
  log_transaction_sample_rate: '0',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_duration: 'off',
  log_lock_waits: 'off',
  log_autovacuum_min_duration: '-1',
  log_checkpoints: 'off',
  log_connections: '',
  log_temp_files: '-1',
  lc_messages: 'C',
  log_timezone: 'UTC',
};

const SIZE: Readonly<Record<string, string>> = {
  // Ours: nine contexts with a pool of eight and a listener each is 81; the rest is room for tools and tests.
  max_connections: '200',
  // Ours: a laptop's share. The tables of one workspace fit; the kernel's cache does the rest.
  shared_buffers: '64MB',
  huge_pages: 'off',
  // Ours: bounds the replay after a crash to what a slow disk reads in ten seconds.
  max_wal_size: '256MB',
  min_wal_size: '32MB',
  // Ours: a runaway sort must not fill a laptop's disk.
  temp_file_limit: '1GB',
  // A container's /dev/shm is 64 MB by default, and parallel queries that outgrow it fail; two cores gain little.
  max_parallel_workers_per_gather: '0',
  max_parallel_maintenance_workers: '0',
  // No standby, no logical decoding: less WAL and two processes fewer.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  // Three I/O workers per server are for disks that this place does not have; `sync` reads in the backend itself.
  io_method: 'sync',
  timezone: 'UTC',
};

const DURABLE: Readonly<Record<string, string>> = { fsync: 'on', full_page_writes: 'on', synchronous_commit: 'on' };
const THROW_AWAY: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
};

/** The server's arguments after `-D directory`, in a fixed order. */
export const serverArguments = ({ port, durable }: ServerSettings): string[] =>
  Object.entries({ ...LISTEN, ...LOG, ...SIZE, ...(durable ? DURABLE : THROW_AWAY), port: String(port) }).flatMap(
    ([name, value]) => ['-c', `${name}=${value}`],
  );

/** Who may connect: everybody with a password over loopback, and nobody else. Replaces initdb's longer default. */
export const HOST_BASED_AUTHENTICATION = 'host all all 127.0.0.1/32 scram-sha-256\n';
