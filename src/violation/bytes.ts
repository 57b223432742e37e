/** What reading bytes from a stranger needs beside DataView. */

/** The getter of a property as its prototype was made, whatever an object has under the same name. */
const getterOf = (prototype: object, property: PropertyKey) =>
  Object.getOwnPropertyDescriptor(prototype, property)?.get as () => unknown

const kindOf = getterOf(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
const byteLengthOf = getterOf(ArrayBuffer.prototype, "byteLength")

/**
 * The kind of typed array that a value really is, of this realm or another, or undefined. Unlike instanceof and a
 * look at the value's own toStringTag it cannot be forged and runs no code of the value.
 */
const typedArrayKind = (value: unknown): string | undefined => Reflect.apply(kindOf, value, []) as string | undefined

/** The getter of an ArrayBuffer throws on a SharedArrayBuffer, of whatever realm. */
const isShared = (buffer: ArrayBufferLike): boolean => {
  try {
    Reflect.apply(byteLengthOf, buffer, [])
    return false
  } catch {
    return true
  }
}

/** Whether the memory below a typed array is gone; such an array has the length 0 and fails wherever it is used. */
const isDetached = (array: Uint8Array | Int32Array): boolean => {
  if (array.length > 0) return false
  try {
    Reflect.apply(Uint8Array.prototype.keys, array, [])
    return false
  } catch {
    return true
  }
}

/** Whether a value is a Uint8Array (a Buffer is one) over memory that is there and that no other thread can change. */
export const isBytes = (value: unknown): value is Uint8Array =>
  typedArrayKind(value) === "Uint8Array" && !isShared((value as Uint8Array).buffer) && !isDetached(value as Uint8Array)

/**
 * Makes a DataView of an input that may be any value: undefined unless it is a Uint8Array over memory that is there and
 * that no other thread can change.
 *
 * @example
 * L.inputView(Uint8Array.of(1, 2))?.byteLength
 * // 2
 * @since 0.6.0
 */
export const inputView = (input: unknown): DataView | undefined => {
  if (typedArrayKind(input) !== "Uint8Array") return undefined
  // To ask for the buffer takes as long as all the rest: once is enough.
  const { buffer, byteOffset, length } = input as Uint8Array
  return isShared(buffer) || isDetached(input as Uint8Array) ? undefined : new DataView(buffer, byteOffset, length)
}

/** Whether a value is an Int32Array over memory that is there. */
export const isInt32Array = (value: unknown): value is Int32Array =>
  typedArrayKind(value) === "Int32Array" && !isDetached(value as Int32Array)

/** So many bytes are copied faster one by one. */
const few = 16

/**
 * Takes `length` bytes from `start` as a plain Uint8Array: a view of the same memory when `alias`, else a copy.
 *
 * @example
 * L.cut(Uint8Array.of(1, 2, 3, 4), 1, 2, false)
 * // Uint8Array.of(2, 3)
 * @since 0.6.0
 */
export const cut = (bytes: Uint8Array, start: number, length: number, alias: boolean): Uint8Array => {
  const end = start + length
  if (!alias && end <= bytes.length) {
    if (length <= few) {
      const copy = new Uint8Array(length)
      for (let index = 0; index < length; index++) copy[index] = bytes[start + index] as number
      return copy
    }
    // A copy of a Buffer would be another Buffer.
    if (bytes.constructor === Uint8Array) return Uint8Array.prototype.slice.call(bytes, start, end)
  }
  const view = new Uint8Array(bytes.buffer, bytes.byteOffset + start, length)
  return alias ? view : view.slice()
}

/** A DataView over exactly these bytes. */
export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The bytes of all of them, one behind the other, as a copy. */
export const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((size, { length }) => size + length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/** A byte as two hexadecimal digits. */
export const hexByte = (byte: number): string => byte.toString(16).padStart(2, "0")
