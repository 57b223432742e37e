import type { Notes } from "../arbitrary/choice-arbitrary.js"
import type { Choices } from "../arbitrary/choices.js"
import type { Content } from "../arbitrary/shrink.js"
import { type Domain, indexOf, nearest, numberAt, sizeOf } from "../solver/interval-set.js"
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

/** The number of a domain that is the simplest but so many: from 0 upwards, and then from -1 downwards. */
const simplestBut = (index: bigint, domain: Domain): bigint => {
  const negative = indexOf(domain, 0n)
  const size = sizeOf(domain)
  return numberAt(domain, index < size - negative ? negative + index : size - 1n - index)
}

const simplicityOf = (number: bigint, domain: Domain): bigint => {
  const negative = indexOf(domain, 0n)
  return number < 0n ? sizeOf(domain) - 1n - indexOf(domain, number) : indexOf(domain, number) - negative
}

/** Lets choices decide. */
export const drawing = ({ below, bytes }: Choices): Chooser => ({
  number: (_, domain, edges) => {
    const size = sizeOf(domain)
    if (size <= evenly) return simplestBut(size === 1n ? 0n : below(size), domain)
    const near = edges()
    const way = Number(below(waysOf(near)))
    return near[way - weight * reaches.length] ?? simplestBut(below(reachOf(way, size)), domain)
  },
  dense: () => below(denseOf) === denseOf - 1n,
  content: (_, length) => bytes(length),
})

/** Decides for what a blob says, or what is nearest to it, and notes the choices that make {@link drawing} decide the same. */
export const following = ({ numbers, runs }: Content, notes: Notes): Chooser => ({
  number: (path, domain, edges) => {
    const size = sizeOf(domain)
    const number = nearest(domain, numbers.get(path) ?? 0n) ?? 0n
    const index = simplicityOf(number, domain)
    const reach = reaches.findIndex((most) => index < most)
    if (size > evenly) notes.number(waysOf(edges()), BigInt(reach))
    if (size > 1n) notes.number(size > evenly ? reachOf(reach, size) : size, index)
    return number
  },
  dense: () => {
    notes.number(denseOf, 0n)
    return false
  },
  content: (path, length) => {
    const bytes = new Uint8Array(length)
    bytes.set(runs.get(path)?.subarray(0, length) ?? [])
    notes.bytes(bytes)
    return bytes
  },
})

/** Takes no notes. */
export const unnoted: Notes = { number: () => undefined, bytes: () => undefined }
