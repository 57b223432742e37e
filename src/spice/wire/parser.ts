import type { Violation } from "../../violation/violation.js"
import { gather } from "./buffer.js"

/** A part of one side's conversation: takes a chunk from `start` on and says where what follows the part begins. */
export type Part = (chunk: Uint8Array, start: number) => number | Violation

/** A part that is needed whole: `then` sees its bytes once all `size` of them are there. */
export const whole = (size: number, then: (bytes: Uint8Array) => Violation | undefined): Part => {
  const gathered = gather(size)
  return (chunk, start) => {
    const at = gathered.take(chunk, start)
    return gathered.isComplete() ? (then(gathered.bytes()) ?? at) : at
  }
}
