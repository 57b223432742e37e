import { spoiled, type Workload, workloads } from "./workloads.js"

/** A hostile blob beside the workload that it was before. */
export interface Rejection {
  readonly name: string
  /** The rule that must refuse it. */
  readonly rule: string
  readonly accepted: Workload
  readonly refused: Workload
}

const { small, large } = workloads
const badMagic = (view: DataView): void => view.setUint32(0, 0x444d4345, true)
const lastEntry = large.bytes.length - 20

export const rejections: readonly Rejection[] = [
  {
    name: "small blob, magic of no channel",
    rule: "layout/magic",
    accepted: small,
    refused: spoiled(small, badMagic),
  },
  {
    name: "small blob, 5 encoders",
    rule: "display/glz-max-encoders",
    accepted: small,
    refused: spoiled(small, (view) => view.setUint32(64, 5, true)),
  },
  {
    name: "large blob, magic of no channel",
    rule: "layout/magic",
    accepted: large,
    refused: spoiled(large, badMagic),
  },
  {
    name: "large blob, last surface id repeated",
    rule: "display/surface-ids-ascend",
    accepted: large,
    refused: spoiled(large, (view) => view.setUint32(lastEntry, view.getUint32(lastEntry - 20, true), true)),
  },
]
