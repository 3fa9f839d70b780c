import { runDemo } from './demo.ts';
import { serve } from './serve.ts';

const demo = process.argv.includes('--demo');
process.exitCode = await (demo ? runDemo(process.env) : serve(process.env));
