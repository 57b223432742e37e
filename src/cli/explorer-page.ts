import { parametersOf } from "../layout/lower.js"
import type { Arguments } from "../layout/parameters.js"
import { type Channel, type ReceiverState, receiverArguments } from "../spice/receiver.js"
import { layoutOf } from "../spice/registry.js"

/** A blob that the explorer's page is served with, so that the page never has to ask for anything. */
export interface GivenBlob {
  readonly name: string
  /** Undefined where the magic says it. */
  readonly channel?: Channel
  /** What the receiver is, as far as it differs from the default. */
  readonly settings?: Arguments
  readonly base64: string
  /** Where it comes from, in a few words. */
  readonly source?: string
  /** The first rule that it breaks, where that is known. */
  readonly rule?: string
}

/** More bytes are not shown, of all blobs together: browsers cannot lay out a table of so many lines. */
export const mostExploredBytes = 8 * 2 ** 20

/** What the page may do: run its own script in its own style. It connects to nobody and makes no code of text. */
export const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ")

/** The page with data in one of its blocks, which are elements that no browser executes. */
export const withData = (page: string, id: "samples" | "given", data: unknown): string => {
  const json = JSON.stringify(data).replaceAll("<", "\\u003c")
  return page.replace(`id="${id}">`, () => `id="${id}">${json}`)
}

/** What of a receiver differs from what a channel's format takes by default. */
export const pageSettings = (channel: Channel, receiver: ReceiverState): Arguments => {
  const given = receiverArguments(receiver, channel)
  const differing = parametersOf(layoutOf(channel)).flatMap(({ name, default: standard }) => {
    const value = given[name]
    const isStandard = name === "channel" || value === undefined || JSON.stringify(value) === JSON.stringify(standard)
    return isStandard ? [] : [[name, value] as const]
  })
  return Object.fromEntries(differing)
}
