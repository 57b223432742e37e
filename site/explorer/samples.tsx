import type { RefObject } from "preact"
import { useMemo, useState } from "preact/hooks"
import { blobOfSample, firstViolation } from "./blob.js"
import type { Sample, Samples } from "./sample.js"

export interface SamplesDialogProps {
  readonly dialog: RefObject<HTMLDialogElement>
  readonly samples: Samples
  /** What the page was given beside them. */
  readonly given: readonly Sample[]
  readonly title: string
  readonly onChoose: (sample: Sample) => void
}

/** What there is to say of a sample in a line: what a hostile one breaks, or where another one comes from. */
const sentenceOf = (sample: Sample): string | undefined =>
  sample.fates && sample.rule ? firstViolation(blobOfSample(sample))?.requirement : sample.source

/** What a target does, by the first word of its fate. */
const outcomes: Readonly<Record<string, string>> = {
  killed: "crashes",
  hung: "hangs",
  dropped: "ends the session",
  refused: "closes the channel",
  accepted: "takes it",
}

/** What a target does, in colour. */
const Outcome = ({ fate }: { readonly fate: string }) => {
  const [first = ""] = fate.split(" ")
  return <span class={`fate ${first}`}>{outcomes[first]}</span>
}

/** What the guard said of a blob that nobody tried. */
const Judged = ({ rule }: Sample) => (
  <span class={`fate ${rule === undefined ? "accepted" : "killed"}`}>
    {rule === undefined ? "accepted" : "refused"}
  </span>
)

const nameOf = (file: string): string => file.replace(/^.*\//, "").replace(/\.bin$/, "")

/** A dialog that offers the samples of the corpus, with what each does to an ordinary QEMU. */
export const SamplesDialog = ({ dialog, samples, given, title, onChoose }: SamplesDialogProps) => {
  const [sought, setSought] = useState("")
  const sentences = useMemo(
    () => new Map([...given, ...samples.samples].map((sample) => [sample, sentenceOf(sample)])),
    [samples, given],
  )
  const groups = useMemo(() => {
    const isSought = ({ name, channel, rule = "" }: Sample) => `${name} ${channel} ${rule}`.includes(sought)
    const found = samples.samples.filter(isSought)
    const ofGiven = given.length === 0 ? [] : [{ title: "Given", found: given.filter(isSought) }]
    return [
      ...ofGiven,
      { title: "Genuine", found: found.filter(({ rule }) => rule === undefined) },
      { title: "Hostile", found: found.filter(({ rule }) => rule !== undefined) },
    ]
  }, [samples, given, sought])
  return (
    <dialog ref={dialog} aria-labelledby="samples-title">
      <header>
        <h2 id="samples-title">{title}</h2>
        <input
          type="search"
          placeholder="Find by name, channel or rule"
          aria-label="Find by name, channel or rule"
          value={sought}
          onInput={({ currentTarget }) => setSought(currentTarget.value.toLowerCase())}
        />
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      <div class="samples">
        {groups.map((group) => (
          <section key={group.title} aria-label={group.title}>
            <h3>
              {group.title} <span class="count">{group.found.length}</span>
            </h3>
            <ul>
              {group.found.map((sample) => (
                <li key={sample.name}>
                  <button
                    type="button"
                    class="sample"
                    onClick={() => {
                      dialog.current?.close()
                      onChoose(sample)
                    }}
                  >
                    <span class="channel">{sample.channel}</span>
                    <span class="name">{(sample.fates && sample.rule) ?? nameOf(sample.name)}</span>
                    <span class="source" title={sentences.get(sample)}>
                      {sentences.get(sample)}
                    </span>
                    {sample.fates === undefined ? (
                      <Judged {...sample} />
                    ) : (
                      <Outcome fate={sample.fates[0]?.[0] ?? "accepted"} />
                    )}
                  </button>
                </li>
              ))}
            </ul>
          </section>
        ))}
        <p class="hint">What each did to {samples.target}, unmodified, at worst.</p>
      </div>
    </dialog>
  )
}

export interface ExposureProps {
  readonly sample: Sample
  readonly target: string
  /** Whether the blob is no longer what was tried. */
  readonly isEdited: boolean
}

/** How the modes of the lab are called where nobody has read of them. */
const modeNames: Readonly<Record<string, string>> = {
  plain: "as it is",
  early: "data before the machine",
  "malloc-check": "MALLOC_CHECK_=3",
  guard: "reads beyond buffers caught",
  relayed: "with migration-guard relay in front of it",
}

/** What a sample did to a target in the lab, in each way in which it was tried. */
export const Exposure = ({ sample, target, isEdited }: ExposureProps) => (
  <section class="panel" aria-labelledby="exposure-title">
    <h2 id="exposure-title">What an unmodified QEMU does</h2>
    <ul class="fates">
      {sample.fates?.map(([fate, ...modes]) => (
        <li key={`${fate} ${modes}`}>
          <Outcome fate={fate} /> <code>{fate.split(" ").slice(1).join(" ")}</code>
          <p class="hint">{modes.map((mode) => modeNames[mode] ?? mode).join(", ")}</p>
        </li>
      ))}
    </ul>
    <p class="hint">
      Measured with {target}
      {isEdited ? ", before the blob was edited here" : ""}
      {(sample.source ?? "") === "" ? "" : `. The blob: ${sample.source}`}.
    </p>
  </section>
)
