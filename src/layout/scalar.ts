import type { Scalar } from "./language.js"

/** Bytes of a scalar on the wire. */
export const sizeOf = (type: Scalar): number => {
  if (type.kind === "integer") return type.bits / 8
  return type.kind === "constant" ? 4 : 1
}

/** A scalar's number at `offset`: booleans and enumerations are their byte. */
export const readScalar = (view: DataView, type: Scalar, offset: number): number | bigint => {
  if (type.kind === "constant") return view.getUint32(offset, true)
  if (type.kind !== "integer") return view.getUint8(offset)
  const little = !type.bigEndian
  switch (type.bits) {
    case 8:
      return view.getUint8(offset)
    case 16:
      return view.getUint16(offset, little)
    case 32:
      return type.signed ? view.getInt32(offset, little) : view.getUint32(offset, little)
    case 64:
      return type.signed ? view.getBigInt64(offset, little) : view.getBigUint64(offset, little)
  }
}

/** Writes a scalar's number; one that is too large is cut to the field's width. */
export const writeScalar = (view: DataView, type: Scalar, offset: number, value: number | bigint): void => {
  const little = type.kind !== "integer" || !type.bigEndian
  const size = sizeOf(type)
  const number = typeof value === "bigint" && size < 8 ? Number(BigInt.asUintN(32, value)) : Number(value)
  if (size === 1) view.setUint8(offset, number)
  else if (size === 2) view.setUint16(offset, number, little)
  else if (size === 4) view.setUint32(offset, number, little)
  else view.setBigUint64(offset, BigInt(value), little)
}
