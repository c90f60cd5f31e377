// Documentation and completion from the schema itself.
const QUERY = `{ __schema {
  queryType { name } mutationType { name } subscriptionType { name }
  types { kind name description
    fields(includeDeprecated: true) { name description args { name description defaultValue type { ...T } } type { ...T } }
    inputFields { name description defaultValue type { ...T } }
    enumValues { name description }
    possibleTypes { name } } } }
fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } }`;

const written = (type) => type.kind === "NON_NULL" ? `${written(type.ofType)}!` : type.kind === "LIST" ? `[${written(type.ofType)}]` : type.name;
const named = (type) => (type.ofType ? named(type.ofType) : type.name);

export class Docs {
  constructor(place, search) {
    this.place = place;
    this.search = search;
    this.types = new Map();
  }

  async load(ask, editor, list) {
    const { answer } = await ask({ query: QUERY }).catch(() => ({ answer: {} }));
    if (!answer.data) {
      this.place.textContent = "服务器未公开文档 · The schema is not public here.";
      return;
    }
    const { types, ...roots } = answer.data.__schema;
    this.types = new Map(types.filter((type) => !type.name.startsWith("__")).map((type) => [type.name, type]));
    this.roots = Object.values(roots).filter(Boolean).map((root) => root.name);
    this.search.addEventListener("input", () => this.find(this.search.value.trim().toLowerCase()));
    this.home();
    complete(editor, list, this);
  }

  home() {
    this.place.replaceChildren(...this.roots.map((name) => this.line("", name, "")));
  }

  link(name) {
    const link = document.createElement("a");
    link.textContent = name;
    link.onclick = () => this.show(name);
    return link;
  }

  line(before, typeName, after, description = "") {
    const line = document.createElement("p");
    const code = document.createElement("code");
    code.append(before, this.types.has(typeName) ? this.link(typeName) : typeName, after);
    line.append(code, document.createElement("br"), description ?? "");
    return line;
  }

  field(field) {
    const args = (field.args ?? []).map((arg) => `${arg.name}: ${written(arg.type)}${arg.defaultValue ? ` = ${arg.defaultValue}` : ""}`);
    const full = written(field.type);
    const name = named(field.type);
    const [open, close] = full.split(name);
    return this.line(`${field.name}${args.length ? `(${args.join(", ")})` : ""}: ${open}`, name, close, field.description);
  }

  show(name) {
    const type = this.types.get(name);
    const back = this.link("←");
    back.onclick = () => this.home();
    const title = document.createElement("p");
    title.append(back, ` ${type.kind.toLowerCase()} `, Object.assign(document.createElement("strong"), { textContent: name }),
      document.createElement("br"), type.description ?? "");
    this.place.replaceChildren(
      title,
      ...(type.fields ?? type.inputFields ?? []).map((field) => this.field(field)),
      ...(type.enumValues ?? []).map((value) => this.line("", value.name, "", value.description)),
      ...(type.possibleTypes ?? []).map((possible) => this.line("", possible.name, "")),
    );
  }

  find(text) {
    if (!text) return this.home();
    const found = [];
    for (const type of this.types.values()) {
      if (type.name.toLowerCase().includes(text)) found.push(this.line("", type.name, "", type.description));
      for (const field of type.fields ?? type.inputFields ?? []) {
        if (field.name.toLowerCase().includes(text)) found.push(this.line("", type.name, `.${field.name}`, field.description));
      }
    }
    this.place.replaceChildren(...found.slice(0, 50));
  }

  // The names that could stand where the cursor is: a walk through the braces before it.
  candidates(before) {
    const words = before.replace(/#.*|"(?:[^"\\\n]|\\.)*"/g, "").replace(/\([^()]*\)/g, "").match(/\.\.\.|[{}]|@?\w+/g) ?? [];
    const stack = [];
    let last = null;
    let condition = null;
    for (const [place, word] of words.entries()) {
      if (word === "{") {
        const parent = stack.at(-1);
        if (!parent) stack.push({ mutation: this.roots[1], subscription: this.roots[2] }[words.find((one) => /^(query|mutation|subscription)$/.test(one))] ?? this.roots[0]);
        else if (condition) stack.push(condition);
        else stack.push(named(this.types.get(parent)?.fields?.find((field) => field.name === last)?.type ?? { name: null }));
        condition = null;
      } else if (word === "}") stack.pop();
      else if (words[place - 1] === "on" && words[place - 2] === "...") condition = word;
      else last = word;
    }
    return (this.types.get(stack.at(-1))?.fields ?? []).map((field) => field.name);
  }
}

function complete(editor, list, docs) {
  let chosen = 0;
  const hide = () => { list.hidden = true; list.replaceChildren(); };
  const start = () => editor.value.slice(0, editor.selectionStart).match(/\w*$/)[0];
  const take = (name) => {
    editor.setRangeText(name, editor.selectionStart - start().length, editor.selectionStart, "end");
    editor.dispatchEvent(new Event("input"));
    hide();
  };
  const mark = () => [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === chosen)));
  const offer = (all) => {
    const prefix = start();
    const before = editor.value.slice(0, editor.selectionStart - prefix.length);
    const names = prefix || all ? docs.candidates(before).filter((name) => name.startsWith(prefix) && name !== prefix).slice(0, 12) : [];
    list.replaceChildren(...names.map((name) => {
      const item = Object.assign(document.createElement("li"), { textContent: name });
      item.setAttribute("role", "option");
      item.onmousedown = (event) => { event.preventDefault(); take(name); };
      return item;
    }));
    chosen = 0;
    mark();
    list.hidden = names.length === 0;
  };
  editor.addEventListener("keyup", (event) => { if (/^[\w]$|^Backspace$/.test(event.key)) offer(false); });
  editor.addEventListener("blur", hide);
  editor.addEventListener("keydown", (event) => {
    if (event.key === " " && event.ctrlKey) { event.preventDefault(); offer(true); }
    if (list.hidden) return;
    const names = [...list.children];
    if (event.key === "Escape") hide();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      chosen = (chosen + (event.key === "ArrowDown" ? 1 : names.length - 1)) % names.length;
      mark();
    } else if ((event.key === "Tab" || event.key === "Enter") && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopImmediatePropagation();
      take(names[chosen].textContent);
    }
  }, true);
}
