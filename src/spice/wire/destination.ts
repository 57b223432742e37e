import { viewOf } from "../../violation/bytes.js"

/** Where a server sends its client: the host and ports of a SpiceMigrationDstInfo. */
export interface Destination {
  readonly host: string
  /** 0 where there is none without TLS. */
  readonly port: number
  /** 0 where there is none with TLS. */
  readonly tlsPort: number
}

/** The fixed part of SpiceMsgMainMigrationBegin: u16 port, u16 sport, u32 host_size, u32 host offset, and the subject's. */
const fixedSize = 20

/** No host that a client can be sent to is longer; a Proxmox VE ticket has some 100 bytes. */
const longestHost = 1024

/** The destination that MIGRATE_BEGIN or MIGRATE_BEGIN_SEAMLESS names; undefined where it names none that is understood. */
export const decodeDestination = (payload: Uint8Array): Destination | undefined => {
  if (payload.length < fixedSize) return undefined
  const view = viewOf(payload)
  const [size, start] = [view.getUint32(4, true), view.getUint32(8, true)]
  if (size > longestHost || start < fixedSize || start + size > payload.length) return undefined
  const text = Buffer.from(payload.subarray(start, start + size)).toString("latin1")
  // The size counts the zero that ends it.
  const host = text.endsWith("\0") ? text.slice(0, -1) : text
  if (!/^[\x21-\x7e]+$/.test(host)) return undefined
  return { host, port: view.getUint16(0, true), tlsPort: view.getUint16(2, true) }
}
