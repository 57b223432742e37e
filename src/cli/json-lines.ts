/** One text of an input: all of it, or a line. */
export interface Text {
  readonly bytes: Uint8Array
  /** Bytes of the input before it. */
  readonly offset: number
  /** Its line, from 1 on, where each line is a text of its own. */
  readonly line?: number
}

export interface JsonLine extends Required<Text> {
  /** Whether it holds nothing but white space, all of which was seen. */
  readonly blank: boolean
}

const newline = 0x0a

/** What of JSON's white space a line can hold. */
const white: ReadonlySet<number> = new Set([0x09, 0x0d, 0x20])

const isWhite = (bytes: Uint8Array): boolean => bytes.every((byte) => white.has(byte))

/**
 * The lines of an input without the newlines that end them. One that is longer than the limit comes as soon as it is,
 * one byte longer than that; what follows it up to the next newline is passed over.
 */
export async function* linesOf(source: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<JsonLine> {
  let [offset, line, size] = [0, 1, 0]
  let parts: Uint8Array[] = []
  const taken = (): JsonLine => {
    const bytes = Buffer.concat(parts)
    return { bytes, offset, line, blank: bytes.length <= limit && isWhite(bytes) }
  }
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length; ) {
      const newlineAt = chunk.indexOf(newline, start)
      const end = newlineAt < 0 ? chunk.length : newlineAt
      if (size <= limit) {
        // A copy: a part of a chunk would keep all of the chunk in memory.
        parts.push(new Uint8Array(chunk.subarray(start, Math.min(end, start + limit + 1 - size))))
        if (size + end - start > limit) yield taken()
      }
      size += end - start
      if (newlineAt >= 0) {
        if (size <= limit) yield taken()
        parts = []
        ;[offset, line, size] = [offset + size + 1, line + 1, 0]
      }
      start = end + 1
    }
  }
  if (size > 0 && size <= limit) yield taken()
}

const nonBlank = (lines: readonly JsonLine[]): readonly JsonLine[] => lines.filter(({ blank }) => !blank)

/** Whether the second line that is not blank begins an object. */
const secondBeginsObject = (lines: readonly JsonLine[]): boolean => nonBlank(lines)[1]?.bytes[0] === 0x7b

/** Lines as the one text that they were cut from. */
const joined = (lines: readonly JsonLine[]): Text => {
  const bytes = lines.flatMap((line, index) => (index === 0 ? [line.bytes] : [Uint8Array.of(newline), line.bytes]))
  return { bytes: Buffer.concat(bytes), offset: lines[0]?.offset ?? 0 }
}

/**
 * The texts of an input: all of it as one, or one per line. It is one per line if its first line is a whole text and not
 * the only one; or if its second begins an object, and all of it together is no text within the limit. Blank lines do
 * not count. What is longer than the limit comes out one byte longer than that, and where it is all one text it is read
 * no further.
 *
 * @param isWhole - whether bytes are a whole text by themselves
 */
export async function* textsOf(
  source: AsyncIterable<Uint8Array>,
  limit: number,
  isWhole: (bytes: Uint8Array) => boolean,
): AsyncGenerator<Text> {
  const held: JsonLine[] = []
  let size = -1
  let firstIsWhole = false
  let perLine = false
  for await (const line of linesOf(source, limit)) {
    const isFirst = held.length === 0
    if (line.blank && (isFirst || firstIsWhole)) continue
    if (perLine) {
      if (!line.blank) yield line
      continue
    }
    held.push(line)
    size += line.bytes.length + 1
    if (isFirst) firstIsWhole = isWhole(line.bytes)
    else perLine = firstIsWhole || (size > limit && secondBeginsObject(held))
    if (perLine) yield* nonBlank(held)
    else if (size > limit) break
  }
  if (perLine) return
  const whole = joined(held)
  if (secondBeginsObject(held) && !isWhole(whole.bytes)) yield* nonBlank(held)
  else yield { ...whole, bytes: whole.bytes.subarray(0, limit + 1) }
}
