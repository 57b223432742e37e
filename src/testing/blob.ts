import { cut, viewOf } from "../schema/bytes.js"
import { interpret, type Reading } from "../schema/interpret.js"
import type { CountedList, Layout } from "../schema/language.js"
import { flatten, type Plan, type PlannedPart, planOf, strideOf } from "../schema/plan.js"
import type { Claim } from "../schema/reader.js"
import { writeScalar } from "../schema/scalar.js"
import type { Channel, ReceiverState } from "../spice/receiver.js"

/** A format as one receiver sees it. */
export interface Setting {
  readonly plan: Plan
  readonly receiver: ReceiverState
  readonly channel: Channel
}

export const settingOf = (layout: Layout, channel: Channel, receiver: ReceiverState): Setting => ({
  plan: planOf(layout),
  receiver,
  channel,
})

export const read = ({ plan, receiver, channel }: Setting, bytes: Uint8Array): Reading =>
  interpret(plan, bytes, receiver, channel)

/** A blob whose every number is 0 and whose every part is empty. It need not satisfy the rules. */
export const zeroBlob = (plan: Plan): Uint8Array => {
  const lists = plan.parts.filter((part) => part.content.kind === "countedList")
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
    const length = part.length === undefined ? blob.length - cursor : viewOf(blob).getUint32(part.length.offset, true)
    cursor += length
    return cut(blob, cursor - length, length, false)
  })
}

/** A copy of a well-formed blob with the content of one part replaced, its size and every pointer set to match. */
export const refilled = (plan: Plan, blob: Uint8Array, part: PlannedPart, content: Uint8Array): Uint8Array => {
  const contents = contentsOf(plan, blob).map((old, index) => (plan.parts[index] === part ? content : old))
  const size = contents.reduce((sum, each) => sum + each.length, plan.size)
  const copy = new Uint8Array(size)
  copy.set(blob.subarray(0, plan.size))
  let cursor = plan.size
  for (const [index, each] of contents.entries()) {
    const planned = plan.parts[index]
    if (planned === undefined) continue
    copy.set(each, cursor)
    viewOf(copy).setUint32(planned.pointer.offset, each.length === 0 ? 0 : cursor, true)
    if (planned.length !== undefined) viewOf(copy).setUint32(planned.length.offset, each.length, true)
    cursor += each.length
  }
  return copy
}

/** `count` entries of a list with its count before them: first fields ascend from 0, everything else is 0. */
export const listOf = (content: CountedList, lossy: boolean, count: number): Uint8Array => {
  const entry = lossy ? content.entries.lossy : content.entries.lossless
  const stride = strideOf(entry)
  const list = new Uint8Array(4 + count * stride)
  const view = viewOf(list)
  view.setUint32(0, count, true)
  const [first] = flatten(entry.fields)
  for (let index = 0; index < count; index++)
    if (first !== undefined) writeScalar(view, first.type, 4 + index * stride + first.offset, index)
  return list
}
