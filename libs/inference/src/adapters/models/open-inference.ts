import type { Inference } from '@smartscan/platform/ports';
import { holdModels } from './hold-models.ts';
import type { InferenceStart } from './inference-start.ts';
import { PortInference } from './port-inference.ts';

/** @param onLost told when whoever holds the models is gone for good: this thread can do no more */
export const openInference = async (start: InferenceStart, onLost: () => void): Promise<Inference> => {
  switch (start.kind) {
    case 'local':
      return holdModels(start.hold);
    case 'shared':
      return new PortInference(start.port, undefined, onLost);
    case 'remote': {
      // An HTTP client is a megabyte of code, which no other thread needs.
      const { RemoteInference } = await import('./remote-inference.ts');
      return new RemoteInference(start.url);
    }
  }
};
