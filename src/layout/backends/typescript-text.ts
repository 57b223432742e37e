import type { Scalar } from "../types.js"

/** The smallest pieces of emitted TypeScript. */

export const literalText = (value: bigint, wide: boolean): string => {
  const text = value > 0xffffn ? `0x${value.toString(16)}` : String(value)
  return wide ? `${text}n` : text
}

export const readExpression = (
  { bits, signed, bigEndian }: Pick<Scalar, "bits" | "signed" | "bigEndian">,
  offset: string,
): string =>
  `view.get${bits === 64 ? "Big" : ""}${signed ? "Int" : "Uint"}${bits}(${offset}${bits === 8 ? "" : `, ${!bigEndian}`})`

const operators = { equal: ["===", "!=="], atMost: ["<=", ">"], below: ["<", ">="] } as const

export const operatorsOf = (op: keyof typeof operators, negated: boolean): string => operators[op][negated ? 1 : 0]

const mirrors: Readonly<Record<string, string>> = { "<=": ">=", ">": "<", "<": ">", ">=": "<=" }

/** The operator that says the same with its operands swapped. */
export const mirrored = (operator: string): string => mirrors[operator] ?? operator
