const TAGS = { same: "span", added: "ins", removed: "del" };

export default function ({ data: [data], parentElement }) {
  const place = parentElement.querySelector(".words");
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", data.label);
  place.replaceChildren(...data.pieces.map(({ change, text }) => {
    const piece = document.createElement(TAGS[change]);
    piece.textContent = text;
    return piece;
  }));
}
