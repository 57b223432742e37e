/**
 * Holds the decoders against each other before they are timed, and exits 1 where those that should agree do not: the
 * hand-written one on verdict and rule, the others that check as much on the verdict, all on the surfaces they read.
 */
import { existsSync, readFileSync } from "node:fs"
import * as E from "fp-ts/lib/Either.js"
import { decodeMigrateData, defaultReceiver, type ReceiverState } from "../src/index.js"
import type { Contender } from "./contender.js"
import { contenders } from "./contenders.js"
import { decodeByHand } from "./hand-written.js"
import { rejections } from "./rejecting.js"
import { withSurfaces, workloads } from "./workloads.js"

/** A blob that the contenders have to agree on. */
interface Case {
  readonly name: string
  readonly bytes: Uint8Array
  readonly receiver: ReceiverState
}

/** Written by another script; without it the variants below have to do. */
const index = "corpus/index.json"

interface Entry {
  readonly file: string
  readonly channel: string
  readonly receiver?: Partial<ReceiverState>
}

const corpusCases = (): readonly Case[] => {
  if (!existsSync(index)) return []
  const entries: readonly Entry[] = JSON.parse(readFileSync(index, "utf8"))
  return entries
    .filter(({ channel }) => channel === "display")
    .map(({ file, receiver }) => ({
      name: file,
      bytes: new Uint8Array(readFileSync(`corpus/${file}`)),
      receiver: { ...defaultReceiver, ...receiver },
    }))
}

const seeds = (): readonly (readonly [string, Uint8Array])[] => [
  ["display-base", workloads.small.bytes],
  ["display-lossless", new Uint8Array(readFileSync("corpus/display/genuine/display-lossless.bin"))],
  ["3 surfaces", withSurfaces(3)],
]

/** Every truncation of a seed, a few bytes more than it has, and every byte of it as several others. */
const variantsOf = (seed: Uint8Array): readonly Uint8Array[] => [
  ...Array.from({ length: seed.length + 21 }, (_, size) => resized(seed, size)),
  ...Array.from(seed, (byte, at) =>
    [0, 1, 2, 4, 80, 84, 0x7f, 0x80, 0xff, byte + 1, byte - 1].map((value) => seed.with(at, value)),
  ).flat(),
]

const resized = (seed: Uint8Array, size: number): Uint8Array => {
  const bytes = new Uint8Array(size)
  bytes.set(seed.subarray(0, size))
  return bytes
}

const variantCases = (): readonly Case[] =>
  seeds().flatMap(([name, seed]) =>
    variantsOf(seed).flatMap((bytes, number) =>
      (["always", "never", "auto"] as const).map((jpegWanCompression) => ({
        name: `${name}, variant ${number}, ${jpegWanCompression}`,
        bytes,
        receiver: { ...defaultReceiver, jpegWanCompression },
      })),
    ),
  )

/** What hand-written and ours make of a blob: the rule that refuses it, or all that comes out of it. */
const handDisagrees = ({ name, bytes, receiver }: Case): readonly string[] => {
  const ours = decodeMigrateData("display", bytes, receiver)
  const hand = decodeByHand(bytes, receiver)
  const ourRule = E.isLeft(ours) ? ours.left[0].rule : "accepted"
  const handRule = typeof hand === "string" ? hand : "accepted"
  return ourRule === handRule ? [] : [`${name}: ours ${ourRule}, hand-written ${handRule}`]
}

const verdictDisagrees =
  (contender: Contender) =>
  ({ name, bytes, receiver }: Case): readonly string[] => {
    const ours = E.isRight(decodeMigrateData("display", bytes, receiver))
    return (contender.rows(receiver, bytes) !== undefined) === ours ? [] : [`${name}: ${contender.name} is not ${ours}`]
  }

const surfacesDisagree = (contenders: readonly Contender[]): readonly string[] =>
  Object.values(workloads).flatMap(({ name, bytes, receiver }) => {
    const [expected, ...others] = contenders.map((each) => JSON.stringify(each.rows(receiver, bytes)))
    return expected !== undefined && others.every((rows) => rows === expected)
      ? []
      : [`${name}: not everyone reads the same surfaces`]
  })

/** The rejections that are not refused by the rule they are meant for. */
const misjudged = (): readonly string[] =>
  rejections.flatMap(({ name, rule, refused }) => {
    const decoded = decodeMigrateData("display", refused.bytes, refused.receiver)
    return E.isLeft(decoded) && decoded.left[0].rule === rule ? [] : [`${name}: not refused by ${rule}`]
  })

const cases = [...corpusCases(), ...variantCases()]
// Beside ours, only the hand-written decoder reads a list without regions.
const lossy = cases.filter(({ receiver }) => receiver.jpegWanCompression === "always")
const found = [
  ...surfacesDisagree(contenders.filter(({ surfaces }) => surfaces !== "nothing")),
  ...cases.flatMap(handDisagrees),
  ...contenders.filter(({ checks }) => checks === "all").flatMap((judge) => lossy.flatMap(verdictDisagrees(judge))),
  ...misjudged(),
]
if (found.length > 0) {
  console.error(found.slice(0, 20).join("\n"))
  process.exitCode = 1
} else console.error(`The decoders agree on ${cases.length} blobs.`)
