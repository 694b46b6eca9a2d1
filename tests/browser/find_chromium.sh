# Sourced by `make test`: sets THROUGHLINE_CHROMIUM to a Chrome or Chromium, installing one when there is none.
THROUGHLINE_CHROMIUM="${THROUGHLINE_CHROMIUM:-}"
for name in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable; do
	[ -n "$THROUGHLINE_CHROMIUM" ] || THROUGHLINE_CHROMIUM="$(command -v "$name" || true)"
done
if [ -z "$THROUGHLINE_CHROMIUM" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -qq
	# the shell draws no window around the page; not every system has it
	apt-get install -y -qq chromium-headless-shell >/dev/null 2>&1 || apt-get install -y -qq chromium >/dev/null
	THROUGHLINE_CHROMIUM="$(command -v chromium-headless-shell || command -v chromium || true)"
fi
if [ -z "$THROUGHLINE_CHROMIUM" ]; then
	.venv/bin/python -m playwright install chromium
	THROUGHLINE_CHROMIUM="$(.venv/bin/python -c 'from playwright.sync_api import sync_playwright as p
with p() as w: print(w.chromium.executable_path)')"
fi
export THROUGHLINE_CHROMIUM
