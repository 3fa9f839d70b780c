import { Fault } from '@smartscan/kernel';

/** How the run of a model can end other than with its outputs. No message says what was in a tensor. */
export const modelUnknown = (): Fault =>
  new Fault('not_found', 'inference.model_unknown', 'No such model, or no such version of it, is loaded.', {
    remedy: 'POST /v2/repository/index lists what there is.',
  });

export const modelInput = (message: string): Fault => new Fault('invalid', 'inference.model_input', message);

export const inferenceOverloaded = (): Fault =>
  new Fault('unavailable', 'inference.overloaded', 'The queue of the model is full.', { retryAfterSeconds: 1 });

export const inferenceUnavailable = (): Fault =>
  new Fault('unavailable', 'inference.unavailable', 'What runs the models can not be reached.', {
    retryAfterSeconds: 1,
  });

export const inferenceFailed = (): Fault => new Fault('internal', 'inference.failed', 'A run of the model failed.');
