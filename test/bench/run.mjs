// Runs one benchmark against its reference: `npm run bench -- NAME [--in FOLDER]`.
//
// A benchmark is a module NAME.mjs that exports `goal` (the bound on ours / reference), `ours()` and `reference()`
// (each one iteration, resolving to CPU milliseconds with those of child processes, or another figure of one unit),
// and, where it needs them, `rounds`, `prepare()`, `teardown()` and `better = 'higher'` for figures such as a rate.
// The two alternate, since machines drift by more than what is measured; the first of each is a warm-up and not counted.
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Ours: enough for a median that a disturbed round or two can't move, odd so that it is a round that was measured. */
const ROUNDS = 9;

const inFolder = process.argv.indexOf('--in');
const folder = inFolder < 0 ? import.meta.dirname : resolve(process.argv[inFolder + 1] ?? '.');
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.mjs') && resolve(folder, file) !== import.meta.filename)
  .map((file) => file.slice(0, -'.mjs'.length));

const [name = ''] = process.argv.slice(2);
if (names.includes(name)) {
  process.exitCode = await run(name);
} else {
  console.log(`Usage: npm run bench -- NAME, where NAME is one of:\n${names.map((one) => `  ${one}`).join('\n')}`);
  process.exitCode = 2;
}

async function run(bench) {
  const {
    goal,
    rounds = ROUNDS,
    better = 'lower',
    ...steps
  } = await import(pathToFileURL(`${folder}/${bench}.mjs`).href);
  const ours = [];
  const reference = [];
  try {
    await steps.prepare?.();
    for (let round = 0; round <= rounds; round += 1) {
      const pair = [await measured('ours', steps.ours), await measured('reference', steps.reference)];
      if (round === 0) continue;
      ours.push(pair[0]);
      reference.push(pair[1]);
      process.stderr.write(`round ${round} of ${rounds}: ours ${figure(pair[0])}, reference ${figure(pair[1])}\n`);
    }
  } catch (error) {
    console.error(`${bench} failed:`, error);
    return 1;
  } finally {
    await steps.teardown?.();
  }
  report(bench, { ours, reference, goal, better });
  return 0;
}

async function measured(side, iteration) {
  const value = await iteration();
  if (!Number.isFinite(value) || value <= 0) throw new Error(`${side}() gave ${value}, not a positive figure`);
  return value;
}

/** A goal that is missed is a finding, not a failure: it is printed, and the command succeeds. */
function report(bench, { ours, reference, goal, better }) {
  const ratio = round(median(ours) / median(reference));
  const paired = round(median(ours.map((value, at) => value / reference[at])));
  const met = better === 'higher' ? ratio >= goal : ratio <= goal;
  for (const [side, values] of Object.entries({ ours, reference })) {
    const [least, most] = [Math.min(...values), Math.max(...values)].map(figure);
    console.log(`${side.padEnd(10)} median ${figure(median(values))}   ${least} to ${most}   of ${values.length}`);
  }
  console.log(`ratio      of medians ${ratio}   median of pairs ${paired}`);
  console.log(`goal       ${better === 'higher' ? 'at least' : 'at most'} ${goal}: ${met ? 'met' : 'MISSED'}`);
  console.log(JSON.stringify({ bench, ratio, goal }));
}

function median(values) {
  const sorted = [...values].sort((one, other) => one - other);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}

function round(value) {
  return Math.round(value * 1_000) / 1_000;
}

function figure(value) {
  return value.toPrecision(4);
}
