import type { CorpusBlob } from "../../src/corpus.js"
import { blobCases, type Case, hashOf, orderCases, orders, readBlobs } from "../exposure/cases.js"
import type { Mode } from "../exposure/modes.js"

/** The modes that show the most: reads beyond what holds the blob end the process where that can be guarded. */
const showing = (blob: CorpusBlob): readonly Mode[] => {
  if (blob.channel === "inputs") return ["plain"]
  return blob.channel === "main" ? ["plain", "guard"] : ["guard"]
}

/** What a case is known by. */
const linkedName = ({ name, mode }: Pick<Case, "name" | "mode">): string => `${name} ${mode}`

/** Every blob of the corpus, against a spice-server that checks. */
export const linkedBlobs = (): readonly { readonly blob: CorpusBlob; readonly cases: readonly Case[] }[] =>
  readBlobs().map((blob) => ({
    blob,
    cases: blobCases(blob)
      .filter(({ mode }) => showing(blob).includes(mode))
      .map((tried) => ({ ...tried, key: `${hashOf(blob.bytes)} ${linkedName(tried)}` })),
  }))

/** How often a race is run at most. */
const raceTries = 10

/** Every order of messages, against the same. */
export const linkedOrders = (): readonly Case[] =>
  orders.flatMap((order) =>
    orderCases(order)
      .filter(({ mode }) => mode === "plain")
      .map((tried) => ({ ...tried, key: linkedName(tried), tries: Math.min(tried.tries, raceTries) })),
  )
