import { chainPlanOf } from "../chain.js"
import { programOf } from "../lower.js"
import type { PlannedField } from "../plan.js"
import type { Local, Offset, Path, Program, Term, Test } from "../steps.js"
import type { BitMember, Bytes, Chain, Layout, Parameter, Scalar } from "../types.js"
import { allSteps, rulesIn, scansIn } from "../uses.js"
import { type Backend, written } from "./backend.js"
import { snake } from "./c99-text.js"
import { helpersFor, indentedByTwo, luaQuoted } from "./wireshark-text.js"

/** How a dissector is called and introduced. */
export interface WiresharkEmission {
  /** The protocol's name in display filters; the format's if not given. */
  readonly protocol?: string
  /** What the first line says: who made the file, from what. */
  readonly origin: string
}

/**
 * Writes a dissector for Wireshark and tshark, in Lua: it shows every field under its own name, takes the layout's
 * parameters as preferences, and names the first rule that the bytes break, the same one as every other decoder.
 * Other scripts find it as `Dissector.get(protocol)`; TCP and UDP ports can be decoded as it.
 *
 * @example
 * const flags = L.layout("flags", { title: "Flags", doc: "Two of them.", limit: 2, fields: { on: L.boolean("On.") } })
 * L.toWireshark(flags, { origin: "From flags.ts." }).includes("Proto(\"flags\"")
 * // true
 * @since 0.6.0
 */
export const toWireshark = (layout: Layout, { protocol = layout.format, origin }: WiresharkEmission): string => {
  const program = programOf(layout)
  const name = snake(protocol)
  const fields = fieldsOf(program, name)
  const backend = lua(program, fields.of)
  const sections = [program.opening, program.reading, program.judging].map((steps) => lines(written(steps, backend)))
  const dissector = `function protocol.dissector(tvb, pinfo, root)
  local tree = root:add(protocol, tvb())
  local range, read = tvb(), { ["#size"] = tvb:len() }

${indentedByTwo(sections.filter((section) => section !== "").join("\n\n"))}
  return tvb:len()
end`
  const body = [...scansIn(program).map(entryOf), dissector].join("\n\n")
  return `-- ${origin}

local protocol = Proto(${luaQuoted(name)}, ${luaQuoted(layout.title)})

local fields = {
${indentedByTwo(fields.declarations.join("\n"))}
}
local violation = ProtoField.string(${luaQuoted(`${name}.violation`)}, "violation", base.ASCII, "The first rule that is broken.")
local expert = ProtoExpert.new(${luaQuoted(`${name}.refused`)}, "Refused", expert.group.MALFORMED, expert.severity.ERROR)
protocol.fields = { violation }
for _, field in pairs(fields) do table.insert(protocol.fields, field) end
protocol.experts = { expert }
${lines(program.parameters.flatMap(preferencesOf))}
DissectorTable.get("tcp.port"):add_for_decode_as(protocol)
DissectorTable.get("udp.port"):add_for_decode_as(protocol)

local requirements = {
${rulesIn(program)
  .map(({ id, requirement }) => `  [${luaQuoted(id)}] = ${luaQuoted(requirement)},`)
  .join("\n")}
}

local function refuse(tree, tvb, rule, at, length)
  local from = math.min(at, tvb:len())
  local range = tvb(from, math.min(length, tvb:len() - from))
  tree:add(violation, range, rule)
  tree:add_tvb_expert_info(expert, range, rule .. ": " .. requirements[rule])
  return tvb:len()
end

${helpersFor(body)}${body}
`
}

const lines = (statements: readonly string[]): string => statements.filter((text) => text !== "").join("\n")

/** The path of a field without the indexes: entries of a list have the same fields. */
const plain = (path: string): string => path.replace(/\[\d*\]/g, "").replace(/\.+/g, ".")

/** What a field is called inside its entry. */
const labelOf = (path: string): string => plain(path.replace(/^.*\[\]\.*(?=.)/, ""))

type Shown = Scalar | Bytes | BitMember

const valuesOf = (names: Readonly<Record<string, number>>): string =>
  `{ ${Object.entries(names)
    .map(([name, value]) => `[${value}] = ${luaQuoted(name)}`)
    .join(", ")} }`

/** The type of a field, and what stands between its name and its documentation. */
const protoField = (type: Shown): readonly [type: string, how: string] => {
  switch (type.kind) {
    case "bytes":
      return ["bytes", "base.SPACE"]
    case "flag":
    case "number":
    case "reserved":
      return ["uint32", "base.DEC, nil, nil"]
    case "bits":
      return [`uint${type.bits}`, "base.HEX, nil, nil"]
    case "constant":
      return [wireOf(type), `${type.check === "magic" ? "base.HEX" : "base.DEC"}, nil, nil`]
    case "boolean":
      return [wireOf(type), `base.DEC, ${type.bits < 64 ? valuesOf({ false: 0, true: 1 }) : "nil"}, nil`]
    case "enumeration":
      return [wireOf(type), `base.DEC, ${type.bits < 64 ? valuesOf(type.names) : "nil"}, nil`]
    case "integer":
      return [wireOf(type), "base.DEC, nil, nil"]
  }
}

const wireOf = ({ bits, signed }: Scalar): string => `${signed ? "" : "u"}int${bits}`

interface ShownFields {
  readonly declarations: readonly string[]
  /** The field that shows what lies at a path: by what stands there, and of which type. */
  readonly of: (path: string, type: Shown) => string
}

/** A field of the protocol for every path; for those of one path and different types, one each. */
const fieldsOf = (program: Program, protocol: string): ShownFields => {
  const names = new Map<string, string>()
  const declarations: string[] = []
  const of = (path: string, type: Shown): string => {
    const [kind, how] = protoField(type)
    const key = `${plain(path)} ${kind} ${how}`
    const known = names.get(key)
    if (known !== undefined) return known
    let name = plain(path) || "value"
    while ([...names.values()].includes(name)) name += "_"
    names.set(key, name)
    const doc = "doc" in type ? type.doc : ""
    declarations.push(
      `[${luaQuoted(name)}] = ProtoField.${kind}(${luaQuoted(`${protocol}.${name}`)}, ${luaQuoted(labelOf(path) || name)}, ${how}, ${luaQuoted(doc)}),`,
    )
    return name
  }
  for (const step of allSteps(program)) {
    if (step.op === "read") of(step.path.pattern, step.type)
    if (step.op === "extract") of(step.into.name, step.member)
    if (step.op === "claim") of(step.place.path.pattern, opaque)
  }
  return { declarations, of }
}

const opaque: Bytes = { kind: "bytes", length: 0, doc: "" }

const numberText = (value: bigint, isWide: boolean): string =>
  isWide ? `wide(${value >> 32n}, ${value & 0xffffffffn})` : String(value)

const local = ({ name }: Local): string => `read[${luaQuoted(name)}]`

const offset = ({ base, plus }: Offset): string => {
  if (base === undefined) return String(plus)
  return plus === 0 ? local(base) : `${local(base)} + ${plus}`
}

const preference = (parameter: { readonly name: string }): string => `protocol.prefs.${snake(parameter.name)}`

/** Wireshark's preferences that are numbers have 32 bits: those that are texts hold any. */
const preferencesOf = (parameter: Parameter): readonly string[] => {
  const [name, doc] = [parameter.name, luaQuoted(parameter.doc)]
  switch (parameter.kind) {
    case "number":
      return [
        `${preference({ name })} = Pref.string(${luaQuoted(name)}, ${luaQuoted(String(parameter.default))}, ${doc})`,
      ]
    case "word": {
      const words = parameter.words.map((word, index) => `{ ${index + 1}, ${luaQuoted(word)}, ${index} }`)
      const standard = parameter.words.indexOf(parameter.default)
      return [
        `${preference({ name })} = Pref.enum(${luaQuoted(name)}, ${standard}, ${doc}, { ${words.join(", ")} }, false)`,
      ]
    }
    case "words":
      return parameter.words.map(
        (word) =>
          `${preference({ name: `${name}_${word}` })} = Pref.bool(${luaQuoted(`${name}: ${word}`)}, ${parameter.default.includes(word)}, ${doc})`,
      )
  }
}

const printTerm = (term: Term): string => {
  const isWide = term.type.wide
  switch (term.op) {
    case "literal":
      return numberText(term.value, isWide)
    case "local":
      return local(term.local)
    case "parameter": {
      const number = `(tonumber(${preference(term.parameter)}) or ${term.parameter.default})`
      return isWide ? `widened(${number})` : number
    }
    case "sum":
      return isWide
        ? `plus(${printTerm(term.left)}, ${printTerm(term.right)})`
        : `(${printTerm(term.left)} + ${printTerm(term.right)})`
    case "difference":
      return `(${printTerm(term.left)} - ${printTerm(term.right)})`
    case "larger":
      return `${term.left.type.wide ? "larger" : "math.max"}(${printTerm(term.left)}, ${printTerm(term.right)})`
    case "quotient":
      return `math.floor(${printTerm(term.of)} / ${term.by})`
    case "remainder":
      return `(${printTerm(term.of)} % ${term.by})`
    case "product":
      return `(${printTerm(term.of)} * ${term.by})`
    case "choose":
      return `choose(${printTest(term.when)}, ${printTerm(term.yes)}, ${printTerm(term.no)})`
    case "widen":
      return `widened(${printTerm(term.of)})`
    case "narrow":
      return `narrowed(${printTerm(term.of)})`
  }
}

const printTest = (test: Test): string => {
  switch (test.op) {
    case "equal":
    case "atMost":
    case "below":
      return printComparison(test.op, printTerm(test.left), printTerm(test.right), test.left.type.wide)
    case "is":
      return `${preference(test.parameter)} == ${test.parameter.words.indexOf(test.word)}`
    case "listed":
      return preference({ name: `${test.parameter.name}_${test.word}` })
    case "all":
      return test.tests.length === 0 ? "true" : `(${test.tests.map(printTest).join(" and ")})`
    case "any":
      return test.tests.length === 0 ? "false" : `(${test.tests.map(printTest).join(" or ")})`
    case "not":
      return `not (${printTest(test.test)})`
    case "scan": {
      const { size, silent } = chainPlanOf(test.scan)
      const given = `tvb, ${offset(test.at)}, ${printTerm(test.length)}, ${size}`
      return test.scan.begins === "whole"
        ? `whole_entries(${given}, ${entryName(test.scan)})`
        : `entries_from_anywhere(${given}, ${silent}, ${entryName(test.scan)})`
    }
  }
}

const printComparison = (op: "equal" | "atMost" | "below", left: string, right: string, isWide: boolean): string => {
  if (!isWide) return `${left} ${{ equal: "==", atMost: "<=", below: "<" }[op]} ${right}`
  if (op === "equal") return `same(${left}, ${right})`
  return op === "below" ? `below(${left}, ${right})` : `not below(${right}, ${left})`
}

/** The expression that reads a number. */
const readAt = ({ bits, signed, bigEndian }: Scalar, at: string): string => {
  const order = bigEndian ? "" : "le_"
  const method = `${order}${signed ? "" : "u"}int()`
  if (bits < 64) return `tvb(${at}, ${bits / 8}):${method}`
  const [high, low] = bigEndian ? [at, `${at} + 4`] : [`${at} + 4`, at]
  return `wide(tvb(${high}, 4):${method}, tvb(${low}, 4):${order}uint())`
}

const entryName = ({ name }: Chain): string => `entry_of_${snake(name)}`

/** How many bytes one entry of a chain takes; nil where there can be none. */
const entryOf = (chain: Chain): string => {
  const { length, named } = chainPlanOf(chain)
  const number = ({ type, offset: plus }: PlannedField & { readonly type: Scalar }) => readAt(type, `at + ${plus}`)
  const { size } = chainPlanOf(chain)
  return `-- ${chain.doc}
local function ${entryName(chain)}(tvb, at)
${named
  .map(({ field, numbers }) => {
    const tests = numbers.map((each) => `number == ${each}`)
    return `  local number = ${number(field)}\n  if not (${tests.join(" or ")}) then return nil end\n`
  })
  .join("")}  local follows = ${number(length)}
  if follows > ${chain.most} then return nil end
  return ${size} + follows
end`
}

const blockOf = (statements: readonly string[]): string => indentedByTwo(lines(statements))

const lua = ({ checks }: Program, field: ShownFields["of"]): Backend<string> => {
  const refuse = (check: number, at: string, length: string): string =>
    `return refuse(tree, tvb, ${luaQuoted(checks[check]?.id ?? "")}, ${at}, ${length})`
  const shown = (path: string, type: Shown): string => `fields[${luaQuoted(field(path, type))}]`
  const entryLabel = ({ pattern, indexes }: Path, index: Local): string => {
    const pieces = `${pattern}[]`.split("[]")
    const numbers = [...indexes, index].map(local)
    const texts = pieces.flatMap((piece, at) => {
      const number = numbers[at]
      return number === undefined ? [] : [luaQuoted(`${piece}[`), number, luaQuoted("]")]
    })
    return texts.join(" .. ")
  }

  return {
    read: ({ into, type, path, at }) =>
      lines([
        `${local(into)} = ${readAt(type, offset(at))}`,
        `range = tvb(${offset(at)}, ${type.bits / 8})`,
        `tree:${type.bigEndian ? "add" : "add_le"}(${shown(path.pattern, type)}, range)`,
      ]),
    extract: ({ into, from, shift, width, member }) =>
      lines([
        `${local(into)} = ${from.type.wide ? "cut_wide" : "cut"}(${local(from)}, ${shift}, ${width})`,
        `tree:add(${shown(into.name, member)}, range, ${local(into)})`,
      ]),
    let: ({ into, term }) => `${local(into)} = ${printTerm(term)}`,
    require: ({ check, holds, place }) =>
      `if not (${printTest(holds)}) then ${refuse(check, offset(place.at), printTerm(place.length))} end`,
    point: ({ pointer, place, start, empty, fixed, checks: { empty: none, range, overlap, gap } }) => {
      const position = pointer.type.wide ? `narrowed(${local(pointer)})` : local(pointer)
      const [at, length, wanted] = [offset(place.at), printTerm(place.length), offset(start)]
      const misplaced = `if ${position} ~= ${wanted} then
  if ${position} < ${fixed} or ${position} >= tvb:len() then ${refuse(range, at, length)} end
  if ${position} < ${wanted} then ${refuse(overlap, at, length)} end
  ${refuse(gap, at, length)}
end`
      if (empty === undefined) return misplaced
      return `if ${printTest(empty)} then
  if ${position} ~= 0 then ${refuse(none, at, length)} end
else
${indentedByTwo(misplaced)}
end`
    },
    claim: ({ place }) => {
      const [at, length] = [offset(place.at), printTerm(place.length)]
      return `if ${length} > 0 then tree:add(${shown(place.path.pattern, opaque)}, tvb(${at}, ${length})) end`
    },
    when: ({ test, zeros }, then, otherwise) =>
      lines([
        ...zeros.map((zero) => `${local(zero)} = ${numberText(0n, zero.type.wide)}`),
        `if ${printTest(test)} then`,
        blockOf(then),
        "else",
        blockOf(otherwise),
        "end",
      ]),
    choose: ({ cases, end }, steps) => {
      const bodies = cases.map(({ next }, index) =>
        blockOf([...(steps[index] ?? []), end === undefined ? "" : `${local(end)} = ${offset(next)}`]),
      )
      const [only = ""] = bodies
      if (cases.every(({ test }) => test === undefined)) return `do\n${only}\nend`
      return lines([
        ...cases.flatMap(({ test }, index) => {
          const body = bodies[index] ?? ""
          if (test === undefined) return ["else", body]
          return [`${index === 0 ? "if" : "elseif"} ${printTest(test)} then`, body]
        }),
        "end",
      ])
    },
    each: ({ path, index, at, start, count, until, stride, previous, next, end }, steps) =>
      lines([
        `${local(at)} = ${offset(start)}`,
        `${local(index)} = 0`,
        ...previous.map(({ into, first }) => `${local(into)} = ${numberText(first, into.type.wide)}`),
        count === undefined
          ? `while ${local(at)} < ${until === undefined ? "tvb:len()" : offset(until)} do`
          : `while ${local(index)} < ${printTerm(count)} do`,
        indentedByTwo(
          lines([
            `local from, outer = ${local(at)}, tree`,
            `local tree = outer:add(protocol, tvb(from${stride === undefined ? "" : `, ${stride}`}), ${entryLabel(path, index)})`,
            ...steps,
            ...previous.map(({ of, into }) => `${local(into)} = ${local(of)}`),
            `${local(at)} = ${offset(next)}`,
            stride === undefined ? `tree:set_len(${local(at)} - from)` : "",
            `${local(index)} = ${local(index)} + 1`,
          ]),
        ),
        "end",
        end === undefined ? "" : `${local(end)} = ${local(at)}`,
      ]),
  }
}
