/** One text of an input: all of it, or a line. */
export interface Text {
  readonly bytes: Uint8Array
  /** Bytes of the input before it. */
  readonly offset: number
  /** Its line, from 1 on, where each line is a text of its own. */
  readonly line?: number
}

interface Line extends Required<Text> {
  /** Whether more of it was left out. */
  readonly cut: boolean
}

const newline = 0x0a

/** The lines of an input with the newlines that end them, each no longer than a limit; what is longer is cut off. */
async function* linesOf(source: AsyncIterable<Uint8Array>, limit: number): AsyncGenerator<Line> {
  let parts: Uint8Array[] = []
  let [kept, size, offset, line] = [0, 0, 0, 1]
  const take = (part: Uint8Array) => {
    const fitting = part.subarray(0, limit - kept)
    parts.push(fitting)
    kept += fitting.length
    size += part.length
  }
  const ended = (): Line => ({ bytes: Buffer.concat(parts), offset, line, cut: size > kept })
  for await (const chunk of source) {
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      take(chunk.subarray(start, end + 1))
      yield ended()
      parts = []
      ;[kept, size, offset, line, start] = [0, 0, offset + size, line + 1, end + 1]
    }
    take(chunk.subarray(start))
  }
  if (size > 0) yield ended()
}

const isBlank = ({ bytes, cut }: Line): boolean => !cut && bytes.every((byte) => byte <= 0x20)

/**
 * Whether an input holds one text a line, by its first two lines that are not blank: the first is a whole text, or
 * the second begins an object.
 */
const isOnePerLine = (first: Line, second: Line, isWhole: (bytes: Uint8Array) => boolean): boolean =>
  second.bytes[0] === 0x7b || isWhole(first.bytes)

/**
 * The texts of an input: one a line, or all of it as one. Of what is longer than the limit one byte more than the
 * limit comes out, and what is all one text is read no further than that.
 *
 * @param isWhole - whether bytes are a whole text by themselves
 */
export async function* textsOf(
  source: AsyncIterable<Uint8Array>,
  limit: number,
  isWhole: (bytes: Uint8Array) => boolean,
): AsyncGenerator<Text> {
  const held: Uint8Array[] = []
  let first: Line | undefined
  let perLine: boolean | undefined
  for await (const line of linesOf(source, limit + 1)) {
    if (perLine !== true) held.push(line.bytes)
    if (!isBlank(line)) {
      if (first === undefined) first = line
      else if (perLine === undefined) {
        perLine = isOnePerLine(first, line, isWhole)
        if (perLine) yield first
      }
      if (perLine === true) yield line
    }
    if (perLine !== true && line.offset + line.bytes.length > limit) break
  }
  if (perLine !== true) yield { bytes: Buffer.concat(held).subarray(0, limit + 1), offset: 0 }
}
