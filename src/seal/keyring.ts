import { createSecretKey, type KeyObject } from "node:crypto"
import * as E from "fp-ts/lib/Either.js"
import { structure } from "../spice/structure.js"
import { isBytes } from "../violation/bytes.js"
import type { Checked } from "../violation/checked.js"
import { type Rule, Violation } from "../violation/violation.js"
import { type ConfigLine, keyLineOf, keyLinesOf } from "./key-lines.js"
import { sealRules } from "./rules.js"

/**
 * A key under its id. Node keeps the bytes of a KeyObject to itself: no log and no error can show them.
 *
 * @since 0.6.0
 */
export interface SealKey {
  readonly id: number
  readonly key: KeyObject
}

/**
 * The keys of a key file.
 *
 * @since 0.6.0
 */
export interface Keyring {
  /** The key that envelopes are sealed with. */
  readonly active: SealKey
  /** The key of an id, active or accepted: envelopes of any of them are opened. */
  readonly find: (id: number) => KeyObject | undefined
}

/** Bytes of a key. */
export const keySize = 32

/** No more of a key file is looked at; one with all its keys and a comment for each is far smaller. */
export const mostKeyFileBytes = 0x10000
const mostKeys = 64

const digitOf = (byte: number): number => {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1
}

/** The key that hexadecimal digits mean. They never become a text, of which copies would stay in memory. */
const keyOf = (digits: Uint8Array): KeyObject | undefined => {
  if (digits.length !== 2 * keySize || digits.some((byte) => digitOf(byte) < 0)) return undefined
  const bytes = Uint8Array.from(
    { length: keySize },
    (_, index) => 16 * digitOf(digits[2 * index] ?? 0) + digitOf(digits[2 * index + 1] ?? 0),
  )
  const key = createSecretKey(bytes)
  bytes.fill(0)
  return key
}

interface ReadKey extends SealKey {
  readonly isActive: boolean
  readonly line: ConfigLine
}

const read = (line: ConfigLine): ReadKey | undefined => {
  const said = keyLineOf(line)
  const key = said && keyOf(said.digits)
  return key && { id: said.id, key, isActive: said.isActive, line }
}

const refusal = (rule: Rule, { offset, bytes }: ConfigLine, actual?: number) =>
  E.left<[Violation]>([new Violation(rule, { path: "", offset, length: bytes.length }, actual)])

/**
 * Reads the text of a key file: one key per line, `<id> <active|accepted> <64 hexadecimal digits>`, and lines that begin
 * with `#`. The bytes are the caller's to overwrite when this has returned.
 *
 * @param file - the file's bytes
 * @returns the keys, or the first thing that is wrong, without a digit of any key
 * @example
 * keyring(Buffer.from(`7 active ${"a1".repeat(32)}\n`))._tag
 * // "Right"
 * @since 0.6.0
 */
export const keyring = (file: unknown): Checked<Keyring> => {
  if (!isBytes(file)) return E.left([new Violation(structure.argument, { path: "", offset: 0, length: 0 })])
  const whole = { offset: 0, bytes: file }
  if (file.length > mostKeyFileBytes) return refusal(sealRules.keyFile, whole, file.length)
  const keys: ReadKey[] = []
  for (const line of keyLinesOf(file)) {
    const each = read(line)
    if (each === undefined) return refusal(sealRules.keyLine, line)
    if (keys.some(({ id, key }) => id === each.id || key.equals(each.key))) return refusal(sealRules.keyOnce, line)
    if (keys.length === mostKeys) return refusal(sealRules.keyFile, line, mostKeys + 1)
    keys.push(each)
  }
  if (keys.length === 0) return refusal(sealRules.keyFile, whole, 0)
  const [active, ...others] = keys.filter(({ isActive }) => isActive)
  if (active === undefined || others.length > 0)
    return refusal(sealRules.keyActive, others[0]?.line ?? whole, others.length + (active === undefined ? 0 : 1))
  const byId = new Map(keys.map(({ id, key }) => [id, key]))
  return E.right({ active: { id: active.id, key: active.key }, find: (id) => byId.get(id) })
}
