import type { Arguments } from "../layout/parameters.js"
import type { Channel } from "../spice/receiver.js"

/** A blob that the explorer's page is served with, so that the page never has to ask for anything. */
export interface GivenBlob {
  readonly name: string
  /** Undefined where the magic says it. */
  readonly channel?: Channel
  /** What the receiver is, as far as it differs from the default. */
  readonly settings: Arguments
  readonly base64: string
}

/** More bytes are not shown: browsers cannot lay out a table of so many lines. */
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
