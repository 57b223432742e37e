import type { Colors } from "picocolors/types.js"
import type { Claim } from "../layout/interpret.js"
import type { Scalar } from "../layout/types.js"
import type { Violation } from "../violation/violation.js"

const bytesPerLine = 16

/** A run of bytes of the blob under the name of the field that claims it. */
interface Block {
  readonly offset: number
  readonly length: number
  readonly label: string
}

/** The characters of a magic that is the declared one. */
const magicText = ({ value, bits }: Extract<Scalar, { kind: "constant" }>): string =>
  Array.from({ length: bits / 8 }, (_, index) =>
    String.fromCharCode(Number((BigInt(value) >> BigInt(8 * index)) & 0xffn)),
  ).join("")

const valueText = (type: Scalar, value: number | bigint): string => {
  if (type.kind === "boolean" && (value === 0 || value === 1)) return String(value === 1)
  if (type.kind === "enumeration") {
    const name = Object.keys(type.names).find((member) => type.names[member] === value)
    return name === undefined ? String(value) : `${value} (${name})`
  }
  if (type.kind === "constant" && type.check === "magic")
    return value === type.value ? `"${magicText(type)}"` : `0x${value.toString(16)}`
  return String(value)
}

const blockOf = ({ path, offset, length, type, value }: Claim): Block => ({
  offset,
  length,
  label: type === undefined || value === undefined ? `${path}, ${length} bytes` : `${path} = ${valueText(type, value)}`,
})

/** Every byte once: the claims, and what lies between and behind them. */
const blocksOf = (claims: readonly Claim[], size: number): readonly Block[] => {
  const blocks: Block[] = []
  let cursor = 0
  const unclaimed = (end: number) => {
    if (end > cursor) blocks.push({ offset: cursor, length: end - cursor, label: `unclaimed, ${end - cursor} bytes` })
  }
  for (const block of claims.map(blockOf).sort((one, other) => one.offset - other.offset)) {
    unclaimed(block.offset)
    blocks.push(block)
    cursor = block.offset + block.length
  }
  unclaimed(size)
  return blocks
}

const hexLine = (bytes: Uint8Array, offset: number, length: number): string =>
  Array.from(bytes.subarray(offset, offset + length), (byte) => byte.toString(16).padStart(2, "0")).join(" ")

/**
 * A blob as annotated hex: every byte with the field that claims it and its value, violations below the bytes at
 * fault. Of the blob's bytes nothing but hexadecimal digits and numbers gets through.
 */
export function* annotatedHex(
  bytes: Uint8Array,
  claims: readonly Claim[],
  violations: readonly Violation[],
  colors: Pick<Colors, "red" | "dim">,
): Generator<string> {
  const digits = Math.max(4, bytes.length.toString(16).length)
  const mark = (violation: Violation) =>
    `${" ".repeat(digits)}  ${colors.red(`^ ${violation.code} ${violation.rule}: ${violation.message}`)}`
  for (const violation of violations) if (violation.path === "" && violation.offset === 0) yield mark(violation)
  for (const { offset, length, label } of blocksOf(claims, bytes.length)) {
    for (let line = 0; line < length; line += bytesPerLine) {
      const hex = hexLine(bytes, offset + line, Math.min(bytesPerLine, length - line))
      const position = (offset + line).toString(16).padStart(digits, "0")
      yield `${colors.dim(position)}  ${line === 0 ? `${hex.padEnd(bytesPerLine * 3)} ${label}` : hex}`
    }
    for (const violation of violations)
      if (violation.offset >= offset && violation.offset < offset + length && (violation.path !== "" || offset > 0))
        yield mark(violation)
  }
}
