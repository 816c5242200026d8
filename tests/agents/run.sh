#!/usr/bin/env bash
# run.sh [-u USER] [claude|codex]... - real coding agents under the gate, against a scripted model on this machine.
#
# Installs the agents (pinned, from npm) into $AGENTS, by default ${XDG_CACHE_HOME:-~/.cache}/tollgate-agents; builds
# the release binary where there is none; plays the scripts of steps/ through each agent under `tollgate run`; and
# checks from outside what happened (check.py):
#
#     benign, files      under the starter policy: every allowed step has its effect, nothing is asked or denied
#     forbidden-open     under policy-examples/claude-code.yaml: no forbidden step that starts a program has its effect
#
# and always that the record verifies and holds what ran. With -u, root does all of it once more as USER. No model, no
# account, and after the installation no network is needed. Ends with 0 where everything passed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=${TOLLGATE_ROOT:-$(cd "$here/../.." && pwd)}
user=
while getopts u: option; do
    case $option in u) user=$OPTARG ;; *) exit 2 ;; esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || set -- claude codex
for need in npm git python3 curl; do
    command -v "$need" >/dev/null || { echo "$0: $need is missing" >&2; exit 2; }
done

bin=${TOLLGATE_BIN:-${CARGO_TARGET_DIR:-$root/target}/release}
if [ ! -x "$bin/tollgate" ] || [ ! -x "$bin/tollgate-shim" ]; then
    (cd "$root" && cargo build --locked --release)
fi
AGENTS=${AGENTS:-${XDG_CACHE_HOME:-$HOME/.cache}/tollgate-agents}
CLIENTS=$* "$here/setup.sh" "$AGENTS" >/dev/null
export AGENTS

results=$(mktemp -d "${TMPDIR:-/tmp}/tollgate-agents.XXXXXX")
trap 'rm -rf "$results"' EXIT
failed=0

# play CLIENT SCRIPT POLICY-OPTIONS: one session, judged.
play() {
    local client=$1 script=$2 options=$3 work=$results/$1-$2 rc=0
    WRAP="$bin/tollgate run --non-interactive $options --" "$here/run_$client.sh" -w "$work" -o "$work.json" \
        "$here/steps/$script.json" >/dev/null 2>"$work.log" || rc=$?
    if [ ! -s "$work.json" ]; then
        echo "FAIL  $client $script: it was not played (exit status $rc)"
        tail -n 20 "$work.log"
        failed=1
        echo "$client $script 0 execs, 0 passed, 1 failed" >>"$results/table"
        return
    fi
    python3 "$here/check.py" --tollgate "$bin/tollgate" --script "$script" "$work.json" | tee -a "$results/table" || failed=1
}

for client; do
    echo "== $client, as $(id -un)"
    play "$client" benign ""
    play "$client" files ""
    play "$client" forbidden-open "--policy $root/policy-examples/claude-code.yaml"
done

if [ -n "$user" ]; then
    [ "$(id -u)" = 0 ] || { echo "$0: must be root to become $user" >&2; exit 2; }
    # The user may not be able to read the repository, the build or root's cache.
    copy=$results/copy
    mkdir -p "$copy/bin" "$copy/tests"
    cp "$bin/tollgate" "$bin/tollgate-shim" "$copy/bin/"
    cp -r "$here" "$copy/tests/agents"
    cp -r "$root/policy-examples" "$copy/"
    chmod go+x "$results"
    chmod -R go=rX "$copy"
    again=(env -i PATH="$PATH" HOME="$(getent passwd "$user" | cut -d: -f6)" LC_ALL=C.UTF-8
        TOLLGATE_ROOT="$copy" TOLLGATE_BIN="$copy/bin")
    if runuser -u "$user" -- test -r "$AGENTS/$1/node_modules"; then again+=(AGENTS="$AGENTS"); fi
    cd /
    runuser -u "$user" -- "${again[@]}" "$copy/tests/agents/run.sh" "$@" || failed=1
fi
awk -v who="$(id -un)" '/ execs, / { for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) passed += $(i-1); if ($i ~ /^failed/) failed += $(i-1) } }
    END { printf "as %s: %d passed, %d failed\n", who, passed, failed }' "$results/table"
exit $failed
