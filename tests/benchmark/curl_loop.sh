#!/usr/bin/env bash
# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The calls of the playbook with curl, one after the other: curl_loop.sh tenants.txt
# Proxy and CA come from the environment: https_proxy, CURL_CA_BUNDLE.
set -euo pipefail

call() { # the expected status, then curl's arguments; leaves the answer in $answer
    answer=$(curl --silent --show-error --max-time 30 --write-out '\n%{http_code}' "${@:2}")
    if [ "${answer##*$'\n'}" != "$1" ]; then
        echo "expected HTTP $1: $answer" >&2
        exit 1
    fi
}

declare -A tokens
while read -r hostname id region client secret; do
    register=https://register.$region.qlikcloud.com
    credentials="{\"client_id\": \"$client\", \"client_secret\": \"$secret\", \"grant_type\": \"client_credentials\"}"
    if [ -z "${tokens[$region]:-}" ]; then
        call 200 --json "$credentials" "$register/oauth/token"
        [[ $answer =~ \"access_token\":\ *\"([^\"]+)\" ]]
        tokens[$region]=${BASH_REMATCH[1]}
    fi
    authorization="Authorization: Bearer ${tokens[$region]}"
    call 200 --header "$authorization" "$register/api/v1/tenants/$id"
    call 200 --header "$authorization" --header "qlik-confirm-hostname: $hostname" --json '{"purgeAfterDays": 30}' \
        "$register/api/v1/tenants/$id/actions/deactivate"
    call 401 --json "$credentials" "https://$hostname/oauth/token"
done <"$1"
