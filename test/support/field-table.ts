/**
 * A field of a blob: its name, offset, size in bytes and value. Numbers are little-endian unless the row says otherwise, a
 * bigint where the field has eight bytes, text for the magic and a list for plain bytes.
 */
export type FieldValue = number | bigint | string | readonly number[]
export type FieldRow = readonly [name: string, offset: number, size: number, value: FieldValue, order?: "big-endian"]
export type FieldTable = readonly FieldRow[]

/** The same table with other values. */
export const changed = (table: FieldTable, values: Readonly<Record<string, FieldValue>>): FieldTable => {
  const unknown = Object.keys(values).filter((name) => !table.some(([known]) => known === name))
  if (unknown.length > 0) throw new RangeError(`no field is called ${unknown.join(", ")}`)
  return table.map(([name, offset, size, value, ...order]) => [name, offset, size, values[name] ?? value, ...order])
}

/** The bytes that a row's value stands for, worked out without any view. */
export const bytesOfRow = ([name, , size, value, order]: FieldRow): readonly number[] => {
  if (typeof value === "string") return Array.from(value, (letter) => letter.charCodeAt(0))
  if (typeof value !== "number" && typeof value !== "bigint") return value
  const number = BigInt(value)
  if (number !== BigInt.asIntN(8 * size, number) && number !== BigInt.asUintN(8 * size, number))
    throw new RangeError(`${name} = ${value} does not fit ${size} bytes`)
  const bytes = Array.from({ length: size }, (_, index) => Number((number >> BigInt(8 * index)) & 255n))
  return order === "big-endian" ? bytes.reverse() : bytes
}

/** The blob that a table is of. */
export const blobOf = (table: FieldTable): Uint8Array => {
  const size = Math.max(...table.map(([, offset, length]) => offset + length))
  const blob = new Uint8Array(size)
  for (const row of table) blob.set(bytesOfRow(row), row[1])
  return blob
}
