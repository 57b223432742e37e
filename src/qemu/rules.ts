import type { Rule, ViolationCode } from "../violation/violation.js"

/** A rule of these arguments: what must be so, and what QEMU 10.0 does with an argument where it is not. */
const check = (id: string, code: ViolationCode, demand: string, consequence: string): Rule => ({
  id: `qemu/${id}`,
  code,
  requirement: `${demand} ${consequence}`,
  consequence,
})

/**
 * What an argument of `migrate` or `migrate-incoming` can fail beside its shape. The consequences were measured on
 * QEMU 10.0.2 and read off its sources: migration/migration.c, util/qemu-sockets.c, migration/{exec,fd,file,rdma}.c.
 */
export const checks = {
  oldSpelling: check(
    "old-spelling",
    "unknown-member",
    "This member is of a draft that was never released; use the expected one instead.",
    "QEMU refuses it.",
  ),
  otherVersion: check(
    "other-version",
    "unknown-member",
    "This member belongs to the expected versions of QEMU.",
    "Another one refuses it.",
  ),
  cprVersion: check(
    "cpr-version",
    "not-in-enum",
    "The channel type cpr is known from QEMU 10.0 on.",
    "An older one refuses it.",
  ),
  text: check(
    "text",
    "out-of-range",
    "A string must not hold U+0000, lone surrogates or noncharacters.",
    "QEMU refuses the latter two and passes U+0000 on as the bytes C0 80.",
  ),
  uint16: check(
    "uint16",
    "out-of-range",
    "This must be 0 to 65535.",
    "QEMU refuses other numbers in JSON, and wraps them modulo 65536 in a URI.",
  ),
  multifdCount: check(
    "multifd-count",
    "out-of-range",
    "A data channel must have 1 to 255 connections.",
    "No QEMU knows it.",
  ),
  offset: check(
    "offset",
    "out-of-range",
    "An offset must be 0 to 9223372036854775807 bytes.",
    "QEMU takes a negative one modulo 2^64 and fails; migrate has created the file by then.",
  ),

  hostEmpty: check(
    "host-empty",
    "wrong-type",
    "There must be a host to connect to.",
    "QEMU reports success, then fails to look up the empty name; over RDMA it refuses it.",
  ),
  hostBrackets: check(
    "host-brackets",
    "not-canonical",
    "An IPv6 address stands in brackets in a URI, and nowhere else.",
    "QEMU reports success to migrate, then fails to look up a name with brackets in it; migrate-incoming it refuses.",
  ),
  hostIpv4: check(
    "host-ipv4",
    "not-canonical",
    "An IPv4 address must be four decimal numbers of 0 to 255 without leading zeros.",
    "QEMU takes every form of inet_aton: 127.1, 2130706433 and 0x7f.1 are all 127.0.0.1.",
  ),
  host: check(
    "host",
    "wrong-type",
    "A host must be a name of letters, digits, hyphens, underscores and dots, an IPv4 or an IPv6 address.",
    "QEMU reports success to migrate, and then may fail to look it up; migrate-incoming it refuses then.",
  ),
  family: check(
    "family",
    "inconsistent",
    "An address must be of a family that ipv4 and ipv6 leave allowed.",
    "QEMU reports success to migrate and fails to look the address up; migrate-incoming it refuses.",
  ),
  noFamily: check(
    "no-family",
    "inconsistent",
    "One of ipv4 and ipv6 must be left allowed.",
    "QEMU reports success to migrate, then fails; migrate-incoming it refuses.",
  ),

  port: check(
    "port",
    "wrong-type",
    "A port must be a decimal number of 1 to 65535, or a service name as RFC 6335 has them.",
    "QEMU reports success to migrate, and then may fail to look it up; migrate-incoming it refuses then. An empty one is port 0.",
  ),
  portSpelling: check(
    "port-spelling",
    "not-canonical",
    "A port must have no sign, no space and no leading zero.",
    "QEMU passes over them.",
  ),
  portRange: check(
    "port-range",
    "out-of-range",
    "A port must be at most 65535.",
    "QEMU takes it modulo 65536, or fails to look it up.",
  ),
  portZero: check("port-zero", "out-of-range", "There must be a port to connect to.", "QEMU tries port 0 and fails."),
  portNumeric: check(
    "port-numeric",
    "inconsistent",
    "With numeric the host must be an address and the port a number.",
    "QEMU refuses names.",
  ),
  portRdma: check(
    "port-rdma",
    "wrong-type",
    "A port of RDMA must be a number.",
    "QEMU takes the digits that a name begins with, or port 0.",
  ),
  to: check(
    "to",
    "inconsistent",
    "The first port to try must be a number, and the last one not below it.",
    "QEMU finds no port to listen on if the first one, which may be that of a service, is above the last.",
  ),
  listenOnly: check(
    "listen-only",
    "inconsistent",
    "The members to and numeric are for migrate-incoming.",
    "QEMU ignores them where it connects.",
  ),
  connectOnly: check(
    "connect-only",
    "inconsistent",
    "The member keep-alive is for migrate.",
    "QEMU ignores it where it listens.",
  ),
  rdmaOption: check(
    "rdma-option",
    "inconsistent",
    "An RDMA address has nothing but its host and its port.",
    "QEMU ignores the rest.",
  ),

  pathEmpty: check(
    "path-empty",
    "out-of-range",
    "There must be a path.",
    "QEMU listens on a temporary file of its own naming, or on the abstract name of no letters; it connects to none.",
  ),
  pathLength: check(
    "path-length",
    "limit-exceeded",
    "A socket's path must fit sun_path: 108 bytes of UTF-8, 107 of an abstract one.",
    "QEMU reports success to migrate, then fails; migrate-incoming it refuses.",
  ),
  pathAt: check(
    "path-at",
    "inconsistent",
    "A path must not begin with @; an abstract socket is one with abstract set.",
    "QEMU takes the path literally, for a file in its working directory.",
  ),
  tight: check("tight", "inconsistent", "The member tight is for abstract sockets.", "QEMU ignores it for others."),

  vsockNumber: check(
    "vsock-number",
    "wrong-type",
    "A cid and a port of vsock must be decimal numbers without sign, space or leading zero.",
    "QEMU passes over signs, spaces and zeros; anything else it finds out after migrate has reported success.",
  ),
  vsockRange: check(
    "vsock-range",
    "out-of-range",
    "A cid and a port of vsock must be at most 4294967295.",
    "QEMU reports success to migrate, then fails; migrate-incoming it refuses.",
  ),
  vsockAny: check(
    "vsock-any",
    "out-of-range",
    "A cid and a port to connect to must be below 4294967295, which stands for any.",
    "QEMU reports success, then fails.",
  ),
  fdName: check(
    "fd-name",
    "wrong-type",
    "A file descriptor must go by the name that getfd gave it, which does not begin with a digit.",
    "QEMU takes a number for a descriptor of its own process in migrate-incoming, and refuses it in migrate.",
  ),

  argvEmpty: check("argv-empty", "out-of-range", "There must be a program to run.", "QEMU crashes (SIGSEGV)."),
  argvAbsolute: check(
    "argv-absolute",
    "wrong-type",
    "The program must be an absolute path.",
    "QEMU does not search PATH; what is relative is looked for in its working directory.",
  ),
  commandEmpty: check(
    "command-empty",
    "out-of-range",
    "There must be a command to run.",
    "QEMU runs a shell for nothing.",
  ),
  filenameEmpty: check("filename-empty", "out-of-range", "There must be a file name.", "QEMU refuses it."),
  filenameLength: check(
    "filename-length",
    "limit-exceeded",
    "A file name must be at most 4095 bytes of UTF-8, Linux's PATH_MAX.",
    "QEMU cannot open it.",
  ),

  uriOrChannels: check(
    "uri-or-channels",
    "inconsistent",
    "Exactly one of uri and channels must be given.",
    "QEMU refuses both and neither, but passes over an empty list beside a uri.",
  ),
  channelsEmpty: check(
    "channels-empty",
    "out-of-range",
    "The list of channels must not be empty.",
    "QEMU passes over it beside a uri, and refuses it alone.",
  ),
  mainChannel: check(
    "main-channel",
    "inconsistent",
    "There must be a main channel.",
    "QEMU crashes in migrate (SIGSEGV), and takes a lone cpr channel for the main one in migrate-incoming.",
  ),
  channelTwice: check(
    "channel-twice",
    "inconsistent",
    "There must not be two channels of one type.",
    "QEMU refuses them.",
  ),
  oneChannel: check(
    "one-channel",
    "inconsistent",
    "migrate-incoming takes one channel; that of cpr is given on QEMU's own command line.",
    "QEMU refuses more.",
  ),
  draftChannel: check(
    "draft-channel",
    "not-in-enum",
    "The channel types data and post-copy are a draft; they are taken only where draft is set.",
    "QEMU refuses them.",
  ),
  cprUnix: check(
    "cpr-unix",
    "inconsistent",
    "A cpr channel must be a unix socket.",
    "QEMU refuses another one in mode cpr-transfer and ignores it in every other mode.",
  ),

  uriScheme: check(
    "uri-scheme",
    "not-in-enum",
    "A URI must begin with tcp:, unix:, vsock:, fd:, exec:, rdma: or, from QEMU 8.2 on, file: in lower case.",
    "QEMU refuses it.",
  ),
  uriAuthority: check(
    "uri-authority",
    "not-canonical",
    "The scheme of a URI must not be followed by //.",
    "QEMU takes the slashes for a part of the host.",
  ),
  uriSyntax: check(
    "uri-syntax",
    "wrong-type",
    "A URI of tcp, rdma or vsock must go on with HOST:PORT or CID:PORT.",
    "QEMU refuses it; with rdma: it aborts, freeing a pointer that is none.",
  ),
  uriBrackets: check(
    "uri-brackets",
    "not-canonical",
    "In a URI an IPv6 address stands in brackets, and nothing else does.",
    "QEMU takes anything in brackets for the host, and the host to end at the first colon without them.",
  ),
  uriHostLength: check(
    "uri-host-length",
    "limit-exceeded",
    "A host in a URI must be at most 64 bytes; pass a longer one in channels.",
    "QEMU refuses it; with rdma: it aborts, freeing a pointer that is none.",
  ),
  uriOption: check(
    "uri-option",
    "unknown-member",
    "An option must be one of to, ipv4, ipv6, keep-alive and mptcp.",
    "QEMU ignores all others, empty ones too.",
  ),
  uriOptionTwice: check(
    "uri-option-twice",
    "inconsistent",
    "An option must not be given twice.",
    "QEMU reads the first and ignores the others.",
  ),
  uriOptionValue: check(
    "uri-option-value",
    "wrong-type",
    "An option must be =on or =off, and to= a decimal number.",
    "QEMU refuses other flags; with rdma: it aborts, freeing a pointer that is none. Of to it takes any number, and ignores one without.",
  ),
  uriOffset: check(
    "uri-offset",
    "wrong-type",
    "An offset must be a decimal number of bytes, with a suffix B, K, M, G, T, P or E and, as whole bytes, with a fraction; or hexadecimal.",
    "QEMU refuses others, and rounds a fraction of a byte.",
  ),
  uriInexpressible: check(
    "uri-inexpressible",
    "inconsistent",
    "No URI says this; pass the address in channels.",
    "It would not be read back as the same address.",
  ),
} as const satisfies Record<string, Rule>
