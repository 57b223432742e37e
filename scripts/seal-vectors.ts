import * as E from "fp-ts/lib/Either.js"
import type { Binding } from "../src/seal/binding.js"
import { keyring } from "../src/seal/keyring.js"
import { type Chance, type SealOptions, type Stated, sealWith } from "../src/seal/seal.js"
import { readBlob, readIndex } from "./corpus.js"

/** Envelopes for other implementations to agree on: everything that is random otherwise is fixed here. */

const bytesFrom = (first: number, size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, index) => (first + index) % 256)

const key = bytesFrom(0x40, 32)
const keyId = 7
const chanceOf = (index: number): Chance => ({ salt: bytesFrom(0x80 + index, 32), id: bytesFrom(0xc0 + index, 16) })
const now = Date.UTC(2026, 10, 28, 12)
const lifetime = 60_000
const destination = "b.example:5900"
const vm = "5f0c0f6e-8a3c-4a8e-9f0e-3c1d6b2a7e10"

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex")

const blob = (file: string): Uint8Array => {
  const entry = readIndex().find((each) => each.file === file)
  if (entry === undefined) throw new Error(`the corpus has no ${file}`)
  return readBlob(entry)
}

const cases: readonly {
  readonly name: string
  readonly binding: Omit<Binding, "vm" | "destination">
  readonly stated: Stated
  readonly state: Uint8Array
}[] = [
  {
    name: "two mouse motions",
    binding: { connectionId: 0x11223344, channel: "inputs", channelId: 0 },
    stated: {},
    state: blob("inputs/genuine/inputs-motions-2.bin"),
  },
  {
    name: "an agent that is connected, and two displays",
    binding: { connectionId: 0x11223344, channel: "main", channelId: 0 },
    stated: { agent: "connected", displays: [0, 1] },
    state: blob("main/genuine/main-agent.bin"),
  },
  {
    name: "the second of two displays",
    binding: { connectionId: 0xffffffff, channel: "display", channelId: 1 },
    stated: { agent: "absent", displays: [0, 1] },
    state: blob("display/genuine/display-two-display-1.bin"),
  },
  {
    name: "an empty state, which no server writes",
    binding: { connectionId: 1, channel: "webdav", channelId: 255 },
    stated: { displays: [63, 64] },
    state: new Uint8Array(),
  },
]

/** The vectors' file. */
export const sealVectors = (): readonly [string, string] => {
  const keys = keyring(Buffer.from(`${keyId} active ${hex(key)}\n`))
  if (E.isLeft(keys)) throw new TypeError("the vectors' key is none")
  const options: SealOptions = { keys: keys.right, now, lifetime }
  const vectors = cases.map(({ name, binding, stated, state }, index) => {
    const chance = chanceOf(index)
    const envelope = sealWith(state, { vm, destination, ...binding }, { ...options, stated }, chance)
    if (E.isLeft(envelope)) throw new TypeError(`${name} is not sealed: ${envelope.left[0].message}`)
    const { agent = "unknown", displays = [] } = stated
    const random = { salt: hex(chance.salt), id: hex(chance.id) }
    return { name, ...random, ...binding, agent, displays, state: hex(state), envelope: hex(envelope.right) }
  })
  const common = { keyId, key: hex(key), sealedAt: now, lifetime, vm, destination }
  return ["docs/sealing-vectors.json", `${JSON.stringify({ ...common, vectors }, undefined, 2)}\n`]
}
