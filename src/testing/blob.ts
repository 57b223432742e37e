import { interpret, type Reading } from "../layout/interpret.js"
import type { Layout } from "../layout/language.js"
import { type Flat, type Plan, type PlannedPart, planOf } from "../layout/plan.js"
import type { Claim } from "../layout/reader.js"
import { writeScalar } from "../layout/scalar.js"
import { type Channel, channels, type ReceiverState } from "../spice/receiver.js"
import { cut, viewOf } from "../violation/bytes.js"

/** A format as one receiver sees it. */
export interface Setting {
  readonly plan: Plan
  readonly receiver: ReceiverState
  readonly channel: Channel
}

/**
 * A format as one receiver sees it on one channel.
 *
 * @example
 * settingOf(layouts.inputs, "inputs", defaultReceiver).plan.size
 * // 10
 * @since 0.1.0
 */
export const settingOf = (layout: Layout, channel: Channel, receiver: ReceiverState): Setting => ({
  plan: planOf(layout),
  receiver,
  channel,
})

/** The channel that a format is named after. */
export const channelOf = ({ format }: Layout): Channel => {
  const channel = channels.find((name) => name === format)
  if (channel === undefined) throw new TypeError(`${format} is no channel`)
  return channel
}

export const read = ({ plan, receiver, channel }: Setting, bytes: Uint8Array): Reading =>
  interpret(plan, bytes, receiver, channel)

/** A blob whose every number is 0 and whose every part is empty. It need not satisfy the rules. */
export const zeroBlob = (plan: Plan): Uint8Array => {
  const lists = plan.parts.filter((part) => part.kind === "list")
  const blob = new Uint8Array(plan.size + 4 * lists.length)
  for (const { type, offset } of plan.fields)
    if (type.kind === "constant") writeScalar(viewOf(blob), type, offset, type.value)
  for (const [index, part] of lists.entries()) viewOf(blob).setUint32(part.pointer.offset, plan.size + 4 * index, true)
  return blob
}

/** A copy of a blob with one claimed number replaced; numbers too large for the field are cut to its width. */
export const poked = (blob: Uint8Array, claim: Claim, value: number | bigint): Uint8Array => {
  const copy = cut(blob, 0, blob.length, false)
  if (claim.type !== undefined) writeScalar(viewOf(copy), claim.type, claim.offset, value)
  return copy
}

/** The bytes of each part of a well-formed blob, in the order of the plan. */
const contentsOf = (plan: Plan, blob: Uint8Array): readonly Uint8Array[] => {
  let cursor = plan.size
  return plan.parts.map((part) => {
    const length = part.kind === "list" ? blob.length - cursor : viewOf(blob).getUint32(part.length.offset, true)
    cursor += length
    return cut(blob, cursor - length, length, false)
  })
}

/** A copy of a well-formed blob with the content of one part replaced, its size and every pointer set to match. */
export const refilled = (plan: Plan, blob: Uint8Array, part: PlannedPart, content: Uint8Array): Uint8Array => {
  const old = contentsOf(plan, blob)
  const fixed = cut(blob, 0, plan.size, false)
  const view = viewOf(fixed)
  const contents: Uint8Array[] = [fixed]
  let cursor = plan.size
  for (const [index, planned] of plan.parts.entries()) {
    const each = planned === part ? content : (old[index] ?? content)
    view.setUint32(planned.pointer.offset, each.length === 0 ? 0 : cursor, true)
    if (planned.kind === "run") view.setUint32(planned.length.offset, each.length, true)
    contents.push(each)
    cursor += each.length
  }
  return Uint8Array.from(contents.flatMap((each) => [...each]))
}

/** `count` entries of a list with its count before them: first fields ascend from 0, everything else is 0. */
export const listOf = ({ fields, size }: Flat, count: number): Uint8Array => {
  const list = new Uint8Array(4 + count * size)
  const view = viewOf(list)
  view.setUint32(0, count, true)
  for (const { type, offset } of fields.slice(0, 1))
    for (let index = 0; index < count; index++) writeScalar(view, type, 4 + index * size + offset, index)
  return list
}
