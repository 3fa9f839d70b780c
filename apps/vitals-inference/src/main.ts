import { vitals } from '@smartscan/vitals';
import { runService } from '@smartscan/platform/cluster';

process.exitCode = await runService([vitals], process);
