import type { Rule } from "../../violation/violation.js"
import { type ChainPlan, chainPlanOf } from "../chain.js"
import { known } from "../plan.js"
import type { Local, Program, Step, Term } from "../steps.js"
import type { Chain, Scalar } from "../types.js"
import { allSteps, judgedBy, scansIn } from "../uses.js"
import { type Backend, written } from "./backend.js"
import {
  isSigned,
  type Printing,
  printNumber,
  printOffset,
  printTerm,
  printTest,
  type Told,
  typeIn,
} from "./c99-expression.js"
import { withoutDecided } from "./c99-facts.js"
import { comment, constantNamed, folded, indented, namesOf, snake } from "./c99-text.js"

/** What the C function that checks a layout is called and where it finds what it is told. */
export interface CheckEmission {
  /** Goes before every name of the library: `mg`. */
  readonly prefix: string
  readonly name: string
  /** What it takes beside `data`, `size` and `violation`: `const mg_receiver *receiver`, or nothing. */
  readonly takes: string
  readonly told: Told
}

/** The constant that a rule is known by. */
export const cRuleConstant = (prefix: string, id: string): string => `${prefix.toUpperCase()}_RULE_${constantNamed(id)}`

/**
 * Writes the check of a layout as a C99 function: straight-line reads and comparisons in the order of the steps, up to
 * the first violation. It allocates nothing, calls only the helpers that stand before it, and reads no byte whose place
 * was not compared with the size. A comment names the rule before each check.
 */
export const emitCheck = (program: Program, { prefix, name, takes, told }: CheckEmission): string => {
  const locals = localsOf(program)
  const scans = scansIn(program).map(({ name: scan }) => snake(scan))
  const names = namesOf(locals.all, scans)
  const nameOf = ({ name: path }: Local): string => names.get(path) ?? "size"
  const backend = c99({ prefix, program, told, nameOf, ...locals })
  const sections = [program.opening, program.reading, withoutDecided(program.judging)].map((steps) =>
    written(steps, backend).filter((text) => text !== ""),
  )
  const body = withoutUnread(
    locals,
    nameOf,
    whereRead(needed(sections.flatMap((section) => (section.length === 0 ? [] : [...section, ""])))),
  )
  const { title } = program.plan.layout
  const given = ["data", ...(/\w+$/.exec(takes) ?? [])]
  const unread = given
    .filter((name) => !new RegExp(`\\b${name}\\b`).test(body.join("\n")))
    .map((name) => `(void)${name};`)
  return folded(`${comment(`Checks a ${title}.`)}
static bool ${name}(const uint8_t *data, uint64_t size, ${takes === "" ? "" : `${takes}, `}${prefix}_violation *violation)
{
${indented([...unread, ...body, "return true;"].join("\n"))}
}
`)
}

/** Leaves out the numbers that are set inside blocks and read nowhere. */
const withoutUnread = (
  { all, outer }: Locals,
  nameOf: (local: Local) => string,
  statements: readonly string[],
): readonly string[] => {
  const text = statements.join("\n")
  const names = new Set(all.filter(({ name }) => outer.has(name)).map(nameOf))
  const unread = [...names].filter((name) => {
    const settings = new RegExp(`^ *(\\w+ )?${name} = .*;$`, "gm")
    return !new RegExp(`\\b${name}\\b`).test(text.replace(/\/\*.*?\*\//gs, "").replace(settings, ""))
  })
  const isSetting = (line: string) => unread.some((name) => new RegExp(`^ *(\\w+ )?${name} = `).test(line))
  return statements.map((statement) =>
    statement
      .split("\n")
      .filter((line) => !isSetting(line))
      .join("\n"),
  )
}

interface Locals {
  readonly all: readonly Local[]
  /** Those that a test, a term or a place reads: others need not be. */
  readonly read: ReadonlySet<string>
  /** Those that are set inside a block and read behind it. */
  readonly outer: ReadonlySet<string>
}

interface C99 extends Printing, Locals {
  readonly prefix: string
  readonly program: Program
}

const lines = (statements: readonly string[]): string => statements.filter((text) => text !== "").join("\n")

const block = (statements: readonly string[]): string => `{\n${indented(lines(whereRead(needed(statements))))}\n}`

const withoutComments = (text: string): string => text.replace(/\/\*.*?\*\//gs, "")

/** The name of the number that a statement declares, and does nothing else. */
const declaredBy = (statement: string): string | undefined => /^const \w+ (\w+) = [^;]*;$/.exec(statement)?.[1]

const mentions = (text: string, name: string): boolean => new RegExp(`\\b${name}\\b`).test(text)

/** Leaves out the numbers that nothing in a block reads: in another block one of the same name may be read. */
const needed = (statements: readonly string[]): readonly string[] => {
  const texts = statements.map(withoutComments)
  const kept = statements.filter((statement, index) => {
    const name = declaredBy(statement)
    return name === undefined || texts.some((text, other) => other !== index && mentions(text, name))
  })
  return kept.length === statements.length ? kept : needed(kept)
}

/** Has every number read right before it is judged: one that waits behind a loop takes a register from it. */
const whereRead = (statements: readonly string[]): readonly string[] => {
  const moved: string[] = []
  for (const statement of statements.toReversed()) {
    const name = declaredBy(statement)
    const reader = name === undefined ? 0 : moved.findIndex((text) => mentions(withoutComments(text), name))
    moved.splice(Math.max(reader, 0), 0, statement)
  }
  return moved
}

/** The expression that reads a number, `at` bytes behind `base`. */
export const readAt = ({ bits, signed, bigEndian }: Scalar, base: string, at: string): string => {
  const pointer = at === "0" ? base : `${base} + ${at}`
  const read = bits === 8 ? `${base}[${at}]` : `read_u${bits}${bigEndian ? "be" : ""}(${pointer})`
  return signed ? `signed_${bits}(${read})` : read
}

const c99 = (c: C99): Backend<string> => {
  const rule = (check: number): string => cRuleConstant(c.prefix, idOf(c.program, check))
  const set = (local: Local, value: string): string => {
    if (!c.read.has(local.name)) return ""
    const name = c.nameOf(local)
    return c.outer.has(local.name) ? `${name} = ${value};` : `const ${typeIn(local.type)} ${name} = ${value};`
  }
  const declare = (locals: readonly Local[]): readonly string[] =>
    locals.flatMap((local) => (c.read.has(local.name) ? [`${typeIn(local.type)} ${c.nameOf(local)} = 0;`] : []))

  return {
    read: ({ into, type, at }) => set(into, readAt(type, "data", printOffset(at, c))),
    extract: ({ into, from, shift, width }) => {
      const shifted = shift === 0 ? c.nameOf(from) : `${c.nameOf(from)} >> ${shift}`
      const cut = `${shifted} & ${printNumber((1n << BigInt(width)) - 1n)}`
      return set(into, typeIn(from.type) === typeIn(into.type) ? cut : `(${typeIn(into.type)})(${cut})`)
    },
    let: ({ into, term }) => set(into, printTerm(term, c)),
    require: ({ check, holds, place, actual, expected }) =>
      `${commentOn(c.program, check)}
if (${printTest(holds, c, true)})
    return refuse(violation, ${[
      rule(check),
      printOffset(place.at, c),
      printTerm(place.length, c),
      measure(actual, c),
      measure(expected, c),
    ].join(", ")});`,
    point: ({ pointer, place, start, empty, fixed, checks }) => {
      const name = c.nameOf(pointer)
      const from = printOffset(start, c)
      const at = `${printOffset(place.at, c)}, ${printTerm(place.length, c)}, ${name}`
      const { empty: none, range, overlap, gap } = checks
      const misplaced = `${comment([range, overlap, gap].map((check) => idOf(c.program, check)).join(", "))}
if (${name} != ${from})
    return refuse(violation, misplaced(${name}, ${fixed}, ${from}, size), ${at}, ${from});`
      if (empty === undefined) return misplaced
      return `if (${printTest(empty, c)}) {
${indented(`${commentOn(c.program, none)}
if (${name} != 0)
    return refuse(violation, ${rule(none)}, ${at}, 0);`)}
} else {
${indented(misplaced)}
}`
    },
    claim: () => "",
    when: ({ test, zeros }, then, otherwise) => {
      const branches = [lines(then), lines(otherwise)].flatMap((text, isElse) =>
        text === "" ? [] : [`if (${printTest(test, c, isElse === 1)}) ${block([text])}`],
      )
      return branches.length === 0 ? "" : lines([...declare(zeros), ...branches])
    },
    choose: ({ cases, end }, steps) => {
      const branches = steps.flatMap((taken, index) =>
        cases.slice(index, index + 1).map(({ test, next }) => {
          const body = block([...taken, end === undefined ? "" : set(end, printOffset(next, c))])
          return test === undefined ? body : `if (${printTest(test, c)}) ${body}`
        }),
      )
      return lines([...declare(end === undefined ? [] : [end]), branches.join(" else ")])
    },
    each: ({ index, at, start, count, until, stride, previous, next, end }, steps) => {
      const kept = previous.filter(({ into }) => c.read.has(into.name))
      const [entry, position] = [c.nameOf(index), c.nameOf(at)]
      const isMoving = stride === undefined
      if (!isMoving && lines(steps) === "") return ""
      const counted = count === undefined ? undefined : printTerm(count, c)
      // As wide as the count: a wider index costs gcc a register and a tenth of the speed.
      const indexType = count === undefined ? "uint64_t" : typeIn(count.type)
      const isWide = indexType === "uint64_t"
      const bound = until === undefined ? "size" : printOffset(until, c)
      const contract = [
        `LOOP_ASSIGNS(${[...(counted === undefined ? [] : [entry]), ...(isMoving ? [position] : []), ...kept.map(({ into }) => c.nameOf(into))].join(", ")})`,
        `LOOP_INVARIANT(${[...(counted === undefined ? [] : [`${entry} <= ${counted}`]), ...(isMoving ? [`${position} <= ${bound}`] : [])].join(" && ")})`,
        `LOOP_DECREASES(${counted === undefined ? `${bound} - ${position}` : `${counted} - ${entry}`})`,
      ]
      const moved = kept.map(({ of, into }) => {
        const cast = typeIn(of.type) === typeIn(into.type) ? "" : `(${typeIn(into.type)})`
        return `${c.nameOf(into)} = ${cast}${c.nameOf(of)};`
      })
      return lines([
        ...kept.map(({ into, first }) => `${typeIn(into.type)} ${c.nameOf(into)} = ${printNumber(first)};`),
        isMoving ? `uint64_t ${position} = ${printOffset(start, c)};` : "",
        counted === undefined
          ? `while (${position} < ${bound})`
          : `for (${indexType} ${entry} = 0; ${entry} < ${counted}; ${entry}++)`,
        indented(contract.join("\n")),
        block([
          isMoving || !c.read.has(at.name)
            ? ""
            : `const uint64_t ${position} = ${printOffset(start, c)} + ${isWide ? entry : `(uint64_t)${entry}`} * ${stride};`,
          ...steps,
          ...moved,
          isMoving ? `${position} = ${printOffset(next, c)};` : "",
        ]),
        end === undefined ? "" : set(end, position),
      ])
    },
  }
}

/** The rule that a check refuses by. */
export const ruleIn = ({ checks }: Program, check: number): Rule => known(new Map(checks.entries()), check)

const idOf = (program: Program, check: number): string => ruleIn(program, check).id

const commentOn = (program: Program, check: number): string => {
  const { id, requirement } = ruleIn(program, check)
  return comment(`${id}: ${requirement}`)
}

/** A number of a violation: one that has a sign keeps it in two's complement. */
const measure = (term: Term | undefined, c: Printing): string => {
  if (term === undefined) return "0"
  const text = printTerm(term, c)
  return isSigned(term) ? `complement(${text})` : text
}

/** The locals that a step sets, and those that it has to declare for what is behind it. */
const setBy = (step: Step): { readonly set: readonly Local[]; readonly outer: readonly Local[] } => {
  switch (step.op) {
    case "read":
    case "extract":
    case "let":
      return { set: [step.into], outer: [] }
    case "when":
      return { set: [], outer: step.zeros }
    case "choose": {
      const ends = step.end === undefined ? [] : [step.end]
      return { set: ends, outer: ends }
    }
    case "each": {
      const { index, at, end, previous } = step
      return { set: [index, at, ...(end === undefined ? [] : [end]), ...previous.map(({ into }) => into)], outer: [] }
    }
    default:
      return { set: [], outer: [] }
  }
}

const localsOf = (program: Program): Locals => {
  const steps = allSteps(program).map(setBy)
  return {
    all: steps.flatMap(({ set }) => set),
    read: judgedBy(program),
    outer: new Set(steps.flatMap(({ outer }) => outer.map(({ name }) => name))),
  }
}

/** The most bytes that an entry may have of a chain that begins anywhere: a bit for each is kept on the stack. */
const longestEntry = 0x10000

/**
 * Writes the scan of a chain. Where it may begin anywhere, it goes forwards with a bit for every byte that an entry so
 * far can end at, as far ahead as one entry reaches; the rest of one entry can end at any of the first of them.
 *
 * @throws TypeError where a chain that begins anywhere has entries of more than 64 KiB
 */
export const emitChain = (chain: Chain): string => {
  const { name, doc, most, begins } = chain
  const { size, length, named } = chainPlanOf(chain)
  const number = ({ type, offset }: ChainPlan["length"]): string => readAt(type, "entry", String(offset))
  const fields = named.flatMap(({ field, numbers }) => [
    `const uint32_t ${snake(field.path)} = ${number(field)};`,
    `if (${numbers.map((each) => `${snake(field.path)} != ${printNumber(BigInt(each))}`).join(" && ")})`,
    "    return 0;",
  ])
  const follows = [
    `const uint64_t follows = ${number(length)};`,
    ...(most < 0xffffffff ? [`if (follows > ${most})`, "    return 0;"] : []),
  ]
  return folded(`${comment("How many bytes one entry of the chain below takes; 0 where it can be none.")}
static uint64_t ${snake(name)}_entry(const uint8_t *entry)
{
${indented([...fields, ...follows].join("\n"))}
    return ${size} + follows;
}

${comment(doc)}
${begins === "whole" ? wholeChain(snake(name), size) : anywhereChain(snake(name), size, size + most)}`)
}

const wholeChain = (name: string, size: number): string => `static bool ${name}(const uint8_t *data, uint64_t size)
{
    uint64_t at = 0;

    if (size < ${size})
        return true;
    while (at < size)
        LOOP_ASSIGNS(at)
        LOOP_INVARIANT(at <= size)
        LOOP_DECREASES(size - at)
    {
        if (size - at < ${size})
            return false;
        const uint64_t taken = ${name}_entry(data + at);
        if (taken == 0 || taken > size - at)
            return false;
        at += taken;
    }
    return true;
}
`

const anywhereChain = (name: string, size: number, longest: number): string => {
  if (longest > longestEntry) throw new TypeError(`${name}: entries of ${longest} bytes are too long for a scan in C`)
  const words = Math.ceil((longest + 1) / 64) + 1
  return `static bool ${name}(const uint8_t *data, uint64_t size)
{
    uint64_t ends[${words}];

    if (size <= ${longest})
        return true;
    memset(ends, 0, sizeof ends);
    for (uint32_t first = 0; first <= ${longest}; first++)
        LOOP_ASSIGNS(first, LOOP_OBJECT(ends))
        LOOP_INVARIANT(first <= ${longest + 1})
        LOOP_DECREASES(${longest + 1} - first)
    {
        ends[first / 64] |= UINT64_C(1) << first % 64;
    }
    for (uint64_t at = 0; at + ${size} <= size; at++)
        LOOP_ASSIGNS(at, LOOP_OBJECT(ends))
        LOOP_INVARIANT(at <= (size | 63) + 1)
        LOOP_DECREASES((size | 63) + 1 - at)
    {
        uint64_t *const word = &ends[at / 64 % ${words}];
        if (*word == 0) {
            at |= 63;
            continue;
        }
        if ((*word >> at % 64 & 1) == 0)
            continue;
        *word &= ~(UINT64_C(1) << at % 64);
        const uint64_t taken = ${name}_entry(data + at);
        if (taken == 0)
            continue;
        if (at + taken == size)
            return true;
        if (at + taken < size)
            ends[(at + taken) / 64 % ${words}] |= UINT64_C(1) << (at + taken) % 64;
    }
    return false;
}
`
}
