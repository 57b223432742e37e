import { annotatedHex } from "../report/hex.js"
import { hexByte } from "../violation/bytes.js"
import { read, type Setting } from "./setting.js"

const plain = { red: String, dim: String }

/** A blob for whoever has to find out what is wrong with it: annotated hex, and a line of JavaScript to replay it. */
export const replayView = (setting: Setting, blob: Uint8Array): string => {
  const { claims, violations } = read(setting, blob)
  const { name, replay } = setting.shown
  const hex = Array.from(blob, hexByte).join("")
  return [
    `${name}, ${blob.length} bytes`,
    ...annotatedHex(blob, claims, violations, plain),
    replay(`Buffer.from("${hex}", "hex")`),
  ].join("\n")
}
