/**
 * Whether the package manager that started this process is still there.
 *
 * `npx pnpm demo` is a chain of processes, npm, a shell, pnpm, a shell, and then this one. A signal to the first alone
 * ends the first alone, and the rest would go on with nobody waiting for it. So the chain is watched: as soon as a
 * process in it has got another parent, its own has ended.
 *
 * Processes are looked up in `/proc`; where there is none, nothing is watched.
 *
 * @module
 */
import { readFileSync } from "node:fs";

const INTERVAL_MS = 250;

const PACKAGE_MANAGER = /(^|[/\\\s])(npm|npx|pnpm|yarn|corepack)\b/;

/** A process, and the parent that it had at first. */
interface Link {
  readonly pid: number;
  readonly parent: number;
}

/**
 * Watches the processes that lead from a package manager to this one. Doesn't keep this process alive.
 *
 * @param onGone - is called once, when one of them has ended
 */
export function watchLauncher(onGone: () => void): void {
  const chain = chainToPackageManager();
  if (chain.length === 0) return;
  const timer = setInterval(() => {
    if (chain.every(({ pid, parent }) => parentOf(pid) === parent)) return;
    clearInterval(timer);
    onGone();
  }, INTERVAL_MS);
  timer.unref();
}

/** The links from this process up to the outermost package manager; none, if none has started it. */
function chainToPackageManager(): Link[] {
  const links: Link[] = [];
  let length = 0;
  for (let pid = process.pid, parent = process.ppid; parent > 1;) {
    links.push({ pid, parent });
    if (PACKAGE_MANAGER.test(commandOf(parent))) length = links.length;
    pid = parent;
    parent = parentOf(pid);
  }
  return links.slice(0, length);
}

/** The parent of a process, 0 if there is no such process. */
function parentOf(pid: number): number {
  // "pid (command) state parent ...", and the command may hold anything.
  const afterCommand = read(`/proc/${pid}/stat`).split(")").at(-1)!;
  return Number(afterCommand.trim().split(" ")[1] ?? 0);
}

/** The program of a process and its first arguments. */
function commandOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`).split("\0").slice(0, 3).join(" ");
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
