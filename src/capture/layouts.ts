import * as L from "../layout/index.js"

/**
 * The headers of capture files and of what they hold, as far as a SPICE connection lies behind them: pcap
 * (draft-ietf-opsawg-pcap), pcapng (draft-ietf-opsawg-pcapng), the link types of tcpdump.org/linktypes.html, IP (RFC 791,
 * RFC 8200) and TCP (RFC 9293).
 */

const header = <const F extends L.Fields>(format: string, title: string, doc: string, limit: number, fields: F) =>
  L.layout(format, { title, doc, limit, fields })

/** Numbers of a capture file lie in the byte order of the machine that wrote it. */
const orders = { little: { u16: L.u16, u32: L.u32 }, big: { u16: L.u16be, u32: L.u32be } } as const

export type ByteOrder = keyof typeof orders

const inBothOrders = <A>(make: (numbers: (typeof orders)[ByteOrder]) => A): Readonly<Record<ByteOrder, A>> => ({
  little: make(orders.little),
  big: make(orders.big),
})

export const pcapFile = inBothOrders(({ u16, u32 }) =>
  header("pcap-file", "pcap_file_header", "What a pcap file begins with.", 24, {
    magic: u32("0xA1B2C3D4 where times have microseconds, 0xA1B23C4D where they have nanoseconds."),
    version_major: u16("The version: 2."),
    version_minor: u16("What was added to it: 4."),
    thiszone: u32("The time zone; always 0."),
    sigfigs: u32("How exact times are; always 0."),
    snaplen: u32("The most of a packet that was kept.", "bytes"),
    linktype: u32("The link type of all packets, in the lower 16 bits."),
  }),
)

export const pcapRecord = inBothOrders(({ u32 }) =>
  header("pcap-record", "pcap_pkthdr", "What stands in front of each packet of a pcap file.", 16, {
    ts_sec: u32("When the packet was captured, since 1970.", "seconds"),
    ts_frac: u32("The rest of that, in microseconds or nanoseconds."),
    caplen: u32("How much of the packet was kept.", "bytes"),
    len: u32("The size of the packet.", "bytes"),
  }),
)

export const ngBlock = inBothOrders(({ u32 }) =>
  header("pcapng-block", "Block", "What every block of a pcapng file begins with.", 8, {
    type: u32("What the block is."),
    total_length: u32("Its size, this header and the same number at its end included.", "bytes"),
  }),
)

export const ngSection = inBothOrders(({ u16, u32 }) =>
  header("pcapng-section", "Section Header Block", "What follows the block header of a section.", 16, {
    byte_order_magic: u32("0x1A2B3C4D in the byte order of the section."),
    major_version: u16("The version: 1."),
    minor_version: u16("What was added to it: 0 or 2."),
    section_length_low: u32("The size of the section, all bits set where it is not known; not looked at."),
    section_length_high: u32("The upper half of that."),
  }),
)

export const ngInterface = inBothOrders(({ u16, u32 }) =>
  header("pcapng-interface", "Interface Description Block", "What follows the block header of an interface.", 8, {
    linktype: u16("The link type of its packets."),
    reserved: u16("Not used."),
    snaplen: u32("The most of a packet that was kept; 0 where there is no limit.", "bytes"),
  }),
)

export const ngOption = inBothOrders(({ u16 }) =>
  header("pcapng-option", "Option", "What stands in front of each option, which is padded to 32 bits.", 4, {
    code: u16("What the option is; 0 ends the list."),
    length: u16("The size of its value.", "bytes"),
  }),
)

export const ngPacket = inBothOrders(({ u32 }) =>
  header("pcapng-packet", "Enhanced Packet Block", "What follows the block header of a packet.", 20, {
    interface_id: u32("Which interface of the section it was captured on."),
    timestamp_high: u32("The upper half of the time, in units of the interface."),
    timestamp_low: u32("The lower half of that."),
    caplen: u32("How much of the packet was kept.", "bytes"),
    len: u32("The size of the packet.", "bytes"),
  }),
)

export const ngSimplePacket = inBothOrders(({ u32 }) =>
  header(
    "pcapng-simple-packet",
    "Simple Packet Block",
    "What follows the block header of a packet of interface 0.",
    4,
    {
      len: u32("The size of the packet; how much of it was kept, the interface's snaplen tells.", "bytes"),
    },
  ),
)

export const ethernet = header("ethernet", "Ethernet II", "The header of an Ethernet frame.", 14, {
  destination: L.bytes(6, "The receiver's address."),
  source: L.bytes(6, "The sender's address."),
  type: L.u16be("What follows (EtherType)."),
})

export const vlanTag = header("vlan-tag", "802.1Q", "A tag of a VLAN; a frame can have several.", 4, {
  tci: L.u16be("Priority and VLAN."),
  type: L.u16be("What follows (EtherType)."),
})

export const linuxCooked = header("linux-cooked", "LINUX_SLL", "The header of a packet captured on any device.", 16, {
  packet_type: L.u16be("Who the packet was for."),
  arphrd_type: L.u16be("The kind of device."),
  address_length: L.u16be("The size of the sender's address.", "bytes"),
  address: L.bytes(8, "The sender's address."),
  protocol: L.u16be("What follows (EtherType)."),
})

export const linuxCooked2 = header("linux-cooked-2", "LINUX_SLL2", "The second version of that header.", 20, {
  protocol: L.u16be("What follows (EtherType)."),
  reserved: L.u16be("Not used."),
  interface_index: L.u32be("The device."),
  arphrd_type: L.u16be("The kind of device."),
  packet_type: L.u8("Who the packet was for."),
  address_length: L.u8("The size of the sender's address.", "bytes"),
  address: L.bytes(8, "The sender's address."),
})

/** BSD's loopback: the family is written in the capturing machine's byte order, OpenBSD's in the network's. */
export const loopback = inBothOrders(({ u32 }) =>
  header("loopback", "NULL", "The header of a packet on BSD's loopback.", 4, {
    family: u32("The address family: 2 for IPv4; 10, 24, 28 or 30 for IPv6, as the system has it."),
  }),
)

export const ipv4 = header("ipv4", "IPv4", "The fixed part of an IPv4 header.", 20, {
  first: L.bits({ words: L.bit(4, "The header's size, in words."), version: L.bit(4, "4.") }, "Version and size."),
  dscp_ecn: L.u8("The class of service."),
  total_length: L.u16be("The size of header and payload; 0 where the network card splits the packet later.", "bytes"),
  id: L.u16be("Which packet a fragment belongs to."),
  fragment: L.bits(
    {
      offset: L.bit(13, "Where the fragment belongs, in units of 8 bytes."),
      more: L.flag("Whether fragments follow."),
      rest: L.bit(2, "Whether it may be fragmented, and a bit that is not used."),
    },
    "Fragmentation.",
    L.u16be,
  ),
  ttl: L.u8("How many hops are left."),
  protocol: L.u8("What follows (IP protocol number)."),
  checksum: L.u16be("The header's checksum, which network cards often compute later; not looked at."),
  source: L.bytes(4, "The sender."),
  destination: L.bytes(4, "The receiver."),
})

export const ipv6 = header("ipv6", "IPv6", "The fixed header of an IPv6 packet.", 40, {
  version: L.u32be("6 in the upper 4 bits, class of service and flow."),
  payload_length: L.u16be("The size of what follows; 0 where the network card splits the packet later.", "bytes"),
  next_header: L.u8("What follows (IP protocol number)."),
  hop_limit: L.u8("How many hops are left."),
  source: L.bytes(16, "The sender."),
  destination: L.bytes(16, "The receiver."),
})

export const ipv6Extension = header("ipv6-extension", "IPv6 extension", "What an extension header begins with.", 8, {
  next_header: L.u8("What follows (IP protocol number)."),
  length: L.u8("The size, in units of 8 bytes without the first; of an authentication header in words without two."),
  body: L.bytes(6, "What the extension says."),
})

export const ipv6Fragment = header("ipv6-fragment", "IPv6 fragment", "The extension header of a fragment.", 8, {
  next_header: L.u8("What follows (IP protocol number)."),
  reserved: L.u8("Not used."),
  fragment: L.bits(
    {
      more: L.flag("Whether fragments follow."),
      rest: L.bit(2, "Not used."),
      offset: L.bit(13, "Where the fragment belongs, in units of 8 bytes."),
    },
    "Fragmentation.",
    L.u16be,
  ),
  id: L.u32be("Which packet the fragment belongs to."),
})

export const tcp = header("tcp", "TCP", "The fixed part of a TCP header.", 20, {
  source_port: L.u16be("The sender's port."),
  destination_port: L.u16be("The receiver's port."),
  sequence: L.u32be("The number of the segment's first byte."),
  acknowledgement: L.u32be("The number of the next byte that the sender waits for."),
  flags: L.bits(
    {
      fin: L.flag("The sender has said all."),
      syn: L.flag("A connection begins."),
      rst: L.flag("The connection is broken off."),
      psh: L.flag("Not looked at."),
      ack: L.flag("The acknowledgement counts."),
      rest: L.bit(7, "Not looked at."),
      words: L.bit(4, "The header's size, in words."),
    },
    "Flags and the header's size.",
    L.u16be,
  ),
  window: L.u16be("How much the sender takes.", "bytes"),
  checksum: L.u16be("The segment's checksum, which network cards often compute later; not looked at."),
  urgent: L.u16be("Not looked at."),
})

/** One of the tags in front of a protocol's data that Wireshark exports; a list of them ends with the tag 0. */
export const exportedTag = header("exported-tag", "EXP_PDU_TAG", "A tag of data that Wireshark exported.", 4, {
  tag: L.u16be("What the tag says."),
  length: L.u16be("The size of its value, padded to 32 bits.", "bytes"),
})
