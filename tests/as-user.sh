#!/usr/bin/env bash
# as-user.sh USER [ARG]... - run the tests that are built already once more, as USER (needs root).
#
# Nothing is built again: the binaries run from a copy that USER can read. ARGs go to each test binary, a name to
# filter by for example. What does not depend on who runs it is left out: documents, layers, and the tests of the
# policy, which read the examples of the repository.
set -euo pipefail
cd "$(dirname "$0")/.."
[ $# -ge 1 ] || { echo "usage: $0 USER [ARG]..." >&2; exit 2; }
user=$1; shift
[ "$(id -u)" = 0 ] || { echo "$0: must be root to become $user" >&2; exit 2; }
id -u "$user" >/dev/null

copy=$(mktemp -d /tmp/tollgate-as-user.XXXXXX)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/bin" "$copy/tests" "$copy/home" "$copy/tmp"

# KIND NAME PATH of everything that the build has made.
cargo test --locked --no-run --message-format=json 2>/dev/null | python3 -c '
import json, sys
for line in sys.stdin:
    try:
        message = json.loads(line)
    except ValueError:
        continue
    if message.get("reason") == "compiler-artifact" and message.get("executable"):
        kind = message["target"]["kind"][0]
        if message["profile"]["test"] and kind != "test":
            kind = "unit-" + kind
        print(kind, message["target"]["name"], message["executable"])
' >"$copy/built"

while read -r kind name path; do
    case $kind/$name in
        bin/tollgate | bin/tollgate-shim) cp "$path" "$copy/bin/$name" ;;
        test/main) cp "$path" "$copy/tests/main" ;;
        unit-lib/tollgate) cp "$path" "$copy/tests/unit" ;;
    esac
done <"$copy/built"
for file in bin/tollgate bin/tollgate-shim tests/main tests/unit; do
    [ -x "$copy/$file" ] || { echo "$0: $file was not built" >&2; exit 1; }
done
chmod -R go=rX "$copy"
chown "$user" "$copy/home" "$copy/tmp"
chmod 700 "$copy/home" "$copy/tmp"

cd "$copy/home"
failed=0
for test in "$copy"/tests/*; do
    echo "== $(basename "$test"), as $user"
    runuser -u "$user" -- env -i PATH=/usr/local/bin:/usr/bin:/bin HOME="$copy/home" TMPDIR="$copy/tmp" LC_ALL=C.UTF-8 \
        TOLLGATE_TEST_BINARY="$copy/bin/tollgate" ${TOLLGATE_TEST_ALL:+TOLLGATE_TEST_ALL="$TOLLGATE_TEST_ALL"} \
        "$test" --skip policy:: "$@" || failed=1
done
exit $failed
