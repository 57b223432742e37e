/** What the virtual machines of the lab are made of; source and target have to agree in it. */
export interface Machine {
  /** Displays, the first of them the VGA; 1 if not given. */
  readonly displays?: number
  /** How lossy or lossless images are chosen, of spice-server; "auto" if not given. */
  readonly jpegWanCompression?: "auto" | "always" | "never"
  /** A guest that runs commands (lab/setup/guest.sh), instead of firmware only. */
  readonly guest?: boolean
  /** What the smartcard channel leads to: a reader, or a port that the guest writes to. */
  readonly smartcard?: "reader" | "port"
  /** The ticket that clients need. */
  readonly password?: string
}

/** The order of the guest's ports: /dev/vport0p1 and so on. */
export const guestPorts = { control: 1, agent: 2, port: 3, webdav: 4, smartcard: 5 } as const

const port = (chardev: string, nr: number, name: string): readonly string[] => [
  "-device",
  `virtserialport,chardev=${chardev},nr=${nr},name=${name}`,
]

const smartcard = (kind: "reader" | "port"): readonly string[] => [
  ...["-chardev", "spicevmc,id=card,name=smartcard"],
  ...(kind === "reader"
    ? ["-device", "usb-ccid", "-device", "ccid-card-passthru,chardev=card"]
    : port("card", guestPorts.smartcard, "card")),
]

const files = new URL("../../.lab/guest/", import.meta.url).pathname

const guestOptions = [...["-kernel", `${files}kernel`, "-initrd", `${files}initramfs`], ...["-append", "quiet"]]

/** Every kind of channel that carries migration data, in QEMU's options; `control` is where the guest's commands go. */
export const machineOptions = (machine: Machine, control: string): readonly string[] => [
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
]
