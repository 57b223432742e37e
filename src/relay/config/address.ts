import { isDecimal } from "../../net/decimal.js"
import { isIpv4, isIpv6, isName } from "../../net/host.js"
import { normalised } from "../../net/path.js"

/** Where connections come from or go to. */
export type Address =
  | { readonly scheme: "tcp" | "tls"; readonly host: string; readonly port: number }
  | { readonly scheme: "unix"; readonly path: string }
  | { readonly scheme: "fd"; readonly name: string }

const internet = /^(tcp|tls):\/\/(?:\[([0-9A-Fa-f:.%A-Za-z_-]{2,64})\]|([^[\]:/?#]{1,254})):(\d{1,5})$/

/** A path without control characters, ends of lines and halves of characters. */
const path = /^unix:\/\/(\/[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+)$/u

/** Bytes of a socket's path: sun_path has 108, one of which ends it. libuv cuts a longer one to another name. */
const mostPathBytes = 107

/** A name of systemd's FileDescriptorName=, or the number of a descriptor. */
const inherited = /^fd:\/\/([A-Za-z0-9._@-]{1,255})$/

const internetAddress = (text: string): Address | undefined => {
  const [, scheme, ipv6, host = ipv6 ?? "", digits = ""] = internet.exec(text) ?? []
  const port = Number(digits)
  if ((scheme !== "tcp" && scheme !== "tls") || !isDecimal(digits) || port > 0xffff) return undefined
  const isHost = ipv6 === undefined ? isIpv4(host) || isName(host) : isIpv6(host)
  return isHost ? { scheme, host, port } : undefined
}

/** The address that a text says: `tcp://host:port`, `tls://host:port`, `unix:///path` or `fd://name`. */
export const parseAddress = (text: string): Address | undefined => {
  const [, file] = path.exec(text) ?? []
  if (file !== undefined) {
    const clean = normalised(file)
    const fits = clean !== undefined && clean !== "/" && Buffer.byteLength(clean) <= mostPathBytes
    return fits ? { scheme: "unix", path: clean } : undefined
  }
  const [, name] = inherited.exec(text) ?? []
  return name === undefined ? internetAddress(text) : { scheme: "fd", name }
}

/** The one text for an address. */
export const formatAddress = (address: Address): string => {
  switch (address.scheme) {
    case "unix":
      return `unix://${address.path}`
    case "fd":
      return `fd://${address.name}`
    default: {
      const { scheme, host, port } = address
      return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`
    }
  }
}
