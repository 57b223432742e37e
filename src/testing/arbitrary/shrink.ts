import type { Reading } from "../../layout/interpret.js"
import type { Plan, PlannedList, PlannedRun } from "../../layout/plan.js"
import { halvesOf, windowsOf, zeroedIn } from "./choices.js"

/** What a blob says: its numbers by their paths, and the bytes of its parts that the format does not look into. */
export interface Content {
  readonly numbers: ReadonlyMap<string, bigint>
  readonly runs: ReadonlyMap<string, Uint8Array>
}

export const contentOf = ({ claims }: Reading, blob: Uint8Array): Content => ({
  numbers: new Map(claims.flatMap(({ path, value }) => (value === undefined ? [] : [[path, BigInt(value)] as const]))),
  runs: new Map(
    claims.flatMap(({ path, type, offset, length }) =>
      type === undefined ? [[path, blob.subarray(offset, offset + length)] as const] : [],
    ),
  ),
})

/** Content that is simpler in one respect, that which loses most first. It need not keep the rules. */
export function* simplerContents(plan: Plan, content: Content): Generator<Content> {
  for (const part of plan.parts)
    yield* part.kind === "list" ? withoutEntries(part, content) : withoutBytes(part, content)
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

function* withoutEntries({ path, count, entries }: PlannedList, { numbers, runs }: Content): Generator<Content> {
  const names = entries.lossy.fields.map((field) => field.path)
  const length = Number(numbers.get(count) ?? 0n)
  for (const [from, to] of windowsOf(length, 1)) {
    const left = new Map(numbers).set(count, BigInt(length - to + from))
    for (let index = to; index < length; index++)
      for (const name of names) {
        const number = numbers.get(`${path}[${index}].${name}`)
        if (number !== undefined) left.set(`${path}[${index - to + from}].${name}`, number)
      }
    yield { numbers: left, runs }
  }
}

function* withoutBytes({ path, length }: PlannedRun, { numbers, runs }: Content): Generator<Content> {
  const size = numbers.get(length.path) ?? 0n
  const run = runs.get(path) ?? new Uint8Array()
  for (const shorter of shortened(run))
    yield {
      numbers: new Map(numbers).set(length.path, size - BigInt(run.length - shorter.length)),
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
