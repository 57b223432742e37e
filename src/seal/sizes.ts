/** Bytes of what an envelope is sealed with, apart from what needs cryptography: catalogues and documents know them too. */

export const saltSize = 32
export const nonceSize = 12
export const commitmentSize = 32
