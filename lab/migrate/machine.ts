/** What the virtual machines of the lab are made of; source and target have to agree in it. */
export interface Machine {
  /** Displays, the first of them the VGA; 1 if not given. */
  readonly displays?: number
  /** How lossy or lossless images are chosen, of spice-server; "auto" if not given. */
  readonly jpegWanCompression?: "auto" | "always" | "never"
  /** A guest that runs commands (lab/setup/guest.sh), instead of firmware only. */
  readonly guest?: boolean
  /** A picture like a photograph on the screen, which firmware shows (lab/migrate/splash.ts). */
  readonly splash?: boolean
  /** What the smartcard channel leads to: a reader, or a serial line on which the guest writes what it likes. */
  readonly smartcard?: "reader" | "serial"
  /** The ticket that clients need. */
  readonly password?: string
}

/** The order of the guest's ports: /dev/vport0p1 and so on. */
export const guestPorts = { control: 1, agent: 2, port: 3, webdav: 4 } as const

const port = (chardev: string, nr: number, name: string): readonly string[] => [
  "-device",
  `virtserialport,chardev=${chardev},nr=${nr},name=${name}`,
]

const smartcard = (kind: "reader" | "serial"): readonly string[] => [
  ...["-chardev", "spicevmc,id=card,name=smartcard"],
  ...(kind === "reader"
    ? ["-device", "usb-ccid", "-device", "ccid-card-passthru,chardev=card"]
    : ["-device", "isa-serial,chardev=card"]),
]

const files = new URL("../../.lab/guest/", import.meta.url).pathname

const guestOptions = [...["-kernel", `${files}kernel`, "-initrd", `${files}initramfs`], ...["-append", "quiet"]]

/** Files of one host: the socket that the guest's commands go through, and the picture. */
export interface HostFiles {
  readonly control: string
  readonly splash: string
}

/** Every kind of channel that carries migration data, in QEMU's options. */
export const machineOptions = (machine: Machine, { control, splash }: HostFiles): readonly string[] => [
  ...["-machine", "pc,accel=tcg", "-m", machine.guest === true ? "96" : "32", "-nodefaults", "-display", "none"],
  ...["-vga", "qxl", ...Array.from({ length: (machine.displays ?? 1) - 1 }, () => ["-device", "qxl"]).flat()],
  ...["-device", "virtio-serial"],
  ...["-chardev", `socket,id=control,path=${control},server=on,wait=off`],
  ...port("control", guestPorts.control, "control"),
  ...["-chardev", "spicevmc,id=agent,name=vdagent", ...port("agent", guestPorts.agent, "com.redhat.spice.0")],
  ...["-chardev", "spiceport,id=port,name=org.example.port.0", ...port("port", guestPorts.port, "org.example.port.0")],
  ...["-chardev", "spiceport,id=webdav,name=org.spice-space.webdav.0"],
  ...port("webdav", guestPorts.webdav, "org.spice-space.webdav.0"),
  ...["-device", "qemu-xhci,id=usb", "-chardev", "spicevmc,id=redir,name=usbredir"],
  ...["-device", "usb-redir,chardev=redir", ...smartcard(machine.smartcard ?? "reader")],
  ...(machine.guest === true ? guestOptions : []),
  ...(machine.splash === true ? ["-boot", `menu=on,splash-time=60000,splash=${splash}`] : []),
]
