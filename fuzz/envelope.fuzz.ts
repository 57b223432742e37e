import { createCipheriv, createSecretKey } from "node:crypto"
import type { TargetModule } from "../src/fuzz/target.js"
import type { Binding } from "../src/seal/binding.js"
import { algorithm, derive } from "../src/seal/derive.js"
import { headerSize, tagSize } from "../src/seal/envelope.js"
import type { Keyring } from "../src/seal/keyring.js"
import { open } from "../src/seal/open.js"
import { type ReplayWindow, replayWindow } from "../src/seal/replay.js"
import { sealWith } from "../src/seal/seal.js"
import { difference } from "./texts.js"

/**
 * What is brought for an envelope. The first byte of an input says how the others are taken: as they are, which must not
 * be opened, or as a header and a plaintext that a hostile source with the key has sealed.
 */

const key = createSecretKey(new Uint8Array(32).fill(7))
const keys: Keyring = { active: { id: 1, key }, find: (id) => (id === 1 ? key : undefined) }
const binding: Binding = { vm: "web-1", connectionId: 7, channel: "usbredir", channelId: 0 }
const now = 1_795_867_200_000
const maxStateBytes = 4096

const opened = (envelope: Uint8Array, window: ReplayWindow) =>
  open(envelope, binding, { keys, window, now, linkedAt: now - 1000, maxStateBytes })

const isRefused = (envelope: Uint8Array): void => {
  const window = replayWindow()
  const result = opened(envelope, window)
  if (result._tag === "Right") throw difference("a refusal", "an envelope that nobody sealed is opened")
  if (result.left[0].code !== "not-sealed") throw difference("not-sealed", result.left[0].code)
  if (window.openings().length > 0) throw difference("nothing remembered", "something")
}

const magicSize = 8
const saltAt = 12
const commitmentAt = 44

/** The envelope that whoever has the key makes of a header's other fields and a plaintext of their choice. */
const authentic = (bytes: Uint8Array): Uint8Array => {
  const header = Buffer.alloc(headerSize)
  header.set(bytes.subarray(0, headerSize))
  header.set(genuine.subarray(0, magicSize + 4))
  const plain = bytes.subarray(headerSize)
  const derived = derive(key, header.subarray(saltAt, commitmentAt))
  header.set(derived.commitment, commitmentAt)
  header.writeUInt32LE(plain.length + tagSize, headerSize - 8)
  header.writeUInt32LE(headerSize, headerSize - 4)
  const cipher = createCipheriv(algorithm, derived.key, derived.nonce, { authTagLength: tagSize })
  cipher.setAAD(header)
  return new Uint8Array(Buffer.concat([header, cipher.update(plain), cipher.final(), cipher.getAuthTag()]))
}

const isOpenedOnce = (envelope: Uint8Array): void => {
  const window = replayWindow()
  const first = opened(envelope, window)
  if (first._tag === "Left") {
    if (first.left[0].code !== "not-sealed") throw difference("not-sealed", first.left[0].code)
    return
  }
  const { state, sealedAt } = first.right
  if (state.length > maxStateBytes) throw difference("a state within its limit", `${state.length} bytes`)
  if (Math.abs(now - sealedAt) > 3_610_000) throw difference("a timely envelope", `one of ${sealedAt}`)
  const again = opened(envelope, window)
  if (again._tag === "Right" || again.left[0].rule !== "seal/once") throw difference("seal/once", "opened again")
}

const genuine = ((): Uint8Array => {
  const chance = { salt: new Uint8Array(32).fill(1), id: new Uint8Array(16).fill(2) }
  const sealed = sealWith(Uint8Array.of(1, 2, 3), binding, { keys, now }, chance)
  if (sealed._tag === "Left") throw new Error("nothing is sealed")
  return sealed.right
})()

const plainOf = (state: Uint8Array): Uint8Array => {
  const fields = Buffer.alloc(17)
  fields.writeUInt8(2, 0)
  fields.writeUInt32LE(state.length, 9)
  fields.writeUInt32LE(state.length === 0 ? 0 : 17, 13)
  return Buffer.concat([fields, state])
}

const isGenuine = (bytes: Uint8Array): boolean => Buffer.compare(bytes, genuine) === 0

const target: TargetModule = {
  fuzz: (data) => {
    const rest = data.slice(1)
    if ((data[0] ?? 0) % 2 === 1) isOpenedOnce(authentic(rest))
    else if (isGenuine(rest)) isOpenedOnce(rest)
    else isRefused(rest)
  },
  underTest: ["src/seal/"],
  detectors: false,
  dictionary: [genuine.slice(0, 8), genuine.slice(92, 100), genuine.slice(100, 108), genuine.slice(108, 146)],
  seeds: (corpus) => [
    Buffer.concat([Buffer.from([0]), genuine]),
    ...corpus
      .filter(({ verdict, bytes }) => verdict === "accept" && bytes.length < 512)
      .map(({ bytes }) => Buffer.concat([Buffer.from([1]), genuine.subarray(0, headerSize), plainOf(bytes)])),
  ],
  evidenceOf: (data) => ({ kind: "text", bytes: data }),
}

export const { fuzz, underTest, detectors, dictionary, seeds, evidenceOf } = target
