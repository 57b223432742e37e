import { viewOf } from "../schema/bytes.js"
import { assemble, writeFields } from "../schema/encode.js"
import { environmentOf, nodesOf, type Scan, satisfied } from "../schema/expression.js"
import type { Rule } from "../schema/language.js"
import { type Flat, known, type PlannedList, type PlannedRun } from "../schema/plan.js"
import { blobLimitOf, receiverMember } from "../schema/reader.js"
import { plannedRulesOf } from "../schema/rules.js"
import { assign, type Choose, type Numbers, only } from "./assign.js"
import type { Setting } from "./blob.js"
import { between, type Domain } from "./domain.js"
import { type Entries, entriesOf, listBytes } from "./entries.js"
import { type Variables, variablesOf } from "./variables.js"

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
  /** The paths of the sizes of runs. */
  readonly sizes: ReadonlySet<string | undefined>
  /** The run that each field of a message's header is in, by the field's path. */
  readonly headers: ReadonlyMap<string, PlannedRun>
  /** What the entries of a list are made of. */
  readonly entries: ReadonlyMap<Flat, Entries>
  /** By the path of the part that they look into. */
  readonly scans: ReadonlyMap<string, Scan>
}

/**
 * What makes blobs of a format for one receiver, all rules kept but one that is ignored. Numbers are decided in the
 * order of the layout, parts behind them; whatever is chosen, a blob comes out, and every valid blob can.
 *
 * @throws RangeError where the receiver leaves no valid blob
 */
export const walkOf = (setting: Setting, ignored?: Rule): ((chooser: Chooser) => Uint8Array) => {
  const ground = groundOf(setting, ignored)
  if (room(ground, new Map()) < 0n) throw noBlob(setting)
  return (chooser) => walk(ground, chooser)
}

const noBlob = ({ plan }: Setting): RangeError =>
  new RangeError(`no ${plan.layout.format} blob is valid for this receiver: its limits contradict each other`)

const groundOf = (setting: Setting, ignored: Rule | undefined): Ground => {
  const { plan } = setting
  const runs = plan.parts.filter((part) => part.kind === "run")
  const lists = plan.parts.filter((part) => part.kind === "list")
  const headers = runs.flatMap((run) => (run.header?.fields ?? []).map((field) => [field, run] as const))
  const chosen = plan.fields.filter(({ type, role }) => type.kind !== "constant" && role?.of !== "pointer")
  const rules = plannedRulesOf(plan).filter(({ rule }) => rule !== ignored)
  return {
    setting,
    fixed: variablesOf(setting, [...chosen, ...headers.map(([field]) => field)], plan.rules, ignored),
    sizes: new Set(runs.map(({ length }) => length.path)),
    headers: new Map(headers.map(([{ path }, run]) => [path, run])),
    entries: new Map(
      lists.flatMap(({ entries }) =>
        [entries.lossy, entries.lossless].map((flat) => [flat, entriesOf(setting, flat, ignored)]),
      ),
    ),
    scans: new Map(
      rules.flatMap(({ rule, prefix }) =>
        [...nodesOf(rule.holds)].flatMap((node) => (node.op === "scan" ? [[`${prefix}${node.part}`, node.scan]] : [])),
      ),
    ),
  }
}

const walk = (ground: Ground, chooser: Chooser): Uint8Array => {
  const { plan } = ground.setting
  const numbers: Numbers = new Map()
  const narrow = (path: string): Domain | undefined => {
    if (ground.sizes.has(path)) return between(0n, room(ground, numbers))
    const run = ground.headers.get(path)
    return run === undefined || isComplete(run, numbers) ? undefined : only(0n)
  }
  if (!assign(ground.fixed, numbers, chooser.number, narrow)) throw noBlob(ground.setting)
  const parts = plan.parts.map((part) => {
    const bytes = part.kind === "run" ? runOf(ground, part, numbers, chooser) : listOf(ground, part, numbers, chooser)
    return [part.path, bytes] as const
  })
  return assemble(plan, numbers, new Map(parts))
}

/** The bytes that the receiver's limit leaves to what is not decided yet. */
const room = ({ setting: { plan, receiver, channel } }: Ground, numbers: Numbers): bigint =>
  plan.parts.reduce(
    (left, part) => left - (part.kind === "list" ? 4n : (numbers.get(part.length.path) ?? 0n)),
    BigInt(blobLimitOf(receiver, channel) - plan.size),
  )

const isComplete = ({ header, length }: PlannedRun, numbers: Numbers): boolean =>
  header !== undefined && known(numbers, length.path) >= BigInt(header.size)

const runOf = ({ scans }: Ground, part: PlannedRun, numbers: Numbers, chooser: Chooser): Uint8Array => {
  const { fields = [], size = 0 } = isComplete(part, numbers) ? (part.header ?? {}) : {}
  const bytes = new Uint8Array(Number(known(numbers, part.length.path)))
  writeFields(numbers, fields, viewOf(bytes))
  bytes.set(chooser.content(part.path, bytes.length - size), size)
  return scans.get(part.path)?.mended(bytes) ?? bytes
}

const listOf = (ground: Ground, part: PlannedList, numbers: Numbers, chooser: Chooser): Uint8Array => {
  const { path, count, entries } = part
  const flat = entries[isLossy(ground.setting, part, numbers) ? "lossy" : "lossless"]
  const most = room(ground, numbers) / BigInt(flat.size)
  const wished = chooser.number(count, between(0n, most), () => [0n, most])
  const numberOf =
    (index: number): Choose =>
    (name, domain, edges) =>
      chooser.number(`${path}[${index}].${name}`, domain, edges)
  return listBytes(known(ground.entries, flat), wished, wished > 0n && chooser.dense(), numberOf)
}

const isLossy = ({ receiver, channel }: Setting, { lossy, prefix }: PlannedList, numbers: Numbers): boolean => {
  const environment = environmentOf({
    field: (path) => Number(known(numbers, `${prefix}${path}`)),
    receiver: (member, perChannel) => receiverMember(receiver, channel, member, perChannel),
  })
  return satisfied(lossy, environment)
}
