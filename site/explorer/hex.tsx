import type { JSX } from "preact"
import { useLayoutEffect, useMemo } from "preact/hooks"
import { rowAt } from "../../src/report/field-rows.js"
import { HexLine, type Looks, width } from "./hex-line.js"
import { keyAction } from "./keys.js"
import type { Action } from "./state.js"
import { pathOfRow } from "./tree.js"
import { useFocus, useWindow } from "./window.js"

export interface HexProps extends Omit<Looks, "indices"> {
  readonly dispatch: (action: Action) => void
}

const lineHeight = 24

const topOf = (line: number): number => line * lineHeight

const offsetOf = (event: Event): number | undefined => {
  const place = event.target instanceof Element ? event.target.closest("[data-offset]") : null
  return place === null ? undefined : Number(place.getAttribute("data-offset"))
}

/** The bytes in hexadecimal and ASCII, each in its field's colour. */
export const Hex = ({ dispatch, ...shown }: HexProps) => {
  const { bytes, rows, cursor } = shown
  const lines = Math.floor(bytes.length / width) + 1
  const { scroller, from, to, onScroll, reveal } = useWindow(lines, topOf)
  const focusCursor = useFocus(scroller, `[data-offset="${cursor}"][role=gridcell]`)
  const indices = useMemo(() => new Map(rows.map((row, index) => [row, index])), [rows])
  const cursorLine = Math.floor(cursor / width)
  useLayoutEffect(() => reveal(cursorLine), [cursorLine, cursor])
  const tabStop = from <= cursorLine && cursorLine < to ? cursor : from * width

  const onKeyDown = (event: JSX.TargetedKeyboardEvent<HTMLDivElement>): void => {
    const page = Math.max(1, Math.floor(event.currentTarget.clientHeight / lineHeight) - 1)
    const action = keyAction(event, { cursor, length: bytes.length, width, page })
    if (action === undefined) return
    event.preventDefault()
    focusCursor()
    dispatch(action)
  }
  const onClick = (event: Event): void => {
    const offset = offsetOf(event)
    if (offset === undefined) return
    focusCursor()
    dispatch({ do: "move", offset })
  }
  const onMouseOver = (event: Event): void => {
    const row = rowAt(rows, offsetOf(event) ?? -1)
    dispatch({ do: "hover", path: row && pathOfRow(row) })
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
      onClick={onClick}
      onMouseOver={onMouseOver}
      onMouseLeave={() => dispatch({ do: "hover", path: undefined })}
    >
      <div role="presentation" style={{ height: topOf(lines) }}>
        <div role="presentation" style={{ transform: `translateY(${topOf(from)}px)` }}>
          {Array.from({ length: to - from }, (_, index) => (
            <HexLine key={from + index} looks={{ ...shown, indices }} index={from + index} tabStop={tabStop} />
          ))}
        </div>
      </div>
    </div>
  )
}
