// The service's own HTML: no script runs in it, nothing is fetched by it, and its links open in a new tab.
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

export default function ({ data: [data], parentElement }) {
  const frame = parentElement.querySelector(".suggestions");
  const head = `<meta http-equiv="Content-Security-Policy" content="${POLICY}"><base target="_blank">`;
  const page = `<!doctype html>${head}<body style="margin:0">${data.html}`;
  frame.title = data.label;
  if (frame.srcdoc !== page) frame.srcdoc = page;
}
