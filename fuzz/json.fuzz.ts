import { byteLength, type JsonText, readJson } from "../src/data/json.js"
import type { TargetModule } from "../src/fuzz/target.js"
import { migrateCodec, migrateIncomingCodec } from "../src/qemu/codecs.js"
import { defaultJsonLimits } from "../src/qemu/limits.js"
import { parseArguments } from "../src/qemu/parse.js"
import type { Checked } from "../src/violation/checked.js"
import { type Expectation, expectationOf, isSame } from "./strict-json.js"
import {
  areApart,
  areSayable,
  dictionaryOf,
  difference,
  inProportion,
  jsonWords,
  moved,
  prototypesAreIntact,
  textSeeds,
  verdictOf,
} from "./texts.js"

/** Any bytes as a JSON text of arguments, against JSON.parse and a strict TextDecoder. */

const limits = defaultJsonLimits

const decoded = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

const said = (checked: Checked<unknown>): string =>
  checked._tag === "Right"
    ? "accepted"
    : checked.left.map(({ rule, offset, length }) => `${rule} at ${offset}, ${length}`).join("; ")

/** What reading says of bytes, as far as another way to find it out tells. */
const expectedOf = (bytes: Uint8Array, text: string | undefined): Expectation => {
  if (bytes.length > limits.maxBytes) return { kind: "refused", rule: "json/max-bytes", offset: 0 }
  return text === undefined ? { kind: "refused", rule: "json/utf-8", offset: 0 } : expectationOf(text, limits)
}

/** Reading says what the other way to find out says. */
const isRead = (bytes: Uint8Array, text: string | undefined, read: Checked<JsonText>): void => {
  const expected = expectedOf(bytes, text)
  if (read._tag === "Right") {
    if (expected.kind !== "accepted") throw difference(expected.kind, said(read))
    else if (!isSame(expected.marked, read.right.value)) throw difference("another value", said(read))
  } else {
    const [{ rule, offset }, ...others] = read.left
    if (expected.kind === "accepted" || others.length > 0) throw difference(expected.kind, said(read))
    if (expected.kind !== "refused") return
    const at = byteLength((text ?? "").slice(0, expected.offset))
    if (rule !== expected.rule || offset !== at) throw difference(`${expected.rule} at ${at}`, said(read))
  }
}

const codecs = { migrate: migrateCodec(), "migrate-incoming": migrateIncomingCodec() }

/** Parsing a text says what reading it and the codec say, in the same words. */
const isParsed = (command: keyof typeof codecs, bytes: Uint8Array, read: Checked<JsonText>): void => {
  const parsed: Checked<unknown> = inProportion(bytes.length, () => parseArguments(bytes, { command }))
  if (parsed._tag === "Left") areSayable(parsed.left, bytes.length)
  if (read._tag === "Left") {
    if (said(parsed) !== said(read)) throw difference(said(read), said(parsed))
    return
  }
  const checked = codecs[command].decode(read.right.value) as Checked<unknown>
  if (checked._tag === "Right") areApart(checked.right, read.right.value)
  if (verdictOf(parsed) !== verdictOf(checked)) throw difference(verdictOf(checked), verdictOf(parsed))
}

const check = (bytes: Uint8Array): void => {
  const text = decoded(bytes)
  const before = Uint8Array.from(bytes)
  const read = readJson(bytes, limits)
  if (read._tag === "Left") areSayable(read.left, bytes.length)
  isRead(bytes, text, read)
  // Every text is read a second time in one way, and parsed for one command: a text has its neighbours for the others.
  const [isOdd, isLonger] = [bytes.length % 2 === 1, bytes.length % 4 > 1]
  const again = readJson(isLonger || text === undefined ? moved(bytes) : text, limits)
  if (said(again) !== said(read)) throw difference(said(read), said(again))
  isParsed(isOdd ? "migrate" : "migrate-incoming", bytes, read)
  if (Buffer.compare(before, bytes) !== 0) throw new Error("the input was changed")
  prototypesAreIntact()
}

const target: TargetModule = {
  fuzz: check,
  underTest: ["src/qemu/", "src/net/", "src/data/"],
  detectors: true,
  dictionary: dictionaryOf(jsonWords),
  seeds: textSeeds,
  evidenceOf: (bytes) => ({ kind: "text", bytes }),
}

export const { fuzz, underTest, detectors, dictionary, seeds, evidenceOf } = target
