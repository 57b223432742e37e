import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"

/** Whether there is a program of that name. */
const isThere = (program: string): boolean => spawnSync("sh", ["-c", 'command -v "$1"', "sh", program]).status === 0

const inLab = (path: string): boolean => existsSync(new URL(`../../.lab/${path}`, import.meta.url))

const qemuObstacle = (): string | undefined => {
  if (process.platform !== "linux" || process.arch !== "x64") return "the lab is for Linux on x86-64"
  if (!isThere("qemu-system-x86_64")) return "there is no qemu-system-x86_64"
  return inLab("guest/initramfs") ? undefined : "there is no guest in .lab/guest"
}

/** Why no migration can be run here, of QEMU alone, with spicy, and of many surfaces; undefined where it can. */
export const obstacles = (): Readonly<Record<"qemu" | "spicy" | "surfaces", string | undefined>> => {
  const qemu = qemuObstacle()
  const hasSpicy = isThere("spicy") && isThere("Xvfb")
  return {
    qemu,
    spicy: qemu ?? (hasSpicy ? undefined : "there is no spicy or no Xvfb"),
    surfaces: inLab("surfaces/server") ? undefined : "there is no server of many surfaces in .lab/surfaces",
  }
}
