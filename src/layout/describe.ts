import type { Rule } from "../violation/violation.js"
import type { FieldRule, Layout, Scalar, Struct } from "./language.js"
import {
  type Flat,
  type PlannedField,
  type PlannedList,
  type PlannedPart,
  type PlannedRule,
  type PlannedRun,
  planOf,
} from "./plan.js"
import { type Names, printCondition } from "./print.js"
import { plannedRulesOf } from "./rules.js"

/** A Markdown table; cells may hold anything but line breaks. */
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string => {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")
}

const typeOf = (type: Scalar): string => {
  switch (type.kind) {
    case "integer":
      return `${type.signed ? "i" : "u"}${type.bits}${type.bigEndian ? " big-endian" : ""}`
    case "boolean":
      return "u8, 0 or 1"
    case "enumeration":
      return `u8: ${Object.entries(type.names)
        .map(([name, value]) => `${value} ${name}`)
        .join(", ")}`
    case "constant":
      return type.check === "magic" ? `u32, always 0x${type.value.toString(16)}` : `u32, always ${type.value}`
  }
}

const fieldRow = ({ path, offset, size, type, doc, role }: PlannedField) => [
  offset,
  size,
  role?.of === "pointer" ? "u32 offset" : typeOf(type),
  `\`${path}\``,
  type.kind === "integer" ? type.unit : "",
  doc,
]

const fieldHead = ["offset", "bytes", "type", "field", "unit", "meaning"]

const fieldTable = (fields: readonly PlannedField[]): string => table(fieldHead, fields.map(fieldRow))

const describePart = (part: PlannedPart): readonly string[] => [
  `### \`${part.path}\``,
  ...(part.kind === "list" ? describeList(part) : describeRun(part)),
]

const describeRun = ({ length, pointer, header }: PlannedRun): readonly string[] => {
  const size = `As many bytes as \`${length.path}\` says. ${pointer.doc}`
  if (header === undefined) return [size]
  return [`${size} ${header.struct.doc} Offsets count from the part's first byte.`, fieldTable(header.fields)]
}

const describeList = ({ count, prefix, pointer, lossy, entries }: PlannedList): readonly string[] => {
  const entry = ({ struct, size }: Flat) => `${size} bytes each. ${struct.doc}`
  return [
    `A u32 count, \`${count}\`, then that many entries. ${pointer.doc}`,
    `Entries carry lossy regions when \`${printCondition(lossy, namesAt(prefix))}\`: ${entry(entries.lossy)}`,
    fieldTable(entries.lossy.fields),
    `Otherwise ${entry(entries.lossless)}`,
    fieldTable(entries.lossless.fields),
  ]
}

/** How conditions are printed for a reader: the names of the wire and of ReceiverState. */
const namesAt = (prefix: string): Names => ({
  field: (path) => `${prefix}${path}`,
  previous: (path) => `previous ${prefix}${path}`,
  receiver: (member, perChannel) => `receiver.${member}${perChannel ? "[channel]" : ""}`,
  scan: (part, test) => `${test}(${prefix}${part})`,
})

/** One row for a rule, however many fields it is judged at. */
const ruleRow = (
  { id, code, requirement, consequence }: FieldRule,
  rules: readonly PlannedRule[],
): readonly string[] => {
  const same = rules.filter(({ rule }) => rule.id === id)
  const list = (texts: readonly string[]) => [...new Set(texts)].map((text) => `\`${text}\``).join("<br>")
  return [
    `\`${id}\``,
    `\`${code}\``,
    list(same.map(({ rule, prefix }) => `${prefix}${rule.at.path}`)),
    requirement,
    list(same.map(({ rule, prefix }) => printCondition(rule.holds, namesAt(prefix)))),
    consequence,
  ]
}

/** What the structs inside a struct are about. */
const describeStructs = (struct: Struct, prefix = ""): readonly string[] =>
  Object.entries(struct.fields).flatMap(([name, field]) =>
    field.kind === "struct"
      ? [`- \`${prefix}${name}\`: ${field.doc}`, ...describeStructs(field, `${prefix}${name}.`)]
      : [],
  )

/** The documentation of one format, in Markdown, from its declaration alone. */
export const describe = (layout: Layout): string => {
  const plan = planOf(layout)
  const rules = plannedRulesOf(plan)
  const structs = describeStructs(layout.struct)
  return `${[
    `# ${layout.title}`,
    `${layout.struct.doc} Integers are little-endian and packed unless the type says otherwise; offsets count from the blob's first byte.`,
    `## Fixed part, ${plan.size} bytes`,
    fieldTable(plan.fields),
    ...(structs.length === 0 ? [] : [structs.join("\n")]),
    ...(plan.parts.length === 0
      ? []
      : [
          "## Parts",
          "Behind the fixed part, back to back in this order; the pointer to an empty run is 0, a list always has its count.",
        ]),
    ...plan.parts.flatMap(describePart),
    "## Rules",
    table(
      ["rule", "code", "at", "what must hold", "condition", "what spice-server does without it"],
      [...new Map(rules.map(({ rule }) => [rule.id, rule])).values()].map((rule) => ruleRow(rule, rules)),
    ),
  ].join("\n\n")}\n`
}

/** The table of the checks that every layout makes by construction. */
export const describeChecks = (checks: readonly Rule[]): string =>
  table(
    ["rule", "code", "what must hold", "what spice-server does without it"],
    checks.map(({ id, code, requirement, consequence }) => [`\`${id}\``, `\`${code}\``, requirement, consequence]),
  )
