import { feed, type Inspector, type Outlet } from "./interface.js"

/** Bytes that are kept for a shadow that waits for another connection; with more it is left behind. */
const mostWaiting = 0x100000

/** What a chunk takes beside its bytes, for those who send single ones. */
const chunkCost = 256

/**
 * Forwards everything as it came while an inspector judges a copy of it: its verdicts are told, nothing is done. An
 * inspector that throws judges no more, for what is only watched must not be harmed.
 */
export const monitored = (
  outlet: Outlet,
  inspect: (shadow: Outlet) => Inspector,
  failed: (error: unknown) => void,
): Inspector => {
  let waiting: Uint8Array[] = []
  let cost = 0
  let isWatching = true

  const watched = (act: () => void): void => {
    if (!isWatching) return
    try {
      act()
    } catch (error) {
      isWatching = false
      waiting = []
      failed(error)
    }
  }

  const drain = (): void => {
    let fed = 0
    for (const bytes of waiting) {
      const rest = feed(inspector, bytes)
      if (rest.length > 0) {
        waiting[fed] = rest
        cost -= bytes.length - rest.length
        break
      }
      cost -= bytes.length + chunkCost
      fed++
    }
    waiting = waiting.slice(fed)
    if (cost > mostWaiting)
      throw new Error("a connection that is monitored went on for too long while its data was held")
  }

  const ignore = (): void => {}
  const shadow = {
    ...outlet,
    forward: ignore,
    refuse: ignore,
    send: ignore,
    unblock: ignore,
    end: ignore,
    release: () => watched(drain),
  }
  const inspector = inspect(shadow)

  return {
    fromClient: (bytes) => {
      outlet.forward(bytes)
      watched(() => {
        waiting.push(bytes)
        cost += bytes.length + chunkCost
        drain()
      })
      return bytes.length
    },
    isHolding: () => false,
    fromServer: (bytes) => {
      watched(() => inspector.fromServer(bytes))
      return undefined
    },
    left: () => {
      watched(inspector.left)
      outlet.end()
    },
    closed: () => inspector.closed(),
  }
}
