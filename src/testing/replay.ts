import { annotatedHex } from "../report/hex.js"
import { defaultReceiver, type ReceiverState } from "../spice/receiver.js"
import { read, type Setting } from "./blob.js"

const plain = { red: String, dim: String }

/** What differs from the default receiver. */
export const differencesOf = (receiver: ReceiverState): Partial<ReceiverState> =>
  Object.fromEntries(
    Object.entries(receiver).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(defaultReceiver, name)),
    ),
  )

/** The line of JavaScript that decodes a blob again. */
const replayLine = ({ channel, receiver }: Setting, blob: Uint8Array): string => {
  const hex = Array.from(blob, (byte) => byte.toString(16).padStart(2, "0")).join("")
  const differences = JSON.stringify(differencesOf(receiver))
  const receivers = differences === "{}" ? "" : `, { ...defaultReceiver, ...${differences} }`
  return `decodeMigrateData("${channel}", Buffer.from("${hex}", "hex")${receivers})`
}

/** A blob for whoever has to find out what is wrong with it: annotated hex, and a line to replay it. */
export const replayView = (setting: Setting, blob: Uint8Array): string => {
  const { claims, violations } = read(setting, blob)
  return [
    `${setting.channel}, ${blob.length} bytes`,
    ...annotatedHex(blob, claims, violations, plain),
    replayLine(setting, blob),
  ].join("\n")
}
