// SMS and WhatsApp of one phone, of which one is seen; arrow keys go from one to the other.

export class Panes {
  #tabs;
  #badge;
  #fresh = 0;

  constructor(root) {
    this.#tabs = [...root.querySelectorAll("[data-pane]")];
    this.#badge = root.querySelector("[data-chat-new]");
    for (const tab of this.#tabs) {
      tab.addEventListener("click", () => this.show(tab));
      tab.addEventListener("keydown", (event) => {
        if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
        const other = this.#tabs.find((each) => each !== tab);
        this.show(other);
        other.focus();
      });
    }
    root.addEventListener("inbox", () => this.show(this.#tabs[0]));
  }

  show(tab) {
    for (const each of this.#tabs) {
      const chosen = each === tab;
      each.setAttribute("aria-selected", String(chosen));
      each.tabIndex = chosen ? 0 : -1;
      document.getElementById(each.getAttribute("aria-controls")).hidden = !chosen;
    }
    if (tab.dataset.pane === "chat") this.#count(0);
  }

  // Something came on WhatsApp.
  chatArrived() {
    const seen = this.#tabs.some((tab) => tab.dataset.pane === "chat" && tab.getAttribute("aria-selected") === "true");
    if (!seen) this.#count(this.#fresh + 1);
  }

  #count(fresh) {
    this.#fresh = fresh;
    this.#badge.hidden = fresh === 0;
    this.#badge.textContent = String(fresh);
  }
}
