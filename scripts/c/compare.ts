/**
 * Compares the C validator with the TypeScript decoders on generated inputs for every receiver: attacks and valid blobs
 * that the declarations give, blobs of the corpus with edits, and bytes that mean nothing. Verdict, rule, offset,
 * length, actual and expected have to be the same. Options: --inputs N, --seed N, --batch FILE.
 */
import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import * as E from "fp-ts/lib/Either.js"
import { type Case, formatNames, rawReading, structuredReading } from "../../fuzz/blobs.js"
import { readCorpus } from "../../src/corpus.js"
import { constantNamed } from "../../src/layout/backends/c99-text.js"
import { channelNumber, membersInC } from "../../src/spice/c99.js"
import { formatOf } from "../../src/spice/formats.js"
import { decodeMigrateData } from "../../src/spice/migrate-data.js"
import { measureInC } from "./corpus-list.js"

const root = join(import.meta.dirname, "../..")

const { values } = parseArgs({
  options: {
    inputs: { type: "string", default: "1000000" },
    seed: { type: "string", default: "1" },
    batch: { type: "string", default: join(root, "c/build/batch") },
  },
})

/** The numbers of rules, by their constants. */
const numbers = new Map(
  [...readFileSync(join(root, "c/migration_guard.h"), "utf8").matchAll(/(MG_RULE_\w+) = (\d+)/g)].map(
    ([, name = "", number = ""]) => [name, BigInt(number)],
  ),
)

/** A generator of 32-bit numbers (xorshift32, Marsaglia): the same ones for one seed. */
const randomFrom = (seed: number) => {
  let state = seed === 0 ? 1 : seed >>> 0
  return (): number => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state
  }
}

const next = randomFrom(Number(values.seed))
const below = (bound: number): number => next() % bound
const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, () => next() >>> 24)

const structured = formatNames.map(structuredReading)
const raw = formatNames.map(rawReading)
const corpus = readCorpus(join(root, "corpus")).filter(({ bytes }) => bytes.length <= 32_768)

/** A blob of the corpus with some bytes changed, or cut off, for a receiver of its format. */
const edited = (): Case => {
  const entry = corpus[below(corpus.length)]
  if (entry === undefined) throw new Error("the corpus is empty")
  const blob = entry.bytes.slice(0, below(8) === 0 ? below(entry.bytes.length + 1) : undefined)
  for (let edits = below(4); edits > 0 && blob.length > 0; edits--) blob[below(blob.length)] = next() >>> 24
  const reading = raw[formatNames.indexOf(formatOf[entry.channel])]
  return { setting: (reading ?? rawReading("main")).caseOf(Uint8Array.of(next() >>> 24)).setting, blob }
}

const kinds: readonly (() => Case)[] = [
  ...Array.from({ length: 6 }, () => () => pick(structured).caseOf(bytesOf(32 + below(480)))),
  edited,
  () => pick(raw).caseOf(bytesOf(1 + below(200))),
]

const pick = <T>(list: readonly T[]): T => {
  const picked = list[below(list.length)]
  if (picked === undefined) throw new Error("nothing to pick from")
  return picked
}

const littleEndian = (words: readonly (number | bigint)[]): Buffer => {
  const buffer = Buffer.alloc(8 * words.length)
  for (const [index, word] of words.entries()) buffer.writeBigUInt64LE(BigInt(word), 8 * index)
  return buffer
}

const inputOf = ({ setting: { channel, receiver }, blob }: Case): Buffer =>
  Buffer.concat([
    littleEndian([channelNumber(channel), ...membersInC(receiver).map(([, value]) => value), blob.length]),
    blob,
  ])

/** What the decoder says, as C would. */
const expectedOf = ({ setting: { channel, receiver }, blob }: Case): readonly bigint[] => {
  const decoded = decodeMigrateData(channel, blob, receiver, { alias: true })
  if (E.isRight(decoded)) return [0n, 0n, 0n, 0n, 0n]
  const { rule, offset, length, actual, expected } = decoded.left[0]
  const number = numbers.get(`MG_RULE_${constantNamed(rule)}`)
  if (number === undefined) throw new Error(`C knows no rule ${rule}`)
  return [number, BigInt(offset), BigInt(length), measureInC(actual), measureInC(expected)]
}

const wanted = Number(values.inputs)
const seen = new Map<bigint, number>()
let compared = 0
while (compared < wanted) {
  const cases = Array.from({ length: Math.min(20_000, wanted - compared) }, () => pick(kinds)())
  const answers = execFileSync(values.batch, { input: Buffer.concat(cases.map(inputOf)), maxBuffer: 1 << 28 })
  for (const [index, each] of cases.entries()) {
    const expected = expectedOf(each)
    const said = expected.map((_, word) => answers.readBigUInt64LE(40 * index + 8 * word))
    const [rule = 0n] = expected
    seen.set(rule, (seen.get(rule) ?? 0) + 1)
    if (said.join() === expected.join()) continue
    const { setting, blob } = each
    console.error(`C says ${said.join(" ")}, TypeScript ${expected.join(" ")}, of ${setting.channel}:`)
    console.error(JSON.stringify(setting.receiver))
    console.error(Buffer.from(blob).toString("hex"))
    process.exit(1)
  }
  compared += cases.length
}
const accepted = seen.get(0n) ?? 0
console.log(
  `${compared} inputs compared: ${accepted} accepted, ${compared - accepted} refused by ${seen.size - 1} rules`,
)
