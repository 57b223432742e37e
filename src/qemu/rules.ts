import type { Rule, ViolationCode } from "../violation/violation.js"

/** A rule of these arguments: what must be so, and what QEMU does with an argument where it is not. */
const rule = (id: string, code: ViolationCode, requirement: string, consequence: string): Rule => ({
  id: `qemu/${id}`,
  code,
  requirement,
  consequence,
})

/**
 * Rules of arguments beside their shape. The consequences were measured on QEMU 7.2, 10.0 and 11.1 and read off their
 * sources: migration/, util/qemu-sockets.c, ui/ui-qmp-cmds.c, blockdev-nbd.c, dump/dump.c. A sentence that names no
 * version is true of all of them.
 */
export const qemuRules = {
  oldSpelling: rule(
    "old-spelling",
    "unknown-member",
    "This member is of a draft that was never released; use the expected one instead.",
    "QEMU refuses it.",
  ),
  otherVersion: rule(
    "other-version",
    "unknown-member",
    "This member belongs to the expected versions of QEMU.",
    "QEMU refuses it in all others.",
  ),
  cprVersion: rule(
    "cpr-version",
    "not-in-enum",
    "The channel type cpr belongs to QEMU 10.0 and later.",
    "QEMU 9.1 and earlier refuse it.",
  ),
  text: rule(
    "text",
    "out-of-range",
    "A string must not hold U+0000, lone surrogates or noncharacters.",
    "QEMU refuses the latter two and passes U+0000 on as the bytes C0 80.",
  ),
  uint16: rule(
    "uint16",
    "out-of-range",
    "This must be 0 to 65535.",
    "QEMU refuses other numbers in JSON, and takes them modulo 65536 in a URI.",
  ),
  multifdCount: rule(
    "multifd-count",
    "out-of-range",
    "A data channel must have 1 to 255 connections.",
    "No QEMU knows it.",
  ),
  offset: rule(
    "offset",
    "out-of-range",
    "An offset must be 0 to 9223372036854775807 bytes.",
    "QEMU takes a negative one modulo 2^64 and fails; migrate has created the file by then.",
  ),

  hostEmpty: rule(
    "host-empty",
    "wrong-type",
    "There must be a host to connect to.",
    "QEMU reports success, then fails to look up the empty name; over RDMA it refuses it.",
  ),
  hostBrackets: rule(
    "host-brackets",
    "not-canonical",
    "An IPv6 address stands in brackets in a URI, and nowhere else.",
    "QEMU reports success to migrate, then fails to look up a name with brackets in it; migrate-incoming it refuses.",
  ),
  hostAny: rule(
    "host-any",
    "not-canonical",
    "The host must not be *; every address is written 0.0.0.0, [::] or nothing at all.",
    "The C library takes * for no host at all: QEMU listens on every address, and connects to its own host.",
  ),
  hostMulticast: rule(
    "host-multicast",
    "inconsistent",
    "An IPv6 address must not be one of ff00::/8, which stand for groups of hosts.",
    "Linux refuses to connect to it and to listen on it (EINVAL), on every host.",
  ),
  lineBreak: rule(
    "line-break",
    "not-canonical",
    "A host and a port must not end with a line break; take the CR or LF of the text's last line away.",
    "QEMU takes it for a part of the name, and fails to look that up.",
  ),
  linkLocalZone: rule(
    "link-local-zone",
    "inconsistent",
    "A link-local IPv6 address must name its interface, as fe80::1%eth0 does.",
    "Linux refuses to connect to it and to listen on it (EINVAL), on every host.",
  ),
  zoneEscaped: rule(
    "zone-escaped",
    "not-canonical",
    "The interface of an address must not be escaped as in a URL: write %eth0, not %25eth0.",
    "QEMU looks for an interface whose name begins with 25.",
  ),
  hostIpv4: rule(
    "host-ipv4",
    "not-canonical",
    "An IPv4 address must be four decimal numbers of 0 to 255 without leading zeros.",
    "QEMU takes every form of inet_aton: 127.1, 2130706433 and 0x7f.1 are all 127.0.0.1.",
  ),
  host: rule(
    "host",
    "wrong-type",
    "A host must be a name of letters, digits, hyphens, underscores and dots, an IPv4 or an IPv6 address.",
    "QEMU reports success to migrate, and then may fail to look it up; migrate-incoming it refuses then.",
  ),
  family: rule(
    "family",
    "inconsistent",
    "An address must be of a family that ipv4 and ipv6 leave allowed.",
    "QEMU reports success to migrate and fails to look the address up; migrate-incoming it refuses.",
  ),
  noFamily: rule(
    "no-family",
    "inconsistent",
    "One of ipv4 and ipv6 must be left allowed.",
    "QEMU reports success to migrate, then fails; migrate-incoming it refuses.",
  ),

  port: rule(
    "port",
    "wrong-type",
    "A port must be a decimal number of 1 to 65535, or a service name as RFC 6335 has them.",
    "QEMU reports success to migrate, and then may fail to look it up; migrate-incoming it refuses then. An empty one is port 0.",
  ),
  portSpelling: rule(
    "port-spelling",
    "not-canonical",
    "A port must have no sign, no space and no leading zero.",
    "QEMU passes over them.",
  ),
  portRange: rule(
    "port-range",
    "out-of-range",
    "A port must be at most 65535.",
    "QEMU takes it modulo 65536, or fails to look it up.",
  ),
  portZero: rule("port-zero", "out-of-range", "There must be a port to connect to.", "QEMU tries port 0 and fails."),
  portNumeric: rule(
    "port-numeric",
    "inconsistent",
    "With numeric the host must be an address and the port a number.",
    "QEMU refuses names.",
  ),
  portRdma: rule(
    "port-rdma",
    "wrong-type",
    "A port of RDMA must be a number.",
    "QEMU takes the digits that a name begins with, or port 0.",
  ),
  keepAliveOff: rule(
    "keep-alive-off",
    "inconsistent",
    "The members keep-alive-count, keep-alive-idle and keep-alive-interval need keep-alive.",
    "QEMU ignores them without it.",
  ),
  keepAliveCount: rule(
    "keep-alive-count",
    "out-of-range",
    "This must be 1 to 127 probes, or 0 for the host's own setting.",
    "QEMU reports success to migrate, then fails to set it; migrate-incoming it refuses.",
  ),
  keepAliveTime: rule(
    "keep-alive-time",
    "out-of-range",
    "This must be 1 to 32767 seconds, or 0 for the host's own setting.",
    "QEMU reports success to migrate, then fails to set it; migrate-incoming it refuses.",
  ),
  to: rule(
    "to",
    "inconsistent",
    "The first port to try must be a number, and the last one not below it.",
    "QEMU finds no port to listen on if the first one, which may be that of a service, is above the last.",
  ),
  listenOnly: rule(
    "listen-only",
    "inconsistent",
    "The members to and numeric are for migrate-incoming.",
    "QEMU ignores them where it connects.",
  ),
  connectOnly: rule(
    "connect-only",
    "inconsistent",
    "To listen, keep-alive belongs to QEMU 10.1 and later.",
    "QEMU 10.0 and earlier ignore it where they listen.",
  ),
  rdmaOption: rule(
    "rdma-option",
    "inconsistent",
    "An RDMA address has nothing but its host and its port.",
    "QEMU ignores the rest.",
  ),

  pathEmpty: rule(
    "path-empty",
    "out-of-range",
    "There must be a path.",
    "QEMU listens on a temporary file of its own naming, or on the abstract name of no letters; it connects to none.",
  ),
  pathLength: rule(
    "path-length",
    "limit-exceeded",
    "A socket's path must fit sun_path: 108 bytes of UTF-8, 107 of an abstract one.",
    "QEMU reports success to migrate, then fails; migrate-incoming it refuses.",
  ),
  pathAt: rule(
    "path-at",
    "inconsistent",
    "A path must not begin with @; an abstract socket is one with abstract set.",
    "QEMU takes the path literally, for a file in its working directory.",
  ),
  tight: rule("tight", "inconsistent", "The member tight is for abstract sockets.", "QEMU ignores it for others."),

  vsockNumber: rule(
    "vsock-number",
    "wrong-type",
    "A cid and a port of vsock must be decimal numbers without sign, space or leading zero.",
    "QEMU passes over signs, spaces and zeros; anything else it finds out after migrate has reported success.",
  ),
  vsockRange: rule(
    "vsock-range",
    "out-of-range",
    "A cid and a port of vsock must be at most 4294967295.",
    "QEMU reports success to migrate, then fails; migrate-incoming it refuses.",
  ),
  vsockAny: rule(
    "vsock-any",
    "out-of-range",
    "A cid and a port to connect to must be below 4294967295, which stands for any.",
    "QEMU reports success, then fails.",
  ),
  fdName: rule(
    "fd-name",
    "wrong-type",
    "A file descriptor must go by the name that getfd gave it, which does not begin with a digit.",
    "QEMU refuses it: no descriptor can have been given that name.",
  ),

  fdNumber: rule(
    "fd-number",
    "wrong-type",
    "The number of a file descriptor must be decimal, without leading zeros, and at most 2147483647.",
    "QEMU passes over leading zeros, and refuses anything else.",
  ),
  fdStandard: rule(
    "fd-standard",
    "policy-denied",
    "The descriptors 0 to 2 must not be used; no policy can allow them.",
    "They are QEMU's own standard input, output and error, often its monitor.",
  ),
  fdUnnamed: rule(
    "fd-unnamed",
    "wrong-type",
    "On QEMU's command line a file descriptor must go by its number.",
    "QEMU refuses a name and exits: getfd can have given none yet.",
  ),
  argvEmpty: rule("argv-empty", "out-of-range", "There must be a program to run.", "QEMU crashes (SIGSEGV)."),
  argvAbsolute: rule(
    "argv-absolute",
    "wrong-type",
    "The program must be an absolute path.",
    "QEMU does not search PATH; what is relative is looked for in its working directory.",
  ),
  commandEmpty: rule(
    "command-empty",
    "out-of-range",
    "There must be a command to run.",
    "QEMU runs a shell for nothing.",
  ),
  filenameEmpty: rule("filename-empty", "out-of-range", "There must be a file name.", "QEMU refuses it."),
  filenameLength: rule(
    "filename-length",
    "limit-exceeded",
    "A file name must be at most 4095 bytes of UTF-8, Linux's PATH_MAX.",
    "QEMU cannot open it.",
  ),

  uriOrChannels: rule(
    "uri-or-channels",
    "inconsistent",
    "Exactly one of uri and channels must be given.",
    "QEMU refuses both and neither, but passes over an empty list beside a uri.",
  ),
  channelsEmpty: rule(
    "channels-empty",
    "out-of-range",
    "The list of channels must not be empty.",
    "QEMU passes over it beside a uri, and refuses it alone.",
  ),
  mainChannel: rule(
    "main-channel",
    "inconsistent",
    "There must be a main channel.",
    "QEMU crashes in migrate (SIGSEGV), and from 11.0 on in migrate-incoming; earlier ones take a lone cpr channel for the main one there.",
  ),
  channelTwice: rule(
    "channel-twice",
    "inconsistent",
    "There must not be two channels of one type.",
    "QEMU refuses them.",
  ),
  oneChannel: rule(
    "one-channel",
    "inconsistent",
    "There must be one channel to migrate-incoming; that of cpr is given on QEMU's own command line.",
    "QEMU refuses more.",
  ),
  draftChannel: rule(
    "draft-channel",
    "not-in-enum",
    "The channel types data and post-copy are a draft; they are taken only where draft is set.",
    "QEMU refuses them.",
  ),
  cprUnix: rule(
    "cpr-unix",
    "inconsistent",
    "A cpr channel must be a unix socket; in QEMU's option incoming it may also be a descriptor, from 10.1 on.",
    "QEMU refuses another one in mode cpr-transfer and ignores it in every other mode.",
  ),

  uriScheme: rule(
    "uri-scheme",
    "not-in-enum",
    "A URI must begin with tcp:, unix:, vsock:, fd:, exec:, rdma: or, from QEMU 8.2 on, file: in lower case.",
    "QEMU refuses it.",
  ),
  uriAuthority: rule(
    "uri-authority",
    "not-canonical",
    "The scheme of a URI must not be followed by //.",
    "QEMU takes the slashes for a part of the host.",
  ),
  uriSyntax: rule(
    "uri-syntax",
    "wrong-type",
    "A URI of tcp, rdma or vsock must go on with HOST:PORT or CID:PORT.",
    "QEMU refuses it; with rdma: it crashes (SIGABRT), freeing a pointer that is none.",
  ),
  uriBrackets: rule(
    "uri-brackets",
    "not-canonical",
    "In a URI an IPv6 address stands in brackets, and nothing else does.",
    "QEMU takes anything in brackets for the host, and the host to end at the first colon without them.",
  ),
  uriHostLength: rule(
    "uri-host-length",
    "limit-exceeded",
    "To QEMU 10.0 and earlier, a host in a URI must be at most 64 bytes; pass a longer one in channels.",
    "QEMU 10.0 and earlier refuse it; with rdma: they crash (SIGABRT), freeing a pointer that is none.",
  ),
  uriOption: rule(
    "uri-option",
    "unknown-member",
    "There is no such option; remove it or correct its spelling.",
    "QEMU 10.1 and later refuse it, and with rdma: crash (SIGABRT); earlier ones ignore it. An empty one at the end all of them pass over.",
  ),
  uriSecondAddress: rule(
    "uri-second-address",
    "inconsistent",
    "The address must stand first, and there must not be a second one in addr=.",
    "QEMU 10.1 and later connect to, and listen on, the address of addr= instead; earlier ones ignore it.",
  ),
  uriOptionId: rule(
    "uri-option-id",
    "inconsistent",
    "The option id must not be given.",
    "QEMU 10.1 and later keep it for ever and refuse its second use in the same process; earlier ones ignore it.",
  ),
  uriOptionVersion: rule(
    "uri-option-version",
    "unknown-member",
    "This option belongs to the expected versions of QEMU.",
    "Others ignore it, or take it for another option and refuse it.",
  ),
  uriOptionTwice: rule(
    "uri-option-twice",
    "inconsistent",
    "An option must not be given twice.",
    "QEMU 10.1 and later take the last one, earlier ones the first.",
  ),
  uriOptionValue: rule(
    "uri-option-value",
    "wrong-type",
    "A flag must be =on or =off, from QEMU 10.1 on also =yes, =true, =y, =no, =false or =n; any other option must be =NUMBER in decimal.",
    "QEMU refuses other flags; with rdma: it crashes (SIGABRT), freeing a pointer that is none. A number may be negative, octal or hexadecimal to QEMU 10.1 and later, which cut it to the size of its member; earlier ones ignore to without one.",
  ),
  uriOffset: rule(
    "uri-offset",
    "wrong-type",
    "An offset must be a decimal number of bytes, with a suffix B, K, M, G, T, P or E and, as whole bytes, with a fraction; or hexadecimal.",
    "QEMU refuses others, and rounds a fraction of a byte.",
  ),
  uriInexpressible: rule(
    "uri-inexpressible",
    "inconsistent",
    "No URI says this; pass the address in channels.",
    "It would not be read back as the same address.",
  ),

  incomingSyntax: rule(
    "incoming-syntax",
    "wrong-type",
    "The option must be defer, a URI, a channel in JSON, or a channel as main,addr.transport=..., with each key once and each comma of a value doubled.",
    "QEMU refuses others and exits; but it takes the last of a key given twice, and passes over a comma at the end.",
  ),
  incomingVersion: rule(
    "incoming-version",
    "wrong-type",
    "A channel beside URIs belongs to QEMU 10.0 and later.",
    "QEMU 9.1 and earlier refuse it and exit.",
  ),

  spiceProtocol: rule("spice-protocol", "not-in-enum", "The protocol must be spice.", "QEMU refuses any other one."),
  spiceHost: rule(
    "spice-host",
    "wrong-type",
    "The hostname must be a name, an address to connect to without brackets, or a ticket of a SPICE proxy.",
    "QEMU sends whatever it is to every client, which connects there.",
  ),
  spicePort: rule(
    "spice-port",
    "out-of-range",
    "A port must be 1 to 65535; or 0 or -1, which is none, beside another one.",
    "QEMU cuts it to 16 bits without a word and sends it to every client.",
  ),
  spiceNoPort: rule(
    "spice-no-port",
    "inconsistent",
    "One of port and tls-port must be given, and be neither 0 nor -1.",
    "QEMU refuses none at all, and sends 0 to every client.",
  ),
  certSubject: rule(
    "cert-subject",
    "wrong-type",
    "The certificate's subject must be X.509 names like O=Example,CN=host, in at most 1024 bytes without control characters.",
    "QEMU sends whatever it is to every client, which compares it with the certificate that it gets.",
  ),

  nbdFlat: rule(
    "nbd-flat",
    "unknown-member",
    "The address of nbd-server-start stands in a member data beside its type.",
    "QEMU refuses it elsewhere.",
  ),
  nbdName: rule(
    "nbd-name",
    "limit-exceeded",
    "The name and the description of an export must be at most 4096 bytes of UTF-8.",
    "QEMU refuses a longer one.",
  ),
  empty: rule("empty", "out-of-range", "This must not be empty.", "QEMU refuses it, or finds nothing of that name."),
  fdsetId: rule(
    "fdset-id",
    "out-of-range",
    "The id of a set of file descriptors must be 0 to 9223372036854775807.",
    "QEMU refuses a negative one.",
  ),

  parameterRange: rule("parameter-range", "out-of-range", "This parameter must be in its range.", "QEMU refuses it."),
  powerOfTwo: rule(
    "power-of-two",
    "out-of-range",
    "This must be a power of two in its range.",
    "QEMU refuses another size.",
  ),
  identifier: rule(
    "identifier",
    "wrong-type",
    "An id or alias must begin with a letter and go on with letters, digits, hyphens, dots and underscores, at most 255 of them.",
    "QEMU refuses another one.",
  ),
  nodeName: rule(
    "node-name",
    "limit-exceeded",
    "The name of a node must be at most 31 bytes.",
    "QEMU refuses a longer one.",
  ),
  aliasTwice: rule("alias-twice", "inconsistent", "A name and an alias must not be given twice.", "QEMU refuses it."),
  cprCommandEmpty: rule(
    "cpr-command-empty",
    "out-of-range",
    "There must be a program to run.",
    "QEMU accepts the empty list, and refuses to migrate in the mode cpr-exec.",
  ),
  capabilityTwice: rule(
    "capability-twice",
    "inconsistent",
    "A capability must not be given twice.",
    "QEMU takes the last one.",
  ),
  capabilitiesTogether: rule(
    "capabilities-together",
    "inconsistent",
    "A capability must be on with those that it needs, and without those that it excludes.",
    "QEMU refuses the command, and sets none of its capabilities.",
  ),
  cprCapabilities: rule(
    "cpr-capabilities",
    "inconsistent",
    "The modes of cpr must be used without the capabilities postcopy-ram, background-snapshot and x-colo.",
    "QEMU refuses it.",
  ),
  transportChannels: rule(
    "transport-channels",
    "inconsistent",
    "The capabilities multifd and postcopy-preempt need a socket of type inet, unix or vsock, or mapped-ram.",
    "QEMU refuses another transport.",
  ),
  transportSeeking: rule(
    "transport-seeking",
    "inconsistent",
    "The capability mapped-ram needs a file.",
    "QEMU refuses another transport.",
  ),
  transportRdma: rule(
    "transport-rdma",
    "inconsistent",
    "From QEMU 10.2 on, RDMA must be used without the capabilities xbzrle and postcopy-ram.",
    "QEMU refuses it.",
  ),
  cprChannel: rule(
    "cpr-channel",
    "inconsistent",
    "The mode cpr-transfer needs a cpr channel, and no file.",
    "QEMU refuses it.",
  ),

  dumpProtocol: rule(
    "dump-protocol",
    "wrong-type",
    "The protocol must be fd:NAME or file:PATH.",
    "QEMU refuses anything else.",
  ),
  dumpRange: rule(
    "dump-range",
    "inconsistent",
    "Both of begin and length must be given or none; begin must not be negative, and length at least 1.",
    "QEMU refuses one of them alone, and a length of 0.",
  ),
  dumpFormat: rule(
    "dump-format",
    "inconsistent",
    "Formats other than elf must be used without paging, begin and length.",
    "QEMU refuses it.",
  ),
} as const satisfies Record<string, Rule>

const qmpRule = (id: string, code: ViolationCode, requirement: string, consequence: string): Rule => ({
  id: `qmp/${id}`,
  code,
  requirement,
  consequence,
})

/** Rules of whole QMP commands. */
export const qmpRules = {
  command: qmpRule(
    "command",
    "wrong-type",
    "A command must be an object of execute, a string, with arguments, an object, and an id at most.",
    "QEMU refuses it.",
  ),
  otherCommand: qmpRule(
    "other-command",
    "not-in-enum",
    "The text must hold the expected command.",
    "QEMU would run another one.",
  ),
  humanMonitor: qmpRule(
    "human-monitor",
    "policy-denied",
    "This command must be given in QMP's own form: command lines of the human monitor are not checked.",
    "QEMU would run it.",
  ),
} as const satisfies Record<string, Rule>
