import type { GivenBlob } from "../../src/cli/explorer-page.js"
import { headerSizeOf, isCapture, recognisedChannel } from "../../src/cli/recognise.js"
import { interpret } from "../../src/layout/interpret.js"
import type { Arguments } from "../../src/layout/parameters.js"
import { fieldsOf, type ReadFields } from "../../src/report/field-rows.js"
import { jpegWanCompression } from "../../src/spice/parameters.js"
import type { Channel } from "../../src/spice/receiver.js"
import { layoutOf } from "../../src/spice/registry.js"
import type { Violation } from "../../src/violation/violation.js"
import { bytesOfBase64 } from "./data.js"
import type { Sample } from "./sample.js"

/** A blob that is looked at. */
export interface Blob {
  readonly name: string
  readonly channel: Channel
  /** What the receiver is, as far as it differs from the default. */
  readonly settings: Arguments
  readonly bytes: Uint8Array
  /** What was done on opening it that a reader has to know. */
  readonly note: string
  /** The sample that it was opened as. */
  readonly sample: Sample | undefined
}

/** A file's bytes as a blob: a message's header in front is left out, and the magic says the channel. */
export const blobOf = (name: string, content: Uint8Array, known?: Channel, settings: Arguments = {}): Blob => {
  const header = headerSizeOf(content)
  const channel = known ?? recognisedChannel(content)
  const notes = [
    isCapture(content) ? "This is a capture: migration-guard explore shows the blobs that are in it." : "",
    header === 0 ? "" : `The ${header} bytes of a message's header stood in front of the blob and were left out.`,
    channel === undefined ? "No format's magic stands at its beginning: choose its channel." : "",
  ]
  const note = notes.find((each) => each !== "") ?? ""
  return { name, bytes: content.slice(header), channel: channel ?? "main", settings, note, sample: undefined }
}

export const blobOfGiven = ({ name, base64, channel, settings }: GivenBlob): Blob =>
  blobOf(name, bytesOfBase64(base64), channel, settings)

export const blobOfSample = (sample: Sample): Blob => ({ ...blobOfGiven(sample), sample })

/** What a format is told of the receiver of a blob, and the channel. */
const givenOf = ({ channel, settings }: Blob): Arguments => ({ ...settings, channel })

export const readBlob = (blob: Blob): ReadFields => fieldsOf(layoutOf(blob.channel), blob.bytes, givenOf(blob))

/** What a blob breaks first; undefined for one that is accepted. */
export const firstViolation = (blob: Blob): Violation | undefined =>
  interpret(layoutOf(blob.channel), blob.bytes, givenOf(blob), { claims: false }).violations[0]

/** The target's setting that a refused display's blob is right for, where it is another one than was said. */
export const rightSetting = (blob: Blob): string | undefined => {
  if (blob.channel !== "display") return undefined
  const isRight = (word: string) =>
    firstViolation({ ...blob, settings: { ...blob.settings, [jpegWanCompression.name]: word } }) === undefined
  return jpegWanCompression.words.find((word) => word !== "auto" && isRight(word))
}
