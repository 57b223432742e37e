import { isDeepStrictEqual } from "node:util"
import type { Reading } from "../src/layout/interpret.js"
import { checkMigrateData, decodeMigrateData, encodeMigrateData } from "../src/spice/migrate-data.js"
import { read } from "../src/testing/setting.js"
import type { Checked } from "../src/violation/checked.js"
import type { Violation } from "../src/violation/violation.js"
import type { Case } from "./blobs.js"

/** Every typed array in a value. */
function* arraysIn(value: unknown): Generator<Uint8Array | Int32Array> {
  if (value instanceof Uint8Array || value instanceof Int32Array) yield value
  else if (typeof value === "object" && value !== null)
    for (const member of Object.values(value)) yield* arraysIn(member)
}

/** Decoding returns, and what it returns is not the input's memory. */
export const decodes = ({ setting: { channel, receiver }, blob }: Case): void => {
  const decoded = decodeMigrateData(channel, blob, receiver)
  if (decoded._tag === "Left") return
  for (const array of arraysIn(decoded.right))
    if (array.buffer === blob.buffer) throw new Error("the state holds the input's memory")
}

/** What two violations have to have in common. */
const essenceOf = ({ code, rule, path, offset, length, actual, expected }: Violation) =>
  [code, rule, path, offset, length, actual, expected] as const

/** What decodes a blob, as the interpreter does or with a bug. */
export type Decode = (each: Case) => Checked<unknown>

/** What was decoded is what the interpreter reads: the same verdict, the same state and the same first violation. */
export const isSame = (
  decoded: Checked<unknown>,
  { violations, state }: Pick<Reading, "violations" | "state">,
): void => {
  const [first] = violations
  if (decoded._tag === "Right") {
    if (first !== undefined) throw new Error(`accepted against ${first.rule} at ${first.path}`)
    if (!isDeepStrictEqual(decoded.right, state)) throw new Error("the states differ")
  } else {
    const [mine] = decoded.left
    if (first === undefined) throw new Error(`refused by ${mine.rule} at ${mine.path}, which holds`)
    if (!isDeepStrictEqual(essenceOf(mine), essenceOf(first)))
      throw new Error(`refused by ${mine.rule} at ${mine.path} instead of ${first.rule} at ${first.path}`)
  }
}

/** A decoder and the interpreter agree. */
export const agreementOf =
  (decode: Decode) =>
  (each: Case): void => {
    const { setting, blob } = each
    const before = Uint8Array.from(blob)
    const decoded = decode(each)
    if (!isDeepStrictEqual(before, Uint8Array.from(blob))) throw new Error("decoding changed the input")
    isSame(decoded, read(setting, blob, false))
  }

const decoderAgrees = agreementOf(({ setting: { channel, receiver }, blob }) =>
  decodeMigrateData(channel, blob, receiver),
)

/** What is emitted agrees with the interpreter: the decoder, what only judges and what finds every violation. */
export const agrees = (each: Case): void => {
  decoderAgrees(each)
  const { setting, blob } = each
  const decoded = decodeMigrateData(setting.channel, blob, setting.receiver)
  const [first] = decoded._tag === "Left" ? decoded.left : []
  const judged = checkMigrateData(setting.channel, blob, setting.receiver)
  if (!isDeepStrictEqual(judged && essenceOf(judged), first && essenceOf(first)))
    throw new Error(`judged by ${judged?.rule} instead of ${first?.rule}`)
  const collected = decodeMigrateData(setting.channel, blob, setting.receiver, { all: true })
  const found = collected._tag === "Left" ? collected.left : []
  const { violations } = read(setting, blob, false)
  if (!isDeepStrictEqual(found.map(essenceOf), violations.map(essenceOf)))
    throw new Error(`${found.length} violations instead of ${violations.length}, or others`)
}

/** What is accepted is encoded as the same bytes again, and decodes to the same state with views of the input. */
export const isIdentity = ({ setting: { channel, receiver }, blob }: Case): void => {
  const decoded = decodeMigrateData(channel, blob, receiver)
  if (decoded._tag === "Left") return
  const encoded = encodeMigrateData(channel, decoded.right, receiver)
  if (encoded._tag === "Left") throw new Error(`a decoded state is not encoded: ${encoded.left[0].rule}`)
  if (!isDeepStrictEqual(encoded.right, Uint8Array.from(blob)))
    throw new Error("a decoded state is encoded as other bytes")
  const viewed = decodeMigrateData(channel, blob, receiver, { alias: true })
  if (!isDeepStrictEqual(viewed, decoded)) throw new Error("a view of the input decodes to another state")
}

/** What decoding may take beside what it takes of every byte. */
const allowance = { milliseconds: 2, bytes: 65536 }
const ofEveryByte = { milliseconds: 0.002, bytes: 16 }

/** An exceeded allowance is measured again so often before it is believed: other work on the machine passes. */
const trials = 7

/** Decoding takes time and memory in proportion to the input. */
export const isInProportion = ({ setting: { channel, receiver }, blob }: Case): void =>
  inProportion(blob, () => decodeMigrateData(channel, blob, receiver, { all: true }))

/** What is done with a blob takes time and memory in proportion to it. */
export const inProportion = (blob: Uint8Array, decode: () => unknown): void => {
  const attempt = () => {
    const before = process.memoryUsage().arrayBuffers
    const start = performance.now()
    decode()
    return { milliseconds: performance.now() - start, bytes: process.memoryUsage().arrayBuffers - before }
  }
  for (const resource of ["milliseconds", "bytes"] as const) {
    const most = allowance[resource] + ofEveryByte[resource] * blob.length
    let least = Number.POSITIVE_INFINITY
    for (let trial = 0; trial < trials && least > most; trial++) least = Math.min(least, attempt()[resource])
    if (least > most) throw new Error(`decoding ${blob.length} bytes takes ${least} ${resource}`)
  }
}
