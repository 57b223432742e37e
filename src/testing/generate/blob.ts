import { assemble, writeFields } from "../../layout/encode.js"
import { environmentOf, nodesOf, type Scan, satisfied } from "../../layout/expression.js"
import type { FieldRule } from "../../layout/language.js"
import { type Flat, known, type PlannedList, type PlannedRun } from "../../layout/plan.js"
import { blobLimitOf, surroundingsOf } from "../../layout/reader.js"
import { viewOf } from "../../violation/bytes.js"
import type { Setting } from "../blob.js"
import { between } from "../solver/interval-set.js"
import { assign, type Choose, type Narrow, type Numbers, only } from "../solver/solve.js"
import { type Variables, variablesOf } from "../solver/variable.js"
import { type Entries, entriesOf, listBytes } from "./list.js"

/** Who decides which of the valid blobs comes out. */
export interface Chooser {
  readonly number: Choose
  /** Whether the first field of every entry of a list takes the least number that it can. */
  readonly dense: () => boolean
  /** Bytes that the format does not look into. */
  readonly content: (path: string, length: number) => Uint8Array
}

/** Everything about a setting that does not depend on what is chosen. */
interface Ground {
  readonly setting: Setting
  readonly fixed: Variables
  /** The sizes of runs by their paths, with what the rules scan in those runs. */
  readonly sizes: ReadonlyMap<string, readonly Scanned[]>
  /** The run that each field of a message's header is in, by the field's path. */
  readonly headers: ReadonlyMap<string, PlannedRun>
  /** What the entries of a list are made of. */
  readonly entries: ReadonlyMap<Flat, Entries>
}

/** A rule that looks into the bytes of a run. */
interface Scanned {
  readonly rule: FieldRule
  readonly scan: Scan
}

/** What makes blobs of a format for one receiver. */
export interface Walk {
  /** A valid blob. Whatever is chosen, one comes out, and every valid blob can. */
  readonly valid: (chooser: Chooser) => Uint8Array
  /**
   * A blob that breaks one rule and keeps all others; undefined where what was chosen leaves none. A rule about the
   * entries of a list is broken by the last one.
   */
  readonly breaking: (rule: FieldRule, chooser: Chooser) => Uint8Array | undefined
}

/**
 * The walk through a format for one receiver: numbers are decided in the order of the layout, parts behind them.
 *
 * @throws RangeError where the receiver leaves no valid blob
 */
export const walkOf = (setting: Setting): Walk => {
  const ground = groundOf(setting)
  const valid = (chooser: Chooser): Uint8Array => {
    const blob = walked(ground, chooser)
    if (blob === undefined)
      throw new RangeError(`the receiver's limits leave no valid ${setting.plan.layout.format} blob`)
    return blob
  }
  valid(leastOf)
  return { valid, breaking: (rule, chooser) => walked(ground, chooser, rule) }
}

/** No part is made longer, in bytes, and no list, in entries, whatever a receiver's limits are: it would take too long. */
const longestPart = 2n ** 24n
const longestList = 2n ** 14n

const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other)

/** Chooses the least of everything. */
const leastOf: Chooser = {
  number: (_, domain) => domain[0]?.from ?? 0n,
  dense: () => false,
  content: (_, length) => new Uint8Array(length),
}

const groundOf = (setting: Setting): Ground => {
  const { plan } = setting
  const runs = plan.parts.filter((part) => part.kind === "run")
  const lists = plan.parts.filter((part) => part.kind === "list")
  const headers = runs.flatMap((run) => (run.header?.fields ?? []).map((field) => [field, run] as const))
  const chosen = plan.fields.filter(({ type, role }) => type.kind !== "constant" && role?.of !== "pointer")
  return {
    setting,
    fixed: variablesOf(setting, [...chosen, ...headers.map(([field]) => field)], plan.rules),
    sizes: new Map(runs.map(({ path, length }) => [length.path, scansOf(setting, path)])),
    headers: new Map(headers.map(([{ path }, run]) => [path, run])),
    entries: new Map(
      lists.flatMap(({ entries }) =>
        [entries.lossy, entries.lossless].map((flat) => [flat, entriesOf(setting, flat)] as const),
      ),
    ),
  }
}

const scansOf = ({ plan }: Setting, path: string): readonly Scanned[] =>
  plan.rules.flatMap(({ rule, prefix }) =>
    [...nodesOf(rule.holds)].flatMap((node) =>
      node.op === "scan" && `${prefix}${node.part}` === path ? [{ rule, scan: node.scan }] : [],
    ),
  )

const walked = (ground: Ground, chooser: Chooser, broken?: FieldRule): Uint8Array | undefined => {
  const { plan } = ground.setting
  const numbers: Numbers = new Map()
  const narrow: Narrow = (path) => {
    const scans = ground.sizes.get(path)
    if (scans !== undefined)
      return {
        left: between(leastSize(scans, broken), smaller(room(ground, numbers), longestPart)),
        because: [...ground.sizes.keys()],
      }
    const run = ground.headers.get(path)
    return run === undefined || isComplete(run, numbers) ? undefined : { left: only(0n), because: [run.length.path] }
  }
  if (room(ground, numbers) < 0n || !assign(ground.fixed, numbers, chooser.number, broken, narrow)) return undefined
  const parts = plan.parts.map((part) => {
    const bytes =
      part.kind === "run"
        ? runOf(ground, part, numbers, chooser, broken)
        : listOf(ground, part, numbers, chooser, broken)
    return [part.path, bytes] as const
  })
  return assemble(plan, numbers, new Map(parts))
}

/** A scan that is to refuse a run needs as many bytes as in the example of what it refuses. */
const leastSize = (scans: readonly Scanned[], broken: FieldRule | undefined): bigint =>
  BigInt(scans.find(({ rule }) => rule === broken)?.scan.refused.length ?? 0)

/** The bytes that the receiver's limit leaves to what is not decided yet. */
const room = ({ setting: { plan, receiver, channel } }: Ground, numbers: Numbers): bigint =>
  plan.parts.reduce(
    (left, part) => left - (part.kind === "list" ? 4n : (numbers.get(part.length.path) ?? 0n)),
    BigInt(blobLimitOf(receiver, channel) - plan.size),
  )

const isComplete = ({ header, length }: PlannedRun, numbers: Numbers): boolean =>
  header !== undefined && known(numbers, length.path) >= BigInt(header.size)

const runOf = (
  { sizes }: Ground,
  part: PlannedRun,
  numbers: Numbers,
  chooser: Chooser,
  broken: FieldRule | undefined,
): Uint8Array => {
  const { fields = [], size = 0 } = isComplete(part, numbers) ? (part.header ?? {}) : {}
  const bytes = new Uint8Array(Number(known(numbers, part.length.path)))
  writeFields(numbers, fields, viewOf(bytes))
  bytes.set(chooser.content(part.path, bytes.length - size), size)
  return known(sizes, part.length.path)
    .filter(({ rule }) => rule !== broken)
    .reduce<Uint8Array>((mended, { scan }) => scan.mended(mended), bytes)
}

const listOf = (
  ground: Ground,
  part: PlannedList,
  numbers: Numbers,
  chooser: Chooser,
  broken: FieldRule | undefined,
): Uint8Array => {
  const { path, entries } = part
  const flat = entries[isLossy(ground.setting, part, numbers) ? "lossy" : "lossless"]
  const most = smaller(room(ground, numbers) / BigInt(flat.size), longestList)
  const least = entriesFor(flat, broken)
  const count = chooser.number(part.count, between(least < most ? least : most, most), () => [least, most])
  const choose =
    (index: number): Choose =>
    (name, domain, edges) =>
      chooser.number(`${path}[${index}].${name}`, domain, edges)
  return listBytes(known(ground.entries, flat), { count, dense: count > 0n && chooser.dense(), broken, choose })
}

/** How many entries it takes to break a rule about them. */
const entriesFor = ({ struct }: Flat, broken: FieldRule | undefined): bigint => {
  if (broken === undefined || !struct.rules.includes(broken)) return 0n
  return [...nodesOf(broken.holds)].some(({ op }) => op === "previous") ? 2n : 1n
}

const isLossy = ({ receiver, channel }: Setting, { lossy, prefix }: PlannedList, numbers: Numbers): boolean => {
  const environment = environmentOf({
    field: (path) => Number(known(numbers, `${prefix}${path}`)),
    ...surroundingsOf(receiver, channel),
  })
  return satisfied(lossy, environment)
}
