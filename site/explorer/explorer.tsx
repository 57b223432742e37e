import { useReducer, useRef, useState } from "preact/hooks"
import { Bar, type Purpose } from "./bar.js"
import { type Blob, blobOfSample, readBlob } from "./blob.js"
import { Details } from "./details.js"
import { readFiles } from "./files.js"
import { BytesPane, FieldsPane } from "./panes.js"
import { useReading } from "./reading.js"
import type { Sample, Samples } from "./sample.js"
import { Exposure, SamplesDialog } from "./samples.js"
import { Settings } from "./settings.js"
import { reduce, stateOf } from "./state.js"
import { Verdict } from "./verdict.js"

export interface ExplorerProps {
  readonly first: Blob
  readonly samples: Samples
  /** What the page was given: a file, or the blobs of a capture. */
  readonly given: readonly Sample[]
}

/** Opens a blob with the cursor at what is wrong, where something is. */
const opening = (blob: Blob) => ({ do: "open", blob, cursor: readBlob(blob).violations[0]?.offset ?? 0 }) as const

const firstState = (blob: Blob) => stateOf(blob, opening(blob).cursor)

/** The page. */
export const Explorer = ({ first, samples, given }: ExplorerProps) => {
  const [state, dispatch] = useReducer(reduce, first, firstState)
  const [purpose, setPurpose] = useState<Purpose>("open")
  const [problem, setProblem] = useState("")
  const dialog = useRef<HTMLDialogElement>(null)
  const picker = useRef<HTMLInputElement>(null)
  const reading = useReading(state)
  const { blob } = state
  const isEdited = state.past.length > 0

  const take = ([one, two]: readonly Blob[], purposeOfFirst: Purpose): void => {
    if (one !== undefined) dispatch(purposeOfFirst === "open" ? opening(one) : { do: "compare", blob: one })
    if (two !== undefined && purposeOfFirst === "open") dispatch({ do: "compare", blob: two })
  }
  const takeFiles = async (files: Iterable<File>, purposeOfFirst: Purpose): Promise<void> => {
    const read = await readFiles([...files])
    setProblem(typeof read === "string" ? read : "")
    if (typeof read !== "string") take(read, purposeOfFirst)
  }
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
        void takeFiles(event.dataTransfer?.files ?? [], "open")
      }}
    >
      <Bar state={state} dispatch={dispatch} onPick={pick} />
      <Verdict reading={reading} cursor={state.cursor} note={problem || blob.note} dispatch={dispatch} />
      <main>
        <div class="left">
          <BytesPane state={state} reading={reading} dispatch={dispatch} />
          <Details reading={reading} dispatch={dispatch} />
        </div>
        <FieldsPane state={state} reading={reading} dispatch={dispatch} />
        <aside aria-label="Target and settings">
          {blob.sample?.fates !== undefined && (
            <Exposure sample={blob.sample} target={samples.target} isEdited={isEdited} />
          )}
          <Settings channel={blob.channel} settings={blob.settings} dispatch={dispatch} />
        </aside>
      </main>
      <SamplesDialog
        dialog={dialog}
        samples={samples}
        given={given}
        title={purpose === "open" ? "Samples" : "Compare with a sample"}
        onChoose={(sample) => take([blobOfSample(sample)], purpose)}
      />
      <input
        ref={picker}
        type="file"
        hidden
        aria-label="A blob's file"
        onChange={async ({ currentTarget }) => {
          await takeFiles(currentTarget.files ?? [], purpose)
          currentTarget.value = ""
        }}
      />
    </div>
  )
}
