import type { Socket } from "node:net"
import type { Clock } from "../clock.js"
import { codeOf } from "../failure.js"

/** How long a connection that ends at once is not tried again, in milliseconds. */
const pause = 1000

/** What a connection to a server fails with that is not there: nobody listens, or the socket's file is missing. */
const absent = ["ECONNREFUSED", "ENOENT"]

/**
 * Notices the end of a server's process: holds a connection on which nothing is said, and when that ends looks at once
 * whether anybody still listens. A server that somebody else starts there takes longer than that. Calls `gone` once.
 */
export const watchServer = (connect: () => Socket, clock: Clock, gone: () => void): (() => void) => {
  let socket: Socket | undefined
  let isStopped = false
  let cancel = (): void => {}

  const look = (): void => {
    const began = clock.now()
    let isAbsent = false
    const looking = connect()
    socket = looking
    looking.on("error", (error) => {
      isAbsent = absent.includes(codeOf(error))
    })
    looking.on("close", () => {
      if (isStopped) return
      if (isAbsent) {
        isStopped = true
        gone()
      } else if (clock.now() - began >= pause) look()
      else cancel = clock.after(pause, look)
    })
    looking.resume()
  }

  look()
  return () => {
    isStopped = true
    cancel()
    socket?.destroy()
  }
}
