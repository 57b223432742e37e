import type { Host } from "./host.js"

interface QemuVersion {
  readonly qemu: { readonly major: number; readonly minor: number; readonly micro: number }
}

interface SpiceVersion {
  readonly "compiled-version"?: string
}

/** What a host is, as "QEMU 7.2.22 with spice-server 0.15.1". */
export const versionsOf = async (host: Host): Promise<string> => {
  const { qemu } = (await host.ask("query-version")) as QemuVersion
  const spice = (await host.ask("query-spice")) as SpiceVersion
  return `QEMU ${qemu.major}.${qemu.minor}.${qemu.micro} with spice-server ${spice["compiled-version"] ?? "of an unknown version"}`
}
