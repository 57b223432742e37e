import { chainHolds, chainMended, chainRefused, leastRefused } from "../../layout/chain.js"
import { assemble, writeFields } from "../../layout/encode.js"
import { evaluate, satisfied } from "../../layout/evaluate.js"
import { nodesOf } from "../../layout/expression.js"
import { pathIn } from "../../layout/path.js"
import {
  known,
  type PlannedCase,
  type PlannedChoice,
  type PlannedField,
  type PlannedList,
  type PlannedPart,
  type PlannedRule,
  type PlannedRun,
  type Scope,
} from "../../layout/plan.js"
import type { Chain, Condition } from "../../layout/types.js"
import { joined, viewOf } from "../../violation/bytes.js"
import { read, type Setting } from "../setting.js"
import { type Domain, intervalOf } from "../solver/interval-set.js"
import {
  assign,
  type ChooseNumber,
  keepsRules,
  type Narrow,
  type Narrowed,
  type Numbers,
  only,
} from "../solver/solve.js"
import { among, numbersOf, previousKey } from "../solver/variable.js"
import { type Goal, goalsOf, type Stop, stopsAt } from "./goals.js"
import { countKey, type Ground, groundOf, plannedFields, sizeKey } from "./ground.js"

/** Who decides which of the valid blobs comes out. Paths are those of the whole blob. */
export interface Chooser {
  readonly number: ChooseNumber
  /** Whether the first field of every entry of a list takes the least number that it can. */
  readonly dense: (path: string) => boolean
  /** Bytes that the format does not look into. */
  readonly content: (path: string, length: number) => Uint8Array
}

/** What makes blobs of a setting. */
export interface Walk {
  /** A valid blob. Whatever is chosen, one comes out, and every valid blob can. */
  readonly valid: (chooser: Chooser) => Uint8Array
  /** What there is to reach, and to break. */
  readonly goals: readonly Goal[]
  /**
   * A blob that holds what a goal leads to, and breaks its rule and no other; undefined where what was chosen leaves
   * none. In a list it is the last entry.
   */
  readonly reaching: (goal: Goal, chooser: Chooser) => Uint8Array | undefined
}

/**
 * The walk through a format: in each scope numbers are decided in the order of the layout, parts behind them.
 *
 * @throws RangeError where the arguments leave no valid blob
 */
export const walkOf = (setting: Setting): Walk => {
  const ground = remembered((scope: Scope, stop?: Stop, avoided: readonly Stop[] = []) => ({
    keys: [scope, stop?.scope, ...avoided.map((each) => each.scope)],
    make: () => groundOf(setting.arguments, scope, stop, avoided),
  }))
  const goals = goalsOf(setting.plan)
  // What is nested, or read before it is known, may not come out as it was planned: such blobs are judged.
  const isSure = goals.every(({ stops }) => {
    const { isLate, isFlat } = ground(stops.at(-1)?.scope ?? setting.plan)
    return !isLate && (stops.length === 0 || (stops.length === 1 && isFlat && stops[0]?.part.kind === "list"))
  })
  const totals = plannedFields(setting.plan)
    .filter(({ role }) => role?.of === "total")
    .map(largestOf)
  const limit = BigInt(evaluate(setting.layout.limit, { arguments: setting.arguments, field: () => 0 }))
  const walked = (chooser: Chooser, goal?: Goal): Uint8Array | undefined => {
    const walking: Walking = {
      setting,
      ground,
      chooser,
      left: { entries: mostEntries, retries: mostRetries },
      avoided: new Map(),
    }
    return scopeBytes(walking, setting.plan, {
      path: "",
      room: [limit, ...totals].reduce(smaller, mostBytes),
      goal,
      before: undefined,
    })?.bytes
  }
  const isValid = (blob: Uint8Array) => isSure || read(setting, blob, false).violations.length === 0
  const valid = (chooser: Chooser): Uint8Array => {
    for (const each of [chooser, leastChooser]) {
      const blob = walked(each)
      if (blob !== undefined && isValid(blob)) return blob
    }
    throw new RangeError(`the arguments leave no valid ${setting.layout.format} blob`)
  }
  valid(leastChooser)
  return { valid, goals, reaching: (goal, chooser) => walked(chooser, goal) }
}

/** No blob is made longer, in bytes, and its lists together, in entries, whatever its limits are: it would take too long. */
const mostBytes = 2n ** 25n
const longestPart = 2n ** 24n
const mostEntries = 2 ** 14
/** So many times all scopes of a blob together may be made in another way. */
const mostRetries = 32

const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other)

/** A function that remembers what it made for the same keys. */
const remembered = <A extends readonly unknown[], V>(
  of: (...all: A) => { readonly keys: readonly unknown[]; readonly make: () => V },
): ((...all: A) => V) => {
  interface Node {
    value?: V
    readonly next: Map<unknown, Node>
  }
  const root: Node = { next: new Map() }
  return (...all) => {
    const { keys, make } = of(...all)
    let node = root
    for (const key of keys) {
      const next: Node = node.next.get(key) ?? { next: new Map() }
      node.next.set(key, next)
      node = next
    }
    node.value ??= make()
    return node.value
  }
}

/** Chooses the least of everything. */
export const leastChooser: Chooser = {
  number: (_, domain) => domain[0]?.from ?? 0n,
  dense: () => true,
  content: (_, length) => new Uint8Array(length),
}

/** What all scopes of a blob share while it is made. */
interface Walking {
  readonly setting: Setting
  readonly ground: (scope: Scope, stop?: Stop, avoided?: readonly Stop[]) => Ground
  readonly chooser: Chooser
  readonly left: { entries: number; retries: number }
  /** The ways out of each scope that led nowhere, so that not every entry of a list tries them again. */
  readonly avoided: Map<Scope, readonly Stop[]>
}

/** Where a scope lies, and what is wanted of it. */
interface Place {
  readonly path: string
  /** The bytes that it may have at most. */
  readonly room: bigint
  readonly goal: Goal | undefined
  /** The numbers of the entry before, where it is a list's entry that is not the first one. */
  readonly before: Numbers | undefined
}

interface Made {
  readonly bytes: Uint8Array
  readonly numbers: Numbers
}

/** One scope while it is made: its numbers, then its parts. */
interface Making extends Place {
  readonly walking: Walking
  readonly ground: Ground
  readonly stop: Stop | undefined
  /** The rule that is to be broken, where it is one of this scope. */
  readonly broken: PlannedRule | undefined
  /** The part that is not to be empty, where it is one of this scope. */
  readonly filled: PlannedPart | undefined
  readonly numbers: Numbers
  /** The bytes of the parts that are made, by their paths; undefined while numbers are decided. */
  readonly contents: Map<string, Uint8Array> | undefined
  /** Whether a part may be longer than the length that was chosen for it. */
  readonly isLoose: boolean
}

/** A part that did not come out. */
interface Stuck {
  readonly part: PlannedPart | undefined
  /** Which of its cases the numbers had decided for. */
  readonly at: Scope | undefined
}

/** Makes a scope; where one of the cases of a part leads nowhere, the others are tried. */
const scopeBytes = (walking: Walking, scope: Scope, place: Place): Made | undefined => {
  const wanted = place.goal?.stops[0]?.part
  for (;;) {
    const avoided = walking.avoided.get(scope) ?? []
    const made = scopeOnce(
      walking,
      scope,
      place,
      avoided.filter(({ part }) => part !== wanted),
    )
    if ("bytes" in made) return made
    const { part, at } = made
    const way =
      part?.kind === "choice" && part !== wanted ? stopsAt(part).find(({ scope: of }) => of === at) : undefined
    if (way === undefined || walking.left.retries-- <= 0) return undefined
    walking.avoided.set(scope, [...avoided, way])
  }
}

const nowhere: Stuck = { part: undefined, at: undefined }

const scopeOnce = (walking: Walking, scope: Scope, place: Place, avoided: readonly Stop[]): Made | Stuck => {
  const { goal, before, path, room: whole } = place
  const [stop] = goal?.stops ?? []
  const ground = walking.ground(scope, stop, avoided)
  const { broken, filled } = stop === undefined ? (goal ?? {}) : {}
  const numbers: Numbers = new Map(
    ground.previous.map((of) => [previousKey(of.path), before?.get(of.path) ?? of.first] as const),
  )
  const making: Making = {
    path,
    room: whole,
    goal,
    before,
    walking,
    ground,
    stop,
    broken,
    filled,
    numbers,
    contents: undefined,
    isLoose: false,
  }
  const choose: ChooseNumber = (name, domain, edges) => walking.chooser.number(pathIn(path, name), domain, edges)
  if (room(making) < 0n || !assign(ground.variables, numbers, choose, broken, narrowing(making))) return nowhere
  if (ground.isFlat) return { bytes: flatBytes(scope, numbers), numbers }
  const contents = new Map(
    ground.bytes.map(({ path: name, type }) => [name, walking.chooser.content(pathIn(path, name), type.length)]),
  )
  const stuck = partsOf({ ...making, contents }, contents)
  return stuck ?? { bytes: assemble(scope, numbers, contents), numbers }
}

/** The bytes of a scope that is nothing but numbers, as most entries of lists are. */
const flatBytes = ({ fields, size }: Scope, numbers: Numbers): Uint8Array => {
  const bytes = new Uint8Array(size)
  writeFields(numbers, fields, viewOf(bytes))
  return bytes
}

/** Makes the parts of a scope whose numbers are decided; returns what did not come out as those numbers want it. */
const partsOf = (making: Making, contents: Map<string, Uint8Array>): Stuck | undefined => {
  const { ground, numbers, broken } = making
  let isResized = false
  for (const part of ground.scope.parts) {
    if (part.kind === "block") continue
    const { length } = part
    const bytes = partBytes(making, part) ?? (length && partBytes({ ...making, isLoose: true }, part))
    if (bytes === undefined) return { part, at: part.kind === "choice" ? caseOf(making, part)?.scope : undefined }
    contents.set(part.path, bytes)
    if (length === undefined || numbers.get(length.path) === BigInt(bytes.length)) continue
    numbers.set(length.path, BigInt(bytes.length))
    isResized = true
  }
  return !isResized || keepsRules(ground.variables, numbers, broken) ? undefined : nowhere
}

/**
 * The bytes that are left to a part, or to all that is not made yet; negative where it needs more. The parts behind it
 * have to begin where their pointers can point.
 */
const room = (making: Making, part?: PlannedPart): bigint => {
  const { scope } = making.ground
  let used = BigInt(scope.size)
  let left = making.room
  let isBehind = part === undefined
  for (const each of scope.parts) {
    if (isBehind && each.kind !== "block" && each.pointer !== undefined)
      left = smaller(left, largestOf(each.pointer) - used)
    if (each === part) isBehind = true
    else used += bytesOf(making, each)
  }
  return smaller(left, making.room - used)
}

const largestOf = ({ type }: PlannedField): bigint => (type.kind === "bytes" ? 0n : (numbersOf(type).at(-1)?.to ?? 0n))

const bytesOf = (making: Making, part: PlannedPart): bigint => {
  // A block is called as its first field, whose bytes may be fewer.
  const made = part.kind === "block" ? undefined : making.contents?.get(part.path)
  return made === undefined ? leastOfPart(making, part) : BigInt(made.length)
}

/** The bytes that a part has at least, as far as its numbers are decided. */
const leastOfPart = (making: Making, part: PlannedPart): bigint => {
  const { numbers } = making
  switch (part.kind) {
    case "block":
      return BigInt(part.size)
    case "run":
      return numbers.get(sizeKey(part)) ?? 0n
    case "list": {
      if (part.counted) return 4n
      const count = typeof part.count === "number" ? BigInt(part.count) : (numbers.get(countKey(part)) ?? 0n)
      return count * leastEntry(part)
    }
    case "choice": {
      if (making.contents !== undefined) return leastOf(caseOf(making, part)?.scope)
      const tag = part.tag && numbers.get(part.tag.path)
      const cases = part.cases.filter((of) => tag === undefined || of.tag === Number(tag))
      return BigInt(Math.min(...cases.map(({ scope }) => scope?.least ?? 0)))
    }
    case "group":
      return BigInt(part.scope.least)
  }
}

const leastEntry = ({ variants }: PlannedList): bigint =>
  BigInt(Math.min(...variants.map(({ entry }) => entry?.least ?? 0)))

/** What is left to the numbers of a scope for reasons beside its rules: room, and what is to be reached. */
const narrowing =
  (making: Making): Narrow =>
  (path) => {
    const { ground, numbers } = making
    const part = ground.sized.get(path)
    if (part !== undefined) return { left: sizesLeft(making, part, path), because: [...ground.sized.keys()] }
    const run = ground.headers.get(path)
    return run === undefined || isComplete(run, numbers) ? undefined : absent(run)
  }

const absent = (run: PlannedRun): Narrowed => ({ left: only(0n), because: [sizeKey(run)] })

const sizesLeft = (making: Making, part: PlannedPart, path: string): Domain => {
  const left = smaller(roomFor(making, part), longestPart)
  if (part.kind === "run") return intervalOf(leastSize(making, part), left)
  if (part.kind === "list" && path === countKey(part))
    return intervalOf(leastCount(making, part), mostCount(making, part, left))
  if (part.kind === "choice" && path === part.tag?.path)
    return among(part.cases.flatMap(({ tag, scope }) => (tag === undefined || leastOf(scope) > left ? [] : [tag])))
  const least = leastOfPart(making, part)
  return part.kind === "group" && part.scope.parts.length === 0 ? within(least, least, left) : intervalOf(least, left)
}

const within = (from: bigint, to: bigint, left: bigint): Domain => intervalOf(from, smaller(to, left))

const leastOf = (scope: Scope | undefined): bigint => BigInt(scope?.least ?? 0)

/** A scan that is to refuse a run needs some bytes for that. */
const leastSize = ({ ground, broken, filled }: Making, part: PlannedRun): bigint => {
  const scan = known(ground.scans, part.path).find(({ rule }) => rule === broken)?.scan
  return BigInt(scan === undefined ? Number(filled === part) : leastRefused(scan))
}

/** How many entries it takes to reach what is in them: rules about the entry before need one. */
const leastCount = ({ stop, goal, filled }: Making, list: PlannedList): bigint => {
  if (stop?.part !== list) return filled === list ? 1n : 0n
  const broken = goal?.stops.length === 1 ? goal.broken : undefined
  const reads = broken === undefined ? [] : [...nodesOf(broken.rule.holds)]
  return reads.some(({ op }) => op === "previous") ? 2n : 1n
}

const mostCount = ({ walking }: Making, list: PlannedList, left: bigint): bigint => {
  const entry = leastEntry(list)
  if (list.variants.every((variant) => variant.entry === undefined)) return 0n
  return smaller(BigInt(walking.left.entries), entry === 0n ? left : left / entry)
}

const isComplete = (run: PlannedRun, numbers: Numbers): boolean =>
  run.header !== undefined && known(numbers, sizeKey(run)) >= BigInt(run.header.size)

const partBytes = (making: Making, part: Exclude<PlannedPart, { kind: "block" }>): Uint8Array | undefined => {
  switch (part.kind) {
    case "run":
      return runBytes(making, part)
    case "list":
      return listBytes(making, part)
    case "choice":
      return choiceBytes(making, part)
    case "group":
      return inner(making, part, part.scope, part.path)
  }
}

/** The bytes of a scope inside a part; it has no more room than a length leaves it. */
const inner = (making: Making, part: PlannedPart, scope: Scope, path: string): Uint8Array | undefined => {
  const { walking, path: outer } = making
  return scopeBytes(walking, scope, {
    path: pathIn(outer, path),
    room: roomFor(making, part),
    goal: goalIn(making, scope),
    before: undefined,
  })?.bytes
}

const roomFor = (making: Making, part: PlannedPart): bigint => {
  const length = part.kind === "block" ? undefined : part.length
  const left = room(making, part)
  if (length === undefined) return left
  return smaller(left, making.isLoose ? largestOf(length) : (making.numbers.get(length.path) ?? left))
}

/** What is left of a goal in a scope that the way to it leads through. */
const goalIn = ({ goal, stop }: Making, scope: Scope): Goal | undefined =>
  goal !== undefined && stop?.scope === scope ? { ...goal, stops: goal.stops.slice(1) } : undefined

const runBytes = ({ walking, ground, broken, numbers, path }: Making, part: PlannedRun): Uint8Array => {
  const { fields = [], size = 0 } = isComplete(part, numbers) ? (part.header ?? {}) : {}
  const bytes = new Uint8Array(Number(known(numbers, sizeKey(part))))
  writeFields(numbers, fields, viewOf(bytes))
  bytes.set(walking.chooser.content(pathIn(path, part.path), bytes.length - size), size)
  return known(ground.scans, part.path).reduce<Uint8Array>(
    (made, { rule, scan }) => (rule === broken ? chainBroken : chainMended)(scan, made),
    bytes,
  )
}

/** The same bytes, or others in their place, that a chain refuses; they are enough. */
const chainBroken = (chain: Chain, run: Uint8Array): Uint8Array =>
  chainHolds(chain, run) ? chainRefused(chain, run.length) : run

const choiceBytes = (making: Making, part: PlannedChoice): Uint8Array | undefined => {
  const { name, scope } = caseOf(making, part) ?? {}
  if (scope === undefined) return new Uint8Array()
  return inner(making, part, scope, part.optional ? part.path : `${part.path}.${name}`)
}

/** The case that the numbers decide for. */
const caseOf = (making: Making, part: PlannedChoice): PlannedCase | undefined => {
  const tag = part.tag && known(making.numbers, part.tag.path)
  return part.cases.find((of) => (tag === undefined ? holdsIn(making, part, of.when) : of.tag === Number(tag)))
}

const holdsIn = (
  { walking, ground, numbers }: Making,
  part: { readonly prefix: string },
  when?: Condition,
): boolean => {
  if (when === undefined) return true
  const types = new Map(plannedFields(ground.scope).map((field) => [field.path, field.type]))
  const names = (path: string) => {
    const type = types.get(`${part.prefix}${path}`)
    return type?.kind === "enumeration" ? type.names : undefined
  }
  const field = (path: string) => numbers.get(`${part.prefix}${path}`) ?? 0n
  return satisfied(when, { arguments: walking.setting.arguments, field, names })
}

/** The entries, first as they are chosen, then with the least numbers where those have left none to later ones. */
const listBytes = (making: Making, part: PlannedList): Uint8Array | undefined => {
  const { walking, numbers, path } = making
  const entry = part.variants.find(({ when }) => holdsIn(making, part, when))?.entry
  const name = pathIn(path, part.path)
  const left = roomFor(making, part) - (part.counted ? 4n : 0n)
  const isGiven = typeof part.count === "number" || (!part.counted && numbers.has(countKey(part)))
  const most = entry === undefined ? 0n : smaller(mostCount(making, part, left), left / BigInt(entry.least))
  const least = smaller(leastCount(making, part), most)
  const key = part.counted || !isGiven ? pathIn(path, countKey(part)) : ""
  const count = isGiven
    ? typeof part.count === "number"
      ? BigInt(part.count)
      : known(numbers, countKey(part))
    : walking.chooser.number(key, intervalOf(least, most < least ? least : most), () => [least, most])
  const dense = count > 0n && walking.chooser.dense(name)
  const entries =
    entriesOf(making, part, { entry, count, left, dense, isGiven }) ??
    (dense ? undefined : entriesOf(making, part, { entry, count, left, dense: true, isGiven }))
  if (entries === undefined) return undefined
  if (!part.counted) return joined(...entries)
  const front = new Uint8Array(4)
  viewOf(front).setUint32(0, entries.length, true)
  return joined(front, ...entries)
}

/** How the entries of a list are made. */
interface Wish {
  readonly entry: Scope | undefined
  readonly count: bigint
  readonly left: bigint
  readonly dense: boolean
  /** Whether there must be so many; otherwise there may be fewer, where the rules leave no numbers to more. */
  readonly isGiven: boolean
}

const entriesOf = (making: Making, part: PlannedList, { entry, count, left, dense, isGiven }: Wish) => {
  const { walking, path } = making
  const entries: Uint8Array[] = []
  if (entry === undefined) return count === 0n ? entries : undefined
  const chooser = dense ? denseIn(walking.chooser, entry) : walking.chooser
  let before: Numbers | undefined
  let free = left - count * BigInt(entry.least)
  for (let index = 0; BigInt(index) < count; index++) {
    const isLast = BigInt(index) === count - 1n
    walking.left.entries--
    const made = scopeBytes({ ...walking, chooser }, entry, {
      path: `${pathIn(path, part.path)}[${index}]`,
      room: free + BigInt(entry.least),
      goal: isLast ? goalIn(making, entry) : undefined,
      before,
    })
    if (made === undefined) return isGiven ? undefined : entries
    free -= BigInt(made.bytes.length - entry.least)
    entries.push(made.bytes)
    before = made.numbers
  }
  return entries
}

/** Takes the least number for the first field of an entry. */
const denseIn = (chooser: Chooser, entry: Scope): Chooser => {
  const first = entry.fields[0]?.path ?? ""
  return {
    ...chooser,
    number: (path, domain, edges) =>
      path.endsWith(`].${first}`) ? (domain[0]?.from ?? 0n) : chooser.number(path, domain, edges),
  }
}
