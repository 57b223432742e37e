import { readFileSync, readlinkSync, realpathSync, statSync } from "node:fs"
import { hostname, networkInterfaces } from "node:os"
import { basename, dirname, join, resolve } from "node:path"
import { textOfAddress } from "../../net/network.js"

/** What of a machine decides whether two addresses are one. */
export interface LocalHost {
  /** Hosts that lead to itself, beside those of loopback; here and below each as its one text. */
  readonly own: readonly string[]
  /** The lines of its hosts file: an address and its names each. */
  readonly hosts: readonly (readonly string[])[]
  /** The path without links, of a file that may not exist yet. */
  readonly realPath: (path: string) => string
  /** What tells one file from all others; undefined where there is none. */
  readonly fileOf: (path: string) => string | undefined
}

/** The one text of a host: an address without its zone and without IPv6's clothes, or a name in small letters. */
export const hostText = (host: string): string => textOfAddress(host) ?? host.toLowerCase().replace(/\.$/, "")

/** A machine of which nothing is known: addresses are what their text says. */
export const unknownHost: LocalHost = { own: [], hosts: [], realPath: (path) => path, fileOf: () => undefined }

/** What a function returns, or what stands in for it where the system refuses. */
const attempt = <A>(read: () => A, otherwise: A): A => {
  try {
    return read()
  } catch {
    return otherwise
  }
}

/** Links that lead on from one another, as many as Linux follows. */
const mostLinks = 40

/** Follows links although what they lead to may only come: realpath(3) gives up then. */
const realPathOf = (path: string, links = mostLinks): string =>
  attempt(() => realpathSync(path), undefined) ?? withoutFile(path, links)

const withoutFile = (path: string, links: number): string => {
  const folder = realPathOf(dirname(path), links)
  const file = join(folder, basename(path))
  const link = attempt(() => readlinkSync(file), undefined)
  return link === undefined || links === 0 ? file : realPathOf(resolve(folder, link), links - 1)
}

const fileOf = (path: string): string | undefined =>
  attempt(() => {
    const { dev, ino } = statSync(path, { bigint: true })
    return `${dev}:${ino}`
  }, undefined)

/** The lines of a hosts file, hosts(5), without comments. */
export const hostsIn = (text: string): readonly (readonly string[])[] =>
  text
    .split("\n")
    .map((line) => line.replace(/#.*/, "").trim().split(/\s+/))
    .filter((words) => words.length > 1)
    .map((words) => words.map(hostText))

/** What is known of this machine at the moment. Names that only DNS knows are not asked for: its answers change. */
export const thisHost = (): LocalHost => ({
  own: [hostname(), ...Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address))].map(
    hostText,
  ),
  hosts: hostsIn(attempt(() => readFileSync("/etc/hosts", "utf8"), "")),
  realPath: realPathOf,
  fileOf,
})
