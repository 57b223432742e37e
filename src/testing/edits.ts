import { assemble } from "../layout/encode.js"
import type { Claim } from "../layout/interpret.js"
import { pathIn } from "../layout/path.js"
import { type PlannedField, type PlannedPart, planOf, type Scope } from "../layout/plan.js"
import type { Layout, Scalar } from "../layout/types.js"
import { joined } from "../violation/bytes.js"
import type { Choices } from "./arbitrary/choices.js"
import { areSame, liesWithin, numberAt, type Placed, poked, resized } from "./bytes.js"
import { plannedFields } from "./generate/ground.js"
import { read, type Setting } from "./setting.js"

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

/** A well-formed blob, and which field claims which of its bytes. */
interface Original {
  readonly setting: Setting
  readonly blob: Uint8Array
  readonly claims: readonly Claim[]
}

/** A way to make something else of a blob: all that comes of a well-formed one, and one of what comes of any. */
interface Edit {
  readonly every?: (original: Original) => Iterable<Mutation>
  readonly some?: (blob: Uint8Array, setting: Setting, choices: Choices) => Uint8Array
}

const oneOf = <T>({ below }: Choices, list: readonly [T, ...T[]]): T =>
  list[Number(below(BigInt(list.length)))] ?? list[0]

const upTo = ({ below }: Choices, most: number): number => Number(below(BigInt(most) + 1n))

const fileName = (path: string): string => path.replace(/[^A-Za-z0-9_.]+/g, "-")

/** The numbers at which sizes, counts and pointers of a blob so large go wrong. */
export const brinksOf = (size: number): readonly number[] => [
  0,
  1,
  size - 1,
  size,
  size + 1,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 - 1,
]

const number: Scalar = { kind: "integer", bits: 32, signed: false, bigEndian: false, unit: "", doc: "" }

const truncation: Edit = {
  *every({ blob }) {
    for (let length = 0; length < blob.length; length++)
      yield { name: `truncated-to-${length}`, bytes: resized(blob, length) }
  },
  some: (blob, _, choices) => resized(blob, upTo(choices, blob.length)),
}

const extension: Edit = { some: (blob, _, choices) => joined(blob, choices.bytes(upTo(choices, 32))) }

/** A number becomes another one: a brink, a neighbour, or any. One that is not inside stays. */
export const pokedBy = (blob: Uint8Array, placed: Placed, choices: Choices): Uint8Array => {
  if (!liesWithin(blob, placed)) return blob
  const old = numberAt(blob, placed)
  const brink = oneOf<bigint | "any">(choices, [old + 1n, old - 1n, "any", ...brinksOf(blob.length).map(BigInt)])
  if (brink !== "any") return poked(blob, placed, brink)
  return poked(blob, placed, numberAt(choices.bytes(8), { offset: 0, type: { ...number, bits: 64 } }))
}

/** Every size, count, pointer and tag at its brinks; any number of the head, or what lies behind it, at any. */
const numbers: Edit = {
  every: ({ setting, blob, claims }) =>
    claims.flatMap((claim) =>
      sizesBlock(setting, claim.path) && claim.type !== undefined
        ? brinksOf(blob.length).map((value) => ({
            name: `${fileName(claim.path)}-${value}`,
            bytes: poked(blob, placedOf(claim), value),
          }))
        : [],
    ),
  some: (blob, { plan }, choices) => {
    const behind: Placed = { offset: plan.size + upTo(choices, blob.length), type: number }
    return pokedBy(blob, oneOf<Placed>(choices, [behind, ...placesOf(plan)]), choices)
  },
}

const placedOf = ({ offset, type }: Claim): Placed => ({ offset, type: type ?? number })

/** The numbers of a scope's head. */
export const placesOf = ({ fields }: Scope): readonly Placed[] =>
  fields.flatMap(({ offset, type }) => (type.kind === "bytes" ? [] : [{ offset, type }]))

/** Two pointers exchanged, and the second part laid over the first. */
const pointers: Edit = {
  every: ({ setting, blob }) => {
    const [first, second] = pointersIn(blob, setting)
    if (first === undefined || second === undefined) return []
    const [one, other] = [numberAt(blob, first), numberAt(blob, second)]
    const edit = (name: string, to: bigint, from: bigint): Mutation => ({
      name,
      bytes: poked(poked(blob, first, to), second, from),
    })
    return [edit("parts-swapped", other, one), edit("parts-overlap", one, one)]
  },
  some: (blob, setting, choices) => {
    const [first, ...others] = pointersIn(blob, setting)
    if (first === undefined) return blob
    const [one, other] = [oneOf(choices, [first, ...others]), oneOf(choices, [first, ...others])]
    const [to, from] = [numberAt(blob, one), numberAt(blob, other)]
    return poked(poked(blob, one, from), other, oneOf(choices, [to, from]))
  },
}

/** The pointers of the head that lie inside a blob. */
const pointersIn = (blob: Uint8Array, { plan }: Setting): readonly Placed[] =>
  plan.parts
    .flatMap((part) =>
      part.kind === "block" || part.pointer === undefined ? [] : placesOf({ ...plan, fields: [part.pointer] }),
    )
    .filter((pointer) => liesWithin(blob, pointer))

/** Every constant that is another one: a version that was never written, the magics of the other formats. */
const constants: Edit = {
  every: ({ setting, blob, claims }) =>
    claims.flatMap((claim) => {
      const { type } = claim
      if (type?.kind !== "constant") return []
      const edit = (name: string, value: number | bigint): Mutation => ({
        name: `${fileName(claim.path)}-${name}`,
        bytes: poked(blob, placedOf(claim), value),
      })
      const own = BigInt(type.value)
      const largest = 2n ** BigInt(type.bits) - 1n
      if (type.check === "version") return [own - 1n, own + 1n, largest].map((value) => edit(String(value), value))
      return [edit("inverted", ~own), ...setting.others.flatMap((other) => magicsOf(other, edit))]
    }),
}

const magicsOf = (layout: Layout, edit: (name: string, value: number | bigint) => Mutation): readonly Mutation[] =>
  planOf(layout)
    .fields.slice(0, 1)
    .flatMap(({ type }) => (type.kind === "constant" ? [edit(`of-${layout.format}`, type.value)] : []))

/** The parts behind the head of every other format, and the other format's zeros behind the constants in front; or cut anywhere. */
const splices: Edit = {
  every: ({ setting: { plan, others }, blob }) =>
    others.flatMap((layout) => {
      const other = planOf(layout)
      const foreign = zeroBlob(other)
      const front = frontOf(plan)
      return [
        { name: `head-of-${layout.format}`, bytes: joined(foreign.subarray(0, other.size), blob.subarray(plan.size)) },
        { name: `body-of-${layout.format}`, bytes: joined(blob.subarray(0, front), foreign.subarray(front)) },
      ]
    }),
  some: (blob, { layout, others }, choices) => {
    const foreign = zeroBlob(planOf(oneOf<Layout>(choices, [layout, ...others])))
    const at = upTo(choices, Math.min(blob.length, foreign.length))
    const [head, tail] = oneOf(choices, [
      [blob, foreign],
      [foreign, blob],
    ])
    return joined(head.subarray(0, at), tail.subarray(at))
  },
}

/** Bytes of the constants that stand in front. */
const frontOf = ({ fields }: Scope): number => {
  const first = fields.find(({ type }) => type.kind !== "constant")
  return first?.offset ?? fields.reduce((size, field) => size + field.size, 0)
}

/** In the order in which the corpus has them. */
const edits: readonly Edit[] = [truncation, numbers, pointers, constants, splices, extension]

const editors = edits.flatMap(({ some }) => some ?? [])

/** A blob whose every number is 0 and whose every part has as little in it as it can. It need not satisfy the rules. */
export const zeroBlob = (scope: Scope): Uint8Array => {
  const zeros = (field: PlannedField): readonly string[] =>
    field.type.kind === "bits" ? Object.keys(field.type.members).map((name) => `${field.path}.${name}`) : [field.path]
  const fields = plannedFields(scope)
  const bytes = fields.flatMap(({ path, type }) =>
    type.kind === "bytes" ? [[path, new Uint8Array(type.length)] as const] : [],
  )
  const parts = scope.parts.map((part) => [part.path, zeroPart(part)] as const)
  return assemble(scope, new Map(fields.flatMap(zeros).map((path) => [path, 0])), new Map([...bytes, ...parts]))
}

const zeroPart = (part: PlannedPart): Uint8Array => {
  switch (part.kind) {
    case "list": {
      const entry = part.variants.at(-1)?.entry
      if (typeof part.count !== "number" || entry === undefined) return new Uint8Array(part.counted ? 4 : 0)
      return joined(...Array.from({ length: part.count }, () => zeroBlob(entry)))
    }
    case "choice": {
      const scope = part.cases.at(-1)?.scope
      return scope === undefined ? new Uint8Array() : zeroBlob(scope)
    }
    case "group":
      return zeroBlob(part.scope)
    default:
      return new Uint8Array()
  }
}

/** Every sizing field of a layout: the patterns of their paths, where `[]` stands for the index of an entry. */
const sizings = new WeakMap<Layout, ReadonlySet<string>>()

/** Whether a path is that of a size, a pointer, a count or a tag: a number that says how other bytes are read. */
export const sizesBlock = ({ layout, plan }: Setting, path: string): boolean => {
  const known = sizings.get(layout) ?? new Set(sizingIn(plan, ""))
  sizings.set(layout, known)
  return known.has(path.replace(/\[\d+\]/g, "[]"))
}

const sizingIn = (scope: Scope, at: string): readonly string[] => [
  ...plannedFields(scope).flatMap(({ path, role }) => (role === undefined ? [] : [pathIn(at, path)])),
  ...scope.parts.flatMap((part): readonly string[] => {
    const path = pathIn(at, part.path)
    switch (part.kind) {
      case "list": {
        const own = part.counted && typeof part.count === "object" ? [pathIn(at, part.count.path)] : []
        const entries = part.variants.flatMap(({ entry }) => (entry === undefined ? [] : sizingIn(entry, `${path}[]`)))
        return [...own, ...entries]
      }
      case "choice":
        return part.cases.flatMap(({ name, scope: of }) =>
          of === undefined ? [] : sizingIn(of, part.optional ? path : `${path}.${name}`),
        )
      case "group":
        return sizingIn(part.scope, path)
      default:
        return []
    }
  }),
]

/** Every blob that one edit makes of a well-formed one. */
export function* everyEdit(setting: Setting, blob: Uint8Array): Generator<Mutation> {
  const original = { setting, blob, claims: read(setting, blob).claims }
  for (const { every } of edits)
    for (const mutation of every?.(original) ?? []) if (!areSame(mutation.bytes, blob)) yield mutation
}

/** A copy of a blob with so many edits that know its fields. */
export const someEdits = (blob: Uint8Array, setting: Setting, count: number, choices: Choices): Uint8Array => {
  let bytes = resized(blob, blob.length)
  for (let left = count; left > 0; left--)
    bytes = editors[Number(choices.below(BigInt(editors.length)))]?.(bytes, setting, choices) ?? bytes
  return bytes
}
