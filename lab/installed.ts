import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { QemuVersion } from "../src/qemu/versions.js"

/** A QEMU that the lab has. */
export interface Installed {
  readonly version: QemuVersion
  /** What starts it: a program and its first arguments. */
  readonly command: readonly [program: string, ...options: readonly string[]]
  readonly environment: NodeJS.ProcessEnv
  /** The options that lock it into a folder. */
  readonly lockedInto: (folder: string) => readonly string[]
  /** What puts it there. */
  readonly setup: string
}

const { PATH = "" } = process.env

/** `ip` is not on every user's path. */
const path = `${PATH}:/usr/sbin:/sbin`

const runWith = (folder: string): readonly string[] => ["-run-with", `chroot=${folder}`]

const installed7: Installed = {
  version: "7.2",
  command: ["/usr/bin/qemu-system-x86_64"],
  environment: { PATH: path },
  lockedInto: (folder) => ["-chroot", folder],
  setup: "lab/setup/packages.sh",
}

/** The folders of a QEMU that is unpacked beside the system's. */
const unpacked = (name: string) => {
  const root = fileURLToPath(new URL(`../.lab/${name}/`, import.meta.url))
  const libraries = `${root}usr/lib/x86_64-linux-gnu`
  return {
    root,
    libraries,
    program: `${root}usr/bin/qemu-system-x86_64`,
    data: ["-L", `${root}usr/share/qemu`, "-L", `${root}usr/share/seabios`],
    environment: { PATH: path, QEMU_MODULE_DIR: `${libraries}/qemu` },
  }
}

const parts10 = unpacked("qemu-10")

const installed10: Installed = {
  version: "10.0",
  command: [parts10.program, ...parts10.data],
  // Some of Debian's packages still have their libraries in the second folder.
  environment: {
    ...parts10.environment,
    LD_LIBRARY_PATH: `${parts10.libraries}:${parts10.root}lib/x86_64-linux-gnu`,
  },
  lockedInto: runWith,
  setup: "lab/setup/qemu-10.sh",
}

const parts11 = unpacked("qemu-11")

/** It has a C library of its own, which only its own loader can load. */
const installed11: Installed = {
  version: "11.1",
  command: [
    `${parts11.libraries}/ld-linux-x86-64.so.2`,
    ...["--library-path", parts11.libraries, parts11.program, ...parts11.data],
  ],
  environment: parts11.environment,
  lockedInto: runWith,
  setup: "lab/setup/qemu-11.sh",
}

/** The QEMUs that a lab can have, the oldest first. */
export const installations: readonly Installed[] = [installed7, installed10, installed11]

/** Why a QEMU cannot be run here, or undefined where it can. */
export const obstacleTo = ({ version, command: [program, ...options], environment, setup }: Installed) => {
  if (process.platform !== "linux" || process.arch !== "x64") return "the lab is for Linux on x86-64"
  if (!existsSync(program)) return `there is no QEMU ${version}, and ${setup} could not get one`
  const { status, stdout, stderr } = spawnSync(program, [...options, "-version"], {
    env: environment,
    encoding: "utf8",
  })
  if (status !== 0) return `QEMU ${version} does not start: ${stderr.trim()}`
  return stdout.startsWith(`QEMU emulator version ${version}.`) ? undefined : `${program} is no QEMU ${version}`
}
