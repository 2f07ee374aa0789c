#!/bin/sh
# Run Python 3.11 with the arguments given: $PYTHON where set, else python3.11, else python3.
# A wrong version is named by scripts/preflight.py; only "there is none" is said here.
cd "$(dirname "$0")/.." || exit 1
for candidate in "${PYTHON:-python3.11}" "${PYTHON:-python3}"; do
    if "$candidate" -c '' >/dev/null 2>&1; then
        exec "$candidate" "$@"
    fi
done
sed -n 's/^ *"python_missing": "\(.*\)",$/\1/p' scripts/wording.json >&2
exit 1
