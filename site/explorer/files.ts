import { mostExploredBytes } from "../../src/cli/explorer-page.js"
import { type Blob, blobOf } from "./blob.js"

/** A file's name without its folders. */
export const nameOf = ({ name }: Pick<Blob, "name">): string => name.replace(/^.*\//, "")

/** Offers the bytes as a file, without asking anybody for it. */
export const save = (blob: Blob): void => {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new globalThis.Blob([new Uint8Array(blob.bytes)]))
  link.download = nameOf(blob)
  link.click()
  URL.revokeObjectURL(link.href)
}

/** Reads one file, or two that are compared; or says why not. */
export const readFiles = async (files: readonly File[]): Promise<readonly Blob[] | string> => {
  const large = files.find(({ size }) => size > mostExploredBytes)
  if (large !== undefined) return `${large.name} is larger than ${mostExploredBytes} bytes: check takes it.`
  try {
    const blobs = files.slice(0, 2).map(async (file) => blobOf(file.name, new Uint8Array(await file.arrayBuffer())))
    return await Promise.all(blobs)
  } catch {
    return "A file could not be read."
  }
}
