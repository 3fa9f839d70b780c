import { retention } from '@smartscan/retention';
import { runService } from '@smartscan/platform/cluster';

process.exitCode = await runService([retention], process);
