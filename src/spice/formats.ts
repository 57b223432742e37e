import { programOf } from "../layout/lower.js"
import { rulesIn } from "../layout/uses.js"
import type { Rule } from "../violation/violation.js"
import { type Channel, channels, type Layouts, layoutOf } from "./registry.js"
import { structure } from "./structure.js"

/** The name of a format: of its declaration, its corpus folder and its document. */
export type Format = keyof Layouts

/** Every format, under its name. */
export const formats = Object.fromEntries(
  channels.map((channel) => [layoutOf(channel).format, layoutOf(channel)]),
) as unknown as Layouts

/** Which format the blobs of a channel have. */
export const formatOf = Object.fromEntries(channels.map((channel) => [channel, layoutOf(channel).format])) as Readonly<
  Record<Channel, Format>
>

const decoded = new Set(Object.values(formats).flatMap((layout) => rulesIn(programOf(layout)).map(({ id }) => id)))
const { argument, valueType, valueRange, valueForm } = structure

/** The rules that hold by construction, as far as a blob of some format, its decoder's argument or a state can break them. */
export const structuralRules: readonly Rule[] = Object.values(structure).filter(
  (rule) => decoded.has(rule.id) || [argument, valueType, valueRange, valueForm].includes(rule),
)
