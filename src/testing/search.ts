import { nodesOf, pathsOf, type Scan } from "../layout/expression.js"
import type { FieldRule } from "../layout/language.js"
import { isSizing, type PlannedPart } from "../layout/plan.js"
import { type Claim, receiverMember } from "../layout/reader.js"
import { rulesOf } from "../layout/rules.js"
import { listOf, poked, read, refilled, type Setting, zeroBlob } from "./blob.js"

/**
 * A search for blobs of a format, guided by its declaration alone: the numbers that a rule names, and their
 * neighbours, are what is worth trying in the fields that it reads. Deterministic and bounded.
 */

/** The numbers worth trying in what a rule reads. */
const numbersOf = ({ receiver, channel }: Setting, rule: FieldRule): readonly number[] => {
  const named = [...nodesOf(rule.holds)].flatMap((node) => {
    if (node.op === "literal") return [Number(node.value)]
    return node.op === "receiver" ? [Number(receiverMember(receiver, channel, node.member, node.perChannel))] : []
  })
  const near = named.filter(Number.isFinite).flatMap((number) => [number, number + 1, number - 1])
  return [...new Set([...near, 0, 1, -1])]
}

/** Parts longer than this are not tried: limits are reached with a receiver that sets them low. */
const longestPart = 4096

/** The scans of a part that belong to other rules than the one that is to be broken. */
const otherScans = ({ plan }: Setting, part: PlannedPart, rule: FieldRule): readonly Scan[] =>
  rulesOf(plan.layout)
    .filter((other) => other !== rule)
    .flatMap(({ holds }) => [...nodesOf(holds)])
    .flatMap((node) => (node.op === "scan" && meant([node.part], part.path) ? [node.scan] : []))

/** What a part can be filled with: so many bytes, zeros as far as other rules let them, so many entries, or what a scan refuses. */
const fillings = (
  setting: Setting,
  part: PlannedPart,
  rule: FieldRule,
  numbers: readonly number[],
): readonly Uint8Array[] => {
  const sizes = numbers.filter((number) => number >= 0 && number <= longestPart)
  if (part.kind === "list") {
    const lossy = setting.receiver.jpegWanCompression === "always"
    return [0, 1, 2].map((count) => listOf(lossy ? part.entries.lossy : part.entries.lossless, count))
  }
  const refused = [...nodesOf(rule.holds)].flatMap((node) => (node.op === "scan" ? [node.scan.refused] : []))
  const others = otherScans(setting, part, rule)
  const filling = (size: number) =>
    others.reduce<Uint8Array>((bytes, { mended }) => mended(bytes), new Uint8Array(size))
  return [...sizes.map(filling), ...refused]
}

/** Whether one of the paths that a rule names, relative to its struct, means this field or part. */
const meant = (named: readonly string[], path: string): boolean =>
  named.some((name) => path === name || path.endsWith(`.${name}`))

/** What a rule may call a part by: its own path, that of its size, those of its entries' fields. */
const pathsIn = (part: PlannedPart): readonly string[] =>
  part.kind === "run"
    ? [part.path, part.length.path]
    : part.entries.lossy.fields.map(({ path }) => `${part.path}[].${path}`)

/** Every blob that differs from a well-formed one in one thing that a rule reads. */
function* neighboursOf(setting: Setting, blob: Uint8Array, rule: FieldRule): Generator<Uint8Array> {
  const { plan } = setting
  const numbers = numbersOf(setting, rule)
  const named = pathsOf(rule.holds)
  for (const part of plan.parts) {
    if (!pathsIn(part).some((path) => meant(named, path))) continue
    for (const filling of fillings(setting, part, rule, numbers)) yield refilled(plan, blob, part, filling)
  }
  for (const claim of read(setting, blob).claims) {
    if (!isValue(setting, claim) || !meant(named, claim.path)) continue
    for (const number of numbers) yield poked(blob, claim, number)
  }
}

/** Whether a claim is a number of its own, not the size, place or constant of something else. */
const isValue = ({ plan }: Setting, { path, type }: Claim): boolean =>
  type !== undefined && type.kind !== "constant" && !isSizing(plan, path)

/** A blob that the search came by, with the rules that it breaks. */
export interface Found {
  readonly blob: Uint8Array
  readonly broken: ReadonlySet<string>
}

/** Blobs that break more rules than this are not followed further. */
const mostBroken = 2

/**
 * Walks from the blob of zeros through blobs that differ from each other in what a rule reads: from a valid one in
 * all directions, from one that breaks rules only where those may come to hold. Of blobs with the same shape (the
 * same parts, the same booleans set) and the same faults, the first stands for all.
 */
export function* explore(setting: Setting): Generator<Found> {
  const rules = rulesOf(setting.plan.layout)
  const seen = new Set<string>()
  const frontier: Found[] = []
  const meet = (blob: Uint8Array): void => {
    const { violations, claims } = read(setting, blob)
    const broken = new Set(violations.map(({ rule }) => rule))
    if (broken.size > mostBroken || [...broken].some(isStructural)) return
    const faults = broken.size === 1 ? violations.map(({ rule, path }) => `${rule} ${path}`) : [...broken]
    const shape = [...faults, claims.length, ...claims.filter(shapes).map(({ path }) => path)].join()
    if (seen.has(shape)) return
    seen.add(shape)
    frontier.push({ blob, broken })
  }
  meet(zeroBlob(setting.plan))
  for (const { blob, broken } of frontier) {
    yield { blob, broken }
    for (const rule of rules)
      if (broken.size === 0 || rule.id === [...broken][0])
        for (const neighbour of neighboursOf(setting, blob, rule)) meet(neighbour)
  }
}

const isStructural = (id: string): boolean => id.startsWith("layout/")

/** Whether a claim is part of a blob's shape. */
const shapes = ({ type, value }: Claim): boolean => type === undefined || (type.kind === "boolean" && value === 1)
