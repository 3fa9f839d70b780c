import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { STOP_WITHIN_MS, stopsInTime, untilSignal, type Running } from '@smartscan/platform';
import { elapsed, say, sayStep, tellFailure } from './console.ts';
import { startPlatform, type Environment, type Settings, type Started } from './platform.ts';
import { printVitals, runSampleScan, signUp } from './sample-scan.ts';

/** The platform until Ctrl-C; on the first start with a demo workspace and a sample scan. Resolves to the exit code. */
export async function serve(environment: Environment): Promise<number> {
  say('SmartScan: the whole platform in one process.');
  let started: Started;
  try {
    started = await startPlatform(environment, {}, sayStep);
  } catch (error) {
    tellFailure(error);
    return 1;
  }
  const { running, settings } = started;
  const stopped = untilSignal(process);
  say(
    `  [${elapsed()}] Ready: ${running.url} (documentation: ${running.url}/docs, health and metrics: ${running.opsUrl})`,
  );
  try {
    await firstScan(running, settings);
  } catch (error) {
    say(`The sample scan failed: ${error instanceof Error ? error.message : 'unknown error'}`);
  }
  say('Press Ctrl-C to stop.');
  await stopped;
  say('\nStopping: requests in flight finish first.');
  return stopWithin(running);
}

/** Resolves to the exit code: 0 where everything came to its end. */
async function stopWithin(running: Running): Promise<number> {
  if (await stopsInTime(() => running.stop())) return 0;
  say(`Not everything ended within ${STOP_WITHIN_MS / 1_000} s. What was acknowledged is safe.`);
  return process.exit(1);
}

async function firstScan(running: Running, { dataDirectory, region }: Settings): Promise<void> {
  const marker = join(dataDirectory, 'demo-workspace');
  if (existsSync(marker)) {
    say(
      `The demo workspace is there already; its key was shown when it was made. To begin anew: rm -r ${dataDirectory}`,
    );
    return;
  }
  const { workspace, key } = await signUp(running.url, region);
  await writeFile(marker, `${workspace}\n`, { mode: 0o600 });
  say();
  say(`  Demo workspace  ${workspace}`);
  say(`  API key         ${key}   (shown this once)`);
  say();
  say('Generating a sample video with a known pulse and scanning it through the gateway …');
  printVitals(await runSampleScan(running.url, key));
}
