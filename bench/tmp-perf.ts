import { open } from "instride";
await using rt = await open({ threads: 2 });
const n = Number(process.argv[2] ?? 1000);
const a = rt.from(Float64Array.from({ length: n }, (_, i) => i));
const b = rt.from(Float64Array.from({ length: n }, (_, i) => i));
const out = rt.empty([n], "float64");
const add = rt.map((x, y) => x + y);
await add(a, b, { out });
function t(label: string, us: number) { console.log(label, us.toFixed(3), "us"); }
for (let round = 0; round < 4; round++) {
  const N = 50000;
  let t0 = performance.now();
  for (let i = 0; i < N; i++) await add(a, b, { out });
  t("call", ((performance.now() - t0) * 1000) / N);
  using p = await add.prepare(a, b, { out });
  t0 = performance.now();
  for (let i = 0; i < N; i++) p.runSync();
  t("runSync", ((performance.now() - t0) * 1000) / N);
  t0 = performance.now();
  for (let i = 0; i < N; i++) await p.run();
  t("run", ((performance.now() - t0) * 1000) / N);
}
