import type { Reading } from "../schema/interpret.js"
import type { Choices } from "./choices.js"
import type { Notes } from "./chosen.js"
import { type Domain, has, indexOf, numberAt, sizeOf } from "./domain.js"
import type { Chooser } from "./walk.js"

/** The numbers of a domain that is no larger are all as likely. */
const evenly = 256n

/** A number of a larger domain is one of its edges, or one of the first so many of its numbers: small ones come more often. */
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

/** The number of a domain that is the simplest but so many: from 0 upwards, and then the negative ones. */
const simplestBut = (index: bigint, domain: Domain): bigint =>
  numberAt(domain, (index + indexOf(domain, 0n)) % sizeOf(domain))

const simplicityOf = (number: bigint, domain: Domain): bigint =>
  (indexOf(domain, number) - indexOf(domain, 0n) + sizeOf(domain)) % sizeOf(domain)

/** Lets choices decide. */
export const drawing = ({ below, bytes }: Choices): Chooser => ({
  number: (_, domain, edges) => {
    const size = sizeOf(domain)
    if (size <= evenly) return simplestBut(size === 1n ? 0n : below(size), domain)
    const near = edges()
    const way = Number(below(waysOf(near)))
    return near[way] ?? simplestBut(below(reachOf(way - near.length, size)), domain)
  },
  dense: () => below(denseOf) === denseOf - 1n,
  content: (_, length) => bytes(length),
})

/** Decides for what a blob was read as, and notes the choices that make {@link drawing} decide the same. */
export const following = ({ claims }: Reading, blob: Uint8Array, notes: Notes): Chooser => {
  const numbers = new Map(claims.map(({ path, value }) => [path, value === undefined ? undefined : BigInt(value)]))
  const contents = new Map(claims.flatMap((claim) => (claim.type === undefined ? [[claim.path, claim] as const] : [])))
  return {
    number: (path, domain, edges) => {
      const size = sizeOf(domain)
      const wanted = numbers.get(path)
      const number = wanted !== undefined && has(domain, wanted) ? wanted : numberAt(domain, 0n)
      const index = simplicityOf(number, domain)
      const reach = reaches.findIndex((most) => index < most)
      if (size > evenly) notes.number(waysOf(edges()), BigInt(edges().length + reach))
      if (size > 1n) notes.number(size > evenly ? reachOf(reach, size) : size, index)
      return number
    },
    dense: () => {
      notes.number(denseOf, 0n)
      return false
    },
    content: (path, length) => {
      const { offset = 0 } = contents.get(path) ?? {}
      const bytes = blob.slice(offset, offset + length)
      notes.bytes(bytes)
      return bytes
    },
  }
}
