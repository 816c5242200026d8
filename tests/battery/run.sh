#!/usr/bin/env bash
# run.sh - every technique of cases.battery that starts a program, under the gate. Needs root, for the set-up alone.
#
# setup.sh lays out programs in /opt and makes the user `bat`; the cases then run as that user under `tollgate run
# --non-interactive --policy policy.yaml`, each against a forbidden program and against an allowed twin. The kinds read,
# write, outside and self are about files and processes outside; they belong to confinement and are not played here.
# Ends with 0 where nothing escaped that is not listed below.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
[ "$(id -u)" = 0 ] || { echo "$0: must be root to set the stage" >&2; exit 2; }

# What only keeping a file unreadable holds: a script that is piped into a shell, an altered copy.
known="E31 E38"

bin=${CARGO_TARGET_DIR:-$root/target}/release
if [ ! -x "$bin/tollgate" ] || [ ! -x "$bin/tollgate-shim" ]; then
    (cd "$root" && cargo build --locked --release)
fi
"$here/setup.sh"

# The user may not be able to read the repository.
copy=$(mktemp -d /tmp/tollgate-battery.XXXXXX)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/bin"
cp "$bin/tollgate" "$bin/tollgate-shim" "$copy/bin/"
cp "$here"/{battery.sh,runner.py,cases.battery,policy.yaml} "$copy/"
chmod -R go=rX "$copy"
install -d -o bat -m 700 "$copy/state"

only=$(awk -F'[ |]+' '/^=== / && ($3 == "exec" || $3 == "arg") { printf "%s%s", sep, $2; sep = "|" }' "$here/cases.battery")
cd /
runuser -u bat -- env -i HOME=/home/bat USER=bat LC_ALL=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin \
    XDG_STATE_HOME="$copy/state" "$copy/battery.sh" --only "^($only)\$" --tsv "$copy/state/result.tsv" \
    --log "$copy/state/tollgate/audit/*/*/*.jsonl" --log-program-re '"exe":"([^"]+)"' "$@" \
    "$copy/bin/tollgate" run --non-interactive --policy "$copy/policy.yaml" --

awk -F'\t' -v known="$known" '
    BEGIN { split(known, list, " "); for (i in list) expected[list[i]] = 1 }
    { played++ }
    $3 == "ESCAPED" && !($1 in expected) { print "FAIL  " $1 " escaped: " $6; failed++ }
    $3 == "error" { print "FAIL  " $1 " did not start: " $6; failed++ }
    $3 != "ESCAPED" && ($1 in expected) { print "note: " $1 " is held now" }
    END {
        if (played < 50) { print "FAIL  only " played + 0 " cases were played"; failed++ }
        printf "%d played, %d failed (known to be held by confinement only: %s)\n", played, failed, known
        exit failed > 0
    }' "$copy/state/result.tsv"
echo "== the records"
runuser -u bat -- env -i HOME=/home/bat XDG_STATE_HOME="$copy/state" PATH=/usr/bin:/bin "$copy/bin/tollgate" audit verify | tail -n 1
