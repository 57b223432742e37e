/**
 * Times sealing and opening beside the bare cipher of node:crypto, and beside that with a key derived for each envelope,
 * which is the least that the format can cost. With --write the table goes to docs/sealing.md as well.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes } from "node:crypto"
import { do_not_optimize } from "mitata"
import { markdownTable } from "../../src/report/markdown.js"
import type { Binding } from "../../src/seal/binding.js"
import { headerSize } from "../../src/seal/envelope.js"
import { type Keyring, open, type ReplayWindow, seal } from "../../src/seal/index.js"
import { duration, writeInto } from "../markdown.js"
import { median } from "../measure.js"
import { holdTable } from "./hold.js"

const key = createSecretKey(randomBytes(32))
const keys: Keyring = { active: { id: 1, key }, find: () => key }
const binding: Binding = { vm: "web-1", connectionId: 7, channel: "usbredir", channelId: 0 }
const now = Date.now()

/** Opens one envelope as often as it is asked to. */
const window: ReplayWindow = { take: () => "first", openings: () => [], since: 0 }

const right = <A>(checked: { readonly _tag: "Left" } | { readonly _tag: "Right"; readonly right: A }): A => {
  if (checked._tag === "Right") return checked.right
  throw new Error("refused")
}

const nonceSize = 12

/** What anybody would write with the cipher alone: a nonce, additional data, and all of it in one buffer. */
const bareSeal = (state: Uint8Array, header: Uint8Array): Uint8Array => {
  const nonce = randomBytes(nonceSize)
  const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 })
  cipher.setAAD(header)
  return Buffer.concat([header, nonce, cipher.update(state), cipher.final(), cipher.getAuthTag()])
}

const bareOpen = (sealed: Uint8Array): Uint8Array => {
  const end = sealed.length - 16
  const nonce = sealed.subarray(headerSize, headerSize + nonceSize)
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 })
  decipher.setAAD(sealed.subarray(0, headerSize))
  decipher.setAuthTag(sealed.subarray(end))
  const state = decipher.update(sealed.subarray(headerSize + nonceSize, end))
  decipher.final()
  return state
}

/** The same with the envelope's derivation: key, nonce and commitment of a salt. */
const derived = (salt: Uint8Array): Uint8Array => new Uint8Array(hkdfSync("sha256", key, salt, "floor", 76))

const floorSeal = (state: Uint8Array, header: Uint8Array): Uint8Array => {
  const bytes = derived(randomBytes(48).subarray(0, 32))
  const cipher = createCipheriv("aes-256-gcm", bytes.subarray(0, 32), bytes.subarray(32, 44), { authTagLength: 16 })
  cipher.setAAD(header)
  return Buffer.concat([header, cipher.update(state), cipher.final(), cipher.getAuthTag()])
}

const floorOpen = (sealed: Uint8Array): void => {
  derived(sealed.subarray(12, 44))
  bareOpen(sealed)
}

const sizes = [
  { says: "104 B", size: 104 },
  { says: "1 MiB", size: 0x100000 },
] as const

const header = randomBytes(headerSize)

const cases = sizes.flatMap(({ says, size }) => {
  const state = randomBytes(size)
  const envelope = right(seal(state, binding, { keys, now }))
  const bare = bareSeal(state, header)
  const options = { keys, window, now, maxStateBytes: size }
  return [
    {
      says: `seal ${says}`,
      size,
      ours: () => seal(state, binding, { keys, now }),
      bare: () => bareSeal(state, header),
      floor: () => floorSeal(state, header),
    },
    {
      says: `open ${says}`,
      size,
      ours: () => right(open(envelope, binding, options)),
      bare: () => bareOpen(bare),
      floor: () => floorOpen(bare),
    },
  ]
})

/**
 * The median of single calls of each task, one after the other, in nanoseconds: calls of a few microseconds beside which
 * the system does something else for milliseconds count no more than others. Each round begins with another task, for
 * what one leaves in caches and to the garbage collector meets the next.
 */
const mediansOf = (calls: number, ...tasks: readonly (() => unknown)[]): readonly number[] => {
  const timed = tasks.map((run) => ({ run, times: [] as number[] }))
  const warmUp = Math.ceil(calls / 4)
  for (let call = 0; call < warmUp + calls; call++) {
    const first = call % timed.length
    for (const { run, times } of [...timed.slice(first), ...timed.slice(0, first)]) {
      const start = process.hrtime.bigint()
      do_not_optimize(run())
      if (call >= warmUp) times.push(Number(process.hrtime.bigint() - start))
    }
  }
  return timed.map(({ times }) => median(times))
}

const callsFor = (bytes: number): number => (bytes < 0x10000 ? 4000 : 300)

const rows = cases.map(({ says, size, ours, bare, floor }) => {
  const [own = 0, alone = 0, least = 0] = mediansOf(callsFor(size), ours, bare, floor)
  return [says, duration(alone), duration(least), duration(own), (own / alone).toFixed(2), (own / least).toFixed(2)]
})
const cipherTable = markdownTable(
  ["what", "AES-256-GCM alone", "with a key derived for each", "an envelope", "to the cipher alone", "to both"],
  rows,
)

const heldTable = await holdTable()
process.stdout.write(`${cipherTable}\n${heldTable}\n`)
if (process.argv.includes("--write")) {
  writeInto("docs/sealing.md", "npm run bench:seal -- --write", cipherTable)
  writeInto("docs/sealing.md", "held: npm run bench:seal -- --write", heldTable)
}
