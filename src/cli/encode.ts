import { writeFile } from "node:fs/promises"
import * as E from "fp-ts/lib/Either.js"
import { readJson } from "../data/json.js"
import { explanationMembers } from "../report/explanation.js"
import { printable } from "../report/printable.js"
import { reasonOf } from "../report/reason.js"
import { encodeJson } from "../report/state-from-json.js"
import { channels } from "../spice/receiver.js"
import { formatViolation } from "../violation/violation.js"
import { failFor, isUnreadable, readBytes } from "./input.js"
import { type ReceiverOptions, receiverOfOptions } from "./receiver.js"
import { type ExitCode, exitCode, type Terminal } from "./stdio.js"

export interface EncodeOptions extends ReceiverOptions {
  /** Where the blob goes; to standard output without it. */
  readonly output?: string
}

/** A state is at most half as long as its JSON, and no relay takes one that is longer. */
const limits = { maxBytes: 0x8000000, maxDepth: 64, maxMembers: 0x200000 }

/** `migration-guard encode`: writes the blob of a state that stands in what `explain --format json` wrote. */
export const encodeFile = async (file: string, options: EncodeOptions, terminal: Terminal): Promise<ExitCode> => {
  const { output } = options
  if (output === undefined && terminal.stdout.isTTY === true)
    return failFor({ file, reason: "a blob is no text for a terminal: say where it goes with --output" }, terminal)
  const receiver = await receiverOfOptions(options)
  if (isUnreadable(receiver)) return failFor(receiver, terminal)
  try {
    const { channel, state } = stateIn(await readBytes(file, terminal, limits.maxBytes))
    const encoded = encodeJson(channel, state, receiver)
    if (E.isLeft(encoded)) {
      terminal.stderr.write(`migration-guard: ${printable(file)}: ${formatViolation(encoded.left[0])}\n`)
      return exitCode.rejected
    }
    if (output === undefined) terminal.stdout.write(encoded.right)
    else {
      await writeFile(output, encoded.right, { mode: 0o600 })
      terminal.stdout.write(`${printable(output)}: ${channel}, ${encoded.right.length} bytes\n`)
    }
    return exitCode.accepted
  } catch (error) {
    return failFor({ file, reason: reasonOf(error) }, terminal)
  }
}

/** The channel and the state of a document; throws where it has none, or a member that explanations do not have. */
const stateIn = (text: Uint8Array) => {
  const json = readJson(text, limits)
  if (E.isLeft(json)) throw new Error(json.left[0].message)
  const document: object = Object(json.right.value)
  const unknown = Object.keys(document).find((key) => !explanationMembers.includes(key))
  if (unknown !== undefined)
    throw new Error(
      `there is no member ${unknown}: channel and state are what is read, as explain --format json writes them`,
    )
  const channel = channels.find((each) => each === Reflect.get(document, "channel"))
  if (channel === undefined) throw new Error(`channel must be one of ${channels.join(", ")}`)
  const state: unknown = Reflect.get(document, "state")
  if (state === null || state === undefined) throw new Error("there is no state: that of a refused blob is null")
  return { channel, state }
}
