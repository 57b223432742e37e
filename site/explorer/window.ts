import type { RefObject } from "preact"
import { useCallback, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks"

/** The part of a long list that is in sight, so that only so many elements are made of it. */
export interface Window {
  readonly scroller: RefObject<HTMLDivElement>
  /** The first line that is made, and the one behind the last. */
  readonly from: number
  readonly to: number
  readonly onScroll: () => void
  /** Scrolls as little as it takes to see a line; true if the lines were moved. */
  readonly reveal: (line: number) => void
}

/** Pixels around the lines in their list. */
const edge = 20

/** Lines that are made beyond what is in sight. */
const margin = 8

/**
 * Keeps track of the lines that are in sight.
 *
 * @param count - how many lines there are
 * @param topOf - where a line begins in pixels; of `count`, where the last one ends
 */
export const useWindow = (count: number, topOf: (line: number) => number): Window => {
  const scroller = useRef<HTMLDivElement>(null)
  const [{ top, height }, setView] = useState({ top: 0, height: 800 })

  const onScroll = useCallback(() => {
    const { scrollTop = 0, clientHeight = 0 } = scroller.current ?? {}
    setView({ top: scrollTop, height: clientHeight })
  }, [])

  useLayoutEffect(() => {
    const observer = new ResizeObserver(onScroll)
    if (scroller.current !== null) observer.observe(scroller.current)
    return () => observer.disconnect()
  }, [onScroll])

  const reveal = useCallback(
    (line: number) => {
      const element = scroller.current
      if (element === null) return
      const [start, end] = [topOf(line), topOf(Math.min(line + 1, count))]
      if (start < element.scrollTop) element.scrollTop = start
      else if (end + edge > element.scrollTop + element.clientHeight)
        element.scrollTop = Math.min(start, end + edge - element.clientHeight)
      onScroll()
    },
    [count, topOf, onScroll],
  )

  return useMemo(() => {
    const from = Math.max(0, lineAt(top, count, topOf) - margin)
    const to = Math.min(count, lineAt(top + height, count, topOf) + 1 + margin)
    return { scroller, from, to, onScroll, reveal }
  }, [top, height, count, topOf, onScroll, reveal])
}

/** The line at a height, by halving. */
const lineAt = (pixels: number, count: number, topOf: (line: number) => number): number => {
  let [low, high] = [0, count]
  while (low < high) {
    const middle = (low + high) >> 1
    if (topOf(middle + 1) <= pixels) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * Moves the focus to the element that a list's cursor is at, once it is made. An element that is scrolled out of sight
 * is no more, so the list keeps the focus itself then and goes on taking keys.
 *
 * @param scroller - the list
 * @param selector - of the element that the cursor is at
 */
export const useFocus = (scroller: RefObject<HTMLDivElement>, selector: string): (() => void) => {
  const isWanted = useRef(false)
  const hadFocus = useRef(false)
  useLayoutEffect(() => {
    const list = scroller.current
    if (list === null) return
    const target = list.querySelector<HTMLElement>(selector)
    if (isWanted.current && target !== null) {
      target.focus({ preventScroll: true })
      isWanted.current = false
    } else if (hadFocus.current && document.activeElement === document.body) {
      list.focus({ preventScroll: true })
    }
    hadFocus.current = list.contains(document.activeElement)
  })
  return useCallback(() => {
    isWanted.current = true
  }, [])
}
