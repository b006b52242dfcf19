#!/usr/bin/env bash
# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Builds the tarball from the files that git has, and checks it as those do who publish and install it: tests/published.sh [FOLDER]
#
#   Galaxy and Automation Hub    galaxy-importer, with its ansible-lint
#   an execution environment     ansible-builder finds the requirements, also if only the parts that run are installed
#   a user                       ansible-lint on the installed collection, and ansible-doc of each part
#
# A passed tarball is put into FOLDER, if there is one. Nothing else is left behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
destination=${1:+$(realpath "$1")}
importer_settings=$PWD/tests/galaxy-importer.cfg

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/source"
git ls-files -z | tar -cf - --null -T - | tar -xf - -C "$scratch/source"
unset ANSIBLE_COLLECTIONS_PATH ANSIBLE_CONFIG
cd "$scratch"

echo "== ansible-galaxy collection build"
ansible-galaxy collection build --output-path built source
tarball=$(echo built/*.tar.gz)
if tar -tzf "$tarball" | grep -E '(^|/)(\.plugin-cache\.yaml|\.venv|\.results|__pycache__)'; then
    echo "The tarball holds what work in the checkout leaves behind."
    exit 1
fi

echo "== galaxy-importer"
GALAXY_IMPORTER_CONFIG=$importer_settings python -m galaxy_importer.main "$tarball" 2>&1 | tee importer.log
if grep -E '^(WARNING|ERROR)' importer.log || ! grep -q 'Importer processing completed successfully' importer.log; then
    echo "galaxy-importer has complaints."
    exit 1
fi

echo "== ansible-lint on the installed collection"
ansible-galaxy collection install --offline --collections-path installed "$tarball"
installed=$scratch/installed/ansible_collections/tenantops/qlik
export ANSIBLE_COLLECTIONS_PATH=$scratch/installed
(cd "$installed" && ansible-lint --offline --profile production --strict)

echo "== ansible-doc"
ansible-doc --metadata-dump --no-fail-on-errors tenantops.qlik >dump.json
python -c 'if True:
    import json
    parts = json.load(open("dump.json"))["all"]
    broken = [f"{name}: {one}" for kind in parts.values() for name, one in kind.items() if "error" in one]
    print(f"{sum(map(len, parts.values()))} parts are documented")
    raise SystemExit("\n".join(broken) or 0)' >&2

echo "== ansible-builder introspect"
mkdir -p stripped/ansible_collections/tenantops/qlik
for part in MANIFEST.json FILES.json meta plugins roles playbooks; do
    cp -r "$installed/$part" stripped/ansible_collections/tenantops/qlik/
done
ansible-builder introspect stripped | tee introspected.yml
grep -q 'requests>=' introspected.yml

if [ -n "$destination" ]; then cp "$tarball" "$destination"; fi
