import { Fault } from '@smartscan/kernel';

/** What a person at the terminal sees. Not the log: that goes to stderr as JSON. */
export const say = (line = ''): void => {
  process.stdout.write(`${line}\n`);
};

const startedAt = performance.now();
export const elapsed = (): string => `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;

/** A fault is told in full, with what to do; anything else is ours, so its stack is what helps. */
export function tellFailure(error: unknown): void {
  if (error instanceof Fault) {
    process.stderr.write(`\nSmartScan can't start: ${error.message}\n${error.extras.remedy ?? ''}\n(${error.code})\n`);
  } else {
    process.stderr.write(
      `\nSmartScan can't start: ${error instanceof Error ? (error.stack ?? error.message) : 'unknown error'}\n`,
    );
  }
}

const STEPS: Readonly<Record<string, string>> = {
  preparing: 'Preparing the database',
  initialising: 'Making the database (first start only)',
  starting: 'Starting the database',
  ready: 'Database ready; starting the services',
  recovering: 'The database went down; starting it again',
};

export const sayStep = (step: string): void => say(`  [${elapsed()}] ${STEPS[step] ?? step}`);
