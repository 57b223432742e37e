/** A line of a key file that says something, and where it begins. */
export interface ConfigLine {
  readonly offset: number
  readonly bytes: Uint8Array
}

/** What such a line says. The digits stay bytes: a text cannot be overwritten. */
export interface KeyLine {
  readonly id: number
  readonly isActive: boolean
  readonly digits: Uint8Array
}

const newline = 0x0a
const space = 0x20
const comment = 0x23

/** The lines that are neither empty nor comments. */
export function* keyLinesOf(file: Uint8Array): Generator<ConfigLine> {
  for (let offset = 0; offset < file.length; ) {
    const found = file.indexOf(newline, offset)
    const end = found === -1 ? file.length : found
    const bytes = file.subarray(offset, end)
    if (bytes.length > 0 && bytes[0] !== comment) yield { offset, bytes }
    offset = end + 1
  }
}

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1")

const idOf = (text: string): number | undefined =>
  /^[1-9]\d{0,9}$/.test(text) && Number(text) < 2 ** 32 ? Number(text) : undefined

/** A line taken apart: an id, what the key is for, and what may be its digits. */
export const keyLineOf = ({ bytes }: ConfigLine): KeyLine | undefined => {
  const first = bytes.indexOf(space)
  const second = bytes.indexOf(space, first + 1)
  if (first === -1 || second === -1) return undefined
  const id = idOf(textOf(bytes.subarray(0, first)))
  const use = textOf(bytes.subarray(first + 1, second))
  if (id === undefined || (use !== "active" && use !== "accepted")) return undefined
  return { id, isActive: use === "active", digits: bytes.subarray(second + 1) }
}

/** A line as a file has it. */
export const encodeKeyLine = ({ id, isActive, digits }: KeyLine): Uint8Array =>
  Buffer.concat([Buffer.from(`${id} ${isActive ? "active" : "accepted"} `), digits, Uint8Array.of(newline)])
