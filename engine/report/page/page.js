"use strict";
// The page's charts: rows out of the columns in #data, one view a chart, drawn when it comes into sight.
(function () {
  const page = JSON.parse(document.getElementById("data").textContent);
  const print = window.matchMedia("print");
  const systemDark = window.matchMedia("(prefers-color-scheme: dark)");
  const root = document.documentElement;
  const choice = { geography: "all", batch: "all", pool: page.firstPool };
  const places = page.figures.find((each) => each.zoom);
  const views = new Map();
  const turns = new Map();
  const read = new Map();
  const MOST_SVG = 30000;
  const SHOWN = 200;
  const PADDING = 84;

  const byId = (id) => document.getElementById(id);
  const isDark = () => !print.matches && (root.dataset.theme ? root.dataset.theme === "dark" : systemDark.matches);
  // days are UTC midnights, on axes too, so that every browser names the same day
  const dayOf = (days) => days * 864e5;
  const iso = (ms) => new Date(ms).toISOString().slice(0, 10);

  function values(column) {
    if (column.kind === "day") {
      let day = 0;
      return column.values.map((step) => dayOf((day += step)));
    }
    if (column.kind === "word") return column.values.map((at) => column.words[at]);
    return column.values;
  }

  function rowsOf(name) {
    if (read.has(name)) return read.get(name);
    const made = [];
    const stored = page.datasets[name];
    const columns = Object.entries(stored.columns).map(([key, column]) => [key, values(column)]);
    for (let i = 0; i < stored.rows; i++) {
      const row = {};
      for (const [key, list] of columns) {
        if (key === "batch") {
          const batch = page.batches[list[i] - 1];
          row.batch = batch.batch;
          row.geography = batch.geography;
          row.shade = (list[i] * 5) % 6;
        } else {
          row[key] = list[i];
        }
      }
      made.push(finished(name, row));
    }
    read.set(name, made);
    return made;
  }

  function finished(name, row) {
    if (name === "life") {
      row.weight_kg = row.weight_g === null ? null : row.weight_g / 1000;
      row.planned_kg = row.planned_g === null ? null : row.planned_g / 1000;
    } else if (name === "treatments") {
      row.method = page.methods[row.code];
    } else if (name === "stays") {
      const place = rowsOf("places").find((each) => each.pool === row.pool && each.place === row.place);
      const [first, last] = [row.low - place.low + 1, row.high - place.low];
      row.where = row.place + (first === last ? ` no. ${first}` : ` nos. ${first}-${last}`);
      row.days = Math.round((row.ended - row.begun) / 864e5);
    }
    return row;
  }

  const sites = () => {
    const found = page.batches.find((each) => each.batch === choice.batch);
    return found ? found.sites : [];
  };

  function isChosen(figure, row) {
    if (figure.filters.includes("geography") && choice.geography !== "all" && row.geography !== choice.geography)
      return false;
    if (figure.name === "places" && row.pool !== choice.pool) return false;
    if (!figure.filters.includes("batch") || choice.batch === "all") return true;
    return "site" in row ? sites().includes(row.site) : row.batch === choice.batch;
  }

  const isGap = (name, row) => (name === "water" && row.temp_c === null) || (name === "lice" && row.females === null);
  const chosenRows = (figure) =>
    rowsOf(figure.rows).filter((row) => isChosen(figure, row) && !isGap(figure.rows, row));

  function signals(figure) {
    const list = page.batches.filter((each) => choice.geography === "all" || each.geography === choice.geography);
    const one = page.batches.find((each) => each.batch === choice.batch);
    const home = one ? one.geography : choice.geography;
    const set = { geography: choice.geography, batch: choice.batch, home, sites: sites(), batches: list.length };
    return figure.zoom ? { ...set, pool: choice.pool, ...window_ } : set;
  }

  // the window of the chart that can be zoomed
  let whole = null;
  let window_ = {};
  function resetWindow() {
    const pool = rowsOf("places").filter((each) => each.pool === choice.pool);
    const stays = rowsOf("stays");
    let [t0, t1] = [dayOf(page.asOf) - 864e5, dayOf(page.asOf)];
    for (const each of stays) if (each.begun < t0) t0 = each.begun;
    const held = pool.reduce((sum, each) => sum + each.containers, 0);
    whole = { t0, t1: t1 + (t1 - t0) * 0.01, y0: 0, y1: Math.max(1, held) };
    window_ = { ...whole };
  }

  function moveWindow(across, down, factor, x = 0.5, y = 0.5) {
    const least = { t: 20 * 864e5, y: Math.min(4, whole.y1) };
    const along = (from, to, low, high, shift, at, smallest) => {
      const span = Math.min(high - low, Math.max(smallest, (to - from) * factor));
      let begin = from + (to - from) * at - span * at + (to - from) * shift;
      begin = Math.min(Math.max(begin, low), high - span);
      return [begin, begin + span];
    };
    const [t0, t1] = along(window_.t0, window_.t1, whole.t0, whole.t1, across, x, least.t);
    const [y0, y1] = along(window_.y0, window_.y1, whole.y0, whole.y1, down, y, least.y);
    window_ = { t0, t1, y0, y1 };
    update("places");
  }

  function fitted(node, width, colours) {
    if (Array.isArray(node)) return node.map((each) => fitted(each, width, colours));
    if (typeof node === "string" && node.startsWith("role:")) {
      const role = node.slice(5);
      return role === "series" ? colours.range.category[0] : page.roles[isDark() ? "dark" : "light"][role];
    }
    if (!node || typeof node !== "object") return node;
    const made = {};
    for (const [key, value] of Object.entries(node)) made[key] = fitted(value, width, colours);
    const two = width > 620;
    if (made.width === -1) made.width = width;
    if (made.width === -2) made.width = two ? Math.floor((width - PADDING) / 2) : width;
    if (made.columns === -2) made.columns = two ? 2 : 1;
    return made;
  }

  async function draw(figure) {
    const place = byId(`chart-${figure.name}`);
    const width = Math.max(200, Math.floor(place.clientWidth) - PADDING);
    const colours = page.config[isDark() ? "dark" : "light"];
    const spec = fitted(figure.spec, width, colours);
    if (figure.zoom) {
      if (!whole) resetWindow();
      const pool = rowsOf("places").filter((each) => each.pool === choice.pool);
      const names = Object.fromEntries(pool.map((each) => [each.low, each.place]));
      const axis = spec.layer[0].encoding.y.axis;
      axis.values = pool.map((each) => each.low);
      axis.labelExpr = `(${JSON.stringify(names)})[datum.value]`;
      axis.labelBaseline = "top";
      axis.labelFontSize = 10;
      axis.labelOverlap = pool.length > 30;
      spec.width = Math.max(200, width - 30);
    }
    spec.params = Object.entries(signals(figure)).map(([name, value]) => ({ name, value }));
    spec.config = { ...colours, legend: { ...colours.legend, columns: Math.max(2, Math.floor(width / 120)) }, axisY: { minExtent: 42, maxExtent: 200 } };
    const size = figure.needs.reduce((sum, name) => sum + rowsOf(name).length, 0);
    const withRows = (compiled) => {
      for (const source of compiled.data)
        if (figure.needs.includes(source.name)) source.values = rowsOf(source.name).map((row) => ({ ...row }));
      return compiled;
    };
    const turn = (turns.get(figure.name) || 0) + 1;
    turns.set(figure.name, turn);
    const box = document.createElement("div");
    place.append(box);
    const made = await vegaEmbed(box, spec, {
      mode: "vega-lite", renderer: size > MOST_SVG ? "canvas" : "svg", actions: false, defaultStyle: false,
      hover: true, tooltip: showTip, patch: withRows,
      logLevel: 1, // errors alone: a layer without rows is no fault, and told in words
    });
    if (turns.get(figure.name) !== turn) {
      made.finalize();
      box.remove();
      return;
    }
    views.get(figure.name)?.finalize();
    views.set(figure.name, made.view);
    for (const old of [...place.children]) if (old !== box) old.remove();
    place.dataset.drawn = isDark() ? "dark" : "light";
    const drawing = box.querySelector("svg, canvas");
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", `Chart: ${figure.title}. The table below has its numbers.`);
    tell(figure);
  }

  function tell(figure) {
    const found = chosenRows(figure).length;
    const nothing = byId(`nothing-${figure.name}`);
    const lacking = Object.entries(figure.also).filter(([name]) => !rowsOf(name).some((row) => isChosen(figure, row)));
    nothing.textContent = found ? lacking.map(([, words]) => words).join(" ") : figure.nothing;
    nothing.hidden = found > 0 && !lacking.length;
    byId(`chart-${figure.name}`).hidden = found === 0;
    const details = byId(`table-${figure.name}`);
    if (details.open) fillTable(figure, details);
  }

  function update(only) {
    for (const figure of page.figures) {
      if (only && figure.name !== only) continue;
      const view = views.get(figure.name);
      if (!view) continue;
      const place = byId(`chart-${figure.name}`);
      const wasHidden = place.hidden;
      for (const [name, value] of Object.entries(signals(figure))) view.signal(name, value);
      view.run();
      tell(figure);
      if (wasHidden && !place.hidden) draw(figure);
    }
  }

  function redraw() {
    for (const figure of page.figures) if (views.has(figure.name)) draw(figure);
  }

  // tooltips: words alone, never markup
  function showTip(handler, event, item, value) {
    let tip = byId("tip");
    if (value === null || value === undefined || value === "") {
      if (tip) tip.remove();
      return;
    }
    if (!tip) {
      tip = document.createElement("div");
      tip.id = "tip";
      document.body.append(tip);
    }
    tip.textContent = "";
    const table = document.createElement("table");
    for (const [key, text] of Object.entries(value)) {
      if (text === "null" || text === "NaN" || text === null || text === "") continue;
      const line = table.insertRow();
      const head = document.createElement("th");
      head.textContent = key;
      line.append(head);
      line.insertCell().textContent = text;
    }
    tip.append(table);
    const { clientX: x, clientY: y } = event;
    const box = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, x + 14 + box.width > innerWidth ? x - box.width - 14 : x + 14)}px`;
    tip.style.top = `${Math.max(4, y + 14 + box.height > innerHeight ? y - box.height - 14 : y + 14)}px`;
  }

  const isDay = (figure, key) => page.datasets[figure.rows].columns[key]?.kind === "day";
  const shown = (figure, key, value) =>
    value === null || value === undefined ? "" : isDay(figure, key) ? iso(value) : typeof value === "number" ? value.toLocaleString("en") : value;

  function fillTable(figure, details) {
    const rows = chosenRows(figure);
    const box = details.querySelector(".scroll");
    box.textContent = "";
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const title of Object.values(figure.table)) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = title;
      head.append(cell);
    }
    const body = table.createTBody();
    for (const row of rows.slice(0, SHOWN)) {
      const line = body.insertRow();
      for (const key of Object.keys(figure.table)) {
        const cell = line.insertCell();
        cell.textContent = shown(figure, key, row[key]);
        if (typeof row[key] === "number" && !isDay(figure, key)) cell.className = "n";
      }
    }
    box.append(table);
    const more = rows.length > SHOWN ? `The first ${SHOWN} of ${rows.length.toLocaleString("en")} rows. ` : `${rows.length.toLocaleString("en")} rows. `;
    details.querySelector(".rows").textContent = more;
  }

  function save(figure) {
    const quote = (text) => (/[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text);
    const keys = Object.keys(figure.table);
    const plain = (key, value) => (value === null || value === undefined ? "" : isDay(figure, key) ? iso(value) : String(value));
    const lines = [Object.values(figure.table).map(quote).join(",")];
    for (const row of chosenRows(figure)) lines.push(keys.map((key) => quote(plain(key, row[key]))).join(","));
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + lines.join("\r\n") + "\r\n"], { type: "text/csv" }));
    link.download = `${figure.name}.csv`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // the filters
  const [geography, batch] = [byId("geography"), byId("batch")];

  function offer(select, options, chosen) {
    select.textContent = "";
    for (const [value, text] of options) select.add(new Option(text, value, false, value === chosen));
  }

  function offerBatches() {
    const list = page.batches.filter((each) => choice.geography === "all" || each.geography === choice.geography);
    if (!list.some((each) => each.batch === choice.batch)) choice.batch = "all";
    offer(batch, [["all", `all ${list.length}`], ...list.map((each) => [each.batch, each.batch])], choice.batch);
  }

  function offerPools() {
    const pools = [...new Map(rowsOf("places").map((each) => [each.pool, each.geography])).entries()];
    const fitting = pools.filter(([, of]) => choice.geography === "all" || of === choice.geography);
    if (!fitting.some(([pool]) => pool === choice.pool)) {
      const stage = choice.pool.slice(pools.find(([pool]) => pool === choice.pool)[1].length);
      choice.pool = (fitting.find(([pool]) => pool.endsWith(stage)) || fitting[0])[0];
    }
    offer(byId("pool"), fitting.map(([pool]) => [pool, pool]), choice.pool);
  }

  function toPoolOf(number) {
    const mine = rowsOf("stays").filter((each) => each.batch === number);
    if (mine.length && !mine.some((each) => each.pool === choice.pool)) choice.pool = mine[mine.length - 1].pool;
  }

  function chosen() {
    const words = [];
    if (choice.geography !== "all") words.push(choice.geography);
    if (choice.batch !== "all") words.push(choice.batch);
    byId("told").textContent = words.length ? `Shown: ${words.join(", ")}` : "Everything is shown";
    if (places) {
      offerPools();
      resetWindow();
    }
    update();
    if (views.has("places")) draw(places);
  }

  geography.addEventListener("change", () => {
    choice.geography = geography.value;
    offerBatches();
    chosen();
  });
  batch.addEventListener("change", () => {
    choice.batch = batch.value;
    if (places && choice.batch !== "all") toPoolOf(choice.batch);
    chosen();
  });
  byId("everything").addEventListener("click", () => {
    choice.geography = choice.batch = "all";
    geography.value = "all";
    offerBatches();
    chosen();
  });
  const themeButton = byId("theme");
  const nameTheme = () => {
    themeButton.setAttribute("aria-pressed", String(isDark()));
  };
  themeButton.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    nameTheme();
    redraw();
  });
  systemDark.addEventListener("change", () => { nameTheme(); redraw(); });

  // the chart that can be zoomed, where there is one
  if (places) letZoom();
  function letZoom() {
    const zoomed = byId("chart-places");
    const actions = {
      in: () => moveWindow(0, 0, 0.6), out: () => moveWindow(0, 0, 1 / 0.6),
      earlier: () => moveWindow(-0.25, 0, 1), later: () => moveWindow(0.25, 0, 1),
      up: () => moveWindow(0, -0.25, 1), down: () => moveWindow(0, 0.25, 1),
      whole: () => { window_ = { ...whole }; update("places"); },
    };
    const keys = { "+": "in", "=": "in", "-": "out", ArrowLeft: "earlier", ArrowRight: "later", ArrowUp: "up", ArrowDown: "down", 0: "whole" };
    for (const button of document.querySelectorAll("[data-zoom]"))
      button.addEventListener("click", () => actions[button.dataset.zoom]());
    zoomed.addEventListener("keydown", (event) => {
      if (!(event.key in keys) || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      actions[keys[event.key]]();
    });
    function within(event) {
      const view = views.get("places");
      const box = zoomed.querySelector("svg, canvas").getBoundingClientRect();
      const [left, top] = view.origin();
      return [(event.clientX - box.left - left) / view.signal("width"), (event.clientY - box.top - top) / view.signal("height")];
    }
    zoomed.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const [x, y] = within(event).map((share) => Math.min(1, Math.max(0, share)));
      moveWindow(0, 0, event.deltaY > 0 ? 1.25 : 0.8, x, y);
    }, { passive: false });
    let grip = null;
    zoomed.addEventListener("pointerdown", (event) => {
      if (event.button === 0 && event.pointerType === "mouse") grip = within(event);
    });
    window.addEventListener("pointermove", (event) => {
      if (!grip) return;
      const now = within(event);
      moveWindow(grip[0] - now[0], grip[1] - now[1], 1);
      grip = now;
    });
    window.addEventListener("pointerup", () => { grip = null; });
    byId("pool").addEventListener("change", (event) => {
      choice.pool = event.target.value;
      resetWindow();
      draw(places);
    });
  }

  for (const figure of page.figures) {
    const details = byId(`table-${figure.name}`);
    details.addEventListener("toggle", () => details.open && fillTable(figure, details));
    details.querySelector("button").addEventListener("click", () => save(figure));
  }

  // drawn when they come into sight, all of them on paper
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const figure = page.figures.find((each) => `chart-${each.name}` === entry.target.id);
      if (!entry.isIntersecting || views.has(figure.name)) continue;
      watcher.unobserve(entry.target);
      draw(figure);
    }
  }, { rootMargin: "400px" });
  const drawAll = () => { for (const figure of page.figures) draw(figure); };
  print.addEventListener("change", (event) => { if (event.matches) drawAll(); else redraw(); });
  window.addEventListener("beforeprint", drawAll);
  let width = window.innerWidth;
  let waiting = 0;
  window.addEventListener("resize", () => {
    if (window.innerWidth === width) return;
    width = window.innerWidth;
    clearTimeout(waiting);
    waiting = setTimeout(redraw, 150);
  });

  offerBatches();
  if (places) offerPools();
  nameTheme();
  for (const figure of page.figures) watcher.observe(byId(`chart-${figure.name}`));
})();
