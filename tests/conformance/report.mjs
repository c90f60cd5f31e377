// What every suite prints for its test: how many checks it made, and those that failed, by name.

const failures = {};
let checks = 0;

/** One check of a suite: `held` by what it returns or throws. */
export async function check(name, held) {
  checks += 1;
  try {
    const found = await held();
    if (found !== undefined && found !== true) failures[name] = found;
  } catch (error) {
    failures[name] = error?.stack ?? String(error);
  }
}

/** Ends the suite, though a client may hold sockets open. */
export function done() {
  process.stdout.write(JSON.stringify({ checks, failures }), () => process.exit(0));
}
