import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { root } from "../../scripts/corpus.js"
import type { DataChannel } from "../../src/seal/binding.js"
import { channelTypes } from "../../src/spice/wire/channels.js"
import { openWithOpenssl } from "./openssl.js"
import { keysOf, opening, rightOf } from "./scene.js"

interface Vector {
  readonly name: string
  readonly id: string
  readonly connectionId: number
  readonly channel: DataChannel
  readonly channelId: number
  readonly agent: "unknown" | "absent" | "connected"
  readonly displays: readonly number[]
  readonly state: string
  readonly envelope: string
}

const { keyId, key, sealedAt, lifetime, vm, destination, vectors } = JSON.parse(
  readFileSync(join(root, "docs/sealing-vectors.json"), "utf8"),
)

describe.each<Vector>(vectors)("the vector of $name", (vector) => {
  const { connectionId, channel, channelId, agent, state, id } = vector
  const displays = vector.displays.filter((display) => display < 64)
  const envelope = Buffer.from(vector.envelope, "hex")

  test("is opened", () => {
    const keys = keysOf(`${keyId} active ${key}`)
    const opened = rightOf(
      opening(envelope, { keys, now: sealedAt }, { vm, destination, connectionId, channel, channelId }),
    )
    expect(opened).toEqual({ state: opened.state, agent, displays, id, keyId, sealedAt })
    expect(Buffer.from(opened.state).toString("hex")).toBe(state)
  })

  test("is what OpenSSL opens", () => {
    expect(openWithOpenssl(envelope, key)).toEqual({
      keyId,
      id,
      sealedAt,
      expiresAt: sealedAt + lifetime,
      vm: createHash("sha256").update(vm).digest("hex"),
      destination: createHash("sha256").update(destination).digest("hex"),
      connectionId,
      channelType: channelTypes[channel],
      channelId,
      agent: ["unknown", "absent", "connected"].indexOf(agent),
      displays: displays.reduce((bits, display) => bits | (1n << BigInt(display)), 0n),
      state,
    })
  })
})

test("OpenSSL opens no vector with another key, and none that was altered", () => {
  const [{ envelope }] = vectors
  expect(() => openWithOpenssl(Buffer.from(envelope, "hex"), "00".repeat(32))).toThrow("another commitment")
  const altered = Buffer.from(envelope, "hex")
  altered.writeUInt8(1, 177)
  expect(() => openWithOpenssl(altered, key)).toThrow("another tag")
})
