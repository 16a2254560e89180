import { expect, it, vi } from "vitest";
import { digest } from "../../src/web/bytes.ts";
import { bytesCases } from "./bytes-cases.ts";

bytesCases();

it("digest: says what is missing where there is no WebCrypto", async () => {
  vi.stubGlobal("crypto", {});
  await expect(digest(new Uint8Array(1))).rejects.toEqual(
    expect.objectContaining({
      name: "NotImplementedError",
      message: expect.stringContaining("https: or localhost") as string,
    }),
  );
  vi.unstubAllGlobals();
});
