/** Bytes of what an envelope is sealed with, apart from what needs cryptography: catalogues and documents know them too. */

export const saltSize = 32
export const nonceSize = 12
export const commitmentSize = 32

/** Certificates of an envelope: the host's, and of at most three authorities between it and one that the target trusts. */
export const mostCertificates = 4

/** Bytes of all of them. */
export const mostChainBytes = 0x4000

/** Bytes of a signature: those of an RSA key of 8192 bits. */
export const mostSignatureBytes = 1024
