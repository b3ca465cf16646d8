/** A chunk of its own. */
export async function ask(address) {
  return (await fetch(address)).text()
}
