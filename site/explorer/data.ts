import type { GivenBlob } from "../../src/cli/explorer-page.js"
import type { Samples } from "./sample.js"

/** The content of one of the page's data blocks; undefined for one that was left empty. */
export const dataOf = <T extends GivenBlob | Samples>(id: string): T | undefined => {
  const text = document.getElementById(id)?.textContent ?? ""
  return text === "" ? undefined : JSON.parse(text)
}

export const bytesOfBase64 = (text: string): Uint8Array =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
