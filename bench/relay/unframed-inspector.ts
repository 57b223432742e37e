import type { Inspector, Outlet } from "../../src/relay/inspect/interface.js"

/** Takes the place of the relay's inspector: what framing and judging cost shows beside it. */
export const inspectorOf = ({ forward, linked, end }: Outlet): Inspector => ({
  fromClient: forward,
  proceed: () => undefined,
  isHolding: () => false,
  unread: () => 0,
  fromServer: (bytes) => {
    linked()
    return [bytes]
  },
  left: end,
  closed: () => undefined,
})
