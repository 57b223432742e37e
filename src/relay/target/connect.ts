import { X509Certificate } from "node:crypto"
import { connect as connectNet, isIP, type OnReadOpts, Socket } from "node:net"
import { type ConnectionOptions, checkServerIdentity, connect as connectTls } from "node:tls"
import { isSubject } from "../../net/x509-subject.js"
import type { Address } from "../config/address.js"
import type { Trust } from "../config/settings.js"
import { lasting, relayed } from "../socket-options.js"

/** Connects to a target; what it sends is read as `onread` says. */
export type Connect = (onread: OnReadOpts) => Socket

/** A certificate's subject against the expected one, or without one its names against the host. */
const identity =
  (subject: string | undefined): NonNullable<ConnectionOptions["checkServerIdentity"]> =>
  (host, certificate) => {
    if (subject === undefined) return checkServerIdentity(host, certificate)
    if (isSubject(subject, new X509Certificate(certificate.raw).subject)) return undefined
    return Object.assign(new Error("the target's certificate has another subject"), { code: "ERR_TLS_CERT_SUBJECT" })
  }

/** How a target is connected to. */
export const connecting = (target: Address, { secured, subject }: Trust): Connect => {
  switch (target.scheme) {
    case "unix":
      return (onread) => connectNet({ ...relayed, path: target.path, onread })
    case "tls":
      return ({ callback }) => {
        const options = {
          ...relayed,
          host: target.host,
          port: target.port,
          ...(isIP(target.host) === 0 ? { servername: target.host } : {}),
          ...secured,
          rejectUnauthorized: true,
          checkServerIdentity: identity(subject),
        }
        const socket = connectTls(options)
        // With onread, records that have been read already go to the same buffer though it is to be left alone.
        return socket.on("data", (bytes) => {
          if (!callback(bytes.length, bytes)) socket.pause()
        })
      }
    default: {
      if (target.scheme === "fd") throw new TypeError("a target is connected to, not inherited")
      return (onread) => connectNet({ ...relayed, host: target.host, port: target.port, onread })
    }
  }
}

/** Connects to a target without TLS: to ask whether it is there needs none. */
export const connectSilently = (target: Address): Socket =>
  target.scheme === "unix"
    ? connectNet({ path: target.path })
    : target.scheme === "fd"
      ? new Socket().destroy()
      : connectNet({ ...lasting, host: target.host, port: target.port })
