import { audit } from '@smartscan/audit';
import { runService } from '@smartscan/platform/cluster';

process.exitCode = await runService([audit], process);
