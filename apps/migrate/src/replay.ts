import { runReplay } from '@smartscan/platform/cluster';

process.exitCode = await runReplay(process.argv[2], process);
