// Makes the small models that the conformance suite runs: `node make-models.mjs FOLDER`.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onnxFile } from '../../../../models/convert/onnx-file.mjs';

const [folder = ''] = process.argv.slice(2);

function make(name, version, { input, output, nodes }) {
  const bytes = onnxFile({ name, nodes, constants: [], inputs: [input], outputs: [output] });
  const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const config = { name, version, file: 'model.onnx', digest, inputs: [input], outputs: [output] };
  const own = join(folder, name, String(version));
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'model.onnx'), bytes);
  writeFileSync(join(own, 'config.json'), JSON.stringify(config));
}

const add = (a, b, output) => ({ op: 'Add', inputs: [a, b], output });
const of = (name, type, shape) => ({ name, type, shape });
const rows = { input: of('x', 'float32', [-1, 3]), output: of('y', 'float32', [-1, 3]) };

make('multiply', 1, { ...rows, nodes: [add('x', 'x', 'y')] });
make('multiply', 2, { ...rows, nodes: [add('x', 'x', 'twice'), add('twice', 'x', 'y')] });
make('one-at-a-time', 1, {
  input: of('x', 'float32', [1, 2]),
  output: of('y', 'float32', [1, 2]),
  nodes: [add('x', 'x', 'y')],
});
make('any-length', 1, {
  input: of('x', 'float32', [-1, 2, -1]),
  output: of('y', 'float32', [-1, 2, -1]),
  nodes: [add('x', 'x', 'y')],
});
make('whole-numbers', 1, {
  input: of('n', 'int64', [-1, 2]),
  output: of('m', 'int64', [-1, 2]),
  nodes: [add('n', 'n', 'm')],
});
