import { Worker, type MessagePort } from 'node:worker_threads';

/**
 * JavaScript memory of a thread; frames, bodies and tensors are outside of it. A parser led astray hits this, not the
 * process.
 */
const MAX_HEAP_MB = 256;

/**
 * A thread that meets hostile bytes.
 *
 * @param file of the build: see `builtFile`
 * @param ports among `workerData`: they go along
 */
export const startThread = (
  name: string,
  file: string,
  workerData: unknown,
  ports: readonly MessagePort[] = [],
): Worker => {
  // Read by onnxruntime's native library when it loads, in whichever thread; it must be set in the main one.
  process.env.ORT_DISABLE_TELEMETRY = '1';
  const worker = new Worker(file, {
    workerData,
    transferList: [...ports],
    name,
    // Not the options of the process: a debugger's port, or conditions that resolve to sources.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    // Parsers and native code complain on the console, quoting what they were given: it goes nowhere.
    stdout: true,
    stderr: true,
  });
  worker.stdout.resume();
  worker.stderr.resume();
  return worker;
};
