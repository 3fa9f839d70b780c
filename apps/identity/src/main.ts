import { identity } from '@smartscan/identity';
import { runService } from '@smartscan/platform/cluster';

process.exitCode = await runService([identity], process);
