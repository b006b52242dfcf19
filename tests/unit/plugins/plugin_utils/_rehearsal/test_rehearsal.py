# Copyright (c) 2026 tenantops.qlik contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a rehearsal: what it reads, what it says to each open question, and how it says that it ended."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.tenantops.qlik.plugins.module_utils._base.errors import InvalidInput
from ansible_collections.tenantops.qlik.plugins.plugin_utils._rehearsal.end import End, read_end
from ansible_collections.tenantops.qlik.plugins.plugin_utils._rehearsal.questions import QUESTIONS
from ansible_collections.tenantops.qlik.plugins.plugin_utils._rehearsal.report import (
    REPORT,
    REPORT_TEXT,
    build_report,
    report_lines,
    report_markdown,
)
from ansible_collections.tenantops.qlik.plugins.plugin_utils._rehearsal.seen import STEPS, Seen, Step, read_seen
from ansible_collections.tenantops.qlik.tests.unit.facts import HOSTNAME, PURGE_DATE
from ansible_collections.tenantops.qlik.tests.unit.hostile import HOSTILE
from ansible_collections.tenantops.qlik.tests.unit.receipts import (
    ago,
    event,
    failed,
    intent,
    put,
    receipt,
    schema_faults,
)
from ansible_collections.tenantops.qlik.tests.unit.test_documentation import ROOT, rows_of

NOTED = [
    {"step": "create", "outcome": "ok", "started": "2026-11-24T12:00:00Z", "ended": "2026-11-24T12:00:09Z"},
    {"step": "apply", "outcome": "failed"},
    {"step": "of a later version", "outcome": "ok"},
]
SAFE = End(is_safe=True, message="No tenant was created, so no slot is used.")
RECORD = "/api/v1/tenants/{id}"


def answer(host: str, method: str, path: str, status: int = 200, **more: t.Any) -> dict[str, t.Any]:
    usual = {"code": None, "title": None, "fields": [], "values": {}, "header_names": [], "headers": {}}
    request = {"at": "2026-11-24T12:00:00Z", "method": method, "host": host, "path": path, "seconds": 0.12}
    return {**request, "status": status, **usual, **more}


def seen(*answers: dict[str, t.Any], step: str = "apply") -> Seen:
    return Seen(tuple(Step(name, "ok", answers=answers if name == step else ()) for name in STEPS))


def said(found: Seen, beginning: str) -> str | None:
    (question,) = [one for one in QUESTIONS if one.words.startswith(beginning)]
    return question.answer(found)


class TestQuestions:
    def test_they_are_those_of_the_page(self) -> None:
        page = (ROOT / "docs/assumptions.md").read_text()
        rows = rows_of(page, "question", "documented", "what the collection does", "tests", "send us")
        assert [row[0] for row in rows] == [question.words for question in QUESTIONS]

    def test_an_empty_run_answers_none_of_them(self) -> None:
        assert [question.answer(seen()) for question in QUESTIONS] == [None] * len(QUESTIONS)

    @pytest.mark.parametrize(
        ("beginning", "answers", "words"),
        [
            (
                "Does the register host",
                [answer("register", "GET", RECORD), answer("register", "GET", RECORD, 403, code="AUTH-5")],
                "200; 403 AUTH-5",
            ),
            (
                "Which codes",
                [answer("register", "POST", f"{RECORD}/actions/deactivate", 412, code="HTTP-412")],
                "412 HTTP-412",
            ),
            (
                "Which errors",
                [
                    answer("tenant", "POST", "/oauth/token"),
                    answer("tenant", "POST", "/oauth/token", 401, code="LOGIN-2"),
                    answer("tenant", "POST", "/oauth/token", 401, code="TENANT_DISABLED"),
                    answer("tenant", "POST", "/oauth/token", 400, code="OAUTH-5"),
                ],
                "400 OAUTH-5",
            ),
            (
                "`TENANT_D",
                [answer("tenant", "POST", "/oauth/token", 403, code="TENANT_DISABLED")],
                "403 TENANT_DISABLED",
            ),
            (
                "Who may",
                [
                    answer(
                        "register",
                        "POST",
                        f"{RECORD}/actions/deactivate",
                        values={"estimatedPurgeDate": "2026-12-24T12:00:00Z"},
                    )
                ],
                "10 days were asked for, and the date is 30.0 days later",
            ),
            (
                "Who may",
                [answer("register", "POST", f"{RECORD}/actions/deactivate", 400, code="X-1")],
                "400 X-1",
            ),
            ("What does reactivate", [answer("register", "POST", f"{RECORD}/actions/reactivate")], "200, fields: none"),
            (
                "How long",
                [answer("register", "POST", "/oauth/token", values={"expires_in": 60}, fields=["expires_in"])],
                "expires_in 60, expires_at missing",
            ),
            (
                "Do token",
                [answer("register", "POST", "/oauth/token", headers={"x-ratelimit-limit": "100", "date": "x"})],
                "x-ratelimit-limit: 100",
            ),
            (
                "Is `region`",
                [answer("tenant", "GET", RECORD, values={"region": "eu-west-1"})],
                "region eu-west-1, datacenter None",
            ),
            (
                "Is a single tenant",
                [answer("console", "GET", "/api/core/tenants/{id}", fields=["data", "data[].id"])],
                "200, one tenant in a list",
            ),
            (
                "Do the audits show",
                [
                    answer("tenant", "GET", "/api/v1/audits", fields=["data", "links"]),
                    answer("tenant", "GET", "/api/v1/audits", fields=["data", "data[].eventTime"]),
                    answer("tenant", "GET", "/api/v1/audits", 403, code="AUTH-5"),
                ],
                "200, without entries; 200, with entries; 403 AUTH-5",
            ),
            ("Does an empty list", [answer("tenant", "GET", "/api/v1/audits", fields=["data"])], None),
            (
                "Does an empty list",
                [answer("tenant", "GET", "/api/v1/audits", fields=["data", "data[].eventTime"])],
                "200, so they are shown to the client",
            ),
            ("Does `/api/v1/tenants/me`", [answer("tenant", "GET", "/api/v1/tenants/me", 302)], "302"),
            ("Are there other", [answer("register", "GET", RECORD, values={"status": "frozen"})], "frozen"),
            ("What does setting", [answer("tenant", "PATCH", RECORD, 403, code="AUTH-5")], "403 AUTH-5"),
            ("Which headers", [answer("tenant", "GET", "/x", headers={"sunset": "soon"})], "sunset: soon"),
        ],
    )
    def test_what_answers_say(self, beginning: str, answers: list[dict[str, t.Any]], words: str | None) -> None:
        assert said(seen(*answers), beginning) == words

    def test_no_answer_is_one_too(self) -> None:
        none = {**answer("register", "GET", RECORD), "failure": "response_broken"}
        del none["status"]
        assert said(seen(none), "Does the register") == "no answer (response_broken)"

    @pytest.mark.parametrize(
        ("dates", "words"),
        [
            (
                ("2026-12-04T12:00:00Z", "2026-12-04T12:00:30Z"),
                "the purge date moved by 30 s; the second deactivation came 40 s after the first",
            ),
            (
                ("2026-12-04T12:00:00Z", "2026-12-04T12:00:00Z"),
                "the purge date moved not at all; the second deactivation came 40 s after the first",
            ),
            (("2026-12-04T12:00:00Z", None), "200"),
        ],
    )
    def test_whether_a_second_deactivation_moves_the_date(self, dates: tuple[str, str | None], words: str) -> None:
        posts = [
            answer(
                "register",
                "POST",
                f"{RECORD}/actions/deactivate",
                at=at,
                values={"estimatedPurgeDate": date} if date else {},
            )
            for at, date in zip(("2026-11-24T12:00:00Z", "2026-11-24T12:00:40Z"), dates, strict=True)
        ]
        steps = [Step("apply_again", "ok", answers=(posts[0],)), Step("reset", "ok", answers=(posts[1],))]
        assert said(Seen(tuple(steps)), "Does a second") == words
        assert said(Seen(tuple(steps[:1])), "Does a second") is None

    def test_whether_a_filter_needs_a_subscription_the_first_list_says(self) -> None:
        listed = answer("console", "GET", "/api/core/tenants", 400, code="HTTP-400")
        assert said(seen(listed, step="create"), "Must a filter") == "a filter without it: 400 HTTP-400"
        assert said(seen(listed, step="plan"), "Must a filter") is None


class TestSeen:
    def test_the_steps_are_those_of_the_playbook(self) -> None:
        plays = yaml.safe_load((ROOT / "playbooks/rehearsal.yml").read_text())
        names = [play["vars"]["_qlik_rehearsal_step"] for play in plays if "ansible.builtin.import_playbook" in play]
        assert tuple(names) == STEPS
        schema = json.loads((ROOT / "docs/rehearsal.schema.json").read_text())
        assert tuple(schema["properties"]["steps"]["items"]["properties"]["step"]["enum"]) == STEPS

    def test_each_step_has_its_outcome_and_its_answers(self, tmp_path: Path) -> None:
        one = answer("register", "GET", RECORD)
        (tmp_path / "create.jsonl").write_text(f'{json.dumps(one)}\n[1]\n{{"half": ')
        found = read_seen(str(tmp_path), NOTED)
        assert [(step.name, step.outcome) for step in found.steps if step.outcome != "not run"] == [
            ("create", "ok"),
            ("apply", "failed"),
        ]
        assert found.steps[0].answers == (one,)
        assert [step.name for step in found.unfinished] == [name for name in STEPS if name != "create"]

    def test_a_link_is_not_followed(self, tmp_path: Path) -> None:
        (tmp_path / "other").write_text(json.dumps(answer("register", "GET", RECORD)))
        (tmp_path / "create.jsonl").symlink_to(tmp_path / "other")
        assert read_seen(str(tmp_path), []).steps[0].answers == ()


class TestReport:
    def report(self, found: Seen, end: End = SAFE) -> dict[str, t.Any]:
        return dict(build_report(found, end, created="2026-11-24T12:00:00Z", ansible_core="2.19.0"))

    def test_it_is_as_its_schema_has_it_and_is_recognised(self) -> None:
        report = self.report(seen(answer("tenant", "POST", "/oauth/token", 401, code="TENANT_DISABLED", title="Gone")))
        assert schema_faults("rehearsal", report) == []
        assert REPORT.is_one(json.dumps(report).encode())
        text = report_markdown(report)
        assert REPORT_TEXT.is_one(text.encode())
        assert "| `TENANT_DEACTIVATED` or `TENANT_DISABLED`? | `401 TENANT_DISABLED` |" in text
        assert "`POST tenant /oauth/token: 401 TENANT_DISABLED` 1 times, 0.12 s" in text

    @pytest.mark.parametrize("text", HOSTILE)
    def test_what_servers_say_stays_in_its_cell(self, text: str) -> None:
        # As the log of answers has it: one line.
        code = " ".join("".join(one if one.isprintable() else " " for one in text).split())
        quiet = report_markdown(self.report(seen(answer("register", "GET", RECORD, 403, code="x"))))
        loud = report_markdown(self.report(seen(answer("register", "GET", RECORD, 403, code=code))))
        assert [line.count("|") for line in loud.splitlines()] == [line.count("|") for line in quiet.splitlines()]
        assert loud.count("`") == quiet.count("`")

    def test_what_is_printed_names_what_is_not_done(self) -> None:
        found = Seen((Step("create", "ok"), Step("apply", "failed")))
        lines = report_lines(found, SAFE)
        assert any("apply" in line and "failed" in line for line in lines)
        assert lines[-1] == SAFE.message


def unborn(*events: dict[str, t.Any]) -> dict[str, t.Any]:
    return receipt(*events, tenant_id=None, hostname=None, hostnames=[])


WANTED = event("intent", ago(hours=3), action="create")
BORN = (WANTED, event("created", ago(hours=3)))
GONE = (*BORN, intent(ago(hours=2)), event("deactivated", ago(hours=2), estimated_purge_date=PURGE_DATE))


class TestEnd:
    @pytest.mark.parametrize(
        ("content", "is_safe", "state", "words"),
        [
            (None, True, None, "No tenant was created"),
            (unborn(WANTED, failed(action="create")), True, None, "No tenant was created"),
            (unborn(WANTED), False, None, "its hostname is not known"),
            (unborn(WANTED, failed(action="create", effect="unknown")), False, None, "its hostname is not known"),
            (receipt(*BORN), False, "live", "NOT deactivated"),
            (receipt(*BORN, intent(ago(hours=2))), False, "live", "NOT deactivated"),
            (receipt(*GONE), True, "disabled", f"purged about {PURGE_DATE}"),
            (receipt(*GONE, intent(action="reactivate")), False, "disabled", "NOT deactivated"),
            (receipt(*GONE, event("reactivated")), False, "live", "NOT deactivated"),
            (receipt(*GONE, event("purged", probe_state="not_found")), True, "purged", PURGE_DATE),
        ],
    )
    def test_the_receipt_decides(
        self, tmp_path: Path, content: t.Any, is_safe: bool, state: str | None, words: str
    ) -> None:
        path = tmp_path / "receipts" / "rehearsal.json"
        if content is not None:
            put(path, content)
        end = read_end(str(path))
        assert (end.is_safe, end.state) == (is_safe, state)
        assert words in end.message
        assert (end.hostname == HOSTNAME) == (state is not None)

    def test_a_file_that_is_no_receipt_is_not_taken_for_a_good_end(self, tmp_path: Path) -> None:
        path = tmp_path / "rehearsal.json"
        path.write_text("{")
        with pytest.raises(InvalidInput, match="is not JSON"):
            read_end(str(path))
