// Readies an example, so that it runs as it stands: see examples.toml. Knows no page, so that a test can run it, too.

const fresh = () => Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => (byte % 36).toString(36)).join("");

// The variables with something new in the place of FRESH.
function renewed(variables) {
  return JSON.parse(JSON.stringify(variables ?? {}).replaceAll("FRESH", fresh()));
}

// All values at a path of an answer.
function found(answer, path) {
  let values = [answer];
  for (const name of path.split(".")) {
    values = values.flat();
    values = name.startsWith("!")
      ? values.filter((value) => !value[name.slice(1)])
      : values.map((value) => value[name]).filter((value) => value !== null && value !== undefined);
  }
  return values;
}

function put(variables, path, value) {
  const names = path.split(".");
  const last = names.pop();
  names.reduce((inner, name) => inner[name], variables)[last] = value;
}

// The variables of an example, with what `ask` answers to all that is before it: ask(query, variables) gives `data`.
export async function prepared(example, ask) {
  const steps = [...(example.before ?? []), example].map((step) => ({ ...step, variables: renewed(step.variables) }));
  for (const [number, { query, variables, take }] of steps.slice(0, -1).entries()) {
    const data = (await ask(query, variables)) ?? {};
    for (const [to, from] of Object.entries(take)) {
      const [value] = found(data, from);
      if (value !== undefined) put(steps[number + 1].variables, to, value);
    }
  }
  return steps.at(-1).variables;
}
