import { type Sample, type Samples, unpacked } from "./sample.js"

/** What stands in one of the page's data blocks; undefined for one that was left empty. */
const dataOf = (id: "samples" | "given") => {
  const text = document.getElementById(id)?.textContent ?? ""
  return text === "" ? undefined : JSON.parse(text)
}

export const givenSamples = (): Samples =>
  unpacked(dataOf("samples") ?? { target: "", fates: [], settings: [], samples: [] })

export const givenBlobs = (): readonly Sample[] => dataOf("given") ?? []

export const bytesOfBase64 = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
