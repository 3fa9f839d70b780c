import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { elapsed, say, sayStep, tellFailure } from './console.ts';
import { startPlatform, type Environment } from './platform.ts';
import { printVitals, runSampleScan, signUp } from './sample-scan.ts';

/** Everything that `serve` does, in a temporary folder, once. The last line is the truth and the API's answer. */
export async function runDemo(environment: Environment): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), 'smartscan-demo-'));
  try {
    say('SmartScan demo: the whole platform in one process, in a temporary folder.');
    const { running, settings } = await startPlatform(
      environment,
      { dataDirectory: directory, port: 0, opsPort: 0 },
      sayStep,
    );
    try {
      say(`  [${elapsed()}] Ready: ${running.url}`);
      const { key } = await signUp(running.url, settings.region);
      say('Generating a sample video with a known pulse and scanning it through the gateway …');
      const scan = await runSampleScan(running.url, key);
      say(`  [${elapsed()}] Done`);
      printVitals(scan);
      await running.stop();
      say(JSON.stringify(scan));
      return 0;
    } catch (error) {
      await running.stop();
      throw error;
    }
  } catch (error) {
    tellFailure(error);
    return 1;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
