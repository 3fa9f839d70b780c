import process from 'node:process';
import { InferenceThread } from '@smartscan/inference';
import { MODELS } from './learned/network.ts';

/** Models by name and version, on the CPU, in a thread of their own as in the tier. */
export const openThread = (wanted: Readonly<Record<string, string>>): Promise<InferenceThread> => {
  const models = Object.entries(wanted).map(([name, version]) => ({ name, version }));
  return InferenceThread.start({ runtime: { modelsDirectory: MODELS, engines: ['cpu'] }, models }, () => undefined);
};

/** CPU time of the process and its threads, in milliseconds. */
export const cpuMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
