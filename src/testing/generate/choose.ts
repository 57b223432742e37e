import type { Choices, Notes } from "../arbitrary/choices.js"
import type { ShrinkContent } from "../arbitrary/shrink.js"
import { resized } from "../bytes.js"
import { cardinalityOf, type Domain, indexOf, nearest, nthNumber } from "../solver/interval-set.js"
import type { Chooser } from "./blob.js"

/** The numbers of a domain that is no larger are all as likely. */
const evenly = 4n

/** A number of a larger domain is one of the first so many of its numbers, for small ones come more often, or one of its edges. */
const reaches = [2n ** 4n, 2n ** 8n, 2n ** 16n, 2n ** 80n]

/** Each reach is as likely as so many edges. */
const weight = 2

/** One in so many lists is dense. */
const denseOf = 8n

const waysOf = (edges: readonly bigint[]): bigint => BigInt(edges.length + weight * reaches.length)

const reachOf = (index: number, size: bigint): bigint => {
  const reach = reaches[index % reaches.length] ?? size
  return reach < size ? reach : size
}

/** The index-th number of the domain in the order 0, 1, 2, ..., -1, -2, ... */
const simplestBut = (index: bigint, domain: Domain): bigint => {
  const negative = indexOf(domain, 0n)
  const size = cardinalityOf(domain)
  return nthNumber(domain, index < size - negative ? negative + index : size - 1n - index)
}

const simplicityOf = (number: bigint, domain: Domain): bigint => {
  const negative = indexOf(domain, 0n)
  return number < 0n ? cardinalityOf(domain) - 1n - indexOf(domain, number) : indexOf(domain, number) - negative
}

/** Where decisions come from: chance, or a blob that is to come out. Both see the same decisions in the same order. */
interface Source {
  /** A number below `count`; `wanted` is the one that makes what a blob says. */
  readonly below: (count: bigint, wanted: (content: ShrinkContent) => bigint) => bigint
  readonly bytes: (path: string, length: number) => Uint8Array
}

const chooserOf = ({ below, bytes }: Source): Chooser => ({
  number: (path, domain, edges) => {
    const size = cardinalityOf(domain)
    const indexIn = ({ numbers }: ShrinkContent) => simplicityOf(nearest(domain, numbers.get(path) ?? 0n) ?? 0n, domain)
    if (size <= evenly) return simplestBut(size === 1n ? 0n : below(size, indexIn), domain)
    const near = edges()
    const way = Number(below(waysOf(near), (content) => BigInt(reaches.findIndex((reach) => indexIn(content) < reach))))
    return near[way - weight * reaches.length] ?? simplestBut(below(reachOf(way, size), indexIn), domain)
  },
  dense: () => below(denseOf, () => 0n) === denseOf - 1n,
  content: bytes,
})

/** Lets choices decide. */
export const drawing = ({ below, bytes }: Choices): Chooser =>
  chooserOf({ below: (count) => below(count), bytes: (_, length) => bytes(length) })

/** Decides for what a blob says, or what is nearest to it, and notes the choices that make {@link drawing} decide the same. */
export const following = (content: ShrinkContent, notes: Notes): Chooser =>
  chooserOf({
    below: (count, wanted) => {
      const choice = wanted(content)
      notes.number(count, choice)
      return choice
    },
    bytes: (path, length) => {
      const run = resized(content.runs.get(path) ?? new Uint8Array(), length)
      notes.bytes(run)
      return run
    },
  })

/** Takes no notes. */
export const unnoted: Notes = { number: () => undefined, bytes: () => undefined }
