import { extraction } from '@smartscan/extraction';
import { runService } from '@smartscan/platform/cluster';

process.exitCode = await runService([extraction], process);
