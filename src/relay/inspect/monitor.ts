import type { Inspector, Outlet } from "./interface.js"

/** Bytes that are kept for a shadow that waits for another connection; with more it is left behind. */
const mostWaiting = 0x100000

/**
 * Forwards everything as it came while an inspector judges a copy of it: its verdicts are told, nothing is done. An
 * inspector that throws judges no more, for what is only watched must not be harmed.
 */
export const monitored = (
  outlet: Outlet,
  inspect: (shadow: Outlet) => Inspector,
  failed: (error: unknown) => void,
): Inspector => {
  let isWatching = true

  const watched = (act: () => void): void => {
    if (!isWatching) return
    try {
      act()
    } catch (error) {
      isWatching = false
      failed(error)
    }
  }

  const proceed = (): void => {
    inspector.proceed()
    if (inspector.unread() > mostWaiting)
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
    release: () => watched(proceed),
  }
  const inspector = inspect(shadow)

  return {
    fromClient: (bytes) => {
      outlet.forward(bytes)
      watched(() => {
        inspector.fromClient(bytes)
        proceed()
      })
    },
    proceed: ignore,
    isHolding: () => false,
    unread: () => 0,
    fromServer: (bytes) => {
      watched(() => void inspector.fromServer(bytes))
      return [bytes]
    },
    left: () => {
      watched(inspector.left)
      outlet.end()
    },
    closed: () => inspector.closed(),
  }
}
