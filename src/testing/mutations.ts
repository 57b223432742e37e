import { isSizing, planOf } from "../layout/plan.js"
import type { Claim } from "../layout/reader.js"
import { formats } from "../spice/formats.js"
import { cut, viewOf } from "../violation/bytes.js"
import { poked, read, type Setting, zeroBlob } from "./blob.js"
import { brinksOf } from "./edits.js"

/**
 * A blob made from another one by an edit that knows its fields.
 *
 * @since 0.1.0
 */
export interface Mutation {
  /** What was done, fit for a file's name: letters, digits, dots and dashes. */
  readonly name: string
  readonly bytes: Uint8Array
}

/**
 * The classic shapes of hostile data, made from one well-formed blob: truncation at every byte; every size, count
 * and pointer at 0, 1, around the blob's size and around 2^31 and 2^32; parts swapped and laid over each other; a
 * wrong magic and those of the other formats; every version that was never written; splices with the other formats.
 * Deterministic; a mutation that leaves the blob as it was is left out.
 *
 * @example
 * const blob = Uint8Array.of(73, 67, 77, 68, 1, 0, 0, 0, 2, 0)
 * const mutations = [...mutationsOf(settingOf(layouts.inputs, "inputs", defaultReceiver), blob)]
 * mutations.every(({ bytes }) => decodeMigrateData("inputs", bytes)._tag === "Left")
 * // true
 * @since 0.1.0
 */
export function* mutationsOf(setting: Setting, blob: Uint8Array): Generator<Mutation> {
  for (let length = 0; length < blob.length; length++)
    yield { name: `truncated-to-${length}`, bytes: cut(blob, 0, length, false) }
  const { claims } = read(setting, blob)
  for (const mutation of [
    ...claims.flatMap((claim) => sizes(setting, claim, blob)),
    ...regions(setting, blob),
    ...claims.flatMap((claim) => constants(claim, blob)),
    ...splices(setting, blob),
  ])
    if (mutation.bytes.join() !== blob.join()) yield mutation
}

const fileName = (path: string): string => path.replace(/[^A-Za-z0-9_.]+/g, "-")

const sizes = ({ plan }: Setting, claim: Claim, blob: Uint8Array): readonly Mutation[] => {
  if (!isSizing(plan, claim.path)) return []
  return brinksOf(blob.length).map((value) => ({
    name: `${fileName(claim.path)}-${value}`,
    bytes: poked(blob, claim, value),
  }))
}

/** Two pointers exchanged, and the second part laid over the first. */
const regions = ({ plan }: Setting, blob: Uint8Array): readonly Mutation[] => {
  const [first, second] = plan.parts.map(({ pointer }) => pointer)
  if (first === undefined || second === undefined) return []
  const from = viewOf(blob)
  const edit = (name: string, one: number, other: number): Mutation => {
    const bytes = cut(blob, 0, blob.length, false)
    viewOf(bytes).setUint32(first.offset, one, true)
    viewOf(bytes).setUint32(second.offset, other, true)
    return { name, bytes }
  }
  const [one, other] = [from.getUint32(first.offset, true), from.getUint32(second.offset, true)]
  return [edit("parts-swapped", other, one), edit("parts-overlap", one, one)]
}

const constants = (claim: Claim, blob: Uint8Array): readonly Mutation[] => {
  if (claim.type?.kind !== "constant") return []
  const { check, value } = claim.type
  const edit = (name: string, number: number): Mutation => ({
    name: `${fileName(claim.path)}-${name}`,
    bytes: poked(blob, claim, number),
  })
  if (check === "version") return [0, 2, 2 ** 32 - 1].map((version) => edit(String(version), version))
  const magics = Object.values(formats).map(({ format, struct }) => edit(`of-${format}`, struct.fields.magic.value))
  return [edit("inverted", ~value), ...magics]
}

/** Bytes of the magic and the version, which stand in front of every format. */
const headerSize = 8

/** The parts behind the fixed part of every other format, and the other format's zeros behind the header. */
const splices = ({ plan }: Setting, blob: Uint8Array): readonly Mutation[] =>
  Object.values(formats)
    .filter(({ format }) => format !== plan.layout.format)
    .flatMap((layout) => {
      const other = planOf(layout)
      const foreign = zeroBlob(other)
      const spliced = (name: string, head: Uint8Array, tail: Uint8Array): Mutation => ({
        name: `${name}-of-${layout.format}`,
        bytes: Uint8Array.from([...head, ...tail]),
      })
      return [
        spliced("head", foreign.subarray(0, other.size), blob.subarray(plan.size)),
        spliced("body", blob.subarray(0, headerSize), foreign.subarray(headerSize)),
      ]
    })
