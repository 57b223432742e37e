import type { Channel } from "../../src/spice/receiver.js"
import type { Blob } from "./blob.js"

/** Bytes to put in the place of others. */
export interface Splice {
  readonly offset: number
  readonly removed: number
  readonly inserted: Uint8Array
}

/** What the page shows. Everything else follows from it. */
export interface State {
  readonly blob: Blob
  /** What it is compared with. */
  readonly other: Blob | undefined
  /** The byte that is edited next; the blob's length stands behind its last byte. */
  readonly cursor: number
  /** Which of a byte's two digits is typed next. */
  readonly digit: 0 | 1
  /** The field or group that was chosen in the tree; undefined where the cursor says which field is meant. */
  readonly chosen: string | undefined
  /** The field below the pointer. */
  readonly hovered: string | undefined
  /** What takes the edits back, the latest one last. */
  readonly past: readonly Splice[]
}

export type Action =
  | { readonly do: "open"; readonly blob: Blob; readonly cursor: number }
  | { readonly do: "compare"; readonly blob: Blob }
  | { readonly do: "stop-comparing" | "delete" | "insert" | "undo" }
  | { readonly do: "move"; readonly offset: number }
  | { readonly do: "choose"; readonly path: string; readonly offset: number | undefined }
  | { readonly do: "hover"; readonly path: string | undefined }
  | { readonly do: "type"; readonly digit: number }
  | { readonly do: "write"; readonly splice: Splice }
  | { readonly do: "set"; readonly name: string; readonly value: number | string | readonly string[] | undefined }
  | { readonly do: "channel"; readonly channel: Channel }

/** Edits that can be taken back. */
const mostPast = 1000

export const stateOf = (blob: Blob, cursor: number): State => ({
  blob,
  other: undefined,
  cursor,
  digit: 0,
  chosen: undefined,
  hovered: undefined,
  past: [],
})

const spliced = (bytes: Uint8Array, { offset, removed, inserted }: Splice): Uint8Array => {
  const result = new Uint8Array(bytes.length - removed + inserted.length)
  result.set(bytes.subarray(0, offset))
  result.set(inserted, offset)
  result.set(bytes.subarray(offset + removed), offset + inserted.length)
  return result
}

const inverseOf = (bytes: Uint8Array, { offset, removed, inserted }: Splice): Splice => ({
  offset,
  removed: inserted.length,
  inserted: bytes.slice(offset, offset + removed),
})

const written = (state: State, splice: Splice): State => ({
  ...state,
  blob: { ...state.blob, bytes: spliced(state.blob.bytes, splice) },
  past: [...state.past, inverseOf(state.blob.bytes, splice)].slice(-mostPast),
})

const typed = (state: State, digit: number): State => {
  const { cursor, blob } = state
  const byte = blob.bytes[cursor]
  const [offset, removed, before] = byte === undefined ? [blob.bytes.length, 0, 0] : [cursor, 1, byte]
  const value = state.digit === 0 ? (digit << 4) | (before & 0xf) : (before & 0xf0) | digit
  const next = written(state, { offset, removed, inserted: Uint8Array.of(value) })
  return state.digit === 0
    ? { ...next, cursor: offset, digit: 1, chosen: undefined }
    : { ...next, cursor: offset + 1, digit: 0, chosen: undefined }
}

const undone = (state: State): State => {
  const splice = state.past.at(-1)
  if (splice === undefined) return state
  const blob = { ...state.blob, bytes: spliced(state.blob.bytes, splice) }
  return { ...state, blob, past: state.past.slice(0, -1), cursor: splice.offset, digit: 0, chosen: undefined }
}

const edited = (state: State, removed: 0 | 1): State => {
  const offset = Math.min(state.cursor, state.blob.bytes.length)
  if (removed === 1 && offset === state.blob.bytes.length) return state
  const inserted = removed === 1 ? new Uint8Array() : Uint8Array.of(0)
  return { ...written(state, { offset, removed, inserted }), digit: 0, chosen: undefined }
}

const set = (blob: Blob, name: string, value: number | string | readonly string[] | undefined): Blob => {
  const { [name]: _, ...settings } = blob.settings
  return { ...blob, settings: value === undefined ? settings : { ...settings, [name]: value } }
}

export const reduce = (state: State, action: Action): State => {
  switch (action.do) {
    case "open":
      return stateOf(action.blob, action.cursor)
    case "compare":
      return { ...state, other: action.blob }
    case "stop-comparing":
      return { ...state, other: undefined }
    case "move": {
      const cursor = Math.max(0, Math.min(action.offset, state.blob.bytes.length))
      return { ...state, cursor, digit: 0, chosen: undefined }
    }
    case "choose":
      return { ...state, cursor: action.offset ?? state.cursor, digit: 0, chosen: action.path }
    case "hover":
      return state.hovered === action.path ? state : { ...state, hovered: action.path }
    case "type":
      return typed(state, action.digit)
    case "delete":
      return edited(state, 1)
    case "insert":
      return edited(state, 0)
    case "write":
      return written(state, action.splice)
    case "undo":
      return undone(state)
    case "set":
      return { ...state, blob: set(state.blob, action.name, action.value) }
    case "channel":
      return { ...state, blob: { ...state.blob, channel: action.channel, note: "" } }
  }
}
