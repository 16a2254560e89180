import { expect, test } from "vitest";
import { BorrowError, BufferError, MemoryView, ReadonlyError, ReleasedError } from "instride";
import { describeModes } from "./modes.ts";

const misbehave = new URL("fixtures/misbehave.kernel.ts", import.meta.url);
const sum = new URL("fixtures/sum.kernel.ts", import.meta.url);

describeModes((runtime) => {
  test("borrow: a lease for reading lets readers in and keeps writers out, by its label", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1, 2, 3], { label: "x" });
      const lease = await rt.borrow(x, { mode: "read", label: "the preview" });
      expect([lease.mode, lease.label, lease.released]).toEqual(["read", "the preview", false]);
      const other = await rt.borrow(x.at("1:"), { mode: "read" });
      expect(x.toList()).toEqual([1, 2, 3]);
      await expect(rt.borrow(x.at(":1"), { mode: "write", label: "an editor" })).rejects.toThrow(
        'cannot lease "x" to an editor for writing: the preview is reading the same memory',
      );
      other.release();
      lease.release();
      lease.release();
      expect(lease.released).toBe(true);
      (await rt.borrow(x, { mode: "write" })).release();
    });
  });

  test("borrow: a lease for writing keeps calls out, of the part that it is of", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1, 2, 3, 4]);
      const adding = { identity: 0, join: (a: number, b: number) => a + b };
      {
        using lease = await rt.borrow(x.at("2:"), { mode: "write" });
        expect(lease.label).toBe("a borrower");
        const views = { x: x.toReadonly() };
        await expect(rt.parallelReduce(sum, { over: 4, views, ...adding })).rejects.toBeInstanceOf(BorrowError);
        await expect(rt.parallelReduce(sum, { over: 4, views, ...adding })).rejects.toThrow(
          "a borrower is writing the same memory",
        );
      }
      expect(await rt.parallelReduce(sum, { over: 4, views: { x }, ...adding })).toBe(10);
    });
  });

  test("borrow: is refused while a call writes, and the array can't be released under a lease", async () => {
    const rt = runtime();
    const marks = rt.zeros([64], "uint8", { label: "marks" });
    const call = rt.parallelFor(misbehave, { over: 64, views: { marks }, args: { kind: "none" } });
    await expect(rt.borrow(marks, { mode: "read" })).rejects.toThrow("misbehave.kernel.ts is writing the same memory");
    await call;
    const lease = await rt.borrow(marks, { mode: "read", label: "the preview" });
    expect(() => marks.release()).toThrow('cannot release "marks": 1 lease is live, held by the preview');
    expect(rt.leaks()).toMatchObject([{ array: "marks", holder: "the preview", mode: "read", threads: [] }]);
    lease.release();
    marks.release();
  });

  test("borrow: what can't be borrowed is refused with what would be right", async () => {
    const rt = runtime();
    await rt.scope(async (s) => {
      const x = s.from([1, 2]);
      await expect(rt.borrow(x.toReadonly(), { mode: "write" })).rejects.toBeInstanceOf(ReadonlyError);
      await expect(rt.borrow(new MemoryView(new Uint8Array(2)), { mode: "read" })).rejects.toBeInstanceOf(BufferError);
      await expect(rt.borrow([1] as never, { mode: "read" })).rejects.toThrow(
        "cannot borrow [1]: expected a MemoryView",
      );
      await expect(rt.borrow(x, {} as never)).rejects.toThrow(
        'cannot borrow a view for undefined: expected mode "read" or "write"',
      );
      await expect(rt.borrow(x, undefined as never)).rejects.toThrow('expected mode "read" or "write"');
      await expect(rt.borrow(x, { mode: "read", label: 5 as never })).rejects.toThrow("the holder of a lease 5");
      const signal = AbortSignal.abort(new Error("not today"));
      await expect(rt.borrow(x, { mode: "read", signal })).rejects.toThrow("not today");
      await expect(rt.borrow(x, { mode: "read", signal: {} as never })).rejects.toThrow("expected an AbortSignal");
      const released = rt.from([1]);
      released.release();
      await expect(rt.borrow(released, { mode: "read" })).rejects.toBeInstanceOf(ReleasedError);
      expect(rt.leaks()).toEqual([]);
    });
  });
});
