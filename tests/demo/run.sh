#!/usr/bin/env bash
# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The main job, on a simulated Qlik Cloud: check mode, a run, the same run again, and an undo. Called by `make demo`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cloud=$(mktemp -d)
python tests/simulator --directory "$cloud" --scenario tests/demo/scenario.yml &
simulator=$!
trap 'kill "$simulator" 2>/dev/null || true; wait "$simulator" 2>/dev/null || true; rm -rf "$cloud"' EXIT
for _ in $(seq 100); do
    [ ! -e "$cloud/ready.json" ] || break
    kill -0 "$simulator" || exit 1
    sleep 0.1
done
set -a
# shellcheck source=/dev/null
. "$cloud/environment"
set +a
# Nothing is left behind: the receipts go beside the inventory, the lock into the state folder.
export TENANTOPS_QLIK_STATE_DIR=$cloud/state
cp tests/demo/tenants.yml "$cloud/tenants.yml"
export ANSIBLE_CONFIG=$PWD/ansible.cfg
cd "$cloud"

deactivations() {
    grep -c '"path": "[^"]*/actions/deactivate".*"effective": true' "$cloud/requests.jsonl" || true
}

run() {
    printf '\n\n==> %s\n\n$ ansible-playbook -i tenants.yml tenantops.qlik.%s\n' "$1" "${*:2}"
    ansible-playbook -i tenants.yml "tenantops.qlik.$2" "${@:3}"
    printf '\n    Qlik Cloud (simulated) has carried out %s deactivations so far.\n' "$(deactivations)"
}

cat <<'TEXT'
Four tenants in two regions are to go; one of them is disabled already. The playbook runs as it would against the real service:
over TLS, under the real host names, with nothing switched off. Only what answers is a simulator on this machine.
TEXT
run "Check mode: what would happen" decommission --check --diff
run "The run" decommission
run "The same run again: nothing to do" decommission

printf '\n\n==> What is kept of it\n\n$ cat qlik-receipts/beta.eu.qlikcloud.com.json\n'
cat qlik-receipts/beta.eu.qlikcloud.com.json
run "One of them comes back" restore --limit beta.eu.qlikcloud.com -e tenant_restore_confirm_hostname=beta.eu.qlikcloud.com

if [ "$(deactivations)" != 3 ]; then
    echo "Expected 3 deactivations after all runs, counted $(deactivations)." >&2
    exit 1
fi
printf '\nDone: three tenants were deactivated once each, the fourth was left alone, the second run changed nothing, and one came back.\n'
