// chips.js: buttons for the values of each setting, and what they leave.

const MOST_CHIPS = 12;

const countOf = (number, word) => `${formatStep(number)} ${word}${number === 1 ? "" : "s"}`;

/** Choose values of some keys, {key index: Set of value indices}; an empty set means all values. */
function chooseValues(sets) {
  const chosen = {...state.chosen, ...sets};
  for (const [key, values] of Object.entries(chosen)) if (!values.size) delete chosen[key];
  change("selection", {chosen});
}

/** Choose a value of a key too, or no longer. */
function toggleValue(key, value) {
  const values = new Set(state.chosen[key]);
  if (!values.delete(value)) values.add(value);
  chooseValues({[key]: values});
}

const showAll = () => change("selection", {chosen: {}, ranges: {}});

/** A button for each value of a key. */
function chipsOf(key, index) {
  return key.values.map((text, value) => {
    const attributes = {class: "chip", type: "button", "data-key": index, "data-value": value, "aria-pressed": "false"};
    return h("button", {...attributes, click: () => toggleValue(index, value)}, text);
  });
}

/** A list to choose one value of a key from, where there are many. */
function valueList(key, index) {
  const choose = event => {
    const {value} = event.target;
    chooseValues({[index]: new Set(value === "" ? [] : [Number(value)])});
  };
  const options = [h("option", {value: ""}, "all"), ...key.values.map((text, value) => h("option", {value}, text))];
  return h("select", {"data-key": index, "aria-label": key.name, change: choose}, ...options);
}

/** All chips of a data set; none where there is one run. */
function buildChips() {
  const groups = part().keys.flatMap((key, index) => {
    if (key.values.length < 2) return [];
    const choices = key.values.length > MOST_CHIPS ? [valueList(key, index)] : chipsOf(key, index);
    const name = h("span", {class: "chip-key", "aria-hidden": "true"}, key.name);
    return [h("div", {class: "chip-group", role: "group", "aria-label": key.name}, name, ...choices)];
  });
  const all = h("button", {class: "link", type: "button", id: "show-all", click: showAllAndStay}, "show all");
  const left = h("div", {class: "chip-left"}, h("span", {id: "selected", role: "status"}), all);
  by("chips").replaceChildren(...(runs().length > 1 ? [...groups, left] : []));
  markChips();
}

/** "show all" hides itself: who came by keyboard stays among the chips. */
function showAllAndStay() {
  showAll();
  by("chips").querySelector("button, select").focus();
}

/** Which values are chosen, and how many runs have them. */
function markChips() {
  for (const chip of by("chips").querySelectorAll(".chip")) {
    const isChosen = state.chosen[chip.dataset.key]?.has(Number(chip.dataset.value)) ?? false;
    chip.setAttribute("aria-pressed", String(isChosen));
  }
  for (const list of by("chips").querySelectorAll("select")) {
    const values = [...(state.chosen[list.dataset.key] ?? [])];
    list.value = values.length === 1 ? values[0] : "";
  }
  if (!by("selected")) return;
  const count = runs().filter(isVisible).length;
  const words = count ? `${formatStep(count)} of ${countOf(runs().length, "run")}` : "No run has all of these.";
  by("selected").textContent = isSelecting() ? words : "";
  by("show-all").hidden = !isSelecting();
}

on("part", buildChips);
on("selection", markChips);
