/** Bytes of a port channel for which the server has one answer. */
export const acknowledged = 16 << 20

/** A message that the server sends on webdav, in bytes. */
export const largeMessage = 64 << 20
