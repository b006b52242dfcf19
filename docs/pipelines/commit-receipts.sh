#!/bin/sh
# Commits new receipts and pushes them to the branch that the job works on: ./commit-receipts.sh "run 7" BRANCH
# Run it also after a run that failed: what was done to the other tenants is in them. It fails if a receipt stays on this machine only.
set -eu
folder=${RECEIPTS_DIR:-qlik-receipts}
attempts=5
lost=0

as_committer() { git -c user.name=qlik-receipts -c user.email=qlik-receipts@localhost "$@"; }
is_pushed() { git fetch --quiet origin "refs/heads/$1" && git merge-base --is-ancestor HEAD FETCH_HEAD; }

# git add leaves them out without a word.
ignored=$(git ls-files --others --ignored --exclude-standard -- ":(glob)$folder/*.json")
if [ -n "$ignored" ]; then
    echo "These receipts are not committed, because git ignores them:" >&2
    printf '%s\n' "$ignored" | git check-ignore --verbose --stdin >&2 || true
    echo "Remove the rule, add the receipts of this job (see its artifacts), and push them." >&2
    lost=1
fi

# Only what is new or changed: a receipt that is gone from here is not gone from the branch.
{
    git diff --name-only --diff-filter=d -- ":(glob)$folder/*.json"
    git ls-files --others --exclude-standard -- ":(glob)$folder/*.json"
} | while read -r receipt; do git add --force -- "$receipt"; done
if ! git diff --cached --quiet; then
    as_committer commit --quiet --message "Receipts: $1"
elif [ "$(git log -1 --format=%ce)" != qlik-receipts@localhost ] || is_pushed "$2"; then
    [ "$lost" -ne 0 ] || echo "No new receipts."
    exit "$lost"
fi

# Somebody may have pushed to the branch since it was checked out.
attempt=1
until git push --quiet origin "HEAD:refs/heads/$2"; do
    if [ "$attempt" -ge "$attempts" ]; then
        echo "The receipts could not be pushed to $2 in $attempts attempts. They are in the artifacts of this job: push them by hand." >&2
        exit 1
    fi
    attempt=$((attempt + 1))
    sleep 1
    git fetch --quiet origin "refs/heads/$2"
    # Only the commit of the receipts, whatever else the branch was when it was checked out.
    if ! as_committer rebase --quiet --autostash --onto FETCH_HEAD HEAD~1; then
        git rebase --abort || true
        echo "The branch $2 has other receipts of the same tenants. Those of this job are in its artifacts: merge them by hand." >&2
        exit 1
    fi
done
exit "$lost"
