import { useCallback, useMemo, useReducer, useRef, useState } from "preact/hooks"
import { mostExploredBytes } from "../../src/cli/explorer-page.js"
import { rowAt } from "../../src/report/field-rows.js"
import { type Channel, channels } from "../../src/spice/receiver.js"
import { type Blob, blobOf, blobOfSample, readBlob, rightSetting } from "./blob.js"
import { entriesOf } from "./compare.js"
import { Details } from "./details.js"
import { Fields } from "./fields.js"
import { Hex } from "./hex.js"
import type { Sample, Samples } from "./sample.js"
import { Exposure, SamplesDialog } from "./samples.js"
import { Settings } from "./settings.js"
import { reduce, stateOf } from "./state.js"
import { isWithin, pathOfRow } from "./tree.js"
import { Verdict } from "./verdict.js"

export interface ExplorerProps {
  readonly first: Blob
  readonly samples: Samples
  /** What the page was given: a file, or the blobs of a capture. */
  readonly given: readonly Sample[]
}

/** What a blob that is chosen is for. */
type Purpose = "open" | "compare"

/** Offers the bytes as a file, without asking anybody for it. */
const save = (blob: Blob): void => {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(new globalThis.Blob([new Uint8Array(blob.bytes)]))
  link.download = nameOf(blob)
  link.click()
  URL.revokeObjectURL(link.href)
}

/** The page. */
export const Explorer = ({ first, samples, given }: ExplorerProps) => {
  const [state, dispatch] = useReducer(reduce, first, firstState)
  const [purpose, setPurpose] = useState<Purpose>("open")
  const [problem, setProblem] = useState("")
  const [onlyDifferences, setOnlyDifferences] = useState(true)
  const dialog = useRef<HTMLDialogElement>(null)
  const picker = useRef<HTMLInputElement>(null)

  const { blob, other, cursor, digit, hovered } = state
  const reading = useMemo(() => readBlob(blob), [blob])
  const otherReading = useMemo(() => (other === undefined ? undefined : readBlob(other)), [other])
  const right = useMemo(() => (reading.violations.length === 0 ? undefined : rightSetting(blob)), [blob, reading])
  const entries = useMemo(
    () =>
      entriesOf(
        { bytes: blob.bytes, rows: reading.rows },
        other && otherReading && { bytes: other.bytes, rows: otherReading.rows },
      ),
    [blob, reading, other, otherReading],
  )
  const differing = useMemo(() => entries.filter(({ change }) => change !== "same"), [entries])
  const marked = useMemo(() => reading.violations.filter((each) => !reading.overall.includes(each)), [reading])
  const row = rowAt(reading.rows, cursor)
  const meant = state.chosen ?? (row && pathOfRow(row))
  const isGroup = meant !== undefined && (row === undefined || meant !== pathOfRow(row))
  const violationsMeant = reading.rows
    .filter(({ violations }) => violations.length > 0)
    .filter((each) => isWithin(meant, pathOfRow(each)))
    .flatMap(({ violations }) => violations)

  const take = useCallback((blobs: readonly Blob[], purposeOfFirst: Purpose) => {
    const [one, two] = blobs
    if (one !== undefined) dispatch(purposeOfFirst === "open" ? opening(one) : { do: "compare", blob: one })
    if (two !== undefined && purposeOfFirst === "open") dispatch({ do: "compare", blob: two })
  }, [])

  const takeFiles = useCallback(
    async (files: readonly File[], purposeOfFirst: Purpose) => {
      const large = files.find(({ size }) => size > mostExploredBytes)
      if (large !== undefined)
        return setProblem(`${large.name} is larger than ${mostExploredBytes} bytes: check takes it.`)
      try {
        const blobs = files
          .slice(0, 2)
          .map(async (file) => blobOf(file.name, new Uint8Array(await file.arrayBuffer()), undefined))
        take(await Promise.all(blobs), purposeOfFirst)
        setProblem("")
      } catch {
        setProblem("A file could not be read.")
      }
    },
    [take],
  )

  const pick = (next: Purpose, from: "file" | "samples"): void => {
    setPurpose(next)
    if (from === "file") picker.current?.click()
    else dialog.current?.showModal()
  }

  return (
    <div
      class="explorer"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        void takeFiles([...(event.dataTransfer?.files ?? [])], "open")
      }}
    >
      <header class="bar">
        <h1>
          <img src="icon.svg" alt="" width="22" height="22" /> migration-guard <span>explorer</span>
        </h1>
        <div class="opened">
          <span class="name">{nameOf(blob)}</span>
          <span class="size">
            {sizeText(blob)}
            {state.past.length > 0 && ", edited"}
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
        <div class="buttons">
          <button type="button" disabled={state.past.length === 0} onClick={() => dispatch({ do: "undo" })}>
            Undo
          </button>
          <button type="button" onClick={() => save(blob)}>
            Save
          </button>
          {other === undefined ? (
            <>
              <button type="button" onClick={() => pick("compare", "file")}>
                Compare file…
              </button>
              <button type="button" onClick={() => pick("compare", "samples")}>
                Compare sample…
              </button>
            </>
          ) : (
            <button type="button" onClick={() => dispatch({ do: "stop-comparing" })}>
              End comparison
            </button>
          )}
          <button type="button" onClick={() => pick("open", "samples")}>
            Samples…
          </button>
          <button type="button" class="primary" onClick={() => pick("open", "file")}>
            Open…
          </button>
          <input
            ref={picker}
            type="file"
            hidden
            aria-label="A blob's file"
            onChange={({ currentTarget }) => {
              void takeFiles([...(currentTarget.files ?? [])], purpose)
              currentTarget.value = ""
            }}
          />
        </div>
      </header>
      <Verdict
        violations={reading.violations}
        overall={reading.overall}
        cursor={cursor}
        note={problem || blob.note}
        right={right}
        dispatch={dispatch}
      />
      <main>
        <div class="left">
          <section class="panel pane" aria-label="Bytes">
            <Hex
              bytes={blob.bytes}
              other={other?.bytes}
              rows={reading.rows}
              violations={marked}
              cursor={cursor}
              digit={digit}
              meant={meant}
              hovered={hovered}
              dispatch={dispatch}
            />
            <p id="hex-help" class="hint">
              Arrow keys move. Digits overwrite. <kbd>Insert</kbd> and <kbd>Delete</kbd> change the length,{" "}
              <kbd>Ctrl+Z</kbd> takes it back.
            </p>
          </section>
          <Details
            row={row}
            group={isGroup ? meant : undefined}
            isThere={differing.some((entry) => entry.change === "only there" && isWithin(meant, entry.row.path))}
            violations={violationsMeant}
            dispatch={dispatch}
          />
        </div>
        <section class="panel pane" aria-label="Fields">
          {other !== undefined && (
            <div class="comparison">
              <p role="status">
                {differing.length} {differing.length === 1 ? "field differs" : "fields differ"} from {nameOf(other)}
              </p>
              <label class="check">
                <input
                  type="checkbox"
                  checked={onlyDifferences}
                  onChange={({ currentTarget }) => setOnlyDifferences(currentTarget.checked)}
                />
                only these
              </label>
            </div>
          )}
          <p aria-hidden="true" class="columns">
            <span>Field</span>
            <span>{other === undefined ? "Value" : "Here ↔ there"}</span>
            <span>Byte</span>
          </p>
          <Fields
            entries={other !== undefined && onlyDifferences ? differing : entries}
            meant={meant}
            hovered={hovered}
            dispatch={dispatch}
          />
        </section>
        <aside aria-label="Target and settings">
          {blob.sample?.fates !== undefined && (
            <Exposure sample={blob.sample} target={samples.target} isEdited={state.past.length > 0} />
          )}
          <Settings channel={blob.channel} settings={blob.settings} dispatch={dispatch} />
        </aside>
      </main>
      <SamplesDialog
        dialog={dialog}
        samples={samples}
        given={given}
        title={purpose === "open" ? "Samples" : "Compare with a sample"}
        onChoose={(sample: Sample) => take([blobOfSample(sample)], purpose)}
      />
    </div>
  )
}

/** Opens a blob with the cursor at what is wrong, where something is. */
const opening = (blob: Blob) => ({ do: "open", blob, cursor: readBlob(blob).violations[0]?.offset ?? 0 }) as const

const firstState = (blob: Blob) => stateOf(blob, opening(blob).cursor)

/** A file's name without its folders. */
const nameOf = ({ name }: Blob): string => name.replace(/^.*\//, "")

const sizeText = ({ bytes: { length } }: Blob): string =>
  `${length.toLocaleString("en")} ${length === 1 ? "byte" : "bytes"}`
