import * as t from "io-ts"
import { issue, ok, refined } from "../../data/refinement.js"
import type { NumberParameter, Parameter } from "../../layout/types.js"
import { mostBytes, provenance, shared } from "../../spice/parameters.js"
import { defaultReceiver, type ReceiverState } from "../../spice/receiver.js"
import { limits } from "../../spice/registry.js"
import { relayRules } from "./rules.js"

/**
 * What a listener's target is, as far as it differs from `defaultReceiver`; of the limits by channel any number. What a
 * relay passes on came through a client: only `accept` can vouch for it.
 *
 * @since 0.4.0
 */
export type ReceiverConfiguration = {
  readonly [K in Exclude<keyof ReceiverState, "provenance">]?: ReceiverState[K] extends
    | number
    | string
    | readonly string[]
    ? ReceiverState[K]
    : Partial<ReceiverState[K]>
}

type Within = (least: number, most: number) => t.Type<number, unknown, unknown>

/** The io-ts type of a parameter. */
const parameterType = (within: Within, parameter: Parameter): t.Mixed => {
  switch (parameter.kind) {
    case "number":
      return within(parameter.least, parameter.most)
    case "word":
      return wordType(parameter.words)
    case "words":
      return t.readonlyArray(wordType(parameter.words))
  }
}

const wordType = (words: readonly string[]): t.Mixed =>
  t.keyof(Object.fromEntries(words.map((word) => [word, null])) as Record<string, null>)

/** The io-ts type of a limit. One that is below what is the most of its kind is the size of a buffer of the server's. */
const limitType = (within: Within, { most }: NumberParameter): t.Mixed => {
  const size = within(0, mostBytes)
  if (most === mostBytes) return size
  return refined(size, (value) => (value > most ? issue(relayRules.fixedBuffer, value, most) : ok))
}

const partialOf = (members: readonly (readonly [string, t.Mixed])[]) => t.exact(t.partial(Object.fromEntries(members)))

/** The io-ts type of a receiver's configuration. */
export const receiverType = (within: Within): t.Type<ReceiverConfiguration, unknown, unknown> =>
  partialOf([
    ...shared
      .filter((parameter) => parameter !== provenance)
      .map((parameter) => [parameter.name, parameterType(within, parameter)] as const),
    ...limits.map(
      ({ name, by }) =>
        [
          name,
          partialOf(by.map(({ channel, parameter }) => [channel, limitType(within, parameter)] as const)),
        ] as const,
    ),
  ]) as unknown as t.Type<ReceiverConfiguration, unknown, unknown>

/** The whole of a receiver: what is configured, and the defaults for the rest. */
export const configuredReceiver = (configured: ReceiverConfiguration = {}): ReceiverState => ({
  ...defaultReceiver,
  ...configured,
  maxBlobBytes: { ...defaultReceiver.maxBlobBytes, ...configured.maxBlobBytes },
  maxWriteBytes: { ...defaultReceiver.maxWriteBytes, ...configured.maxWriteBytes },
  maxReadBytes: { ...defaultReceiver.maxReadBytes, ...configured.maxReadBytes },
})
