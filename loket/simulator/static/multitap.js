// Writing letters with twelve keys: the same key again within a second is the next letter, a long press the digit.

export const PAUSE = 1000; // Milliseconds until a letter stands.
const LETTERS = {
  1: ".,?!-'1", 2: "ABC2", 3: "DEF3", 4: "GHI4", 5: "JKL5", 6: "MNO6", 7: "PQRS7", 8: "TUV8", 9: "WXYZ9", 0: " 0", "*": "*/+",
};

export class MultiTap {
  #input;
  #shown;
  #key = "";
  #place = 0;
  #timer = 0;

  // shown(letters, place): the letters of the key under the thumb, or "" once one stands.
  constructor(input, shown) {
    this.#input = input;
    this.#shown = shown;
  }

  press(key) {
    const letters = LETTERS[key];
    const again = key === this.#key;
    this.#place = again ? (this.#place + 1) % letters.length : 0;
    this.#key = key;
    this.#input.value = (again ? this.#input.value.slice(0, -1) : this.#input.value) + letters[this.#place];
    this.#shown(letters, this.#place);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.settle(), PAUSE);
  }

  settle() {
    clearTimeout(this.#timer);
    this.#key = "";
    this.#shown("", 0);
  }
}
