import { servicesConformance, someWork } from '@smartscan/testing/services';
import { Dispatcher } from './dispatcher.ts';

servicesConformance('services within one process', async (served) => {
  const services = new Dispatcher();
  for (const { operation, handler } of served) services.serve(operation, handler);
  const work = await someWork();
  return { services, insideWork: (run) => work.insideWork(run), dispose: () => work.stop() };
});
