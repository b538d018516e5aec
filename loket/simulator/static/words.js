// The page's own words, in the language that the visitor chose; what citizens read comes from the gateway alone.

const KEPT = "loket.simulator.language";

export class Words {
  #words;
  #changed = [];

  constructor(words, language) {
    this.#words = words;
    this.language = words[localStorage.getItem(KEPT)] ? localStorage.getItem(KEPT) : language;
  }

  say(word, values = {}) {
    return this.#words[this.language][word].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  }

  onChange(callback) {
    this.#changed.push(callback);
  }

  toggle() {
    this.language = Object.keys(this.#words).find((language) => language !== this.language);
    localStorage.setItem(KEPT, this.language);
    this.apply();
  }

  // Write every marked element anew.
  apply() {
    document.documentElement.lang = this.language;
    document.title = this.say("title");
    for (const element of document.querySelectorAll("[data-word]")) {
      element.textContent = this.say(element.dataset.word, element.dataset);
    }
    for (const element of document.querySelectorAll("[data-label]")) {
      const said = this.say(element.dataset.label, element.dataset);
      element.setAttribute("aria-label", said);
      if (element.title) element.title = said;
    }
    for (const callback of this.#changed) callback();
  }
}
