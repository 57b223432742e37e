import type { Wire } from "./types.js"

/** A scalar's number at `offset`: booleans and enumerations are the number that they are on the wire. */
export const readScalar = (view: DataView, { bits, signed, bigEndian }: Wire, offset: number): number | bigint => {
  const little = !bigEndian
  switch (bits) {
    case 8:
      return signed ? view.getInt8(offset) : view.getUint8(offset)
    case 16:
      return signed ? view.getInt16(offset, little) : view.getUint16(offset, little)
    case 32:
      return signed ? view.getInt32(offset, little) : view.getUint32(offset, little)
    case 64:
      return signed ? view.getBigInt64(offset, little) : view.getBigUint64(offset, little)
  }
}

/** Writes a scalar's number; one that is too large is cut to the field's width. */
export const writeScalar = (
  view: DataView,
  { bits, bigEndian }: Wire,
  offset: number,
  value: number | bigint,
): void => {
  const little = !bigEndian
  if (bits === 64) {
    view.setBigUint64(offset, BigInt(value), little)
    return
  }
  const number = typeof value === "bigint" ? Number(BigInt.asUintN(32, value)) : value
  if (bits === 8) view.setUint8(offset, number)
  else if (bits === 16) view.setUint16(offset, number, little)
  else view.setUint32(offset, number, little)
}
