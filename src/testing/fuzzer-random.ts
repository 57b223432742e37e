import * as fc from "fast-check"

/** The bytes that a choice among `count` takes. */
export const widthOf = (count: bigint): number => {
  let width = 0
  for (let most = count - 1n; most > 0n; most >>= 8n) width++
  return width
}

/** So many bytes behind the input's end are 0. */
const patience = 4096

/** The source that a Random must have; nothing is ever taken from it. */
const unused = {
  next: (): never => {
    throw new TypeError("this version of fast-check takes numbers past the methods of Random")
  },
  jump: (): void => undefined,
  clone: () => unused,
  getState: (): readonly number[] => [],
}

/** A Random whose numbers are an input's bytes. */
export class FuzzerRandom extends fc.Random {
  readonly #bytes: Uint8Array
  #position: number
  /** Bytes that were wanted behind the input's end. */
  #overrun: number

  constructor(bytes: Uint8Array, position = 0, overrun = 0) {
    super(unused)
    this.#bytes = bytes
    this.#position = position
    this.#overrun = overrun
  }

  /** Bytes that were taken. */
  get position(): number {
    return this.#position
  }

  override clone(): FuzzerRandom {
    return new FuzzerRandom(this.#bytes, this.#position, this.#overrun)
  }

  override nextInt(min = -(2 ** 31), max = 2 ** 31 - 1): number {
    const count = max - min + 1
    if (count > 2 ** 32) return Number(this.nextBigInt(BigInt(min), BigInt(max)))
    const width = count <= 1 ? 0 : count <= 0x100 ? 1 : count <= 0x10000 ? 2 : count <= 0x1000000 ? 3 : 4
    let number = 0
    for (let at = 0, scale = 1; at < width; at++, scale *= 256) number += scale * this.#byte()
    return min + (number % count)
  }

  override nextBigInt(min: bigint, max: bigint): bigint {
    const count = max - min + 1n
    let number = 0n
    for (let at = 0; at < widthOf(count); at++) number += BigInt(this.#byte()) << BigInt(8 * at)
    return min + (number % count)
  }

  override next(bits: number): number {
    return this.nextInt(0, 2 ** bits - 1)
  }

  override nextBoolean(): boolean {
    return this.nextInt(0, 1) === 1
  }

  override nextDouble(): number {
    return this.nextInt(0, 2 ** 53 - 1) / 2 ** 53
  }

  override getState(): undefined {
    return undefined
  }

  /** So many bytes of the input as they are, and zeros behind its end. */
  take(length: number): Uint8Array {
    const taken = new Uint8Array(length)
    taken.set(this.#bytes.subarray(this.#position, this.#position + length))
    this.#position = Math.min(this.#bytes.length, this.#position + length)
    return taken
  }

  #byte(): number {
    if (this.#position < this.#bytes.length) return Number(this.#bytes[this.#position++])
    this.#overrun++
    return this.#overrun <= patience ? 0 : scattered(this.#overrun)
  }
}

/** A fixed sequence of bytes in which any few bytes come after any others, as by chance: the finalizer of MurmurHash3. */
const scattered = (index: number): number => {
  let bits = Math.imul(index, 0x9e3779b1)
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 24
}
