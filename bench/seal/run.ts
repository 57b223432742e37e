/**
 * Times sealing and opening beside the bare cipher of node:crypto, and beside that with a key derived for each envelope,
 * which is the least that the format can cost. With --write the table goes to docs/sealing.md as well.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { do_not_optimize } from "mitata"
import type { SealSettings } from "../../src/relay/config/settings.js"
import { checkBlob } from "../../src/relay/inspect/canonicalise.js"
import { openReplayFile } from "../../src/relay/seal/replay-file.js"
import { newSourceSession, sealData } from "../../src/relay/seal/source.js"
import { openData } from "../../src/relay/seal/target.js"
import { markdownTable } from "../../src/report/markdown.js"
import type { Binding } from "../../src/seal/binding.js"
import { headerSize } from "../../src/seal/envelope.js"
import { type Keyring, open, type ReplayWindow, seal } from "../../src/seal/index.js"
import { encodeWindow } from "../../src/seal/replay.js"
import { defaultReceiver, type ReceiverState } from "../../src/spice/receiver.js"
import { Violation } from "../../src/violation/violation.js"
import { duration, writeInto } from "../markdown.js"
import { median } from "../measure.js"

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

/** What guards do with a blob while it waits, without sockets. */
const held = (state: Uint8Array, kept: ReplayWindow) => {
  const receiver: ReceiverState = { ...defaultReceiver, accept: ["usbredir-queue"] }
  const settings: SealSettings = {
    keys,
    vm: binding.vm,
    required: true,
    as: undefined,
    onInvalid: "seal",
    lifetime: 60_000,
    destinations: ["*"],
  }
  const session = { ...newSourceSession(), connectionId: binding.connectionId }
  const check = (bytes: Uint8Array, by: ReceiverState) => checkBlob("usbredir", bytes, by, "disconnect")
  return {
    one: () => check(state, receiver),
    both: () => {
      const sealed = sealData(binding, state, { settings, session, receiver }, now)
      if (sealed instanceof Violation) throw sealed
      const opened = openData(
        sealed.bytes,
        { ...binding, channel: "usbredir", linkedAt: now },
        settings,
        receiver,
        kept,
        now,
      )
      if (opened instanceof Violation) throw opened
      return check(opened.state, opened.receiver)
    },
  }
}

const folder = mkdtempSync(join(tmpdir(), "bench-seal-"))
writeFileSync(join(folder, "opened"), encodeWindow([]))
const file = openReplayFile(join(folder, "opened"), now)
const heldRows: (readonly string[])[] = []
for (const [says, name] of [
  ["113 B", "usbredir-queue-hello"],
  ["1 MiB", "usbredir-queue-mebibyte"],
] as const) {
  const state = readFileSync(`corpus/spicevmc/genuine/${name}.bin`)
  const { one, both } = held(state, window)
  const medians = mediansOf(callsFor(state.length), one, both, held(state, file).both)
  heldRows.push([`${says} (${name})`, ...medians.map(duration)])
}
file.close()
rmSync(folder, { recursive: true })
const heldTable = markdownTable(
  [
    "blob",
    "one guard checks it",
    "two guards check, seal, open and check it",
    "and the opening is on the disk (replayFile)",
  ],
  heldRows,
)
process.stdout.write(`${cipherTable}\n${heldTable}\n`)
if (process.argv.includes("--write")) {
  writeInto("docs/sealing.md", "npm run bench:seal -- --write", cipherTable)
  writeInto("docs/sealing.md", "held: npm run bench:seal -- --write", heldTable)
}
