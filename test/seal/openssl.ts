import { execFileSync } from "node:child_process"

/**
 * Opens envelopes with OpenSSL's command line and arithmetic, as docs/formats/sealed.md describes them: it shares nothing
 * with src/seal. AES-GCM is counter mode from block 2 on, and a tag that is a polynomial over GF(2^128) and block 1.
 */

const openssl = (parameters: readonly string[], input: Uint8Array = new Uint8Array()): Buffer =>
  execFileSync("openssl", parameters, { input, stdio: ["pipe", "pipe", "pipe"] })

const hkdf = (key: string, salt: string, size: number): Buffer => {
  const options = ["digest:SHA256", `hexkey:${key}`, `hexsalt:${salt}`, "info:migration-guard envelope 1"]
  const printed = openssl(["kdf", "-keylen", String(size), ...options.flatMap((each) => ["-kdfopt", each]), "HKDF"])
  return Buffer.from(printed.toString().replace(/[^0-9A-F]/g, ""), "hex")
}

const cipher = (name: string, key: Buffer, input: Uint8Array, iv?: Buffer): Buffer =>
  openssl(
    ["enc", `-${name}`, "-K", key.toString("hex"), ...(iv === undefined ? [] : ["-iv", iv.toString("hex")]), "-nopad"],
    input,
  )

const numberOf = (block: Uint8Array): bigint => BigInt(`0x${Buffer.from(block).toString("hex").padEnd(32, "0")}`)

/** The product of two elements of GCM's field, whose bits count from the left (NIST SP 800-38D, 6.3). */
const product = (one: bigint, other: bigint): bigint => {
  let sum = 0n
  let doubled = other
  for (let bit = 127n; bit >= 0n; bit--) {
    if (((one >> bit) & 1n) === 1n) sum ^= doubled
    doubled = (doubled & 1n) === 1n ? (doubled >> 1n) ^ (0xe1n << 120n) : doubled >> 1n
  }
  return sum
}

const blocksOf = (bytes: Uint8Array): readonly bigint[] =>
  Array.from({ length: Math.ceil(bytes.length / 16) }, (_, index) =>
    numberOf(bytes.subarray(16 * index, 16 * (index + 1))),
  )

const tagOf = (key: Buffer, nonce: Buffer, header: Uint8Array, ciphertext: Uint8Array): string => {
  const hash = numberOf(cipher("aes-256-ecb", key, new Uint8Array(16)))
  const sizes = (BigInt(8 * header.length) << 64n) | BigInt(8 * ciphertext.length)
  const digest = [...blocksOf(header), ...blocksOf(ciphertext), sizes].reduce(
    (sum, block) => product(sum ^ block, hash),
    0n,
  )
  const mask = numberOf(cipher("aes-256-ecb", key, Buffer.concat([nonce, Buffer.from([0, 0, 0, 1])])))
  return (digest ^ mask).toString(16).padStart(32, "0")
}

/** What an envelope says, in its own numbers. */
export interface Read {
  readonly keyId: number
  readonly id: string
  readonly sealedAt: number
  readonly expiresAt: number
  readonly vm: string
  readonly destination: string
  readonly connectionId: number
  readonly channelType: number
  readonly channelId: number
  readonly agent: number
  readonly displays: bigint
  readonly state: string
}

/** Opens an envelope with the one key, and throws where OpenSSL comes to another commitment or tag. */
export const openWithOpenssl = (envelope: Buffer, hexKey: string): Read => {
  const header = envelope.subarray(0, 186)
  const size = header.readUInt32LE(178)
  const start = header.readUInt32LE(182)
  const ciphertext = envelope.subarray(start, start + size - 16)
  const derived = hkdf(hexKey, header.toString("hex", 12, 44), 76)
  const [key, nonce] = [derived.subarray(0, 32), derived.subarray(32, 44)]
  if (derived.toString("hex", 44) !== header.toString("hex", 44, 76)) throw new Error("another commitment")
  if (tagOf(key, nonce, header, ciphertext) !== envelope.toString("hex", start + size - 16))
    throw new Error("another tag")
  const plain = cipher("aes-256-ctr", key, ciphertext, Buffer.concat([nonce, Buffer.from([0, 0, 0, 2])]))
  const state = plain.readUInt32LE(13)
  return {
    keyId: header.readUInt32LE(8),
    id: header.toString("hex", 76, 92),
    sealedAt: Number(header.readBigUInt64LE(92)),
    expiresAt: Number(header.readBigUInt64LE(100)),
    vm: header.toString("hex", 108, 140),
    destination: header.toString("hex", 140, 172),
    connectionId: header.readUInt32LE(172),
    channelType: header.readUInt8(176),
    channelId: header.readUInt8(177),
    agent: plain.readUInt8(0),
    displays: plain.readBigUInt64LE(1),
    state: plain.toString("hex", state, state === 0 ? 0 : state + plain.readUInt32LE(9)),
  }
}
