import type { Action } from "./state.js"
import type { Line } from "./tree.js"

/** A key, as an event has it. */
export interface Key {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
}

/** Where in the bytes a key was pressed. */
export interface HexPlace {
  readonly cursor: number
  readonly length: number
  /** Bytes on a line. */
  readonly width: number
  /** Lines on a page. */
  readonly page: number
}

/** Where a key leads to in the bytes. */
const targetOf = (key: string, isControl: boolean, { cursor, length, width, page }: HexPlace): number | undefined => {
  const line = cursor - (cursor % width)
  switch (key) {
    case "ArrowLeft":
      return cursor - 1
    case "ArrowRight":
      return cursor + 1
    case "ArrowUp":
      return cursor < width ? cursor : cursor - width
    case "ArrowDown":
      return cursor + width > length ? cursor : cursor + width
    case "PageUp":
      return Math.max(cursor % width, cursor - page * width)
    case "PageDown":
      return Math.min(length, cursor + page * width)
    case "Home":
      return isControl ? 0 : line
    case "End":
      return isControl ? length : Math.min(length, line + width - 1)
    default:
      return undefined
  }
}

/** The edit that a key stands for. */
const editOf = (key: string, isControl: boolean): Action | undefined => {
  if (isControl) return key.toLowerCase() === "z" ? { do: "undo" } : undefined
  if (/^[\da-f]$/i.test(key)) return { do: "type", digit: Number.parseInt(key, 16) }
  if (key === "Delete") return { do: "delete" }
  return key === "Insert" ? { do: "insert" } : undefined
}

/** What a key does in the bytes; undefined for one that is the browser's. */
export const keyAction = ({ key, ctrlKey, metaKey, altKey }: Key, place: HexPlace): Action | undefined => {
  if (altKey) return undefined
  const isControl = ctrlKey || metaKey
  const offset = targetOf(key, isControl, place)
  return offset === undefined ? editOf(key, isControl) : { do: "move", offset }
}

/** What a key does in the tree: it leads to a line, or opens or closes the one that it is at. */
export const keyStep = (
  { key, ctrlKey, metaKey, altKey }: Key,
  lines: readonly Line[],
  active: number,
): number | "toggle" | undefined => {
  const line = lines[active]
  if (line === undefined || ctrlKey || metaKey || altKey) return undefined
  switch (key) {
    case "ArrowUp":
      return Math.max(0, active - 1)
    case "ArrowDown":
      return Math.min(lines.length - 1, active + 1)
    case "Home":
      return 0
    case "End":
      return lines.length - 1
    case "ArrowRight":
      if (line.node.children.length === 0) return undefined
      return line.isOpen ? active + 1 : "toggle"
    case "ArrowLeft":
      if (line.isOpen) return "toggle"
      return line.parent < 0 ? undefined : line.parent
    case "Enter":
    case " ":
      return "toggle"
    default:
      return undefined
  }
}
