import { addFile, addToIndex, regressionFiles } from "../../src/corpus.js"
import { formatOf, formats } from "../../src/spice/formats.js"
import { differencesOf } from "../../src/spice/receiver.js"
import { replayView } from "../../src/testing/replay.js"
import { blobsOf, settingOf } from "../../src/testing/spice.js"
import { type Case, hashOf } from "../exposure/cases.js"
import { type Fate, isHarm, outcomeOf } from "../exposure/fate.js"
import { casesOf } from "./cases.js"
import type { Subject } from "./subjects.js"

/** So many smaller blobs are tried. */
const mostTries = 60

export interface Harm {
  readonly subject: Subject
  readonly mode: Case["mode"]
  readonly fate: Fate
}

/** Runs a case against a target of its own. */
type Run = (tried: Case) => Promise<Fate>

/** The smallest blob that is found to do the same kind of harm in the same mode. */
export const shrunk = async (harm: Harm, run: Run): Promise<Harm> => {
  let [smallest, tries] = [harm, 0]
  const { channel, receiver } = harm.subject
  const blobs = blobsOf(formats[formatOf[channel]], receiver, channel)
  for (let found = true; found; ) {
    found = false
    for (const { value } of blobs.shrink(smallest.subject.blob, undefined)) {
      if (++tries > mostTries) return smallest
      const subject = { channel, receiver, blob: value }
      const tried = casesOf(subject).find(({ mode }) => mode === harm.mode)
      if (tried === undefined) return smallest
      const fate = await run(tried)
      if (!isHarm(fate) || outcomeOf(fate) !== outcomeOf(harm.fate)) continue
      smallest = { ...smallest, subject, fate }
      found = true
      break
    }
  }
  return smallest
}

/** Makes a harm part of the corpus, where a test says that nothing accepted does any: what the blob is, and what died how. */
export const recordHarm = (corpus: string, { subject: { channel, receiver, blob }, mode, fate }: Harm): string => {
  const files = regressionFiles(formatOf[channel], "accepted", hashOf(blob).slice(0, 8))
  const setting = settingOf(formats[formatOf[channel]], channel, receiver)
  addFile(corpus, files.blob, blob)
  addFile(corpus, files.text, `${mode}: ${fate}\n\n${replayView(setting, blob)}\n`)
  addToIndex(corpus, {
    file: files.blob,
    channel,
    origin: "regression",
    source: `a finding of lab:accepted, ${mode}: ${fate}`,
    receiver: differencesOf(receiver),
    verdict: "accept",
  })
  return files.blob
}
