#!/bin/sh
# The browser tests need Chromium. On Debian and Ubuntu it is installed, where that is allowed;
# anywhere else this says how to get it, and the tests themselves fail by name without it.
set -eu
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing chromium for the browser tests."
  apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y \
    --no-install-recommends chromium >/dev/null && exit 0
fi
echo "There is no Chromium for the browser tests. Install it, then run make test again:"
echo "  Debian, Ubuntu: sudo apt-get install chromium      macOS: brew install --cask chromium"
exit 1
