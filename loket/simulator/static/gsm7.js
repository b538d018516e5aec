// Counts what a screen takes in GSM 03.38. The letters come from the server, which keeps them in one place.

export function counter({ basic, extension }) {
  const single = new Set(basic.replace("\x1b", ""));
  const twice = new Set(extension);
  // Septets of a text; null where a letter is outside the alphabet.
  return (text) => {
    let taken = 0;
    for (const letter of text) {
      if (!single.has(letter) && !twice.has(letter)) return null;
      taken += twice.has(letter) ? 2 : 1;
    }
    return taken;
  };
}
