import { interpret, type Reading } from "../layout/interpret.js"
import { parametersOf } from "../layout/lower.js"
import { type Arguments, argumentsOf } from "../layout/parameters.js"
import { type Plan, planOf } from "../layout/plan.js"
import type { Layout } from "../layout/types.js"

/**
 * A format, and the arguments that its blobs are judged with.
 *
 * @since 0.1.0
 */
export interface Setting {
  readonly layout: Layout
  readonly plan: Plan
  readonly arguments: Arguments
  /** Formats that its blobs are spliced with. */
  readonly others: readonly Layout[]
  /** What whoever reads a counterexample is told of it. */
  readonly shown: Shown
}

/** How blobs of a setting are called, and the line of JavaScript that decodes one whose bytes are an expression. */
export interface Shown {
  readonly name: string
  readonly replay: (bytes: string) => string
}

const shownAs = ({ format }: Layout, given: Arguments): Shown => ({
  name: format,
  replay: (bytes) =>
    `decode(${format}, ${bytes}${Object.keys(given).length === 0 ? "" : `, ${JSON.stringify(given)}`})`,
})

export const layoutSetting = (layout: Layout, given: Arguments = {}): Setting => ({
  layout,
  plan: planOf(layout),
  arguments: argumentsOf(parametersOf(layout), given),
  others: [],
  shown: shownAs(layout, given),
})

/** All that can be said of a blob. */
export const read = (setting: Setting, bytes: Uint8Array, claims = true): Reading =>
  interpret(setting.layout, bytes, setting.arguments, { claims })
