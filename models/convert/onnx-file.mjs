/**
 * Writes ONNX files: the protobuf wire format by hand, for the dozen fields a plain feed-forward graph needs. Field
 * numbers are those of onnx.proto (github.com/onnx/onnx, IR version 8).
 */

const IR_VERSION = 8;
/** Has every operator that is used here, and onnxruntime has supported it since 1.8. */
const OPSET_VERSION = 15;

const ELEMENT_TYPE = { float32: 1, int32: 6, int64: 7 };
const ATTRIBUTE_TYPE = { int: 2, string: 3, ints: 7 };
const WIRE = { varint: 0, bytes: 2 };

const varint = (value) => {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Buffer.from(bytes);
};

const tag = (field, wire) => varint((field << 3) | wire);
const int = (field, value) => Buffer.concat([tag(field, WIRE.varint), varint(value)]);
const bytes = (field, value) => {
  const body = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
  return Buffer.concat([tag(field, WIRE.bytes), varint(body.length), body]);
};
const message = (...fields) => Buffer.concat(fields);
const each = (values, write) => Buffer.concat(values.map(write));

const attribute = (name, value) => {
  const head = bytes(1, name);
  if (typeof value === 'string') return message(head, bytes(4, value), int(20, ATTRIBUTE_TYPE.string));
  if (Array.isArray(value))
    return message(
      head,
      each(value, (item) => int(8, item)),
      int(20, ATTRIBUTE_TYPE.ints),
    );
  return message(head, int(3, value), int(20, ATTRIBUTE_TYPE.int));
};

/** One operator: `{op, inputs, output, attributes}`. */
const node = ({ op, inputs, output, attributes = {} }) =>
  message(
    each(inputs, (name) => bytes(1, name)),
    bytes(2, output),
    bytes(4, op),
    each(Object.entries(attributes), ([name, value]) => bytes(5, attribute(name, value))),
  );

/** A constant: `{name, shape, data}`, data a Float32Array or a BigInt64Array, written little-endian as in memory. */
const tensor = ({ name, shape, data }) =>
  message(
    each(shape, (size) => int(1, size)),
    int(2, data instanceof Float32Array ? ELEMENT_TYPE.float32 : ELEMENT_TYPE.int64),
    bytes(8, name),
    bytes(9, Buffer.from(data.buffer, data.byteOffset, data.byteLength)),
  );

/** Name, type and shape of an input or output. A size of -1 is any; the first is the batch, the same in all. */
const value = ({ name, type, shape }) => {
  const dimensions = each(shape, (size, at) =>
    bytes(1, size === -1 ? bytes(2, at === 0 ? 'batch' : `size_${at}`) : int(1, size)),
  );
  return message(bytes(1, name), bytes(2, bytes(1, message(int(1, ELEMENT_TYPE[type]), bytes(2, dimensions)))));
};

/**
 * The bytes of a model file. Equal graphs give equal bytes.
 *
 * @param {{name: string, nodes: object[], constants: object[], inputs: object[], outputs: object[]}} graph
 * @returns {Buffer}
 */
export const onnxFile = ({ name, nodes, constants, inputs, outputs }) => {
  const graph = message(
    each(nodes, (item) => bytes(1, node(item))),
    bytes(2, name),
    each(constants, (item) => bytes(5, tensor(item))),
    each(inputs, (item) => bytes(11, value(item))),
    each(outputs, (item) => bytes(12, value(item))),
  );
  const operators = message(bytes(1, ''), int(2, OPSET_VERSION));
  return message(int(1, IR_VERSION), bytes(2, 'smartscan'), bytes(7, graph), bytes(8, operators));
};
