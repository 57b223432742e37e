import type { Reading } from "../../layout/interpret.js"
import { pathIn } from "../../layout/path.js"
import type { Plan, PlannedList, PlannedPart, PlannedRun, Scope } from "../../layout/plan.js"
import type { BitField } from "../../layout/types.js"
import { countKey, sizeKey } from "../generate/ground.js"

/**
 * What a blob says: its numbers by their paths, and the bytes that the format does not look into. How long a run is, and
 * how many entries a list has, stands there too, under names of their own.
 */
export interface ShrinkContent {
  readonly numbers: ReadonlyMap<string, bigint>
  readonly runs: ReadonlyMap<string, Uint8Array>
}

export const contentOf = ({ claims }: Reading, blob: Uint8Array): ShrinkContent => {
  const numbers = new Map<string, bigint>()
  const runs = new Map<string, Uint8Array>()
  const longer = (path: string, length: number) =>
    numbers.set(`${path}#size`, (numbers.get(`${path}#size`) ?? 0n) + BigInt(length))
  for (const { path, type, value, offset, length } of claims) {
    for (const { index, 1: entry } of path.matchAll(/\[(\d+)\]/g))
      numbers.set(`${path.slice(0, index)}#count`, BigInt(entry ?? 0) + 1n)
    const header = path.lastIndexOf(".header.")
    if (header >= 0) longer(path.slice(0, header), length)
    if (type === undefined || value === undefined) {
      longer(path, length)
      runs.set(path, blob.subarray(offset, offset + length))
    } else {
      numbers.set(path, BigInt(value))
      if (type.kind === "bits")
        for (const [name, bits] of bitsOf(type, BigInt(value))) numbers.set(`${path}.${name}`, bits)
    }
  }
  return { numbers, runs }
}

const bitsOf = ({ members }: BitField, value: bigint): readonly (readonly [string, bigint])[] => {
  let left = value
  return Object.entries(members).map(([name, member]) => {
    const width = BigInt(member.kind === "flag" ? 1 : member.width)
    const bits = BigInt.asUintN(Number(width), left)
    left >>= width
    return [name, bits] as const
  })
}

/** Content that is simpler in one respect, that which loses most first. It need not keep the rules. */
export function* simplerContents(plan: Plan, content: ShrinkContent): Generator<ShrinkContent> {
  for (const { part, at } of partsIn(plan, "", content)) {
    if (part.kind === "list") yield* withoutEntries(part, at, content)
    if (part.kind === "run") yield* withoutBytes(part, at, content)
  }
  const { numbers, runs } = content
  const paths = [...numbers.keys()]
  for (const [from, to] of windowsOf(paths.length, 1)) {
    const some = paths.slice(from, to).filter((path) => numbers.get(path) !== 0n)
    if (some.length > 0) yield { numbers: new Map([...numbers, ...some.map((path) => [path, 0n] as const)]), runs }
  }
  for (const [path, number] of numbers)
    for (const less of halvesOf(number)) yield { numbers: new Map([...numbers, [path, number - less]]), runs }
  for (const [path, run] of runs)
    for (const zeroed of zeroedIn(run)) yield { numbers, runs: new Map([...runs, [path, zeroed]]) }
}

/** Every part of a blob, and the path of the scope that it is in: those of a list before those of its entries. */
function* partsIn(
  scope: Scope,
  at: string,
  content: ShrinkContent,
): Generator<{ readonly part: PlannedPart; readonly at: string }> {
  for (const part of scope.parts) {
    yield { part, at }
    if (part.kind === "group") yield* partsIn(part.scope, pathIn(at, part.path), content)
    if (part.kind === "choice")
      for (const { name, scope: of } of part.cases)
        if (of !== undefined)
          yield* partsIn(of, pathIn(at, part.optional ? part.path : `${part.path}.${name}`), content)
    if (part.kind !== "list") continue
    const count = content.numbers.get(`${pathIn(at, part.path)}#count`) ?? 0n
    for (const { entry } of part.variants)
      for (let index = 0; entry !== undefined && entry.parts.length > 0 && index < count; index++)
        yield* partsIn(entry, `${pathIn(at, part.path)}[${index}]`, content)
  }
}

function* withoutEntries(part: PlannedList, at: string, { numbers, runs }: ShrinkContent): Generator<ShrinkContent> {
  if (typeof part.count === "number") return
  const list = pathIn(at, part.path)
  const length = Number(numbers.get(`${list}#count`) ?? 0n)
  for (const [from, to] of windowsOf(length, 1)) {
    const renamed = (path: string): string | undefined => {
      if (!path.startsWith(`${list}[`)) return path
      const end = path.indexOf("]", list.length)
      const index = Number(path.slice(list.length + 1, end))
      if (index < from) return path
      return index < to ? undefined : `${list}[${index - to + from}${path.slice(end)}`
    }
    const left = new Map(renamedBy(numbers, renamed))
    const count = BigInt(length - to + from)
    yield {
      numbers: left.set(`${list}#count`, count).set(pathIn(at, countKey(part)), count),
      runs: new Map(renamedBy(runs, renamed)),
    }
  }
}

const renamedBy = <V>(map: ReadonlyMap<string, V>, renamed: (path: string) => string | undefined) =>
  [...map].flatMap(([path, value]): readonly (readonly [string, V])[] => {
    const name = renamed(path)
    return name === undefined ? [] : [[name, value]]
  })

function* withoutBytes(part: PlannedRun, at: string, { numbers, runs }: ShrinkContent): Generator<ShrinkContent> {
  const path = pathIn(at, part.path)
  const key = pathIn(at, sizeKey(part))
  const size = numbers.get(key) ?? 0n
  const run = runs.get(path) ?? new Uint8Array()
  for (const shorter of shortened(run))
    yield {
      numbers: new Map(numbers).set(key, size - BigInt(run.length - shorter.length)),
      runs: new Map(runs).set(path, shorter),
    }
}

/** Copies of bytes without some of them. */
function* shortened(bytes: Uint8Array): Generator<Uint8Array> {
  for (const [from, to] of windowsOf(bytes.length)) {
    const left = new Uint8Array(bytes.length - to + from)
    left.set(bytes.subarray(0, from))
    left.set(bytes.subarray(to), from)
    yield left
  }
}

/** Simpler bytes that nothing is known of: shorter ones, and those with smaller bytes. */
export function* simplerBytes(bytes: Uint8Array): Generator<Uint8Array> {
  yield* shortened(bytes)
  for (const less of halvesOf(BigInt(bytes.length))) yield bytes.slice(0, bytes.length - Number(less))
  yield* zeroedIn(bytes)
  for (const [index, byte] of bytes.entries())
    for (const less of halvesOf(BigInt(byte))) yield bytes.with(index, byte - Number(less))
}

/** A number, its half, the half of that and so on, away from 0. */
function* halvesOf(number: bigint): Generator<bigint> {
  for (let left = number; left !== 0n; left /= 2n) yield left
}

/** A run is looked at in no more windows of the same width. */
const mostWindows = 32

/** Where a run, its halves, their halves and so on lie. */
function* windowsOf(length: number, least = length / mostWindows): Generator<readonly [number, number]> {
  for (let width = length; width >= Math.max(least, 1); width = width === 1 ? 0 : Math.ceil(width / 2))
    for (let from = 0; from < length; from += width) yield [from, Math.min(from + width, length)]
}

/** Copies of bytes with some of them made 0. */
function* zeroedIn(bytes: Uint8Array): Generator<Uint8Array> {
  for (const [from, to] of windowsOf(bytes.length))
    if (bytes.subarray(from, to).some((byte) => byte > 0)) yield bytes.slice().fill(0, from, to)
}
