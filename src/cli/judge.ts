import * as E from "fp-ts/lib/Either.js"
import type { Finding } from "../report/finding.js"
import { rightSetting } from "../spice/jpeg-setting.js"
import { decodeMigrateData } from "../spice/migrate-data.js"
import type { ReceiverState } from "../spice/receiver.js"
import type { Note } from "../violation/checked.js"
import type { Violation } from "../violation/violation.js"
import type { Blob } from "./input.js"
import { recognised } from "./recognise.js"

/** What is to be said of one blob. */
export const judgeBlob = (file: string, blob: Blob, receiver: ReceiverState): Finding => {
  const violations = violationsOf(blob, receiver)
  const { channel } = blob
  if (violations.length === 0) return { file, channel, violations, notes: assumed(blob, receiver) }
  const setting = otherSetting(blob, receiver)
  const notes = [
    ...recognised(blob.bytes, channel, violations),
    ...(setting === undefined ? otherChannels(blob, receiver) : [settingNote(setting)]),
  ]
  return { file, channel, violations, notes, ...(setting && { acceptedWith: `jpeg-wan-compression=${setting}` }) }
}

const violationsOf = (blob: Blob, receiver: ReceiverState): readonly Violation[] => {
  if (blob.refusal !== undefined) return [blob.refusal]
  const decoded = decodeMigrateData(blob.channel, blob.bytes, receiver, { all: true, alias: true })
  return E.isLeft(decoded) ? decoded.left : []
}

const otherChannels = (blob: Blob, receiver: ReceiverState): readonly Note[] =>
  blob.channel === "spicevmc" && violationsOf({ ...blob, channel: "port" }, receiver).length === 0
    ? [{ path: "", message: "The blob is right for port and webdav: say the channel that it came on with --channel." }]
    : []

/** The setting of a target that a display's blob is right for, where it is another one than the receiver's. */
export const otherSetting = ({ channel, bytes, refusal }: Blob, receiver: ReceiverState) =>
  channel === "display" && refusal === undefined ? rightSetting(bytes, receiver) : undefined

const settingNote = (setting: "always" | "never"): Note => ({
  path: "surfaces",
  message: `The blob is right for a target with jpeg-wan-compression=${setting}: say what the target has with --jpeg-wan-compression.`,
})

/** What an accepted display's blob was taken for: with `auto` the target reads its list as the blob itself says. */
const assumed = (blob: Blob, receiver: ReceiverState): readonly Note[] => {
  if (blob.channel !== "display" || receiver.jpegWanCompression !== "auto") return []
  const decoded = decodeMigrateData(blob.channel, blob.bytes, receiver, { alias: true })
  const regions = E.isRight(decoded) && decoded.right.surfaces.kind === "lossy" ? "with" : "without"
  return [
    {
      path: "surfaces",
      message: `Taken for a target with jpeg-wan-compression=auto, which reads this blob's surfaces ${regions} lossy regions.`,
    },
  ]
}
