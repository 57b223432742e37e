const width = 640
const height = 480
const headerSize = 54

/** A bitmap file of 640 by 480, whose colours run gently into each other: what spice-server takes for a photograph. */
export const photograph = (): Buffer => {
  const file = Buffer.alloc(headerSize + width * height * 3)
  file.write("BM", "latin1")
  file.writeUInt32LE(file.length, 2)
  file.writeUInt32LE(headerSize, 10) // where the pixels are
  file.writeUInt32LE(40, 14) // size of BITMAPINFOHEADER
  file.writeInt32LE(width, 18)
  file.writeInt32LE(height, 22)
  file.writeUInt16LE(1, 26) // planes
  file.writeUInt16LE(24, 28) // bits a pixel
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const at = headerSize + 3 * (y * width + x)
      const shade = Math.sin(x / 37) * Math.cos(y / 29)
      file[at] = Math.round(128 + 100 * shade)
      file[at + 1] = Math.round(128 + 90 * Math.sin((x + y) / 53))
      file[at + 2] = Math.round((255 * x) / width)
    }
  return file
}
