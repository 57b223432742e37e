import * as E from "fp-ts/lib/Either.js"
import type { Binding } from "../../src/seal/binding.js"
import { type Keyring, keyring } from "../../src/seal/keyring.js"
import { type Opened, type OpenOptions, open } from "../../src/seal/open.js"
import { replayWindow } from "../../src/seal/replay.js"
import { type SealOptions, seal } from "../../src/seal/seal.js"
import type { Checked } from "../../src/violation/checked.js"

/** What the tests of sealing have in common. */

export const digits = (byte: string): string => byte.repeat(32)

export const keysOf = (text: string): Keyring => rightOf(keyring(Buffer.from(text)))

export const rightOf = <A>(checked: Checked<A>): A => {
  if (E.isRight(checked)) return checked.right
  throw new Error(String(checked.left[0]))
}

/** The code and rule of a refusal. */
export const refusalOf = (checked: Checked<unknown>): readonly string[] =>
  E.isLeft(checked) ? [checked.left[0].code, checked.left[0].rule] : ["accepted"]

export const keys = keysOf(`1 active ${digits("a1")}\n2 accepted ${digits("b2")}\n`)

export const binding: Binding = { vm: "web-1", connectionId: 7, channel: "inputs", channelId: 0 }

export const now = Date.UTC(2026, 10, 28, 12)

export const state = Uint8Array.of(0x49, 0x43, 0x4d, 0x44, 1, 0, 0, 0, 2, 0)

export const sealed = (options: Partial<SealOptions> = {}, bound: Binding = binding, what = state): Uint8Array =>
  rightOf(seal(what, bound, { keys, now, ...options }))

export const opening = (
  envelope: unknown,
  options: Partial<OpenOptions> = {},
  bound: Binding = binding,
): Checked<Opened> => open(envelope, bound, { keys, window: replayWindow(), now, maxStateBytes: 2048, ...options })
