/**
 * Reads a TensorFlow.js graph model and turns it into an ONNX graph. TensorFlow keeps pictures as NHWC and kernels as
 * HWIO, ONNX as NCHW and OIHW; so kernels are permuted here, once, and a picture is transposed back only where the graph
 * flattens it. The first axis counts pictures, however many. Covers the operators of the two MediaPipe face models; any
 * other is an error.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const float16 = (half) => {
  const sign = half >> 15 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
};

const DECODED_FLOAT16 = Float32Array.from({ length: 65536 }, (_, half) => float16(half));

const readWeights = (manifest, folder) => {
  const weights = new Map();
  for (const group of manifest) {
    const file = Buffer.concat(group.paths.map((name) => readFileSync(path.join(folder, name))));
    let offset = 0;
    const take = (count, size, read) => {
      const from = offset;
      offset += count * size;
      return (_, i) => read(from + i * size);
    };
    for (const { name, shape, dtype, quantization } of group.weights) {
      const length = shape.reduce((product, size) => product * size, 1);
      if (dtype === 'int32') {
        const data = Int32Array.from(
          { length },
          take(length, 4, (at) => file.readInt32LE(at)),
        );
        weights.set(name, { shape, data });
      } else if (quantization?.dtype === 'float16') {
        const data = Float32Array.from(
          { length },
          take(length, 2, (at) => DECODED_FLOAT16[file.readUInt16LE(at)]),
        );
        weights.set(name, { shape, data });
      } else if (dtype === 'float32' && quantization === undefined) {
        const data = Float32Array.from(
          { length },
          take(length, 4, (at) => file.readFloatLE(at)),
        );
        weights.set(name, { shape, data });
      } else throw new Error(`weights of type ${dtype} are not covered`);
    }
    if (offset !== file.length) throw new Error('the weights file does not match its manifest');
  }
  return weights;
};

/** HWIO to OIHW. A depthwise kernel [height, width, channels, multiplier] becomes [channels × multiplier, 1, …]. */
const permuteKernel = ({ data, shape: [height, width, inputs, outputs] }, depthwise) => {
  const permuted = new Float32Array(data.length);
  for (let from = 0; from < data.length; from++) {
    const place = Math.floor(from / (inputs * outputs));
    const input = Math.floor(from / outputs) % inputs;
    const output = from % outputs;
    const kernel = depthwise ? input * outputs + output : output * inputs + input;
    permuted[kernel * height * width + place] = data[from];
  }
  const shape = depthwise ? [inputs * outputs, 1, height, width] : [outputs, inputs, height, width];
  return { shape, data: permuted };
};

const baseName = (input) => input.replace(/:0$/, '');
const text = (attribute) => Buffer.from(attribute.s, 'base64').toString('latin1');
const pair = (attribute) => attribute.list.i.slice(1, 3).map(Number);
const padding = (attributes) => {
  const kind = text(attributes.padding);
  if (kind === 'SAME') return 'SAME_UPPER';
  if (kind === 'VALID') return 'VALID';
  throw new Error(`padding ${kind} is not covered`);
};

/** Builds the ONNX graph node by node. */
class Conversion {
  nodes = [];
  constants = [];
  inputNames = [];
  #weights;
  #pictures = new Set();

  constructor(weights) {
    this.#weights = weights;
  }

  #constant(name, shape, data) {
    this.constants.push({ name, shape, data });
    return name;
  }

  /** A value per channel, shaped so that it spreads over height and width. */
  #perChannel(name, owner) {
    const { data } = this.#weights.get(name);
    return this.#constant(`${owner}/${name}`, [data.length, 1, 1], data);
  }

  #picture(op, inputs, output, attributes) {
    this.nodes.push({ op, inputs, output, attributes });
    this.#pictures.add(output);
  }

  #convolution(node, inputs, depthwise) {
    const kernel = permuteKernel(this.#weights.get(inputs[1]), depthwise);
    const steps = (node.attr.fused_ops?.list.s ?? []).map((s) => text({ s }));
    if (steps.length > 0 && steps[0] !== 'BiasAdd') throw new Error(`fused ${steps[0]} is not covered`);
    const operands = [inputs[0], this.#constant(`${node.name}/kernel`, kernel.shape, kernel.data)];
    if (steps.length > 0) {
      const { data } = this.#weights.get(inputs[2]);
      operands.push(this.#constant(`${node.name}/bias`, [data.length], data));
    }
    this.#picture('Conv', operands, steps.length > 1 ? `${node.name}/linear` : node.name, {
      kernel_shape: kernel.shape.slice(2),
      strides: pair(node.attr.strides),
      auto_pad: padding(node.attr),
      group: depthwise ? kernel.shape[0] : 1,
    });
    if (steps.length > 1) this.#activation(steps[1], node.name, inputs[3]);
  }

  #activation(kind, name, slope) {
    const inputs = [`${name}/linear`];
    if (kind === 'Relu') this.#picture('Relu', inputs, name);
    else if (kind === 'Prelu') this.#picture('PRelu', [...inputs, this.#perChannel(slope, name)], name);
    else throw new Error(`fused ${kind} is not covered`);
  }

  #reshape(node, inputs) {
    let source = inputs[0];
    if (this.#pictures.has(source)) {
      const output = `${node.name}/nhwc`;
      this.nodes.push({ op: 'Transpose', inputs: [source], output, attributes: { perm: [0, 2, 3, 1] } });
      source = output;
    }
    const [batch, ...rest] = this.#weights.get(inputs[1]).data;
    if (batch !== 1 && batch !== -1) throw new Error('a reshape across pictures is not covered');
    // 0 is ONNX for "as many as came in": one of these files was frozen at a single picture, and no operator mixes two.
    const shape = [0, ...rest];
    const wanted = this.#constant(`${node.name}/shape`, [shape.length], BigInt64Array.from(shape, BigInt));
    this.nodes.push({ op: 'Reshape', inputs: [source, wanted], output: node.name });
  }

  #pad(node, inputs) {
    const [n0, n1, h0, h1, w0, w1, c0, c1] = this.#weights.get(inputs[1]).data;
    const pads = BigInt64Array.from([n0, c0, h0, w0, n1, c1, h1, w1], BigInt);
    this.#picture('Pad', [inputs[0], this.#constant(`${node.name}/pads`, [8], pads)], node.name, { mode: 'constant' });
  }

  #pointwise(op, input, output) {
    if (this.#pictures.has(input)) this.#picture(op, [input], output);
    else this.nodes.push({ op, inputs: [input], output });
  }

  #handlers = {
    Const: () => {},
    Placeholder: (node) => {
      this.inputNames.push(node.name);
      this.#pictures.add(node.name);
    },
    Identity: (node, [input]) => this.#pointwise('Identity', input, node.name),
    Sigmoid: (node, [input]) => this.#pointwise('Sigmoid', input, node.name),
    Relu: (node, [input]) => this.#pointwise('Relu', input, node.name),
    Prelu: (node, [input, slope]) => this.#picture('PRelu', [input, this.#perChannel(slope, node.name)], node.name),
    AddV2: (node, inputs) => this.#picture('Add', inputs, node.name),
    MaxPool: (node, [input]) =>
      this.#picture('MaxPool', [input], node.name, {
        kernel_shape: pair(node.attr.ksize),
        strides: pair(node.attr.strides),
        auto_pad: padding(node.attr),
      }),
    _FusedConv2D: (node, inputs) => this.#convolution(node, inputs, false),
    DepthwiseConv2dNative: (node, inputs) => this.#convolution(node, inputs, true),
    Reshape: (node, inputs) => this.#reshape(node, inputs),
    Pad: (node, inputs) => this.#pad(node, inputs),
  };

  add(node) {
    const handler = this.#handlers[node.op];
    if (handler === undefined) throw new Error(`operator ${node.op} is not covered`);
    handler(node, (node.input ?? []).map(baseName));
  }
}

/** The nodes that the wanted outputs need, in the order of the file (which is topological). */
const reachable = (nodes, outputs) => {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const wanted = new Set();
  const visit = (name) => {
    if (wanted.has(name)) return;
    wanted.add(name);
    for (const input of byName.get(name)?.input ?? []) visit(baseName(input));
  };
  outputs.forEach(visit);
  return nodes.filter((node) => wanted.has(node.name));
};

/**
 * @param {string} file path of the model's json; its weights lie beside it
 * @param {{name: string, input: {name: string, shape: number[]}, outputs: {name: string, from: string, shape: number[]}[]}} wanted
 *   `from` is the node in the file that an output of ours is read from
 * @returns an ONNX graph for {@link onnxFile}; what no output needs is left out
 */
export const convertTfjsGraph = (file, wanted) => {
  const model = JSON.parse(readFileSync(file, 'utf8'));
  const conversion = new Conversion(readWeights(model.weightsManifest, path.dirname(file)));
  const nodes = reachable(
    model.modelTopology.node,
    wanted.outputs.map((output) => output.from),
  );
  for (const node of nodes) conversion.add(node);
  const [inputName, ...others] = conversion.inputNames;
  if (inputName === undefined || others.length > 0) throw new Error('expected one input');
  const rename = new Map([[inputName, wanted.input.name], ...wanted.outputs.map(({ name, from }) => [from, name])]);
  const renamed = (name) => rename.get(name) ?? name;
  return {
    name: wanted.name,
    nodes: conversion.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(renamed),
      output: renamed(node.output),
    })),
    constants: conversion.constants,
    inputs: [wanted.input],
    outputs: wanted.outputs,
  };
};
