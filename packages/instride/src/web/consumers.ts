/**
 * What pages draw, upload, decode and answer with views, and what they lack.
 *
 * Nothing here looks at a page before it is called, so that a program can be rendered on a server too.
 *
 * @module
 */
export { digest, randomFill, text, toResponse } from "./bytes.ts";
export { diagnose } from "./diagnose.ts";
export type { Diagnosis, MissingHeader } from "./diagnosis.ts";
export { type DrawOptions, type DrawTarget, drawTo } from "./draw-to.ts";
export { frameInto } from "./frame-into.ts";
export { frames, type FramesOptions, type FramesSource } from "./frames.ts";
export type { Recipe } from "./hosting.ts";
export type { PageFacts, PageHeaders } from "./page-facts.ts";
export type { PixelRange } from "./rgba.ts";
export { type BlobOptions, toBlob } from "./to-blob.ts";
export {
  texImage,
  type TexImageOptions,
  texSubImage,
  type TexSubImageOptions,
  type TexturePixels,
  texturePixels,
} from "./webgl.ts";
export {
  type BufferQueue,
  textureFormat,
  type TextureInfo,
  type TextureQueue,
  writeBuffer,
  writeTexture,
} from "./webgpu.ts";
