/**
 * Programs for the jail, small enough to be written down as machine code: a static ELF needs no library and no
 * loader, of which a jail has none. For Linux on x86-64, as the QEMU of lab/setup is.
 */

const loadAddress = 0x400000n
const headerSize = 64
const segmentSize = 56

/** The bytes in front of the code: an ELF header and one segment that holds the whole file, readable and executable. */
const headersOf = (codeSize: number): Buffer => {
  const entry = headerSize + segmentSize
  const size = BigInt(entry + codeSize)
  const bytes = Buffer.alloc(entry)
  bytes.write("\x7fELF\x02\x01\x01", "latin1") // 64 bits, little endian, version 1
  bytes.writeUInt16LE(2, 16) // e_type: executable
  bytes.writeUInt16LE(62, 18) // e_machine: x86-64
  bytes.writeUInt32LE(1, 20) // e_version
  bytes.writeBigUInt64LE(loadAddress + BigInt(entry), 24) // e_entry
  bytes.writeBigUInt64LE(BigInt(headerSize), 32) // e_phoff
  bytes.writeUInt16LE(headerSize, 52) // e_ehsize
  bytes.writeUInt16LE(segmentSize, 54) // e_phentsize
  bytes.writeUInt16LE(1, 56) // e_phnum
  bytes.writeUInt32LE(1, 64) // p_type: load
  bytes.writeUInt32LE(5, 68) // p_flags: read, execute
  bytes.writeBigUInt64LE(loadAddress, 80) // p_vaddr
  bytes.writeBigUInt64LE(size, 96) // p_filesz
  bytes.writeBigUInt64LE(size, 104) // p_memsz
  bytes.writeBigUInt64LE(0x1000n, 112) // p_align
  return bytes
}

type Instruction = readonly [bytes: string, meaning: string]

const program = (code: readonly Instruction[]): Buffer => {
  const body = Buffer.from(code.map(([bytes]) => bytes).join(""), "hex")
  return Buffer.concat([headersOf(body.length), body])
}

/** Does nothing, successfully: what `exec` finds in the jail under every name. */
export const succeed = program([
  ["b83c000000", "mov eax, 60 (exit)"],
  ["31ff", "xor edi, edi"],
  ["0f05", "syscall"],
])

/**
 * Runs the program of its arguments without vsock, which no network namespace confines: every socket(AF_VSOCK, ...)
 * of it and of its children fails with EAFNOSUPPORT, as on a machine that has no such thing.
 */
export const withoutVsock = program([
  ["bf26000000", "mov edi, 38 (PR_SET_NO_NEW_PRIVS)"],
  ["be01000000", "mov esi, 1"],
  ["31d2", "xor edx, edx"],
  ["4531d2", "xor r10d, r10d"],
  ["4531c0", "xor r8d, r8d"],
  ["b89d000000", "mov eax, 157 (prctl)"],
  ["0f05", "syscall"],
  ["bf16000000", "mov edi, 22 (PR_SET_SECCOMP)"],
  ["be02000000", "mov esi, 2 (SECCOMP_MODE_FILTER)"],
  ["488d1536000000", "lea rdx, [rip + 0x36], which is sock_fprog"],
  ["b89d000000", "mov eax, 157 (prctl)"],
  ["0f05", "syscall"],
  ["85c0", "test eax, eax"],
  ["751a", "jnz to exit(127)"],
  ["488b7c2410", "mov rdi, [rsp + 16], argv[1]"],
  ["488d742410", "lea rsi, [rsp + 16], argv from there on"],
  ["488b0424", "mov rax, [rsp], argc"],
  ["488d54c410", "lea rdx, [rsp + rax * 8 + 16], the environment"],
  ["b83b000000", "mov eax, 59 (execve)"],
  ["0f05", "syscall, which returns only if it fails"],
  ["bf7f000000", "mov edi, 127"],
  ["b83c000000", "mov eax, 60 (exit)"],
  ["0f05", "syscall"],
  ["0f1f440000", "nop, to a multiple of 8"],
  ["0600000000000000", "sock_fprog.len: 6 instructions of BPF"],
  ["e800400000000000", "sock_fprog.filter: the next byte's address"],
  ["2000000000000000", "load the number of the system call"],
  ["1500000329000000", "is it 41 (socket)? otherwise on to allow"],
  ["2000000010000000", "load its first argument"],
  ["1500000128000000", "is it 40 (AF_VSOCK)? otherwise on to allow"],
  ["0600000061000500", "fail with 97 (EAFNOSUPPORT)"],
  ["060000000000ff7f", "allow"],
])
