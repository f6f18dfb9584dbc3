/*
 * Status Tracker: the card, the dashboard and the dialog of media requests.
 * One ES module without dependencies. Everything that services or people wrote is set as text, never as markup.
 */

const DOMAIN = "status_tracker";
const CARD = "status-tracker-card";
const PANEL = "status-tracker-request";
const STRATEGY = "ll-strategy-dashboard-status-tracker";

const FRAME_BUDGET = 8; // milliseconds of drawing in one frame
const RETRY_SUBSCRIPTION = 10000;
const REFRESH_DETAILS = 1500;
const MINUTE = 60000;
const LEFT_OPEN = 3; // a group of waiting requests with more than this starts collapsed
const PAGE = 60; // rows of a group that are drawn before "show more"

let lastTexts = null; // for the card's editor, which Home Assistant asks for without any state

// ---------------------------------------------------------------------------------------------------------
// What a request is: group, step, number

const STAGES = [
  "requested", "approved", "indexed", "downloading", "download_done", "importing", "anime_matching",
  "partially_available", "available",
];
const STEPS = ["requested", "search", "download", "import", "ready"];
const STEP_OF = {
  requested: 0, approved: 1, indexed: 2, downloading: 2, download_done: 3, importing: 3, anime_matching: 3,
  partially_available: 4, available: 5, declined: 0, failed: 1, deleted: 0,
};
const ON_THE_WAY = new Set(["indexed", "downloading", "download_done", "importing", "anime_matching"]);
const CLOSED = new Set(["declined", "deleted"]);
const GROUPS = ["needs", "way", "waiting", "ready", "closed"];
const FILTERS = ["all", "mine", "needs", "ready"];
const LAYOUTS = ["auto", "list", "posters"];
const ICONS = {
  requested: "mdi:account-question", approved: "mdi:magnify", indexed: "mdi:file-search",
  downloading: "mdi:download", download_done: "mdi:download-circle", importing: "mdi:folder-arrow-down",
  anime_matching: "mdi:fingerprint", partially_available: "mdi:circle-slice-4",
  available: "mdi:check-circle", declined: "mdi:cancel", failed: "mdi:alert-circle", deleted: "mdi:delete",
};
const ACTIONS = {
  approve: "mdi:check", decline: "mdi:close", retry: "mdi:restart", search: "mdi:magnify",
  replace_release: "mdi:swap-horizontal", rescan_library: "mdi:folder-sync",
};
const ON_STUCK_ROWS = new Set(["retry", "search", "replace_release", "rescan_library"]);

/** Return the group a request belongs to. */
function groupOf(row) {
  if (row.stuck || row.stage === "failed" || row.actions.includes("approve")) return "needs";
  if (row.stage === "available") return "ready";
  if (CLOSED.has(row.stage)) return "closed";
  return ON_THE_WAY.has(row.stage) ? "way" : "waiting";
}

/** Return what the colour of a request says: error, warning, active, success or none. */
function toneOf(row) {
  if (row.stuck || row.stage === "failed") return "error";
  if (row.stage === "requested") return "warning";
  if (row.stage === "available") return "success";
  return ON_THE_WAY.has(row.stage) ? "active" : "none";
}

/** Return the five steps as filled, current (with its share) or open. */
function stepsOf(row) {
  const at = STEP_OF[row.stage] ?? 0;
  return STEPS.map((_, index) => (index < at ? 1 : index === at ? shareOf(row) : 0));
}

/** Return how much of its present step a request has behind it, 0 where nobody can tell. */
function shareOf(row) {
  if (row.stage === "downloading" && row.progress !== null) return row.progress / 100;
  if (row.stage === "partially_available" && row.episodes_total) {
    return row.episodes_available / row.episodes_total;
  }
  return CLOSED.has(row.stage) ? 1 : 0;
}

/** Return the actions to offer on a row; the dialog offers all of them. */
function rowActions(row) {
  return row.actions.filter((action) => row.stuck || row.stage === "failed" || !ON_STUCK_ROWS.has(action));
}

/** Return the order within a group; it changes with stages, not while progress ticks. */
function orderOf(group, a, b) {
  const later = (name) => String(b[name] ?? "").localeCompare(String(a[name] ?? ""));
  if (group === "needs" && a.stuck !== b.stuck) return a.stuck ? -1 : 1;
  if (group === "way" && a.stage !== b.stage) return STAGES.indexOf(b.stage) - STAGES.indexOf(a.stage);
  if (group === "waiting" && a.expected !== b.expected) {
    return (a.expected ?? "~") < (b.expected ?? "~") ? -1 : 1;
  }
  if (group === "ready" || group === "closed") return later("stage_since") || later("key");
  return later("requested_at") || later("key");
}

// ---------------------------------------------------------------------------------------------------------
// Elements and texts

/** Return an element with attributes, listeners ("onclick") and children; text is text. */
function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") node.textContent = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Set the text of a node where it differs. */
function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** Set an attribute where it differs; null removes it. */
function mark(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
}

/** Return a web address that is safe to link to, null for anything else. */
function webAddress(url) {
  return /^https?:\/\//i.test(url ?? "") ? url : null;
}

/** Texts and numbers in the user's language, from the integration's own translations. */
class Texts {
  static loading = new Map();

  constructor(hass) {
    this.hass = hass;
    this.language = hass.locale?.language ?? hass.language ?? "en";
    this.zone = hass.locale?.time_zone === "server" ? hass.config?.time_zone : undefined;
  }

  /** Load the texts of a language once; resolves when they are there. */
  static load(hass) {
    const language = hass.language ?? "en";
    if (!Texts.loading.has(language)) {
      const parts = ["common", "entity"].map((part) => hass.loadBackendTranslation?.(part, DOMAIN));
      Texts.loading.set(language, Promise.all(parts).catch(() => Texts.loading.delete(language)));
    }
    return Texts.loading.get(language);
  }

  /** Return one of the card's texts. */
  get(key, values) {
    return this.hass.localize(`component.${DOMAIN}.common.card_${key}`, values) || "";
  }

  stage(stage) {
    return this.hass.localize(`component.${DOMAIN}.entity.sensor.request.state.${stage}`) || stage;
  }

  reason(reason) {
    const path = `component.${DOMAIN}.entity.sensor.request.state_attributes.reason.state`;
    return this.hass.localize(`${path}.${reason}`) || reason;
  }

  number(value, options) {
    return new Intl.NumberFormat(this.language, options).format(value);
  }

  percent(value) {
    return this.number(value / 100, { style: "percent" });
  }

  size(bytes) {
    const units = ["megabyte", "gigabyte", "terabyte"];
    let value = bytes / 1e6;
    let unit = 0;
    for (; value >= 1000 && unit < units.length - 1; unit += 1) value /= 1000;
    const digits = value < 10 && unit > 0 ? 1 : 0;
    return this.number(value, { style: "unit", unit: units[unit], maximumFractionDigits: digits });
  }

  /** Return a day, with the year where it is another one than this. */
  day(time, zone = this.zone) {
    const date = new Date(time);
    const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
    return this._date(date, { day: "numeric", month: "short", year, timeZone: zone });
  }

  /** Return a time of day, with its day where that is not today. */
  moment(time) {
    const date = new Date(time);
    const hour12 = { 12: true, 24: false }[this.hass.locale?.time_format];
    const clock = this._date(date, { hour: "numeric", minute: "2-digit", hour12 });
    return date.toDateString() === new Date().toDateString() ? clock : `${this.day(time)}, ${clock}`;
  }

  _date(date, options) {
    return new Intl.DateTimeFormat(this.language, { timeZone: this.zone, ...options }).format(date);
  }

  /** Return seconds in its one or two largest units. */
  duration(seconds) {
    const units = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
    const first = units.findIndex(([, size]) => seconds >= size);
    const parts = [];
    let rest = Math.round(seconds);
    for (const [unit, size] of units.slice(first === -1 ? 3 : first).slice(0, 2)) {
      const count = Math.floor(rest / size);
      rest -= count * size;
      if (count || !parts.length) parts.push(this.number(count, { style: "unit", unit, unitDisplay: "narrow" }));
    }
    return parts.join(" ");
  }

  /** Return how long ago something was, e.g. "2 hr. ago". */
  ago(time) {
    const seconds = (new Date(time) - Date.now()) / 1000;
    const units = [["year", 31536000], ["month", 2592000], ["day", 86400], ["hour", 3600], ["minute", 60]];
    const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["minute", 60];
    const format = new Intl.RelativeTimeFormat(this.language, { numeric: "auto", style: "short" });
    return format.format(Math.trunc(seconds / size), unit);
  }

  /** Return the figure that matters at the end of a row. */
  figure(row) {
    if (row.stage === "downloading" && row.progress !== null && row.episodes_total === null) {
      return this.percent(row.progress);
    }
    if (row.episodes_total > 1 && row.stage !== "requested" && row.stage !== "available") {
      return `${this.number(row.episodes_available)}/${this.number(row.episodes_total)}`;
    }
    if (row.stage === "downloading" && row.progress !== null) return this.percent(row.progress);
    if (row.expected && groupOf(row) === "waiting") {
      return this.day(row.expected, row.media_type === "movie" ? "UTC" : this.zone); // a release has no time of day
    }
    return "";
  }

  /** Return year, kind and definition in a few letters. */
  facts(row) {
    const seasons = row.seasons?.length ? row.seasons.map((season) => `S${season}`).join(" ") : null;
    return [row.year, seasons, row.is_4k ? "4K" : null].filter(Boolean).join(" · ");
  }
}

// ---------------------------------------------------------------------------------------------------------
// The requests: one subscription for all cards and dialogs of a page

class Feed {
  static feeds = new WeakMap();

  /** Return the feed of a connection. */
  static of(hass) {
    const { connection } = hass;
    if (!Feed.feeds.has(connection)) Feed.feeds.set(connection, new Feed(connection));
    return Feed.feeds.get(connection);
  }

  constructor(connection) {
    this.connection = connection;
    this.rows = new Map();
    this.byEntity = new Map();
    this.services = [];
    this.ready = false;
    this.failed = false;
    this._listeners = new Set();
    this._subscription = null;
  }

  /** Call the listener whenever something changes; returns how to stop. */
  listen(listener) {
    this._listeners.add(listener);
    this._subscribe();
    return () => {
      this._listeners.delete(listener);
      if (!this._listeners.size) this._release();
    };
  }

  _subscribe() {
    if (this._subscription) return;
    const message = { type: `${DOMAIN}/subscribe` };
    const subscription = this.connection.subscribeMessage((event) => this._take(event), message);
    this._subscription = subscription;
    subscription.catch(() => {
      if (this._subscription !== subscription) return;
      this._subscription = null;
      this.failed = true;
      this._tell();
      setTimeout(() => this._listeners.size && this._subscribe(), RETRY_SUBSCRIPTION);
    });
  }

  _release() {
    this._subscription?.then((unsubscribe) => unsubscribe()).catch(() => {});
    this._subscription = null;
    this.ready = false;
  }

  _take(event) {
    if (event.requests) {
      this.rows = new Map(event.requests.map((row) => [row.key, row]));
      this.ready = true;
      this.failed = false;
    }
    for (const row of event.changed ?? []) this.rows.set(row.key, row);
    for (const key of event.removed ?? []) this.rows.delete(key);
    if (event.services) this.services = event.services;
    this.byEntity = null;
    this._tell();
  }

  _tell() {
    for (const listener of [...this._listeners]) listener();
  }

  /** Return the row of a sensor. */
  find(entityId) {
    this.byEntity ??= new Map([...this.rows.values()].map((row) => [row.entity_id, row]));
    return this.byEntity.get(entityId);
  }
}

/** Call an action for a request; rejects with the reason in words. */
async function act(hass, row, action, data = {}) {
  if (action === "rescan_library") {
    await hass.callService(DOMAIN, action, { config_entry_id: row.config_entry_id }, undefined, false);
  } else {
    await hass.callService(DOMAIN, action, data, { entity_id: row.entity_id }, false);
  }
}

/** Open Home Assistant's dialog of an entity. */
function openDialog(node, entityId) {
  const detail = { entityId };
  node.dispatchEvent(new CustomEvent("hass-more-info", { bubbles: true, composed: true, detail }));
}

// ---------------------------------------------------------------------------------------------------------
// Buttons, posters, rails and the confirmation, shared by rows and the dialog

/** The buttons of a request, and what came of the last one that was pressed. */
class ActionBar {
  constructor(owner) {
    this.owner = owner; // has hass, texts and a root for the confirmation
    this.bar = el("div", { class: "actions" });
    this.error = el("p", { class: "refusal", role: "alert", hidden: true });
    this._shown = "";
  }

  /** Show the buttons for these actions; `target` has the row and the data of the action. */
  update(row, actions) {
    this.row = row;
    const shown = `${actions.join()} ${this.owner.texts.language} ${row.title}`;
    if (shown === this._shown) return;
    this._shown = shown;
    this.bar.hidden = !actions.length;
    this.bar.replaceChildren(...actions.map((action) => this._button(action)));
  }

  _button(action) {
    const { texts } = this.owner;
    const label = texts.get(`action_${action}`);
    return el(
      "button",
      {
        type: "button", class: `action ${action}`, "data-action": action,
        "aria-label": `${label}: ${this.row.title}`, onclick: (event) => this._press(event, action),
      },
      el("ha-icon", { icon: ACTIONS[action], "aria-hidden": "true" }),
      el("span", { text: label }),
    );
  }

  async _press(event, action) {
    event.stopPropagation();
    const { row } = this;
    const replaces = action === "replace_release" ? row.replaces : null;
    if (replaces && !(await confirmReplacement(this.owner, row, replaces))) return;
    await this.call(action, replaces?.download_id ? { download_id: replaces.download_id } : {});
  }

  /** Call an action; the buttons rest meanwhile, and a refusal is read out. */
  async call(action, data) {
    const buttons = [...this.bar.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    this.error.hidden = true;
    write(this.error, "");
    try {
      await act(this.owner.hass, this.row, action, data);
    } catch (err) {
      this.error.hidden = false;
      write(this.error, err?.message || this.owner.texts.get("action_failed"));
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  }
}

/** Ask whether a release is to be replaced, naming it and its size; resolves with the answer. */
function confirmReplacement(owner, row, download) {
  const { texts } = owner;
  return new Promise((resolve) => {
    const release = el("p", { class: "release" }, el("bdi", { text: download.release ?? row.title }));
    const dialog = el(
      "dialog",
      { class: "confirm", "aria-labelledby": "confirm-title", "aria-describedby": "confirm-text" },
      el("h2", { id: "confirm-title", text: texts.get("replace_title") }),
      el("p", { id: "confirm-text", text: texts.get("replace_text") }),
      release,
      download.size ? el("p", { class: "size", text: texts.size(download.size) }) : null,
      el(
        "div",
        { class: "actions" },
        el("button", { type: "button", class: "action", text: texts.get("cancel"), onclick: () => dialog.close() }),
        el("button", {
          type: "button", class: "action danger", text: texts.get("action_replace_release"),
          onclick: () => dialog.close("yes"),
        }),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    owner.root.append(dialog);
    dialog.showModal();
  });
}

/** A poster with the stage's icon below it, which is what remains where there is none. */
class Poster {
  constructor() {
    this.icon = el("ha-icon", { "aria-hidden": "true" });
    this.node = el("span", { class: "poster" }, this.icon);
    this._path = null;
  }

  update(row) {
    mark(this.icon, "icon", ICONS[row.stage]);
    if (row.poster === this._path) return;
    this._path = row.poster;
    this.image?.remove();
    if (!row.poster) return;
    this.image = el("img", { alt: "", loading: "lazy", decoding: "async", src: row.poster });
    this.image.addEventListener("error", (event) => event.target.remove());
    this.node.append(this.image);
  }
}

/** The five steps. */
class Rail {
  constructor(labelled) {
    this.fills = STEPS.map(() => el("i"));
    this.labels = labelled ? STEPS.map(() => el("small")) : null;
    this.said = el("span", { class: "sr" });
    const steps = this.fills.map((fill, index) =>
      el("span", { class: "step", "aria-hidden": "true" }, el("b", {}, fill), this.labels?.[index]));
    this.node = el("span", { class: labelled ? "rail labelled" : "rail" }, ...steps, this.said);
  }

  update(row, texts) {
    const at = Math.min(STEP_OF[row.stage] ?? 0, STEPS.length - 1);
    stepsOf(row).forEach((share, index) => {
      mark(this.fills[index].parentNode, "data-now", index === at);
      const width = `${Math.round(share * 100)}%`;
      if (this.fills[index].style.inlineSize !== width) this.fills[index].style.inlineSize = width;
    });
    const names = STEPS.map((step) => texts.get(step === "import" && row.anime ? "step_identify" : `step_${step}`));
    this.labels?.forEach((label, index) => write(label, names[index]));
    write(this.said, texts.get("step", { step: at + 1, count: STEPS.length, name: names[at] }));
  }
}

// ---------------------------------------------------------------------------------------------------------
// A row of the card

class RowView {
  constructor(owner) {
    this.owner = owner;
    this.poster = new Poster();
    this.rail = new Rail(false);
    this.actions = new ActionBar(owner);
    this.title = el("bdi", { class: "title" });
    this.facts = el("span", { class: "facts" });
    this.status = el("span", { class: "status" });
    this.who = el("span", { class: "who" });
    this.figure = el("span", { class: "figure" });
    this.main = el(
      "button",
      { type: "button", class: "main", onclick: () => openDialog(this.node, this.row.entity_id) },
      this.poster.node,
      el(
        "span", { class: "body" },
        el("span", { class: "head" }, this.title, this.facts),
        this.status,
        el("span", { class: "foot" }, this.who, this.rail.node),
      ),
      this.figure,
    );
    this.node = el("li", { class: "row" }, this.main, this.actions.bar, this.actions.error);
  }

  update(row) {
    const { texts } = this.owner;
    this.row = row;
    this.drawn = row;
    this.version = this.owner.version;
    mark(this.node, "data-tone", toneOf(row));
    mark(this.node, "data-key", row.key);
    this.main.disabled = !row.entity_id;
    this.poster.update(row);
    this.rail.update(row, texts);
    write(this.title, row.title);
    write(this.facts, texts.facts(row));
    write(this.status, row.status);
    mark(this.status, "title", row.status);
    const age = row.stage === "available" ? row.stage_since : row.requested_at;
    write(this.who, [row.requested_by, age && texts.ago(age)].filter(Boolean).join(" · "));
    write(this.figure, texts.figure(row));
    this.actions.update(row, rowActions(row));
  }
}

// ---------------------------------------------------------------------------------------------------------
// A group of the card

class GroupView {
  constructor(owner, name) {
    this.owner = owner;
    this.name = name;
    this.limit = PAGE;
    this.opened = null; // as the user wants it, null for as it comes
    this.count = el("span", { class: "count" });
    this.label = el("span");
    this.toggle = el(
      "button",
      { type: "button", class: "toggle", "aria-controls": `list-${name}`, onclick: () => this._flip() },
      this.label, this.count, el("ha-icon", { icon: "mdi:chevron-down", "aria-hidden": "true" }),
    );
    this.list = el("ul", { id: `list-${name}`, role: "list" });
    this.more = el("button", { type: "button", class: "action more", hidden: true, onclick: () => this._more() });
    this.node = el("section", { class: `group ${name}`, hidden: true }, el("h3", {}, this.toggle), this.list, this.more);
  }

  _flip() {
    this.opened = !this.open;
    this.owner.draw();
  }

  _more() {
    this.limit += PAGE;
    this.owner.draw();
  }

  /** Take the rows of the group; returns those to draw. */
  plan(rows) {
    const collapses = this.name === "closed" || (this.name === "waiting" && rows.length > LEFT_OPEN);
    this.open = this.opened ?? !collapses;
    const { texts } = this.owner;
    this.node.hidden = !rows.length;
    write(this.label, texts.get(`group_${this.name}`));
    write(this.count, texts.number(rows.length));
    mark(this.toggle, "aria-expanded", String(this.open));
    this.list.hidden = !this.open;
    const shown = this.open ? rows.slice(0, this.limit) : [];
    const rest = this.open ? rows.length - shown.length : 0;
    this.more.hidden = !rest;
    write(this.more, rest ? texts.get("show_more", { count: texts.number(rest) }) : "");
    return shown;
  }
}

// ---------------------------------------------------------------------------------------------------------
// The card

class StatusTrackerCard extends HTMLElement {
  constructor() {
    super();
    this.root = this.attachShadow({ mode: "open" });
    this.config = {};
    this.version = 0; // of the texts: a row drawn with another one is drawn again
    this._views = new Map();
    this._filter = null;
  }

  static getStubConfig() {
    return {};
  }

  static getConfigForm() {
    const texts = lastTexts;
    const choice = (prefix, values) => ({
      select: { mode: "dropdown", options: values.map((value) => ({ value, label: texts?.get(prefix + value) || value })) },
    });
    return {
      schema: [
        { name: "title", selector: { text: {} } },
        { name: "entity", selector: { entity: { filter: { integration: DOMAIN, domain: "sensor", device_class: "enum" } } } },
        { name: "layout", selector: choice("layout_", LAYOUTS) },
        { name: "filter", selector: choice("filter_", FILTERS) },
        { name: "show_filters", default: true, selector: { boolean: {} } },
        { name: "mine", selector: { text: { multiple: true } } },
      ],
      computeLabel: (schema) => texts?.get(`option_${schema.name}`) || schema.name,
      computeHelper: (schema) => texts?.get(`option_${schema.name}_help`) || undefined,
    };
  }

  setConfig(config) {
    for (const [name, values] of [["layout", LAYOUTS], ["filter", FILTERS]]) {
      if (config[name] !== undefined && !values.includes(config[name])) {
        throw new Error(`${name}: ${values.join(", ")}`);
      }
    }
    if (config.entity !== undefined && typeof config.entity !== "string") throw new Error("entity");
    this.config = config;
    this._filter = null;
    this._built = false;
    this._views.clear();
    if (this.hass) this._schedule();
  }

  getCardSize() {
    return this.config.entity ? 6 : 8;
  }

  getGridOptions() {
    return { columns: this.config.layout === "posters" ? "full" : 12, rows: "auto", min_columns: 6, min_rows: 3 };
  }

  get hass() {
    return this._hass;
  }

  // Called for every state of the house: only what the card itself depends on makes it draw.
  set hass(hass) {
    const before = this._hass;
    this._hass = hass;
    if (this._panel) this._panel.hass = hass;
    const same = ["language", "locale", "localize", "user", "connection"].every((name) => before?.[name] === hass[name]);
    if (before && same) return;
    this.texts = lastTexts = new Texts(hass);
    this.version += 1;
    Texts.load(hass)?.then(() => {
      this.texts = lastTexts = new Texts(this._hass);
      this._texted = true;
      this.version += 1;
      this._schedule();
    });
    if (before && before.connection !== hass.connection) this._stop();
    if (this.isConnected) this._start();
    this._schedule();
  }

  connectedCallback() {
    if (this._hass) this._start();
  }

  disconnectedCallback() {
    this._stop();
  }

  _start() {
    if (this._unlisten) return;
    this._feed = Feed.of(this._hass);
    this._unlisten = this._feed.listen(() => this._schedule());
    this._clock = setInterval(() => {
      this.version += 1; // "5 min. ago" gets older
      this._schedule();
    }, MINUTE);
    this._schedule();
  }

  _stop() {
    this._unlisten?.();
    this._unlisten = null;
    clearInterval(this._clock);
    cancelAnimationFrame(this._frame);
    this._frame = null;
  }

  /** Draw in the next frame, whatever the number of changes till then. */
  _schedule() {
    if (this._frame || !this._unlisten) return;
    this._frame = requestAnimationFrame(() => {
      this._frame = null;
      this.draw();
    });
  }

  /** Draw what has changed, as much as a frame has room for, the rest in the next ones. */
  draw() {
    const deadline = performance.now() + FRAME_BUDGET;
    if (!this._texted || !this._hass) return;
    if (!this._built) this._build();
    if (this._panel) {
      this._panel.hass = this._hass;
      return;
    }
    const groups = this._grouped();
    this._drawFrame(groups);
    const alive = new Set();
    let finished = true;
    for (const group of this._groups) {
      const shown = group.plan(groups[group.name]);
      for (const row of shown) alive.add(row.key);
      finished = this._place(group.list, shown, deadline) && finished;
    }
    for (const [key, view] of this._views) {
      if (alive.has(key)) continue;
      view.node.remove();
      this._views.delete(key);
    }
    if (!finished) this._schedule();
  }

  /** Bring a list in order, keeping the nodes that are there; false where the time was too short. */
  _place(list, rows, deadline) {
    let next = list.firstChild;
    for (const row of rows) {
      if (performance.now() > deadline) return false;
      let view = this._views.get(row.key);
      if (!view) {
        view = new RowView(this);
        this._views.set(row.key, view);
      }
      if (view.drawn !== row || view.version !== this.version) view.update(row);
      if (view.node === next) {
        next = next.nextSibling;
      } else {
        const focused = view.node.contains(this.root.activeElement) ? this.root.activeElement : null;
        list.insertBefore(view.node, next);
        focused?.focus();
      }
    }
    return true;
  }

  /** Return the rows by group, filtered and in order. */
  _grouped() {
    const groups = Object.fromEntries(GROUPS.map((name) => [name, []]));
    const all = [...this._feed.rows.values()];
    this._counts = { all: all.length, mine: 0, needs: 0, ready: 0 };
    const mine = this._names();
    for (const row of all) {
      const group = groupOf(row);
      const isMine = mine.has((row.requested_by ?? "").toLowerCase());
      if (isMine) this._counts.mine += 1;
      if (group === "needs" || group === "ready") this._counts[group] += 1;
      const filter = this.filter;
      if (filter === "all" || filter === group || (filter === "mine" && isMine)) groups[group].push(row);
    }
    for (const name of GROUPS) groups[name].sort((a, b) => orderOf(name, a, b));
    return groups;
  }

  get filter() {
    return this._filter ?? this.config.filter ?? "all";
  }

  /** Return the names under which the user makes requests. */
  _names() {
    const { user, states } = this._hass;
    const persons = Object.values(states).filter(
      (state) => state.entity_id.startsWith("person.") && state.attributes.user_id === user?.id);
    const names = [user?.name, ...persons.map((state) => state.attributes.friendly_name), ...(this.config.mine ?? [])];
    return new Set(names.filter(Boolean).map((name) => name.toLowerCase()));
  }

  /** Make what stays: heading, filters, groups. */
  _build() {
    this._built = true;
    this._panel = null;
    this._card = el("ha-card");
    this.root.replaceChildren(el("style", { text: STYLE }), this._card);
    if (this.config.entity) {
      this._panel = document.createElement(PANEL);
      this._panel.entityId = this.config.entity;
      this._card.append(el("div", { class: "single" }, this._panel));
      return;
    }
    mark(this._card, "data-layout", this.config.layout ?? "auto");
    this._title = el("h2");
    this._chips = el("div", { class: "chips", role: "group" });
    this._notice = el("div", { class: "notice", role: "status", hidden: true });
    this._emptyText = el("p");
    this._open = el("a", { class: "action", target: "_blank", rel: "noreferrer noopener", hidden: true });
    this._empty = el("div", { class: "empty", hidden: true }, this._emptyText, this._open);
    this._groups = GROUPS.map((name) => new GroupView(this, name));
    this._card.append(
      el("header", {}, this._title, this._chips), this._notice, ...this._groups.map((group) => group.node), this._empty,
    );
  }

  /** Draw heading, filters, and what to say where there are no rows or a service is down. */
  _drawFrame(groups) {
    const { texts, _feed: feed } = this;
    const title = this.config.title ?? texts.get("title");
    write(this._title, title);
    this._title.hidden = !title;
    this._drawChips();
    const down = feed.services.filter((service) => !service.ok).map((service) => service.name);
    this._notice.hidden = !down.length && !feed.failed;
    if (feed.failed) write(this._notice, texts.get("not_running"));
    else if (down.length) write(this._notice, texts.get("service_down", { services: down.join(", ") }));
    const none = feed.ready && !GROUPS.some((name) => groups[name].length);
    this._empty.hidden = !none && (feed.ready || feed.failed);
    const key = !feed.ready ? "loading" : feed.rows.size ? "empty_filter" : "empty";
    write(this._emptyText, this._empty.hidden ? "" : texts.get(key));
    const seerr = key === "empty" ? webAddress(feed.services.find((service) => service.url)?.url) : null;
    this._open.hidden = !seerr;
    mark(this._open, "href", seerr);
    write(this._open, texts.get("open_seerr"));
  }

  _drawChips() {
    const { texts } = this;
    this._chips.hidden = this.config.show_filters === false || !this._feed.rows.size;
    mark(this._chips, "aria-label", texts.get("filters"));
    for (const name of FILTERS) {
      let chip = this._chips.querySelector(`[data-filter="${name}"]`);
      if (!chip) {
        chip = el(
          "button", { type: "button", class: "chip", "data-filter": name, onclick: () => this._choose(name) },
          el("span"), el("span", { class: "count" }),
        );
        this._chips.append(chip);
      }
      write(chip.firstChild, texts.get(`filter_${name}`));
      write(chip.lastChild, texts.number(this._counts[name]));
      mark(chip, "aria-pressed", String(this.filter === name));
      chip.hidden = name !== "all" && !this._counts[name] && this.filter !== name;
    }
  }

  _choose(name) {
    this._filter = name;
    this.draw();
  }
}

// ---------------------------------------------------------------------------------------------------------
// One request: the panel in Home Assistant's dialog, and the card of a single request

class StatusTrackerRequest extends HTMLElement {
  constructor() {
    super();
    this.root = this.attachShadow({ mode: "open" });
    this._details = null;
  }

  get hass() {
    return this._hass;
  }

  set hass(hass) {
    const same = this._hass?.localize === hass.localize && this._hass?.connection === hass.connection;
    this._hass = hass;
    if (same) return;
    this.texts = lastTexts = new Texts(hass);
    Texts.load(hass)?.then(() => {
      this.texts = lastTexts = new Texts(this._hass);
      this._texted = true;
      this._drawn = null;
      this._draw();
    });
    if (this.isConnected) this._start();
  }

  // Home Assistant's dialog gives the state, the card the entity's id.
  set stateObj(state) {
    this._state = state;
    this.entityId = state?.entity_id;
  }

  set entityId(entityId) {
    if (entityId === this._entityId) return;
    this._entityId = entityId;
    this._details = null;
    this._drawn = null;
    this._draw();
  }

  connectedCallback() {
    if (this._hass) this._start();
  }

  disconnectedCallback() {
    this._unlisten?.();
    this._unlisten = null;
    clearTimeout(this._timer);
    this._timer = null;
  }

  _start() {
    if (this._unlisten) return;
    this._feed = Feed.of(this._hass);
    this._unlisten = this._feed.listen(() => this._draw());
    this._draw();
  }

  /** Draw the request; whatever goes wrong, its state stays readable. */
  _draw() {
    if (!this._texted || !this._feed || !this._entityId) return;
    try {
      const row = this._feed.find(this._entityId);
      if (row) this._drawRow(row);
      else if (this._feed.ready || this._feed.failed) this._drawPlain();
    } catch (err) {
      console.error("Status Tracker:", err);
      this._drawPlain();
    }
  }

  _drawPlain() {
    const state = this._state ?? this._hass.states[this._entityId];
    const text = state ? this._hass.formatEntityState(state) : this.texts.get("gone");
    this._parts = null;
    this.root.replaceChildren(el("style", { text: STYLE }), el("p", { class: "plain", text }));
  }

  _drawRow(row) {
    if (row === this._drawn) return;
    this._drawn = row;
    this._parts ??= this._build();
    const { texts, _parts: parts } = this;
    mark(this._frame, "data-tone", toneOf(row));
    parts.poster.update(row);
    parts.rail.update(row, texts);
    write(parts.title, row.name);
    parts.title.hidden = Boolean(this._state); // the dialog's own heading
    write(parts.status, row.status);
    const kind = texts.get(row.anime ? `kind_anime_${row.media_type}` : `kind_${row.media_type}`);
    write(parts.facts, [kind, texts.facts(row), row.quality].filter(Boolean).join(" · "));
    write(parts.who, [row.requested_by, row.requested_at && texts.ago(row.requested_at)].filter(Boolean).join(" · "));
    write(parts.figure, texts.figure(row));
    parts.actions.update(row, row.actions);
    this._drawWords(row);
    this._drawLinks(row);
    if (this._details) this._drawDetails();
    this._askDetails();
  }

  /** Show the service's own words, quoted; and which service is not answering. */
  _drawWords(row) {
    const { texts, _parts: parts } = this;
    const blind = row.blind.length ? texts.get("service_down", { services: row.blind.join(", ") }) : "";
    const box = [
      row.reason_detail ? el("blockquote", {}, el("bdi", { text: row.reason_detail })) : null,
      blind ? el("p", { text: blind }) : null,
    ].filter(Boolean);
    parts.words.replaceChildren(...box);
    parts.words.hidden = !box.length;
  }

  _drawLinks(row) {
    const { texts, _parts: parts } = this;
    const links = [["watch", row.jellyfin_url, "mdi:play"], ["open_seerr", row.seerr_url, "mdi:open-in-new"]];
    parts.links.replaceChildren(...links.filter(([, url]) => webAddress(url)).map(([key, url, icon]) =>
      el("a", { class: "action", href: url, target: "_blank", rel: "noreferrer noopener" },
        el("ha-icon", { icon, "aria-hidden": "true" }), el("span", { text: texts.get(key) }))));
  }

  /** Ask for downloads, episodes and timeline, no more often than people can read. */
  _askDetails() {
    this._asked = true;
    if (this._timer) return;
    this._timer = setTimeout(async () => {
      const entityId = this._entityId;
      this._asked = false;
      try {
        const details = await this._hass.callWS({ type: `${DOMAIN}/request`, entity_id: entityId });
        if (entityId === this._entityId) {
          this._details = details;
          this._drawDetails();
        }
      } catch (err) {
        console.debug("Status Tracker:", err); // the request has gone; the row says so
      }
      this._timer = null;
      if (this._asked && this._unlisten) this._askDetails(); // something has changed meanwhile
    }, this._details ? REFRESH_DETAILS : 0);
  }

  _drawDetails() {
    const { texts, _details: details, _parts: parts } = this;
    if (!parts) return;
    const sections = [
      this._section("forecast", this._forecast(details)),
      this._section("downloads", this._downloads(details)),
      this._section("episodes", this._episodes(details)),
      this._section("timeline", this._timeline(details)),
    ].filter(Boolean);
    const drawn = JSON.stringify([texts.language, details]);
    if (drawn === parts.detailsDrawn) return;
    parts.detailsDrawn = drawn;
    parts.details.replaceChildren(...sections);
  }

  _section(name, content) {
    return content && el("section", { class: name }, el("h3", { text: this.texts.get(name) }), content);
  }

  _forecast({ forecast }) {
    if (!forecast) return null;
    const time = this.texts.moment(forecast.at);
    return el("p", { text: this.texts.get("forecast_text", { time, count: forecast.journeys }) });
  }

  _downloads({ downloads }) {
    const { texts } = this;
    const shown = downloads.slice(-8).reverse();
    if (!shown.length) return null;
    const several = shown.filter((one) => !one.outcome).length > 1;
    return el("ul", { role: "list" }, ...shown.map((one) => {
      const size = one.size ? texts.size(one.size) : null;
      const done = one.progress !== null && !one.outcome ? texts.percent(one.progress) : null;
      const outcome = one.outcome ? texts.get(`outcome_${one.outcome}`) : texts.stage(one.stage ?? "indexed");
      const speed = one.speed ? `${texts.size(one.speed)}/s` : null;
      const facts = [outcome, [done, size].filter(Boolean).join(" / "), speed, one.client, one.indexer];
      return el(
        "li", {},
        el("bdi", { class: "release", text: one.release ?? one.download_id ?? "" }),
        el("small", { text: facts.filter(Boolean).join(" · ") }),
        done ? el("span", { class: "bar" }, this._fill(one.progress)) : null,
        several && !one.outcome && one.download_id && this._drawn.actions.some((name) => name !== "rescan_library") ? this._replaceOne(one) : null,
      );
    }));
  }

  _fill(percent) {
    const fill = el("i");
    fill.style.inlineSize = `${percent}%`;
    return fill;
  }

  /** Return the button that replaces one of several downloads. */
  _replaceOne(download) {
    const label = this.texts.get("action_replace_release");
    const press = async () => {
      if (!(await confirmReplacement(this, this._drawn, download))) return;
      await this._parts.actions.call("replace_release", { download_id: download.download_id });
    };
    return el("button", { type: "button", class: "action", text: label, onclick: press,
      "aria-label": `${label}: ${download.release ?? ""}` });
  }

  _episodes({ episodes }) {
    const { texts } = this;
    if (!episodes.length) return null;
    const seasons = groupBy(episodes, (one) => one.season);
    const lists = [...seasons].map(([season, units]) => {
      const ready = units.filter((one) => one.stage === "available").length;
      const count = texts.get("episodes_ready", { ready: texts.number(ready), total: texts.number(units.length) });
      return el("div", { class: "season" },
        el("h4", { text: `${texts.get("season", { season })} · ${count}` }),
        el("ul", { class: "squares", role: "list" }, ...units.map((one) => this._episode(one))));
    });
    return el("div", {}, ...lists);
  }

  _episode(one) {
    const { texts } = this;
    const number = one.number === null ? "" : String(one.number);
    const when = !one.aired && one.air_date ? texts.day(one.air_date) : null;
    const stage = one.aired ? texts.stage(one.stage) : texts.reason("unaired");
    const words = [number, one.title, stage, when].filter(Boolean).join(" · ");
    const tone = one.stage === "available" ? "success" : ON_THE_WAY.has(one.stage) ? "active" : "none";
    return el("li", { "data-tone": tone, title: words },
      el("span", { "aria-hidden": "true", text: number }), el("span", { class: "sr", text: words }));
  }

  _timeline({ timeline }) {
    const { texts } = this;
    if (!timeline.length) return null;
    return el("ol", { role: "list" }, ...timeline.map((step) => {
      const what = step.reason ? `${texts.stage(step.stage)}: ${texts.reason(step.reason)}` : texts.stage(step.stage);
      return el("li", {},
        el("time", { datetime: step.at, text: texts.moment(step.at) }),
        el("span", { text: what }),
        el("small", { text: texts.duration(step.seconds) }));
    }));
  }

  _build() {
    const parts = {
      poster: new Poster(), rail: new Rail(true), actions: new ActionBar(this),
      title: el("bdi", { class: "title" }), status: el("p", { class: "status", role: "status" }),
      facts: el("p", { class: "facts" }), who: el("p", { class: "who" }), figure: el("span", { class: "figure" }),
      words: el("div", { class: "words", hidden: true }), links: el("div", { class: "actions links" }),
      details: el("div", { class: "details" }),
    };
    this._frame = el(
      "div", { class: "panel" },
      el("div", { class: "top" }, parts.poster.node,
        el("div", { class: "body" }, el("p", { class: "head" }, parts.title), parts.status, parts.facts, parts.who,
          parts.actions.bar, parts.actions.error)),
      parts.rail.node, parts.words, parts.links, parts.details,
    );
    this.root.replaceChildren(el("style", { text: STYLE }), this._frame);
    return parts;
  }
}

/** Return the values of a list by what a function says of each. */
function groupBy(values, name) {
  const groups = new Map();
  for (const value of values) groups.set(name(value), [...(groups.get(name(value)) ?? []), value]);
  return groups;
}

// ---------------------------------------------------------------------------------------------------------
// The dashboard

class StatusTrackerStrategy extends HTMLElement {
  static noEditor = true;

  static async getCreateSuggestions(hass) {
    await Texts.load(hass);
    return { title: new Texts(hass).get("title") || "Media requests", icon: "mdi:movie-open-check" };
  }

  static async generate(config, hass) {
    await Texts.load(hass);
    const title = new Texts(hass).get("title") || "Media requests";
    const card = { type: `custom:${CARD}`, title: "", ...config.card };
    return { title, views: [{ title, path: "requests", icon: "mdi:movie-open-check", type: "panel", cards: [card] }] };
  }

  static shouldRegenerate() {
    return false; // the card follows the requests by itself
  }
}

// ---------------------------------------------------------------------------------------------------------
// Looks: the theme's colours and sizes, logical directions, and a layout that follows the card's own width

/** Return the rules that show the rows of some lists as posters. */
function posters(lists) {
  const rules = [
    ["", "display: grid; grid-template-columns: repeat(auto-fill, minmax(136px, 1fr)); gap: 12px; padding: 4px 8px 12px; overflow: visible"],
    [".row", "flex-direction: column; flex-wrap: nowrap; inline-size: auto; position: relative; contain-intrinsic-size: auto 300px"],
    [".main", "flex: none; flex-direction: column; align-items: stretch; gap: 6px; padding: 0"],
    [".poster", "inline-size: 100%; border-radius: 12px; --mdc-icon-size: 40px"],
    [".body", "gap: 2px; padding: 0 4px 4px"],
    [".title", "font-size: 14px"],
    [".status", "display: block; font-size: 13px; white-space: normal; min-block-size: 2.6em; line-height: 1.3; color: var(--secondary-text-color)"],
    [".facts", "display: none"],
    [".foot", "display: flex; flex-direction: column-reverse; align-items: stretch; gap: 4px"],
    [".rail", "inline-size: 100%"],
    [".figure", "display: block; position: absolute; inset-block-start: 8px; inset-inline-end: 8px; min-inline-size: 0; padding: 2px 10px; border-radius: 12px; font-size: 14px; color: #fff; background: rgb(0 0 0 / .72)"],
    [".figure:empty", "display: none"],
  ];
  return rules.map(([part, rule]) => `${lists} ${part} { ${rule}; }`).join("\n");
}

const POSTER_LISTS = ".group:not(.needs) ul";

const STYLE = `
:host { display: block; container-type: inline-size; color: var(--primary-text-color); }
[hidden] { display: none !important; }
.sr { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
ha-card { display: block; overflow: hidden; padding-block-end: 8px; }
h2, h3, h4, p, ul, ol, blockquote { margin: 0; padding: 0; }
ul, ol { list-style: none; }
button, .action { font: inherit; color: inherit; }
button { border: 0; background: none; padding: 0; text-align: start; cursor: pointer; }
button:disabled { cursor: default; }
:focus-visible { outline: 2px solid var(--primary-color); outline-offset: 2px; border-radius: 8px; }
ha-icon { --mdc-icon-size: 20px; flex: none; }
[data-tone=error] { --tone: var(--error-color); }
[data-tone=warning] { --tone: var(--warning-color); }
[data-tone=active] { --tone: var(--primary-color); }
[data-tone=success] { --tone: var(--success-color); }
[data-tone=none] { --tone: var(--secondary-text-color); }

header { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 16px; padding: 16px 16px 4px; }
h2 { font-size: var(--ha-font-size-xl, 20px); font-weight: var(--ha-font-weight-normal, 400); line-height: 1.4; flex: 1 0 auto; }
.chips { display: flex; flex-wrap: wrap; gap: 8px; }
.chip { display: inline-flex; align-items: center; gap: 6px; min-block-size: 44px; padding-inline: 14px; border-radius: 22px;
  border: 1px solid var(--divider-color); font-size: 14px; }
.chip[aria-pressed=true] { border-color: var(--primary-color); background: color-mix(in srgb, var(--primary-color) 16%, transparent); }
.count { color: var(--secondary-text-color); font-variant-numeric: tabular-nums; }
.chip[aria-pressed=true] .count { color: inherit; }
.notice, .empty { margin: 8px 16px; padding: 12px; border-radius: 12px; }
.notice { border-inline-start: 4px solid var(--warning-color); background: color-mix(in srgb, var(--warning-color) 12%, transparent); }
.empty { color: var(--secondary-text-color); text-align: center; padding-block: 24px; }
.empty .action { margin-block-start: 16px; color: var(--primary-text-color); }

.group { padding-inline: 8px; }
.group h3 { font-size: 14px; font-weight: 500; }
.toggle { display: flex; align-items: center; gap: 8px; inline-size: 100%; min-block-size: 44px; padding-inline: 8px;
  color: var(--secondary-text-color); }
.toggle ha-icon { margin-inline-start: auto; transition: rotate .15s; }
.toggle[aria-expanded=false] ha-icon { rotate: -90deg; }
.toggle[aria-expanded=false]:dir(rtl) ha-icon { rotate: 90deg; }
.needs .toggle > span:first-child { color: var(--primary-text-color); }
.row { display: flex; flex-wrap: wrap; gap: 0 8px; border-radius: 12px; content-visibility: auto; contain-intrinsic-size: auto 88px; }
.needs .row { margin-block-end: 8px; background: color-mix(in srgb, var(--tone) 9%, transparent); box-shadow: inset 3px 0 var(--tone); }
.needs .row:dir(rtl) { box-shadow: inset -3px 0 var(--tone); }
.main { display: flex; flex: 1 1 300px; min-inline-size: 0; align-items: center; gap: 12px; padding: 8px; border-radius: 12px; }
@media (hover: hover) { .main:not(:disabled):hover { background: color-mix(in srgb, var(--primary-text-color) 5%, transparent); } }
.poster { position: relative; display: grid; place-items: center; flex: none; inline-size: 48px; aspect-ratio: 2 / 3; overflow: hidden;
  border-radius: 6px; color: var(--secondary-text-color); background: color-mix(in srgb, var(--primary-text-color) 8%, transparent); }
.poster img { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: cover; }
.body { display: flex; flex-direction: column; flex: 1; min-inline-size: 0; gap: 3px; }
.head { display: flex; align-items: baseline; gap: 8px; min-inline-size: 0; }
.title, .status, .who { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.title { font-size: 16px; font-weight: 500; unicode-bidi: isolate; }
.row .facts { flex: none; max-inline-size: 45%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-size: 12px; color: var(--secondary-text-color); }
.row .status { font-size: 14px; }
.row[data-tone=error] .status { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; white-space: normal; }
.foot { display: flex; align-items: center; gap: 12px; }
.row .who { flex: 1; font-size: 12px; color: var(--secondary-text-color); }
.figure { flex: none; min-inline-size: 44px; text-align: end; font-size: 16px; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figure:empty { min-inline-size: 0; }
.rail { display: flex; flex: none; gap: 3px; inline-size: 110px; }
.step { flex: 1; min-inline-size: 0; }
.step b { display: block; block-size: 4px; border-radius: 2px; overflow: hidden; background: color-mix(in srgb, var(--primary-text-color) 16%, transparent); }
.step b[data-now] { background: color-mix(in srgb, var(--tone, var(--primary-color)) 38%, transparent); }
.step i, .bar i { display: block; block-size: 100%; border-radius: inherit; background: var(--tone, var(--primary-color)); transition: inline-size .4s; }

.actions { display: flex; flex-wrap: wrap; gap: 8px; }
.row .actions { padding: 0 8px 8px; align-items: center; }
.action { display: inline-flex; align-items: center; justify-content: center; gap: 8px; min-block-size: 44px; padding-inline: 16px; border-radius: 22px;
  box-sizing: border-box; text-decoration: none; font-size: 14px; background: color-mix(in srgb, var(--primary-color) 16%, transparent); }
.action:disabled { opacity: .5; }
.action.decline, .action.danger { background: color-mix(in srgb, var(--error-color) 16%, transparent); }
.more { margin: 8px; }
.refusal { flex-basis: 100%; padding: 0 12px 12px; font-size: 14px; }
.refusal::before { content: "⚠ "; color: var(--error-color); }

/* Small posters of what can be watched */
.ready ul { display: flex; gap: 4px; overflow-x: auto; padding-block-end: 4px; scrollbar-width: thin; }
.ready .row { flex: none; inline-size: 92px; contain-intrinsic-size: 92px 160px; }
.ready .main { flex-direction: column; align-items: stretch; gap: 6px; }
.ready .poster { inline-size: 100%; }
.ready .figure, .ready .foot, .ready .status, .ready .facts { display: none; }
.ready .title { font-size: 13px; font-weight: 400; }

/* Posters on a wall tablet */
@container (min-width: 860px) { ${posters(`ha-card[data-layout=auto] ${POSTER_LISTS}`)} }
${posters(`ha-card[data-layout=posters] ${POSTER_LISTS}`)}

/* One request */
.single { padding: 16px 16px 8px; }
.plain { padding: 8px 0; }
.panel { display: flex; flex-direction: column; gap: 16px; }
.top { display: flex; gap: 16px; }
.top .poster { inline-size: 112px; align-self: flex-start; }
.top .body { gap: 4px; }
.panel .title, .panel .status { white-space: normal; overflow-wrap: anywhere; }
.panel .status { font-size: 16px; }
.panel .facts, .panel .who { font-size: 14px; color: var(--secondary-text-color); }
.panel .top .actions { margin-block-start: 8px; }
.panel .actions:empty { display: none; }
.panel .refusal { padding: 8px 0 0; }
.panel > .rail { inline-size: 100%; gap: 6px; }
.rail.labelled b { block-size: 6px; border-radius: 3px; }
.rail small { display: block; margin-block-start: 4px; font-size: 12px; color: var(--secondary-text-color); overflow: hidden; text-overflow: ellipsis; }
.words { display: flex; flex-direction: column; gap: 8px; padding: 12px; border-radius: 12px; border-inline-start: 4px solid var(--tone);
  background: color-mix(in srgb, var(--tone) 10%, transparent); overflow-wrap: anywhere; }
.words blockquote { font-style: italic; }
.words blockquote::before { content: open-quote; }
.words blockquote::after { content: close-quote; }
.details { display: flex; flex-direction: column; gap: 16px; }
.details h3 { font-size: 14px; font-weight: 500; margin-block-end: 6px; }
.details h4 { font-size: 13px; font-weight: 400; color: var(--secondary-text-color); margin-block-end: 6px; }
.details small { color: var(--secondary-text-color); }
.downloads li { display: flex; flex-direction: column; gap: 4px; padding-block: 4px; align-items: flex-start; }
.release { overflow-wrap: anywhere; font-size: 14px; }
.bar { inline-size: 100%; block-size: 4px; border-radius: 2px; overflow: hidden; background: color-mix(in srgb, var(--primary-text-color) 16%, transparent); }
.season + .season { margin-block-start: 12px; }
.squares { display: flex; flex-wrap: wrap; gap: 4px; }
.squares li { display: grid; place-items: center; min-inline-size: 26px; block-size: 26px; border-radius: 6px; font-size: 12px; position: relative;
  border: 1px solid color-mix(in srgb, var(--tone) 60%, transparent); }
.squares li[data-tone=success] { background: color-mix(in srgb, var(--tone) 32%, transparent); }
.squares li[data-tone=active] { background: color-mix(in srgb, var(--tone) 18%, transparent); }
.timeline li { display: flex; gap: 12px; padding-block: 4px; font-size: 14px; }
.timeline time { flex: 0 0 auto; min-inline-size: 64px; color: var(--secondary-text-color); font-variant-numeric: tabular-nums; }
.timeline span { flex: 1; overflow-wrap: anywhere; }

dialog.confirm { max-inline-size: min(480px, calc(100vw - 48px)); box-sizing: border-box; border: 0; border-radius: var(--ha-card-border-radius, 12px); padding: 24px;
  color: var(--primary-text-color); background: var(--card-background-color, Canvas); }
dialog.confirm::backdrop { background: rgb(0 0 0 / .5); }
dialog.confirm h2 { font-size: 20px; margin-block-end: 12px; }
dialog.confirm .release { margin-block: 12px 4px; font-weight: 500; }
dialog.confirm .size { color: var(--secondary-text-color); }
dialog.confirm .actions { justify-content: flex-end; margin-block-start: 20px; }
@media (prefers-reduced-motion: reduce) { * { transition: none !important; } }
@media (forced-colors: active) { .step b, .bar, .chip, .action { border: 1px solid; } .step b[data-now] { background: color-mix(in srgb, var(--tone, var(--primary-color)) 38%, transparent); }
.step i, .bar i { background: Highlight; } }
`;

// ---------------------------------------------------------------------------------------------------------
// Made known to Home Assistant, once

/** Add an entry to one of the lists the frontend reads; its words follow when the language is known. */
function offer(list, entry, name, description) {
  window[list] = window[list] ?? [];
  if (!window[list].some((one) => one.type === entry.type)) window[list].push(entry);
  return () => Object.assign(entry, { name: lastTexts?.get(name) || entry.name, description: lastTexts?.get(description) || entry.description });
}

/** Suggest the card for our own sensors: this request, and all of them. */
function suggest(hass, entityId) {
  if (hass.entities?.[entityId]?.platform !== DOMAIN) return null;
  const texts = new Texts(hass);
  const all = { label: texts.get("suggest_all") || undefined, config: { type: `custom:${CARD}` } };
  if (hass.states[entityId]?.attributes.request_id === undefined) return all;
  const one = { label: texts.get("suggest_one") || undefined, config: { type: `custom:${CARD}`, entity: entityId } };
  return [one, all];
}

/** Define an element unless an earlier version of this file has. */
function define(tag, element) {
  if (!customElements.get(tag)) customElements.define(tag, element);
}

// Home Assistant replaces the registry of elements while it starts: what is defined before that is lost.
await customElements.whenDefined("home-assistant");
define(CARD, StatusTrackerCard);
define(PANEL, StatusTrackerRequest);
define(STRATEGY, StatusTrackerStrategy);
const offers = [
  offer("customCards", {
    type: CARD, name: "Media requests", description: "Shows the status of each request and which ones need attention.", preview: true,
    documentationURL: "https://github.com/status-tracker/status-tracker", getEntitySuggestion: suggest,
  }, "title", "card_description"),
  offer("customStrategies", {
    type: "status-tracker", strategyType: "dashboard", name: "Media requests",
    description: "Shows the status of each request and which ones need attention.",
  }, "title", "card_description"),
];

/** Put what was offered above into the user's language, as soon as that is known. */
async function translateOffers() {
  const root = document.querySelector("home-assistant");
  while (root && !root.hass?.loadBackendTranslation) await new Promise((resolve) => setTimeout(resolve, 200));
  await Texts.load(root.hass);
  lastTexts ??= new Texts(root.hass);
  for (const translate of offers) translate();
}

translateOffers();
