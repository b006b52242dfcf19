#!/usr/bin/env bash
exec "$ANSIBLE_COLLECTIONS_PATH/ansible_collections/tenantops/qlik/tests/integration/run_pytest.sh" "$PWD" "$@"
