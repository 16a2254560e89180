/**
 * Repeats a picture over a larger one, mirrored at every edge so that the tiles fit.
 *
 * @module
 */
import { MemoryView, slice } from "instride";
import type { Pixels } from "./pictures.ts";
import type { Size } from "./size.ts";

/**
 * Tiles a picture.
 *
 * @param size - at least the picture's own, in both directions
 *
 * Cost: O(pixels) of `size`.
 */
export function tile(picture: Pixels, size: Size): Pixels {
  const { height, width, channels } = picture;
  if (height === size.height && width === size.width) return picture;
  const mirrored = withMirrorImages(picture, size);
  const data = new Uint8Array(size.height * size.width * channels);
  const target = viewOf({ data, ...size, channels });
  const source = viewOf(mirrored);
  for (let y = 0; y < size.height; y += mirrored.height) {
    const rows = Math.min(mirrored.height, size.height - y);
    for (let x = 0; x < size.width; x += mirrored.width) {
      const columns = Math.min(mirrored.width, size.width - x);
      target.at(slice(y, y + rows), slice(x, x + columns)).assign(source.at(slice(0, rows), slice(0, columns)));
    }
  }
  return { data, ...size, channels };
}

/**
 * The picture with its mirror image to the right, and the mirror image of both below: this repeats without a seam.
 *
 * @param limit - beyond this size nothing is needed
 */
function withMirrorImages(picture: Pixels, limit: Size): Pixels {
  const { height, width, channels } = picture;
  const size = { height: Math.min(2 * height, limit.height), width: Math.min(2 * width, limit.width) };
  const mirrored: Pixels = { data: new Uint8Array(size.height * size.width * channels), ...size, channels };
  const source = viewOf(picture);
  const target = viewOf(mirrored);
  const [top, below, rows] = [slice(0, height), slice(height, null), slice(0, size.height - height)];
  const [left, right, columns] = [slice(0, width), slice(width, null), slice(0, size.width - width)];
  target.at(top, left).assign(source);
  target.at(top, right).assign(source.at(":", "::-1").at(":", columns));
  target.at(below, left).assign(source.at("::-1").at(rows));
  target.at(below, right).assign(source.at("::-1", "::-1").at(rows, columns));
  return mirrored;
}

/** A picture as an array of rows, columns and channels. */
function viewOf({ data, height, width, channels }: Pixels): MemoryView {
  return new MemoryView(data).reshape([height, width, channels]);
}
