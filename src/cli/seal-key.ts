import { randomBytes } from "node:crypto"
import { closeSync, constants, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs"
import * as E from "fp-ts/lib/Either.js"
import { withKeyFile } from "../relay/config/key-file.js"
import { printable } from "../report/printable.js"
import { reasonOf } from "../report/reason.js"
import { encodeKeyLine, type KeyLine, keyLineOf, keyLinesOf } from "../seal/key-lines.js"
import { keyring, keySize } from "../seal/keyring.js"
import { reportUnreadable } from "./input.js"
import { type ExitCode, exitCode, type Terminal } from "./stdio.js"

export interface SealKeyOptions {
  readonly add?: boolean
  readonly activate?: number
  readonly remove?: number
}

/** Digits of random bytes, without a text in between. */
const newDigits = (): Uint8Array => {
  const bytes = randomBytes(keySize)
  const digits = Uint8Array.from({ length: 2 * keySize }, (_, index) => {
    const digit = ((bytes[index >> 1] ?? 0) >> (index % 2 === 0 ? 4 : 0)) & 15
    return digit < 10 ? 0x30 + digit : 0x57 + digit
  })
  bytes.fill(0)
  return digits
}

const fileOf = (lines: readonly KeyLine[]): Uint8Array => Buffer.concat(lines.map(encodeKeyLine))

const known = (lines: readonly KeyLine[], id: number): void => {
  if (!lines.some((line) => line.id === id)) throw new Error(`there is no key ${id}`)
}

const edited = (lines: readonly KeyLine[], { activate, remove }: SealKeyOptions): readonly KeyLine[] => {
  if (activate !== undefined) {
    known(lines, activate)
    return lines.map((line) => ({ ...line, isActive: line.id === activate }))
  }
  if (remove !== undefined) {
    known(lines, remove)
    if (lines.some(({ id, isActive }) => id === remove && isActive))
      throw new Error(`key ${remove} is active: activate another one before`)
    return lines.filter(({ id }) => id !== remove)
  }
  const id = Math.max(...lines.map((line) => line.id)) + 1
  return [...lines, { id, isActive: false, digits: newDigits() }]
}

const write = (file: string, content: Uint8Array): void => {
  const descriptor = openSync(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600)
  try {
    writeSync(descriptor, content)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Writes a file in place of another one, whole or not at all. */
const replace = (file: string, content: Uint8Array): void => {
  const unfinished = `${file}.${process.pid}`
  try {
    write(unfinished, content)
    renameSync(unfinished, file)
  } finally {
    rmSync(unfinished, { force: true })
  }
}

/** The key lines of a file; throws where it is wrong. */
const linesIn = (file: Uint8Array): readonly KeyLine[] => {
  const keys = keyring(file)
  if (E.isLeft(keys)) throw new Error(keys.left[0].message)
  return [...keyLinesOf(file)].map(keyLineOf).filter((line) => line !== undefined)
}

/** Creates or changes a key file; returns its lines as they are then. */
const change = (file: string, options: SealKeyOptions): readonly Pick<KeyLine, "id" | "isActive">[] => {
  const { add, activate, remove } = options
  if (add !== true && activate === undefined && remove === undefined) {
    const lines = [{ id: 1, isActive: true, digits: newDigits() }]
    write(file, fileOf(lines))
    return lines
  }
  return withKeyFile(file, (bytes) => {
    const content = fileOf(edited(linesIn(bytes), options))
    const lines = linesIn(content)
    replace(file, content)
    content.fill(0)
    return lines
  })
}

/** `migration-guard seal-key`: creates a key file, or changes which keys it has. It never prints one. */
export const sealKey = (file: string, options: SealKeyOptions, terminal: Terminal): ExitCode => {
  try {
    for (const { id, isActive } of change(file, options))
      terminal.stdout.write(`${printable(file)}: key ${id} ${isActive ? "active" : "accepted"}\n`)
    return exitCode.accepted
  } catch (error) {
    reportUnreadable({ file, reason: reasonOf(error) }, terminal)
    return exitCode.failed
  }
}
