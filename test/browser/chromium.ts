/**
 * The Chromium that tests, screenshots and measurements run in, on a machine that has none: the one that arrives with
 * the npm package `@sparticuz/chromium` (Linux, x64), or the executable that `CHROMIUM_PATH` names.
 *
 * The package holds compressed files. They are unpacked once per version into `node_modules/.cache`, together with the
 * libraries that a bare machine lacks and a launcher that points to them: of the machine, only the C library is used.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

/** What Chromium is started with everywhere: as root, without a GPU, and without a word to the network. */
export const CHROMIUM_FLAGS: readonly string[] = [
  "--headless",
  // Chromium's sandbox does not run as root, nor in most containers. It runs only our own pages here.
  "--no-sandbox",
  // WebGL and WebGPU on the processor, so that every machine shows the same pictures.
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  // `/dev/shm` is 64 MiB in many containers.
  "--disable-dev-shm-usage",
  // No request but the page's own, and none of these leaves the machine: any other name than localhost is unknown.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-domain-reliability",
  "--disable-quic",
  "--disable-sync",
  "--metrics-recording-only",
  "--no-default-browser-check",
  "--no-first-run",
  "--no-pings",
];

const LAUNCHER = "launch-chromium.sh";

const CACHE = resolve(import.meta.dirname, "../../node_modules/.cache");

/** The executable to start. The first call on a machine unpacks the package, in about two seconds. */
export async function chromiumPath(): Promise<string> {
  const named = process.env["CHROMIUM_PATH"];
  if (named !== undefined && named !== "") {
    if (!existsSync(named))
      throw new Error(`cannot start Chromium: CHROMIUM_PATH names ${named}, which does not exist`);
    return named;
  }
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error(
      `cannot start Chromium: the npm package has it for linux-x64, this is ${process.platform}-${process.arch}; ` +
        "expected CHROMIUM_PATH to name an executable",
    );
  }
  const packageFolder = chromiumPackage();
  const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8")) as { version: string };
  const folder = join(CACHE, `chromium-${version}`);
  if (!existsSync(join(folder, LAUNCHER))) await unpack(folder);
  return join(folder, LAUNCHER);
}

function chromiumPackage(): string {
  // The package exports its code alone, `build/index.js`; its manifest lies beside that folder.
  return dirname(dirname(createRequire(import.meta.url).resolve("@sparticuz/chromium")));
}

/** Unpacks into a folder beside `folder` and renames it: of several processes at once, each finds a whole one. */
async function unpack(folder: string): Promise<void> {
  await mkdir(CACHE, { recursive: true });
  const staging = await mkdtemp(`${folder}-`);
  try {
    // The package unpacks into the temporary folder, whatever lies there already, and its libraries only on Amazon's
    // machines. So it does in a process that sees `staging` as the one, and itself on the other.
    const script = 'await (await import("@sparticuz/chromium")).default.executablePath()';
    await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script], {
      cwd: import.meta.dirname,
      env: { ...process.env, TMPDIR: staging, AWS_LAMBDA_JS_RUNTIME: "nodejs24.x" },
    });
    // The package's own list of font folders names `/tmp/fonts`.
    await writeFile(join(staging, "fonts/fonts.conf"), fontsConfiguration(join(folder, "fonts")));
    await writeFile(join(staging, LAUNCHER), LAUNCHER_TEXT);
    await chmod(join(staging, LAUNCHER), 0o755);
    await rename(staging, folder);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    // Another process was faster.
    if (!existsSync(join(folder, LAUNCHER))) throw error;
  }
}

/** `exec`: the browser keeps the process that its parent started, and dies with it. */
const LAUNCHER_TEXT = `#!/bin/sh
folder=\${0%/*}
export LD_LIBRARY_PATH="$folder/al2023/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
export FONTCONFIG_PATH="$folder/fonts"
exec "$folder/chromium" "$@"
`;

function fontsConfiguration(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}</dir>
  <cachedir>${folder}/cache</cachedir>
</fontconfig>
`;
}
