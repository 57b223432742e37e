import { useState } from "preact/hooks"
import type { Blob } from "./blob.js"
import { Fields } from "./fields.js"
import { nameOf } from "./files.js"
import { Hex } from "./hex.js"
import type { Reading } from "./reading.js"
import type { Action, State } from "./state.js"

export interface PaneProps {
  readonly state: State
  readonly reading: Reading
  readonly dispatch: (action: Action) => void
}

/** The blob's bytes, and which keys do what there. */
export const BytesPane = ({ state, reading, dispatch }: PaneProps) => (
  <section class="panel pane" aria-label="Bytes">
    <Hex
      bytes={state.blob.bytes}
      other={state.other?.bytes}
      rows={reading.rows}
      violations={reading.marked}
      cursor={state.cursor}
      digit={state.digit}
      meant={reading.meant}
      hovered={state.hovered}
      dispatch={dispatch}
    />
    <p id="hex-help" class="hint">
      Arrow keys move. Digits overwrite. <kbd>Insert</kbd> and <kbd>Delete</kbd> change the length, <kbd>Ctrl+Z</kbd>{" "}
      takes it back.
    </p>
  </section>
)

/** The blob's fields: while it is compared those that differ, unless all are wanted. */
export const FieldsPane = ({ state: { other, hovered }, reading, dispatch }: PaneProps) => {
  const [onlyDiffering, setOnlyDiffering] = useState(true)
  const { entries, differing, meant } = reading
  const isCompared = other !== undefined
  return (
    <section class="panel pane" aria-label="Fields">
      {isCompared && (
        <Comparison other={other} count={differing.length} onlyDiffering={onlyDiffering} onChange={setOnlyDiffering} />
      )}
      <p aria-hidden="true" class="columns">
        <span>Field</span>
        <span>{isCompared ? "Here ↔ there" : "Value"}</span>
        <span>Byte</span>
      </p>
      <Fields
        entries={isCompared && onlyDiffering ? differing : entries}
        meant={meant}
        hovered={hovered}
        dispatch={dispatch}
      />
    </section>
  )
}

interface ComparisonProps {
  readonly other: Blob
  readonly count: number
  readonly onlyDiffering: boolean
  readonly onChange: (onlyDiffering: boolean) => void
}

const Comparison = ({ other, count, onlyDiffering, onChange }: ComparisonProps) => (
  <div class="comparison">
    <p role="status">
      {count} {count === 1 ? "field differs" : "fields differ"} from {nameOf(other)}
    </p>
    <label class="check">
      <input
        type="checkbox"
        checked={onlyDiffering}
        onChange={({ currentTarget }) => onChange(currentTarget.checked)}
      />
      only these
    </label>
  </div>
)
