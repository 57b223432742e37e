import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { succeed, withoutVsock } from "./programs.js"

/** Programs that can be run in a jail; each does nothing. */
export const jailPrograms = ["/bin/true", "/bin/sh", "/bin/cat", "/usr/bin/socat", "/opt/relay/bin/forward"] as const

/** Files that are there to be read; what they hold is no migration. */
export const jailFiles = ["/var/tmp/vm.state", "/srv/migration/größe 1.bin"] as const

/** What the resolver knows in a jail: it asks nobody. */
const tables = {
  "/etc/nsswitch.conf": "hosts: files\nservices: files\n",
  "/etc/hosts": "127.0.0.1 localhost target.example\n::1 localhost ip6-localhost target.example\n",
  "/etc/services": "http 80/tcp\nvnc-server 5900/tcp\nqemu-mig 49152/tcp\n",
} as const

const emptyFolders = ["/run", "/tmp"] as const

const put = (jail: string, path: string, content: string | Buffer, mode: number): void => {
  mkdirSync(dirname(join(jail, path)), { recursive: true })
  writeFileSync(join(jail, path), content, { mode })
}

/** Where a QEMU runs. */
export interface Jail {
  /** The folder that it is locked into. */
  readonly root: string
  /** What starts it: a program of its own, out of its reach. */
  readonly launcher: string
  readonly remove: () => void
}

/** Makes a folder that QEMU can be locked into, with all that there is to be found. */
export const makeJail = (): Jail => {
  const folder = mkdtempSync(join(tmpdir(), "qemu-jail-"))
  const root = join(folder, "root")
  for (const path of emptyFolders) mkdirSync(join(root, path), { recursive: true })
  for (const path of jailPrograms) put(root, path, succeed, 0o755)
  for (const path of jailFiles) put(root, path, "no migration\n", 0o644)
  for (const [path, table] of Object.entries(tables)) put(root, path, table, 0o644)
  put(folder, "without-vsock", withoutVsock, 0o755)
  return {
    root,
    launcher: join(folder, "without-vsock"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
