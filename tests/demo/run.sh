#!/usr/bin/env bash
# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The main job on a simulated Qlik Cloud: a mistake that is refused, a plan, a run that is killed and resumed, an undo, a report. Called by `make demo`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cloud=$(mktemp -d)
results=$PWD/.results/demo
python tests/simulator --directory "$cloud" --scenario tests/demo/scenario.yml &
simulator=$!
trap 'kill "$simulator" 2>/dev/null || true; wait "$simulator" 2>/dev/null || true; rm -rf "$cloud"' EXIT
# Tries a command until it succeeds, for at most 60 s.
wait_for() {
    for _ in $(seq 600); do
        ! "$@" || return 0
        kill -0 "$simulator" || exit 1
        sleep 0.1
    done
    echo "Waited 60 s in vain for: $*" >&2
    exit 1
}
wait_for test -e "$cloud/ready.json"
set -a
# shellcheck source=/dev/null
. "$cloud/environment"
set +a
# Nothing is left behind: the receipts go beside the inventory, the locks into the state folder.
export TENANTOPS_QLIK_STATE_DIR=$cloud/state
cp tests/demo/tenants.yml "$cloud/tenants.yml"
mkdir "$cloud/group_vars"
cp playbooks/vars/every_tenant.yml "$cloud/group_vars/qlik_tenants.yml"
export ANSIBLE_CONFIG=$PWD/ansible.cfg ANSIBLE_LOCALHOST_WARNING=0
# Short: only what changes and what fails. One tenant after the other, so that the run can be killed in the middle.
export ANSIBLE_DISPLAY_OK_HOSTS=0 ANSIBLE_DISPLAY_SKIPPED_HOSTS=0 ANSIBLE_FORKS=1
cd "$cloud"

# How many POST requests to deactivate a tenant Qlik Cloud has received, and how many of them took effect.
posts() { grep -c '"path": "[^"]*/actions/deactivate"' requests.jsonl || true; }
effective() { grep -c '"path": "[^"]*/actions/deactivate".*"effective": true' requests.jsonl || true; }
has_ended() { ! kill -0 "$1" 2>/dev/null; }
have_been_sent() { [ "$(posts)" -ge "$1" ]; }
# Ansible's output without empty lines, the recap, and the first play, which only looks if the inventory has tenants.
shortened() {
    awk '/^PLAY RECAP/ { over = 1 } /^PLAY \[Look for tenants\]|^skipping: no hosts matched/ { next } NF && !over'
}

say() { printf '\n# %s\n' "$1"; }

# Kills a process and its children at one instant: Ansible's workers would finish their tenants. A stopped process starts no new ones.
kill_with_children() {
    kill -STOP "$1"
    # shellcheck disable=SC2046  # one word per child
    kill -KILL $(ps -A -o ppid=,pid= | awk -v parent="$1" '$1 == parent { print $2 }') "$1"
}

# Shows a command as it is typed, runs it, and shows what it prints.
run() {
    local status=0
    printf '$ %s\n' "$1"
    bash -euc "$1" 2>&1 | shortened || status=$?
    [ "$status" = "${2:-0}" ] || { echo "Expected exit code ${2:-0}, got $status." >&2; exit 1; }
    [ "$status" = 0 ] || echo "(exit code $status)"
}

cat <<'TEXT'
Five tenants in two regions are to be taken out of service. One of them is disabled already. The
playbooks run as against the real service: over TLS, under the real host names, with nothing switched
off. Only the answers come from a simulator on this machine. Ansible's first play and recap are left
out here.
TEXT
say "A mistake in the name of a variable: the run is refused, and nothing is changed."
run "ansible-playbook -i tenants.yml tenantops.qlik.decommission \\
    -e tenant_decommission_purge_days=60" 2

say "A plan says what would be done to each tenant. Somebody reads plan.md and approves its digest."
run "ansible-playbook -i tenants.yml tenantops.qlik.plan -e qlik_plan=plan.json"
digest=$(cut -d' ' -f1 plan.json.sha256)
export digest

say "The plan is applied. SIGKILL ends the run when the third tenant's deactivation has been sent."
# shellcheck disable=SC2016  # the digest is put in where the command runs
apply='ansible-playbook -i tenants.yml tenantops.qlik.decommission \
    -e qlik_plan=plan.json -e qlik_plan_sha256=$digest'
printf '$ %s\n' "$apply"
bash -euc "exec $apply" >killed.txt 2>&1 &
run=$!
# The shell need not say that it was killed.
disown
wait_for have_been_sent 3
kill_with_children "$run"
wait_for has_ended "$run"
shortened <killed.txt
echo "(killed: Qlik Cloud has received $(posts) POST requests, and the answer to the third is lost)"

say "The same command again: it finds out what was done, sends none of it again, and does the rest."
run "$apply"
echo "(Qlik Cloud has received $(posts) POST requests to deactivate a tenant. $(effective) took effect.)"

say "A customer comes back before the purge."
run "ansible-playbook -i tenants.yml tenantops.qlik.restore --limit beta.eu.qlikcloud.com \\
    -e tenant_restore_confirm_hostname=beta.eu.qlikcloud.com"

say "The old plan once more: the tenant that came back is not deactivated again."
run "$apply" 2

say "What is down, until when, and how it comes back: a page, a table, a calendar, metrics."
echo "plugin: tenantops.qlik.qlik_receipts" >fleet.qlik_receipts.yml
run "ansible-playbook -i fleet.qlik_receipts.yml tenantops.qlik.report -e qlik_report_dir=report"
mkdir -p "$results"
cp -R report "$results"
echo "(It is kept: open .results/demo/report/report.html in a browser.)"

if [ "$(posts) $(effective)" != "4 4" ]; then
    echo "Expected 4 deactivations, each once: $(posts) POST requests, $(effective) took effect." >&2
    exit 1
fi
printf '\nDone. Four tenants were deactivated once each, although the run was killed. One of them came back.\n'
echo "No request was sent to deactivate the fifth: it was disabled before."
