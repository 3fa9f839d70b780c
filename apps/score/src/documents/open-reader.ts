import { DocumentReader, TEXT_MODELS } from '@smartscan/documents';
import { InferenceThread } from '@smartscan/inference';

export interface OpenReader {
  readonly reader: DocumentReader;
  close(): Promise<void>;
}

/** A reader whose models run on the CPU, in a thread of their own as in the tier. */
export const openReader = async (modelsDirectory: string): Promise<OpenReader> => {
  const models = Object.entries(TEXT_MODELS).map(([name, version]) => ({ name, version }));
  const thread = await InferenceThread.start(
    { runtime: { modelsDirectory, engines: ['cpu'] }, models },
    () => undefined,
  );
  return {
    reader: await DocumentReader.open(thread.holder, modelsDirectory),
    close: () => thread.close(),
  };
};
