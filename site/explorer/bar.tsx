import { type Channel, channels } from "../../src/spice/receiver.js"
import type { Blob } from "./blob.js"
import { nameOf, save } from "./files.js"
import type { Action, State } from "./state.js"

/** What a blob that is chosen is for. */
export type Purpose = "open" | "compare"

export interface BarProps {
  readonly state: State
  readonly dispatch: (action: Action) => void
  readonly onPick: (purpose: Purpose, from: "file" | "samples") => void
}

/** The head of the page: which blob is shown, and what can be done with it as a whole. */
export const Bar = ({ state: { blob, other, past }, dispatch, onPick }: BarProps) => (
  <header class="bar">
    <h1>
      <img src="icon.svg" alt="" width="22" height="22" /> migration-guard <span>explorer</span>
    </h1>
    <Opened blob={blob} isEdited={past.length > 0} dispatch={dispatch} />
    <div class="buttons">
      <button type="button" disabled={past.length === 0} onClick={() => dispatch({ do: "undo" })}>
        Undo
      </button>
      <button type="button" onClick={() => save(blob)}>
        Save
      </button>
      {other === undefined ? (
        <>
          <button type="button" onClick={() => onPick("compare", "file")}>
            Compare file…
          </button>
          <button type="button" onClick={() => onPick("compare", "samples")}>
            Compare sample…
          </button>
        </>
      ) : (
        <button type="button" onClick={() => dispatch({ do: "stop-comparing" })}>
          End comparison
        </button>
      )}
      <button type="button" onClick={() => onPick("open", "samples")}>
        Samples…
      </button>
      <button type="button" class="primary" onClick={() => onPick("open", "file")}>
        Open…
      </button>
    </div>
  </header>
)

interface OpenedProps {
  readonly blob: Blob
  readonly isEdited: boolean
  readonly dispatch: (action: Action) => void
}

const sizeText = ({ bytes: { length } }: Blob): string =>
  `${length.toLocaleString("en")} ${length === 1 ? "byte" : "bytes"}`

const Opened = ({ blob, isEdited, dispatch }: OpenedProps) => (
  <div class="opened">
    <span class="name">{nameOf(blob)}</span>
    <span class="size">
      {sizeText(blob)}
      {isEdited && ", edited"}
    </span>
    <label>
      Channel{" "}
      <select
        value={blob.channel}
        onChange={({ currentTarget }) => dispatch({ do: "channel", channel: currentTarget.value as Channel })}
      >
        {channels.map((channel) => (
          <option key={channel}>{channel}</option>
        ))}
      </select>
    </label>
  </div>
)
