import * as t from "io-ts"
import { byteLength } from "../data/json.js"
import { type Issue, issue, ok, refined } from "../data/refinement.js"
import { isUnspecified } from "../net/network.js"
import { hostIssues } from "./host.js"
import { number } from "./number.js"
import { qemuRules } from "./rules.js"

/**
 * The arguments of QMP's `client_migrate_info`: where SPICE's clients go when a migration is over. QEMU checks none of
 * them (ui/ui-qmp-cmds.c) and sends them to every client.
 *
 * @since 0.6.0
 */
export interface ClientMigrateInfoArguments {
  readonly protocol: "spice"
  /** A name, an address, or a ticket that a SPICE proxy reads, as Proxmox VE's does. */
  readonly hostname: string
  /** 1 to 65535; 0 or -1, which is none, beside a `tls-port` that is one. libvirt gives -1 for the one that there is not. */
  readonly port?: number
  readonly "tls-port"?: number
  /** Names of X.509, `O=Example,CN=host`, that the target's certificate must have. */
  readonly "cert-subject"?: string
}

const maxTicket = 1024

/** What a SPICE proxy is told in place of a host, `pvespiceproxy:64198b7e:100:node::3dbc`: parts between colons. */
const ticket = /^[A-Za-z][\w.+-]*(?::[\w.+/=@-]*){3,}$/

/** What some resolver might take for an address of IPv6, such as fd00::1:2, which would be a ticket otherwise. */
const addressLike = /^[0-9A-Fa-f:.]+$/

/** Whether a host is a ticket of a SPICE proxy, which says where to go by itself. */
export const isTicket = (host: string): boolean =>
  host.length <= maxTicket && ticket.test(host) && !addressLike.test(host)

const hostname = refined(t.string, (host) => {
  if (isTicket(host)) return ok
  return hostIssues(host, "connect") === ok && !isUnspecified(host) ? ok : issue(qemuRules.spiceHost)
})

/** What QEMU itself passes on for a port that is not given (ui/ui-qmp-cmds.c). */
const noPort = -1
const maxPort = 0xffff

const port = refined(number, (value) =>
  value >= noPort && value <= maxPort ? ok : issue(qemuRules.spicePort, value, value < noPort ? noPort : maxPort),
)

const maxSubject = 1024

/** Names of X.509 as SPICE's clients read them: a comma or a backslash in a value stands behind a backslash. */
const subject =
  /^ *[A-Za-z][A-Za-z0-9.]*=(?:[^\\,\p{Cc}]|\\\P{Cc})+(?:, *[A-Za-z][A-Za-z0-9.]*=(?:[^\\,\p{Cc}]|\\\P{Cc})+)*$/u

const certSubject = refined(t.string, (value) =>
  byteLength(value) <= maxSubject && subject.test(value) ? ok : issue(qemuRules.certSubject),
)

const portsIssues = ({ port, "tls-port": tlsPort }: ClientMigrateInfoArguments): readonly Issue[] =>
  (port ?? 0) <= 0 && (tlsPort ?? 0) <= 0 ? issue(qemuRules.spiceNoPort) : ok

const protocol = refined(t.string, (value) => (value === "spice" ? ok : issue(qemuRules.spiceProtocol)))

/** The arguments of `client_migrate_info` as an io-ts type. */
export const clientMigrateInfo = (): t.Type<ClientMigrateInfoArguments, unknown> =>
  refined(
    t.exact(
      t.intersection([
        t.type({ protocol, hostname }),
        t.partial({ port, "tls-port": port, "cert-subject": certSubject }),
      ]),
    ) as t.Type<ClientMigrateInfoArguments, unknown>,
    portsIssues,
  )
