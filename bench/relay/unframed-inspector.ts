import type { Inspector, Outlet } from "../../src/relay/inspect/interface.js"

/** Takes the place of the relay's inspector: what framing and judging cost shows beside it. */
export const inspectorOf = ({ forward, linked, end }: Outlet): Inspector => ({
  fromClient: (bytes) => {
    forward(bytes)
    return bytes.length
  },
  isHolding: () => false,
  fromServer: () => {
    linked()
    return undefined
  },
  left: end,
  closed: () => undefined,
})
