import type { JSX } from "preact"
import { useCallback, useLayoutEffect, useMemo, useState } from "preact/hooks"
import type { Violation } from "../../src/violation/violation.js"
import type { Entry } from "./compare.js"
import { tintOf } from "./hex-line.js"
import { keyStep } from "./keys.js"
import type { Action } from "./state.js"
import { isOpenAtFirst, isWithin, type Line, linesOf, type Node, treeOf } from "./tree.js"
import { useFocus, useWindow } from "./window.js"

export interface FieldsProps {
  readonly entries: readonly Entry[]
  readonly meant: string | undefined
  readonly hovered: string | undefined
  readonly dispatch: (action: Action) => void
}

const lineHeight = 28
/** What a violation takes below its field's line. */
const violationHeight = 116

/** Whether only the other blob has it. */
const isThere = ({ entry, children }: Node): boolean =>
  entry === undefined ? children.every(isThere) : entry.change === "only there"

const violationsOf = (node: Node): readonly Violation[] => (isThere(node) ? [] : (node.entry?.row.violations ?? []))

const hasViolations = (node: Node): boolean => violationsOf(node).length > 0 || node.children.some(hasViolations)

/** Where each line begins in pixels, and where the last one ends. */
const topsOf = (lines: readonly Line[]): Float64Array => {
  const tops = new Float64Array(lines.length + 1)
  for (const [index, { node }] of lines.entries())
    tops[index + 1] = (tops[index] ?? 0) + lineHeight + violationsOf(node).length * violationHeight
  return tops
}

/** The line of what is meant, or of the closed group that it is in. */
const lineMeant = (lines: readonly Line[], meant: string | undefined): number => {
  const exact = lines.findIndex(({ node }) => node.path === meant)
  return exact >= 0 ? exact : lines.findLastIndex(({ node }) => meant !== undefined && isWithin(node.path, meant))
}

/** The fields of a blob as a tree. */
export const Fields = ({ entries, meant, hovered, dispatch }: FieldsProps) => {
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map())
  const nodes = useMemo(() => treeOf(entries), [entries])
  const lines = useMemo(
    () => linesOf(nodes, (node) => toggled.get(node.path) ?? (isOpenAtFirst(node) || hasViolations(node))),
    [nodes, toggled],
  )
  const tops = useMemo(() => topsOf(lines), [lines])
  const topOf = useCallback((line: number) => tops[line] ?? 0, [tops])
  const { scroller, from, to, onScroll, reveal } = useWindow(lines.length, topOf)
  const active = useMemo(() => lineMeant(lines, meant), [lines, meant])
  const focusActive = useFocus(scroller, "[role=treeitem][aria-selected=true]")
  const height = topOf(active + 1) - topOf(active)
  useLayoutEffect(() => reveal(Math.max(0, active)), [active, meant, height])

  const choose = ({ node }: Line): void => {
    focusActive()
    dispatch({ do: "choose", path: node.path, offset: isThere(node) ? undefined : node.offset })
  }
  const toggle = ({ node, isOpen }: Line): void => {
    if (node.children.length > 0) setToggled((before) => new Map(before).set(node.path, !isOpen))
  }
  const onKeyDown = (event: JSX.TargetedKeyboardEvent<HTMLDivElement>): void => {
    const step = keyStep(event, lines, active)
    const line = step === "toggle" ? lines[active] : lines[step ?? -1]
    if (line === undefined) return
    event.preventDefault()
    if (step === "toggle") toggle(line)
    else choose(line)
  }

  const tabStop = from <= active && active < to ? active : from
  return (
    <div
      ref={scroller}
      role="tree"
      tabIndex={-1}
      aria-label="Fields"
      class="scroller tree"
      onScroll={onScroll}
      onKeyDown={onKeyDown}
      onMouseLeave={() => dispatch({ do: "hover", path: undefined })}
    >
      <div role="presentation" style={{ height: topOf(lines.length) }}>
        <div role="presentation" style={{ transform: `translateY(${topOf(from)}px)` }}>
          {lines.slice(from, to).map((line, index) => (
            <FieldLine
              key={line.node.path}
              line={line}
              isActive={from + index === active}
              isTabStop={from + index === tabStop}
              isHovered={isWithin(hovered, line.node.path)}
              onChoose={() => choose(line)}
              onToggle={() => toggle(line)}
              onHover={() => dispatch({ do: "hover", path: line.node.path })}
            />
          ))}
        </div>
      </div>
    </div>
  )
}

interface FieldLineProps {
  readonly line: Line
  readonly isActive: boolean
  readonly isTabStop: boolean
  readonly isHovered: boolean
  readonly onChoose: () => void
  readonly onToggle: () => void
  readonly onHover: () => void
}

const FieldLine = ({ line, isActive, isTabStop, isHovered, onChoose, onToggle, onHover }: FieldLineProps) => {
  const { node, level, position, siblings, isOpen } = line
  const isGroup = node.children.length > 0
  const violations = violationsOf(node)
  const tint = node.entry?.row.path === "" ? "unclaimed" : tintOf(node.index)
  return (
    <div
      role="treeitem"
      tabIndex={isTabStop ? 0 : -1}
      aria-level={level}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-selected={isActive}
      aria-expanded={isGroup ? isOpen : undefined}
      data-path={node.path}
      class={`item${isHovered ? " hovered" : ""}${violations.length > 0 ? " bad" : ""}`}
      onClick={onChoose}
      onDblClick={onToggle}
      onMouseOver={onHover}
    >
      <div class="field" style={{ paddingInlineStart: `${(level - 1) * 18 + 6}px` }}>
        {isGroup ? (
          <span
            aria-hidden="true"
            class={`twisty${isOpen ? " open" : ""}`}
            onClick={(event) => {
              event.stopPropagation()
              onToggle()
            }}
          />
        ) : (
          <span aria-hidden="true" class={`swatch ${tint}`} />
        )}
        <span class="key">{node.key}</span>
        {node.entry === undefined ? (
          <span class="summary">{isOpen ? "" : `${node.children.length} fields`}</span>
        ) : (
          <Value entry={node.entry} />
        )}
        <span class="place">{node.offset}</span>
      </div>
      {violations.map((violation) => (
        <div key={violation.rule} class="violation" title={`${violation.requirement} ${violation.consequence}`}>
          <p>
            <strong>{violation.requirement}</strong> {foundIn(violation)}
          </p>
          <p>
            <span class="label">Without the check:</span> {violation.consequence}
          </p>
        </div>
      ))}
    </div>
  )
}

const Value = ({ entry: { row, change, there } }: { readonly entry: Entry }) => {
  if (change === "only there") return <span class="value there">only there: {row.text}</span>
  return (
    <span class="value">
      {row.text}
      {change === "changed" && <span class="there"> ↔ {there?.text}</span>}
      {row.unit !== "" && <span class="unit"> {row.unit}</span>}
      {change === "only here" && <span class="there"> only here</span>}
    </span>
  )
}

/** What was found, and what had been right: the sentence behind the requirement. */
export const foundIn = ({ message, requirement }: Violation): string =>
  message.slice(message.lastIndexOf(requirement) + requirement.length)
