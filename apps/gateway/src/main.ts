import { gateway } from '@smartscan/gateway';
import { runService } from '@smartscan/platform/cluster';

process.exitCode = await runService([gateway], process);
