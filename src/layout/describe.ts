import type { Rule } from "../violation/violation.js"
import { type PlannedField, type PlannedPart, type PlannedRule, planOf, type Scope } from "./plan.js"
import { type Names, printCondition } from "./print.js"
import { plannedRulesOf } from "./rules.js"
import type { BitMember, Bytes, Condition, Field, FieldRule, Layout, Scalar, Struct } from "./types.js"

/** How a document speaks of its format. */
export interface Description {
  /** How a reader knows a parameter: `receiver.glzMaxPixels`. */
  readonly parameter?: (name: string) => string
  /** The head of the column of consequences. */
  readonly consequence?: string
}

/** A Markdown table; cells may hold anything but line breaks. */
const table = (head: readonly string[], rows: readonly (readonly (string | number)[])[]): string => {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n")
}

const bitsText = (members: Readonly<Record<string, BitMember>>): string => {
  let from = 0
  const texts = Object.entries(members).map(([name, member]) => {
    const width = member.kind === "flag" ? 1 : member.width
    const place = width === 1 ? `bit ${from}` : `bits ${from} to ${from + width - 1}`
    from += width
    return `${place} ${member.kind === "reserved" ? "0" : name}`
  })
  return texts.join(", ")
}

const typeOf = (type: Scalar | Bytes): string => {
  if (type.kind === "bytes") return "bytes"
  const order = type.bigEndian ? " big-endian" : ""
  const wire = `${type.signed ? "i" : "u"}${type.bits}${order}`
  switch (type.kind) {
    case "integer":
      return [wire, ...Object.entries(type.words ?? {}).map(([word, value]) => `${value} ${word}`)].join(", ")
    case "boolean":
      return `${wire}, 0 or 1`
    case "enumeration":
      return `${wire}: ${Object.entries(type.names)
        .map(([name, value]) => `${value} ${name}`)
        .join(", ")}`
    case "constant":
      return `${wire}, always ${type.check === "magic" ? `0x${type.value.toString(16)}` : type.value}`
    case "bits":
      return `${wire}: ${bitsText(type.members)}`
  }
}

const fieldRow = ({ path, offset, size, type, doc, role }: PlannedField) => [
  offset,
  size,
  role?.of === "pointer" ? `${typeOf(type)} offset` : typeOf(type),
  `\`${path}\``,
  type.kind === "integer" ? type.unit : "",
  doc,
]

const fieldTable = (fields: readonly PlannedField[]): string =>
  table(["offset", "bytes", "type", "field", "unit", "meaning"], fields.map(fieldRow))

const sentences = (...texts: readonly string[]): string => texts.filter((text) => text !== "").join(" ")

const describePart = (part: PlannedPart, at: string, names: Names): readonly string[] => {
  const heading = `### \`${at}${part.path}\``
  switch (part.kind) {
    case "block":
      return [
        heading,
        "Fields behind what is before them; offsets count from the first of them.",
        fieldTable(part.fields),
      ]
    case "run":
      return [heading, ...describeRun(part)]
    case "list":
      return [heading, ...describeList(part, at, names)]
    case "choice":
      return [heading, ...describeChoice(part, at, names)]
    case "group":
      return [
        heading,
        sentences(lengthText(part.length), part.doc),
        ...describeScope(part.scope, `${at}${part.path}.`, names),
      ]
  }
}

const lengthText = (length: PlannedField | undefined): string =>
  length === undefined ? "All bytes that are left." : `As many bytes as \`${length.path}\` says.`

const describeRun = ({ length, doc, header }: Extract<PlannedPart, { kind: "run" }>): readonly string[] => {
  const size = sentences(lengthText(length), doc)
  if (header === undefined) return [size]
  return [`${size} ${header.struct.doc} Offsets count from the part's first byte.`, fieldTable(header.fields)]
}

const describeList = (part: Extract<PlannedPart, { kind: "list" }>, at: string, names: Names): readonly string[] => {
  const { path, doc, variants } = part
  return [
    sentences(countText(part), doc),
    ...variants.flatMap(({ name, when, entry }, index) => {
      if (entry === undefined) return ["There must be none."]
      const which =
        when !== undefined
          ? `Entries are \`${name}\` when \`${printCondition(when, prefixed(names, `${at}${part.prefix}`))}\`: `
          : index > 0
            ? `Otherwise they are \`${name}\`: `
            : ""
      const size = entry.parts.length === 0 ? `${entry.size} bytes each.` : "Of different sizes."
      return [sentences(`${which}${size}`, docOf(entry.shape)), ...describeScope(entry, `${at}${path}[].`, names)]
    }),
  ]
}

const countText = ({ counted, count, length }: Extract<PlannedPart, { kind: "list" }>): string => {
  if (typeof count === "number") return `${count} entries.`
  if (count === undefined)
    return length === undefined ? "Entries to the end." : `Entries in as many bytes as \`${length.path}\` says.`
  return counted
    ? `A u32 count, \`${count.path}\`, then that many entries.`
    : `As many entries as \`${count.path}\` says.`
}

const describeChoice = (
  part: Extract<PlannedPart, { kind: "choice" }>,
  at: string,
  names: Names,
): readonly string[] => {
  const resolved = prefixed(names, `${at}${part.prefix}`)
  const whenText = (when: Condition | undefined, tag: number | undefined) => {
    if (tag !== undefined) return `when \`${part.tag?.path}\` is ${tag}`
    return when === undefined ? "otherwise" : `when \`${printCondition(when, resolved)}\``
  }
  return [
    ...(part.doc === "" ? [] : [part.doc]),
    ...part.cases.flatMap(({ name, tag, when, scope }) => {
      if (scope === undefined) return []
      const path = part.optional ? `${at}${part.path}` : `${at}${part.path}.${name}`
      const head = part.optional ? `Only there ${whenText(when, tag)}.` : `\`${name}\` ${whenText(when, tag)}:`
      return [sentences(head, docOf(scope.shape)), ...describeScope(scope, `${path}.`, names)]
    }),
  ]
}

const docOf = (shape: Field): string => shape.doc

const describeScope = (scope: Scope, at: string, names: Names): readonly string[] => [
  ...(scope.fields.length === 0 ? [] : [fieldTable(scope.fields)]),
  ...scope.parts.flatMap((part) => describePart(part, at, names)),
]

/** A path behind a prefix that ends with a dot; the empty path is the prefix's own. */
const behind = (prefix: string, path: string): string => (path === "" ? prefix.replace(/\.$/, "") : `${prefix}${path}`)

const prefixed = (names: Pick<Names, "parameter">, prefix: string): Names => ({
  ...names,
  field: (path) => behind(prefix, path),
  scan: (part, test) => `${test}(${prefix}${part})`,
})

/** One row for a rule, however many fields it is judged at. */
const ruleRow = (
  { id, code, requirement, consequence }: FieldRule,
  rules: readonly PlannedRule[],
  names: Names,
): readonly string[] => {
  const same = rules.filter(({ rule }) => rule.id === id)
  const list = (texts: readonly string[]) => [...new Set(texts)].map((text) => `\`${text}\``).join("<br>")
  return [
    `\`${id}\``,
    `\`${code}\``,
    list(same.map(({ rule, prefix }) => behind(prefix, rule.at.path))),
    requirement,
    list(same.map(({ rule, prefix }) => printCondition(rule.holds, prefixed(names, prefix)))),
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

const partsText = ({ parts }: Scope): string =>
  parts.some((part) => part.kind !== "block" && part.pointer !== undefined)
    ? "Behind the fixed part, back to back in this order; the pointer to an empty part is 0, a list with a count in front is never empty."
    : "Behind the fixed part, back to back in this order."

/**
 * Writes the documentation of a format, in Markdown, from its declaration alone.
 *
 * @example
 * const flags = L.layout("flags", { title: "Flags", doc: "Two of them.", limit: 2, fields: { on: L.boolean("On.") } })
 * L.describe(flags).includes("| 0 | 1 | u8, 0 or 1 | `on` |  | On. |")
 * // true
 * @since 0.6.0
 */
export const describe = (
  layout: Layout,
  { parameter = (name) => name, consequence = "otherwise" }: Description = {},
): string => {
  const plan = planOf(layout)
  const rules = plannedRulesOf(plan)
  const structs = describeStructs(layout.struct)
  const names = prefixed({ parameter }, "")
  const unique = [...new Map(rules.map(({ rule }) => [rule.id, rule])).values()]
  return `${[
    `# ${layout.title}`,
    `${layout.struct.doc} Integers are little-endian and packed unless the type says otherwise; offsets count from the blob's first byte.`,
    `## Fixed part, ${plan.size} bytes`,
    fieldTable(plan.fields),
    ...(structs.length === 0 ? [] : [structs.join("\n")]),
    ...(plan.parts.length === 0 ? [] : ["## Parts", partsText(plan)]),
    ...plan.parts.flatMap((part) => describePart(part, "", names)),
    "## Rules",
    table(
      ["rule", "code", "at", "what must hold", "condition", consequence],
      unique.map((rule) => ruleRow(rule, rules, names)),
    ),
  ].join("\n\n")}\n`
}

/** The table of the rules that hold by construction. */
export const describeChecks = (checks: readonly Rule[], consequence = "otherwise"): string =>
  table(
    ["rule", "code", "what must hold", consequence],
    checks.map(({ id, code, requirement, consequence: follows }) => [`\`${id}\``, `\`${code}\``, requirement, follows]),
  )
