import * as fc from "fast-check"
import { type Context, contextOf } from "../src/qemu/context.js"
import { qemuVersions } from "../src/qemu/versions.js"
import { argumentsArbitraryOf } from "../src/testing/qemu/arguments.js"
import { uriEnds, wrongSchemes } from "../src/testing/qemu/hostile-strings.js"
import { textOf, treeOf } from "../src/testing/qemu/json-cst.js"
import { leastArguments } from "../src/testing/qemu/minimal.js"
import { argumentsMutationsOf } from "../src/testing/qemu/mutations.js"
import { uriArbitraryOf } from "../src/testing/qemu/uris.js"
import { vocabulary } from "../src/testing/qemu/vocabulary.js"
import { argumentsWitnessesOf } from "../src/testing/qemu/witnesses.js"
import type { Checked } from "../src/violation/checked.js"
import { formatViolation, type Violation, violationCodes } from "../src/violation/violation.js"

/** What the targets of QEMU's arguments have in common. */

const encoder = new TextEncoder()

export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/** A text whatever the bytes: what is no UTF-8 becomes U+FFFD. */
export const textIn = (bytes: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)

/** The same bytes at an odd offset of other memory: a fuzzer's own are always aligned. */
export const moved = (bytes: Uint8Array): Uint8Array => {
  const memory = new Uint8Array(bytes.length + 2)
  memory.set(bytes, 1)
  return memory.subarray(1, bytes.length + 1)
}

const first = contextOf({})

/** Every command for every QEMU, with the draft and without it. The first one is the default. */
export const contexts: readonly [Context, ...Context[]] = [
  first,
  ...[...qemuVersions]
    .reverse()
    .flatMap((version) =>
      [false, true].flatMap((draft) =>
        (["migrate", "migrate-incoming"] as const)
          .map((command) => contextOf({ command, version, draft }))
          .filter((context) => JSON.stringify(context) !== JSON.stringify(first)),
      ),
    ),
]

/** The context that a byte of an input chooses. */
export const contextBy = (byte: number | undefined): Context => contexts[Number(byte ?? 0) % contexts.length] ?? first

const mostSaid = 64
const longestMessage = 1000
const codes: ReadonlySet<string> = new Set(violationCodes)

/** Says nothing where violations are ones that a report may show: few, short, of plain characters, inside the input. */
export const areSayable = (violations: readonly Violation[], size: number): void => {
  if (violations.length === 0 || violations.length > mostSaid) throw new Error(`${violations.length} violations`)
  for (const violation of violations) {
    const { code, rule, path, offset, length } = violation
    const said = `${path} ${formatViolation(violation)}`
    if (!codes.has(code)) throw new Error(`${rule} has the code ${code}`)
    if (!/^[ -~]*$/.test(said)) throw new Error(`${rule} is said in other than plain characters`)
    if (said.length > longestMessage) throw new Error(`${rule} is said in ${said.length} characters`)
    if (!(offset >= 0 && length >= 0 && offset + length <= size)) throw new Error(`${rule} stands outside the input`)
    if (!Number.isInteger(offset + length)) throw new Error(`${rule} stands between bytes`)
  }
}

/** A verdict as plain data, for comparison: without the places, which only a text has; its paths as they are below a member. */
export const verdictOf = (checked: Checked<unknown>, below = ""): string =>
  checked._tag === "Right"
    ? "accepted"
    : checked.left
        .map(({ code, rule, path, actual, expected }) => {
          const keys = [below, path].filter((key) => key !== "").join(".")
          return [code, rule, keys, actual, expected].map(String).join(" ")
        })
        .join("; ")

/** What checking may take, beside what it takes of every byte: many times what it was seen to take. */
const allowed = { milliseconds: 5, ofEveryByte: 0.004 }

/** What took too long is done again so often, and its least time of the processor is believed. */
const trials = 9

const processorTime = (work: () => void): number => {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/** What is wrong where something else was found than what had to be. */
export const difference = (expected: string, found: string): Error => new Error(`expected ${expected}, found ${found}`)

/** Checks an input of a size, and throws if that takes time out of proportion. Other work on the machine does not count. */
export const inProportion = <T>(size: number, work: () => T): T => {
  const start = performance.now()
  const result = work()
  const most = allowed.milliseconds + allowed.ofEveryByte * size
  let least = performance.now() - start
  for (let trial = 0; trial < trials && least > most; trial++) least = Math.min(least, processorTime(work))
  if (least > most) throw new Error(`checking ${size} bytes takes ${Math.round(least)} ms`)
  return result
}

/** Throws if there is something that every object or every list has. */
export const prototypesAreIntact = (): void => {
  for (const value of [{}, []]) for (const name in value) throw new Error(`every object has ${JSON.stringify(name)}`)
}

/** Every object and list in a value. */
export function* objectsIn(value: unknown): Generator<object> {
  if (typeof value !== "object" || value === null) return
  yield value
  for (const part of Object.values(value)) yield* objectsIn(part)
}

/** Throws if two values have an object or a list in common. */
export const areApart = (one: unknown, other: unknown): void => {
  const objects = new Set(objectsIn(one))
  for (const each of objectsIn(other)) if (objects.has(each)) throw new Error("what was checked is part of the input")
}

const numbers = [
  ...["0", "-0", "1", "-1", "255", "256", "65535", "65536", "69982", "4294967295", "4294967296", "9007199254740993"],
  ...["9223372036854775807", "9223372036854775808", "18446744073709551615", "1e0", "1.0", "1E400", "01", "0x10"],
]

const punctuation = [
  ...[
    '{"',
    '":',
    '":"',
    '","',
    '"}',
    "[",
    "]",
    "[{",
    "}]",
    ",",
    " ",
    "\n",
    "null",
    "true",
    "false",
    "\\u0000",
    "\\ud800",
  ],
  ...[
    "\\udc00",
    "\\uffff",
    '\\"',
    "\\\\",
    "\\/",
    "\u00e9",
    "\u20ac",
    "\u{1f600}",
    "\ufeff",
    "\uffff",
    "__proto__",
    "constructor",
  ],
]

const addressParts = [
  ...[
    "10.0.0.9",
    "127.1",
    "0",
    "::1",
    "[::1]",
    "[::]",
    "::ffff:10.0.0.9",
    "fe80::1%eth0",
    "http",
    "/bin/sh",
    "/../",
    "@",
  ],
  ...[",offset=", ",to=", "=on", "=off", ":0", ":1", "//"],
]

const known = vocabulary()

/** URIs and what they are made of. */
export const uriWords: readonly string[] = [
  ...[...known.schemes, ...wrongSchemes].map((scheme) => `${scheme}:`),
  ...uriEnds,
  ...addressParts,
  ...numbers,
]

/** The names that the declarations have, and what JSON is made of. */
export const jsonWords: readonly string[] = [
  ...[...known.members.keys()].flatMap((name) => [`"${name}":`, `,"${name}":`, name]),
  ...[...known.kinds.values()].flat().map((kind) => `"${kind}"`),
  ...punctuation,
  ...uriWords,
]

export const dictionaryOf = (words: readonly string[]): readonly Uint8Array[] => [...new Set(words)].map(utf8)

/** The forms that the README and docs/examples show. */
const documented = [
  '{"channels": [{"channel-type": "main", "addr": {"transport": "socket", "type": "inet", "host": "10.12.34.9", "port": "49152"}}]}',
  '{"uri": "tcp:10.12.34.9:69982,ipv4=on", "detach": true}',
  '{"uri": "file:/var/lib/vm-state/../../../etc/passwd"}',
  '{"uri": "tcp:192.0.2.1:49152", "exec-str": "id"}',
  '{"uri": "exec:id"}',
]

const seed = 20_221_206

/** Mutations that are no longer than this, but those that are cut off: the fuzzer cuts texts off by itself. */
const longestSeed = 2000

function* mutationSeeds(text: string): Generator<Uint8Array> {
  for (const { name, bytes } of argumentsMutationsOf(text))
    if (!name.startsWith("truncated") && bytes.length <= longestSeed) yield bytes
}

/** Texts to begin with: what is documented, the least of every kind, samples of all contexts, mutations and witnesses. */
export const textSeeds = function* (): Generator<Uint8Array> {
  for (const text of documented) yield utf8(text)
  for (const text of documented.slice(0, 2)) yield* mutationSeeds(text)
  for (const context of contexts)
    for (const valid of [...leastArguments(context), ...fc.sample(argumentsArbitraryOf(context), { seed, numRuns: 8 })])
      yield utf8(textOf(treeOf(valid)))
  for (const options of [{ draft: true }, { command: "migrate-incoming", draft: true }] as const)
    for (const { bytes } of argumentsWitnessesOf(options)) if (bytes.length <= longestSeed) yield bytes
}

/** URIs to begin with. */
export const uriSeeds = (): readonly string[] => [
  ...fc.sample(uriArbitraryOf({ command: "migrate" }), { seed, numRuns: 60 }).map(({ uri }) => uri),
  ...fc.sample(uriArbitraryOf({ command: "migrate-incoming" }), { seed, numRuns: 60 }).map(({ uri }) => uri),
  ...(known.members.get("uri") ?? []).map((uri) => String(JSON.parse(textOf(uri)))),
]

/** Choices to begin with, of several lengths. */
export const choiceSeeds = (numRuns: number): readonly Uint8Array[] =>
  fc.sample(fc.uint8Array({ minLength: 4, maxLength: 96, size: "max" }), { seed, numRuns })

/** Takes decisions from bytes, one or two each. When there are no more, every decision is the first one. */
export const picking = (bytes: Uint8Array): ((count: number) => number) => {
  let at = 0
  const byte = (): number => bytes[at++] ?? 0
  return (count) => (count > 256 ? byte() + 256 * byte() : byte()) % Math.max(count, 1)
}
