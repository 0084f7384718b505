import type { RecordShape, Shape } from "../shapes/shape.ts";

/** One column: its ClickHouse type and what its COMMENT says. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly comment: string;
}

/**
 * Text of few different values, by field name: dictionary-encoded in ClickHouse, a tenth of the space and faster to group by.
 * An id, a title or a path is not among them.
 */
const fewValues = new Set(
  "kind category pipeline clusterId deploymentId instanceId modelVersion code stage chain metric series policy name topic unit actor action".split(
    " ",
  ),
);

/**
 * A field as a column. Names are those of the Avro schema, also inside: a record is a Tuple (`entity.type`), a list of records
 * an Array of Tuple (`evidence.name` is the array of names), names and values are a Map (`labels['instance']`). An optional
 * record is a Tuple whose parts are all NULL where it is absent; an optional list or map is empty then.
 */
export const columnsOf = (shape: RecordShape): Column[] =>
  shape.fields.map(({ name, doc, shape: field }) => ({ name, type: typeOf(field, name), comment: doc }));

/** `absent`: it may be missing because something around it is. */
function typeOf(shape: Shape, name: string, absent = false): string {
  switch (shape.kind) {
    case "optional":
      return typeOf(shape.of, name, true);
    case "record":
      return `Tuple(${shape.fields.map((field) => `${quoted(field.name)} ${typeOf(field.shape, field.name, absent)}`).join(", ")})`;
    case "list":
      return `Array(${typeOf(shape.items, name)})`;
    case "pairs":
      return "Map(LowCardinality(String), String)";
    case "enum":
      return lowCardinality(absent);
    case "string":
      return fewValues.has(name) ? lowCardinality(absent) : nullable("String", absent);
    default:
      return nullable(scalars[shape.kind], absent);
  }
}

const scalars = { boolean: "Bool", int: "Int32", long: "Int64", double: "Float64", time: "DateTime64(6, 'UTC')" } as const;

const nullable = (type: string, absent: boolean): string => (absent ? `Nullable(${type})` : type);
const lowCardinality = (absent: boolean): string => `LowCardinality(${nullable("String", absent)})`;

/** As ClickHouse itself prints a name: bare where it can be. */
export const quoted = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : `\`${name.replaceAll("`", "``")}\``);

/** A text literal. */
export const literal = (text: string): string => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
