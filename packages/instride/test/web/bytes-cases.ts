/**
 * What the consumers of bytes have to give, wherever they run: in Node and in browsers.
 *
 * @module
 */
import { expect, it } from "vitest";
import { MemoryOwner, MemoryView } from "@instride/core";
import { digest, randomFill, text, toResponse } from "../../src/web/bytes.ts";
import { toBlob } from "../../src/web/to-blob.ts";
import { laidOut } from "./layouts.ts";

/** "Grüße, 世界" in UTF-8, by `printf 'Grüße, 世界' | xxd -p`. */
const GREETING = Uint8Array.from("4772c3bcc39f652c20e4b896e7958c".match(/../g)!, (digits) =>
  Number.parseInt(digits, 16),
);

/** Of the bytes 0 to 23, by coreutils: `sha256sum`, `sha1sum`. */
const SHA_256 = "1d64add2a6388367c9bc2d1f1b384b069a6ef382cdaaa89771dd103e28613a25";
const SHA_1 = "ed6a95036e3e046931597a457db7a78b7309c4c0";

const SHAPE = [2, 3, 4];

const counted = (y: number, x: number, c: number): number => (y * 3 + x) * 4 + c;

/** The elements of a view of {@link SHAPE} that {@link counted} fills. */
const BYTES = Uint8Array.from({ length: 24 }, (_, i) => i);

const owner = new MemoryOwner();

export function bytesCases(): void {
  textCases();
  digestCases();
  blobCases();
  randomCases();
}

function textCases(): void {
  it("text: decodes shared memory, and any layout in C order", () => {
    expect(text(owner.from(GREETING))).toBe("Grüße, 世界");
    expect(text(new MemoryView(GREETING).at("::-1").at("::-1"))).toBe("Grüße, 世界");
    expect(text(owner.from(Uint8Array.of(97, 98, 99, 100), { shape: [2, 2] }).transpose())).toBe("acbd");
    expect(text(new SharedArrayBuffer(2))).toBe("\0\0");
  });

  it("text: other encodings, and bytes that are none", () => {
    expect(text(owner.from(Uint16Array.of(0x48, 0xe9)), "utf-16le")).toBe("Hé");
    expect(text(owner.from(Uint8Array.of(0xe9)), "latin1")).toBe("é");
    expect(text(owner.from(Uint8Array.of(0xff)))).toBe("\ufffd");
    expect(() => text(owner.from(Uint8Array.of(0xff)), "utf-8", { fatal: true })).toThrow(TypeError);
    expect(() => text("a text" as never)).toThrow(TypeError);
  });
}

function digestCases(): void {
  const hex = (digits: Uint8Array): string => [...digits].map((byte) => byte.toString(16).padStart(2, "0")).join("");

  it("digest: is that of the bytes in C order, for any layout", async () => {
    for (const { name, view } of laidOut(owner, SHAPE, "uint8", counted)) {
      expect(hex(await digest(view)), `of ${name}`).toBe(SHA_256);
    }
    expect(hex(await digest(BYTES, "SHA-1"))).toBe(SHA_1);
  });

  it("digest: takes the bytes at the call, not later", async () => {
    const view = owner.from(BYTES);
    const promise = digest(view);
    view.fill(0);
    expect(hex(await promise)).toBe(SHA_256);
  });
}

function blobCases(): void {
  it("toBlob: holds the bytes in C order, for any layout", async () => {
    for (const { name, view } of laidOut(owner, SHAPE, "uint8", counted)) {
      const blob = await toBlob(view, { type: "application/x-pixels" });
      expect([blob.type, blob.size], `of ${name}`).toEqual(["application/x-pixels", 24]);
      expect(new Uint8Array(await blob.arrayBuffer()), `of ${name}`).toEqual(BYTES);
    }
    expect((await toBlob(owner.zeros([0, 3], "float64"))).size).toBe(0);
  });

  it("toBlob: more bytes than a piece, and later changes don't reach it", async () => {
    const long = owner.full([5_000_000], 7, "uint8");
    const blob = await toBlob(long);
    long.fill(0);
    expect([blob.size, blob.type]).toEqual([5_000_000, ""]);
    const content = new Uint8Array(await blob.arrayBuffer());
    expect(content.every((byte) => byte === 7)).toBe(true);
    long.release();
  });

  it("toResponse: holds the bytes, of the type that was said", async () => {
    for (const { name, view } of laidOut(owner, SHAPE, "uint8", counted)) {
      const response = toResponse(view);
      expect(response.headers.get("content-type"), `of ${name}`).toBe("application/octet-stream");
      expect(new Uint8Array(await response.arrayBuffer()), `of ${name}`).toEqual(BYTES);
    }
    const response = toResponse(owner.from(GREETING), { status: 201, headers: { "Content-Type": "text/plain" } });
    expect([response.status, response.headers.get("content-type"), await response.text()]).toEqual([
      201,
      "text/plain",
      "Grüße, 世界",
    ]);
  });
}

function randomCases(): void {
  it("randomFill: fills every element of any layout, and none beside it", () => {
    const whole = owner.zeros([200, 300], "uint32");
    const part = whole.at("10:190", "::2");
    expect(randomFill(part)).toBe(part);
    let zeros = 0;
    for (let y = 0; y < 200; y++) {
      for (let x = 0; x < 300; x++) {
        const isInside = y >= 10 && y < 190 && x % 2 === 0;
        if (!isInside) expect(whole.get(y, x)).toBe(0);
        else if (whole.get(y, x) === 0) zeros++;
      }
    }
    // Of 27 000 random words, one of 32 zero bits comes once in 160 000 runs.
    expect(zeros).toBeLessThan(2);
  });

  it("randomFill: more than the platform gives at once, and number types that it refuses", () => {
    const floats = randomFill(owner.zeros([40_000], "float64")).toBytes();
    const counts = new Array<number>(256).fill(0);
    for (const byte of floats) counts[byte] = counts[byte]! + 1;
    // Each byte 1250 times, give or take 10 standard deviations of 35.
    expect(Math.min(...counts)).toBeGreaterThan(900);
    expect(Math.max(...counts)).toBeLessThan(1600);
    expect(() => randomFill(owner.zeros([2], "uint8").toReadonly())).toThrow(
      expect.objectContaining({ name: "BufferError" }),
    );
  });
}
