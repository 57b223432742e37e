import type { JSX } from "preact"
import { useLayoutEffect, useMemo } from "preact/hooks"
import { asciiCharacter, type FieldRow, rowAt } from "../../src/report/field-rows.js"
import type { Violation } from "../../src/violation/violation.js"
import type { Action } from "./state.js"
import { isWithin, pathOfRow } from "./tree.js"
import { useFocus, useWindow } from "./window.js"

export interface HexProps {
  readonly bytes: Uint8Array
  /** Of the blob that it is compared with. */
  readonly other: Uint8Array | undefined
  readonly rows: readonly FieldRow[]
  readonly violations: readonly Violation[]
  readonly cursor: number
  readonly digit: 0 | 1
  readonly meant: string | undefined
  readonly hovered: string | undefined
  readonly dispatch: (action: Action) => void
}

/** Bytes on a line. */
const width = 16
const lineHeight = 24
const tints = 8

export const tintOf = (index: number): string => `tint-${index % tints}`

const hexOf = (byte: number): string => byte.toString(16).padStart(2, "0")

/** What a key means for the cursor: where it goes to. */
const targetOf = (
  key: string,
  isControl: boolean,
  cursor: number,
  length: number,
  page: number,
): number | undefined => {
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

/** An edit that a key stands for. */
const editOf = (key: string, isControl: boolean): Action | undefined => {
  if (isControl) return key.toLowerCase() === "z" ? { do: "undo" } : undefined
  if (/^[\da-f]$/i.test(key)) return { do: "type", digit: Number.parseInt(key, 16) }
  if (key === "Delete") return { do: "delete" }
  return key === "Insert" ? { do: "insert" } : undefined
}

const offsetOf = (event: Event): number | undefined => {
  const place = event.target instanceof Element ? event.target.closest("[data-offset]") : null
  return place === null ? undefined : Number(place.getAttribute("data-offset"))
}

/** The bytes in hexadecimal and ASCII, each in its field's colour. */
export const Hex = ({ bytes, other, rows, violations, cursor, digit, meant, hovered, dispatch }: HexProps) => {
  const lines = Math.floor(bytes.length / width) + 1
  const { scroller, from, to, onScroll, reveal } = useWindow(lines, topOf)
  const focusCursor = useFocus(scroller, `[data-offset="${cursor}"][role=gridcell]`)
  const indices = useMemo(() => new Map(rows.map((row, index) => [row, index])), [rows])
  const cursorLine = Math.floor(cursor / width)
  useLayoutEffect(() => reveal(cursorLine), [cursorLine, cursor])

  const isBad = (offset: number): boolean =>
    violations.some((violation) => violation.offset <= offset && offset < violation.offset + violation.length)

  const classesOf = (offset: number, row: FieldRow | undefined): string => {
    if (row === undefined) return "byte"
    const path = pathOfRow(row)
    return [
      "byte",
      row.path === "" ? "unclaimed" : tintOf(indices.get(row) ?? 0),
      offset === row.offset ? "first" : "",
      offset === row.offset + row.length - 1 ? "last" : "",
      isWithin(meant, path) ? "meant" : "",
      isWithin(hovered, path) ? "hovered" : "",
      isBad(offset) ? "bad" : "",
      bytes[offset] === 0 ? "zero" : "",
      other !== undefined && other[offset] !== bytes[offset] ? "differs" : "",
    ].join(" ")
  }

  const labelOf = (offset: number, row: FieldRow | undefined): string => {
    const byte = bytes[offset]
    if (byte === undefined || row === undefined) return "behind the last byte"
    return `${hexOf(byte)}, ${row.path || "no field"}${isBad(offset) ? ", refused" : ""}`
  }

  const isCursorMade = from <= cursorLine && cursorLine < to
  const tabStop = isCursorMade ? cursor : from * width

  const cell = (offset: number) => {
    const row = rowAt(rows, offset)
    const byte = bytes[offset]
    const classes = classesOf(offset, row)
    return (
      <span
        key={offset}
        role="gridcell"
        tabIndex={offset === tabStop ? 0 : -1}
        aria-selected={offset === cursor}
        aria-label={labelOf(offset, row)}
        data-offset={offset}
        class={`${classes}${offset === cursor ? ` cursor digit-${digit}` : ""}`}
      >
        {byte === undefined ? "··" : hexOf(byte)}
      </span>
    )
  }

  const line = (index: number) => {
    const start = index * width
    const isLast = start + width > bytes.length
    const offsets = Array.from({ length: isLast ? bytes.length - start + 1 : width }, (_, column) => start + column)
    return (
      <div key={index} role="row" tabIndex={-1} aria-rowindex={index + 1} class="hex-line">
        <span role="rowheader" tabIndex={-1} class="offset">
          {start}
        </span>
        <span role="presentation" class="bytes">
          {offsets.map(cell)}
        </span>
        <span aria-hidden="true" class="ascii">
          {offsets.map((offset) => {
            const byte = bytes[offset]
            return byte === undefined ? null : (
              <span key={offset} data-offset={offset} class={classesOf(offset, rowAt(rows, offset))}>
                {asciiCharacter(byte)}
              </span>
            )
          })}
        </span>
      </div>
    )
  }

  const onKeyDown = (event: JSX.TargetedKeyboardEvent<HTMLDivElement>): void => {
    const isControl = event.ctrlKey || event.metaKey
    const page = Math.max(1, Math.floor(event.currentTarget.clientHeight / lineHeight) - 1)
    const offset = targetOf(event.key, isControl, cursor, bytes.length, page)
    const action = offset === undefined ? editOf(event.key, isControl) : ({ do: "move", offset } as const)
    if (action === undefined || event.altKey) return
    event.preventDefault()
    focusCursor()
    dispatch(action)
  }

  return (
    <div
      ref={scroller}
      role="grid"
      tabIndex={-1}
      aria-label="Bytes"
      aria-describedby="hex-help"
      aria-rowcount={lines}
      aria-colcount={width + 1}
      class="scroller hex"
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onClick={(event) => {
        const offset = offsetOf(event)
        if (offset === undefined) return
        focusCursor()
        dispatch({ do: "move", offset })
      }}
      onMouseOver={(event) => {
        const row = rowAt(rows, offsetOf(event) ?? -1)
        dispatch({ do: "hover", path: row && pathOfRow(row) })
      }}
      onMouseLeave={() => dispatch({ do: "hover", path: undefined })}
    >
      <div role="presentation" style={{ height: topOf(lines) }}>
        <div role="presentation" style={{ transform: `translateY(${topOf(from)}px)` }}>
          {Array.from({ length: to - from }, (_, index) => line(from + index))}
        </div>
      </div>
    </div>
  )
}

const topOf = (line: number): number => line * lineHeight
