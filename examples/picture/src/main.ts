/**
 * The edges in a picture: decoded by sharp into shared memory, filtered on every core, encoded by sharp again.
 *
 *     node main.ts picture.jpg edges.png
 *
 * @module
 */
import { open, rawPixels, storePixels } from "instride";
import sharp from "sharp";

const [input, output] = process.argv.slice(2);
if (input === undefined || output === undefined) throw new Error("expected a picture, and a file for its edges");

await using rt = await open();

// sharp decodes into memory of its own. From there the pixels are copied, once, to where every thread sees them.
const { data, info } = await sharp(input)
  .autoOrient()
  .flatten({ background: "white" })
  .toColourspace("srgb")
  .raw()
  .toBuffer({ resolveWithObject: true });
const photo = rt.empty([info.height, info.width, info.channels], "uint8");
storePixels(photo, { data, info });

const edges = rt.empty([info.height, info.width], "uint8");
await rt.parallelFor(new URL("./edges.kernel.ts", import.meta.url), {
  over: info.height,
  views: { photo: photo.toReadonly(), edges },
});

// sharp reads the pixels from the shared memory itself, which is held until it has finished.
using pixels = rawPixels(edges);
await sharp(pixels.data, { raw: pixels.raw }).toFile(output);
console.log(`found the edges of ${info.width} x ${info.height} pixels on ${rt.threads} threads`);
