import { runDemo } from './demo.ts';
import { serve } from './serve.ts';

const demo = process.argv.includes('--demo');
process.exitCode = await (demo ? runDemo(process.env) : serve(process.env));
// Where a start failed half-way, nothing that it left open may keep the process.
if (process.exitCode !== 0) process.exit();
