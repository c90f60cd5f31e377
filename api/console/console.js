// The console: an editor, variables, results, and subscriptions over graphql-transport-ws. No library, nothing from elsewhere.
import { Docs } from "./docs.js";
import { prepared } from "./preparing.js";

const at = (id) => document.getElementById(id);
const endpoint = new URL("/graphql", location.href);
const docs = new Docs(at("docs"), at("search"));
let socket = null;
let started = 0;

function remembered(name, element, fallback) {
  element.value = sessionStorage.getItem(name) ?? fallback;
  element.addEventListener("input", () => sessionStorage.setItem(name, element.value));
}

function put(name, element, value) {
  element.value = value;
  sessionStorage.setItem(name, value);
}

function show(text, state) {
  at("result").textContent = text;
  at("status").textContent = state;
}

const pretty = (value) => JSON.stringify(value, null, 2);

// The operation that the cursor is in; the only one otherwise.
function operationAtCursor() {
  const text = at("query").value;
  const bare = text.replace(/#.*|"(?:[^"\\\n]|\\.)*"/g, (match) => " ".repeat(match.length));
  const found = [];
  let depth = 0;
  let head = 0;
  for (let i = 0; i < bare.length; i++) {
    if (bare[i] === "{" || bare[i] === "(") depth++;
    if (bare[i] === "}" || bare[i] === ")") depth--;
    if (bare[i] === "}" && depth === 0) {
      const [, kind = "query", name = null] = bare.slice(head, i).match(/^\s*(query|mutation|subscription|fragment)\b\s*(\w+)?/) ?? [];
      if (kind !== "fragment") found.push({ kind, name, head, tail: i });
      head = i + 1;
    }
  }
  const cursor = at("query").selectionStart;
  return { ...(found.find((one) => cursor >= one.head && cursor <= one.tail + 1) ?? found[0] ?? { kind: "query", name: null }), text };
}

function request() {
  const operation = operationAtCursor();
  const written = at("variables").value.trim();
  return { kind: operation.kind, body: { query: operation.text, operationName: operation.name, variables: written ? JSON.parse(written) : {} } };
}

function headers() {
  const token = at("token").value.trim();
  return { "Accept-Language": at("language").value, ...(token ? { Authorization: `Bearer ${token}` } : {}) };
}

export async function ask(body) {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json;q=0.9", ...headers() },
    body: JSON.stringify(body),
  });
  return { status: response.status, answer: await response.json() };
}

async function run() {
  stop();
  let wanted;
  try {
    wanted = request();
  } catch (error) {
    show(`变量不是有效的 JSON · The variables are not valid JSON\n${error.message}`, "");
    return;
  }
  started = performance.now();
  at("status").textContent = "…";
  if (wanted.kind === "subscription") return subscribe(wanted.body);
  try {
    const { status, answer } = await ask(wanted.body);
    signedIn(answer);
    show(pretty(answer), `${status} · ${Math.round(performance.now() - started)} ms`);
  } catch (error) {
    show(`无法连接服务器 · The server cannot be reached\n${error.message}`, "");
  }
}

function subscribe(body) {
  const url = new URL(endpoint);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  const mine = (socket = new WebSocket(url, "graphql-transport-ws"));
  const { Authorization, ...rest } = headers();
  let count = 0;
  show("", "connecting …");
  at("stop").hidden = false;
  mine.onopen = () => mine.send(JSON.stringify({
    type: "connection_init",
    payload: { acceptLanguage: rest["Accept-Language"], ...(Authorization ? { authorization: Authorization } : {}) },
  }));
  mine.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "connection_ack") {
      mine.send(JSON.stringify({ id: "1", type: "subscribe", payload: body }));
      at("status").textContent = "● live";
    } else if (message.type === "next") {
      count += 1;
      const stamp = new Date().toLocaleTimeString();
      at("result").textContent = `# ${count} · ${stamp}\n${pretty(message.payload)}\n\n${at("result").textContent}`.slice(0, 200000);
      at("status").textContent = `● live · ${count}`;
    } else if (message.type === "error") {
      show(pretty({ errors: message.payload }), "error");
      mine.close(1000);
    } else if (message.type === "complete") {
      at("status").textContent = `complete · ${count}`;
      mine.close(1000);
    } else if (message.type === "ping") {
      mine.send(JSON.stringify({ type: "pong" }));
    }
  };
  mine.onclose = ({ code, reason }) => {
    if (socket !== mine) return;
    at("stop").hidden = true;
    if (code !== 1000) at("status").textContent = `closed ${code} ${reason}`;
    socket = null;
  };
}

function stop() {
  const open = socket;
  socket = null;
  open?.close(1000);
  at("stop").hidden = true;
}

function format() {
  let depth = 0;
  const lines = at("query").value.split("\n").map((line) => {
    const bare = line.trim().replace(/#.*|"(?:[^"\\]|\\.)*"/g, "");
    const closing = /^[})\]]/.test(bare) ? 1 : 0;
    const indented = line.trim() ? "  ".repeat(Math.max(0, depth - closing)) + line.trim() : "";
    depth += (bare.match(/[{([]/g) ?? []).length - (bare.match(/[})\]]/g) ?? []).length;
    return indented;
  });
  put("query", at("query"), lines.join("\n"));
}

// Whoever signed in or up is who asks from now on.
function signedIn({ data }) {
  const token = (data?.signIn ?? data?.signUp)?.session?.accessToken;
  if (token) put("token", at("token"), token);
}

async function readied(example) {
  if (example.token && !at("token").value.trim()) {
    const { query, variables } = examples.find((one) => one.query.includes("signIn("));
    signedIn((await ask({ query, variables })).answer);
  }
  return prepared(example, async (query, variables) => (await ask({ query, variables })).answer.data);
}

async function choose(example) {
  put("query", at("query"), example.query);
  put("variables", at("variables"), "");
  at("query").setSelectionRange(0, 0);
  at("status").textContent = "…";
  try {
    const variables = await readied(example);
    put("variables", at("variables"), Object.keys(variables).length ? pretty(variables) : "");
    at("status").textContent = "";
  } catch (error) {
    show(`无法连接服务器 · The server cannot be reached\n${error.message}`, "");
    return;
  }
  if (!/^\s*(#.*\n\s*)*(mutation|subscription)/.test(example.query)) run();
}

const examples = await (await fetch("/console/examples.json")).json();
for (const example of examples) {
  const button = document.createElement("button");
  button.textContent = example.title;
  button.onclick = () => choose(example);
  at("examples").append(document.createElement("li"));
  at("examples").lastChild.append(button);
}
remembered("query", at("query"), examples[0].query);
remembered("variables", at("variables"), "");
remembered("token", at("token"), "");
remembered("language", at("language"), navigator.language.startsWith("en") ? "en" : "zh");
at("run").onclick = run;
at("stop").onclick = stop;
at("format").onclick = format;
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); run(); }
});
at("query").addEventListener("keydown", (event) => {
  if (event.key === "Tab" && !event.shiftKey) {
    event.preventDefault();
    event.target.setRangeText("  ", event.target.selectionStart, event.target.selectionEnd, "end");
  }
});
docs.load(ask, at("query"), at("completions"));
// The first page that a person opens shows something: the first example, which only reads.
if (at("query").value === examples[0].query) run();
