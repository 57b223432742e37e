import { memoryUsage } from "node:process"
import { median } from "./measure.js"

const callsPerRound = 8
const rounds = 25

/**
 * Bytes that one call allocates, on V8's heap and in array buffers, short-lived ones included: between two readings too
 * little is allocated to start a collection. Every result is kept, so that no buffer is freed late and counted off.
 */
export const allocatedBy = (run: () => unknown): number => {
  const collect = globalThis.gc
  if (collect === undefined) throw new TypeError("allocation can be measured under node --expose-gc only")
  const kept: unknown[] = []
  const callAndKeep = (calls: number): void => {
    for (let call = 0; call < calls; call++) kept.push(run())
  }
  const round = (): number => {
    collect()
    // The first call after a collection takes a fresh page of the heap, which is no cost of its own.
    callAndKeep(1)
    const before = allocated()
    callAndKeep(callsPerRound)
    return (allocated() - before) / callsPerRound
  }
  return median(Array.from({ length: rounds }, round))
}

const allocated = (): number => {
  const { heapUsed, arrayBuffers } = memoryUsage()
  return heapUsed + arrayBuffers
}
