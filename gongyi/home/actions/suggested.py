"""The proposals of the demo county: a few dozen, so that every state has one, made by the product's own actions."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from gongyi.core import clock
from gongyi.core.access import Actor, Role
from gongyi.home.actions.stories import Stage, Story
from gongyi.network.models import Unit
from gongyi.promises.models import Line
from gongyi.proposals.actions import ACTS, AuthorFacts, open_proposal
from gongyi.proposals.models import Category, Cause, Proposal, ResultClass
from gongyi.proposals.queries import JOINED

# How far each one goes; long ago the whole way, lately anywhere.
DONE = ["closed", "following", "archived", "closed", "not_filed", "passed_on", "closed", "withdrawn", "redone", "merged", "following", "closed"]  # fmt: skip
NOW = ["submitted", "screening", "assigned", "signed", "talking", "consulting", "extending", "drafting", "reviewing", "auditing",
       "replied", "redo", "returned", "sent_back", "filed", "draft", "replied", "talking"]  # fmt: skip
DAY = timedelta(days=1)


class Suggested:
    """Who suggests, screens, handles and supervises in the demo county."""

    def __init__(self, stage: Stage, data: list[dict[str, Any]], seed: int) -> None:
        self.stage, self.data, self.rng = stage, data, random.Random(seed)  # noqa: S311 - a repeatable demo, no secret
        self.county = next(unit for unit in stage.units.values() if unit.tier == Unit.Tier.COUNTY)

    def stories(self, begin: datetime, end: datetime) -> list[tuple[datetime, Story]]:
        """Old ones spread over the months, those of now begun within the last weeks."""
        old = [(begin + (end - begin) * (i + 1) / (len(DONE) + 4), self.story(plot)) for i, plot in enumerate(DONE)]
        new = [(end - timedelta(days=38 - i, hours=i % 7), self.story(plot)) for i, plot in enumerate(NOW)]
        return old + new

    def story(self, plot: str) -> Story:
        """One proposal from the first word to wherever its plot ends."""
        matter = self.data[self.rng.randrange(len(self.data))] if plot != "merged" else self.data[0]
        recorder, units = self._who(Role.DISPATCHER), self.stage.units
        lead, helper = units[matter["lead"]], units[matter["helper"]]
        clerk = self.stage.handler(lead)
        if recorder is None or clerk is None:
            return
        one = self._open(recorder, matter, draft=plot == "draft")
        yield DAY * 3
        yield from self._screened(one, plot, recorder)
        if self._at(one).state != "filed" or plot == "filed":
            return
        watch = self.county if plot in {"auditing", "closed"} else None
        self._act(one, "assign", recorder, lead=lead, co_units=[helper], supervisor=watch)
        yield DAY
        yield from self._handled(one, plot, clerk, helper, matter)
        yield from self._ended(one, plot, recorder, clerk)

    def _open(self, recorder: Actor, matter: dict[str, Any], *, draft: bool) -> Proposal:
        joint = self.rng.random() < 0.4  # noqa: PLR2004 - two of five
        names = [AuthorFacts(self._name(), "", "", "yes") for _each in range(3 if joint else 1)]
        category = Category.objects.filter(county=recorder.county, name=matter["category"]).first()
        return open_proposal(
            by=recorder, unit=self.county, title=matter["title"], analysis=matter["analysis"], suggestions=matter["suggestions"],
            authors=names, kind="joint" if joint else "single", category=category, may_publish=True, submit=not draft,
        )  # fmt: skip

    def _screened(self, one: Proposal, plot: str, desk: Actor) -> Iterator[timedelta]:
        if plot in {"draft", "submitted"}:
            return
        self._act(one, "screen", desk)
        yield DAY
        refuse, other = self._cause("refuse"), self._still_open(one)
        match plot:
            case "screening":
                return
            case "sent_back":
                self._act(one, "ask_change", desk, note="请写明在哪一段路、建议怎么修。")
            case "not_filed":
                self._act(one, "refuse", desk, reason=refuse, note="谢谢您的建议。")
            case "passed_on":
                self._act(one, "pass_on", desk, reason=refuse, to=self.stage.units[self.data[0]["helper"]])
            case "withdrawn":
                self._act(one, "withdraw", desk, note="提出人说已经解决，不再提了。")
            case "merged" if other is not None:
                self._act(one, "merge", desk, first=other.number)
            case _:
                self._act(one, "file", desk, opinion="说得具体，可以办。")
                yield DAY * 2

    def _handled(
        self, one: Proposal, plot: str, clerk: Actor, helper: Unit, matter: dict[str, Any]
    ) -> Iterator[timedelta]:
        if plot == "assigned":
            return
        if plot == "returned":
            self._act(one, "return", clerk, reason=self._cause("return"), proposed=helper, note="主要的路段归它管。")
            return
        self._act(one, "sign", clerk)
        yield DAY * 2
        if plot == "signed":
            return
        self._act(one, "talk", clerk, kind=self.rng.choice(["face", "visit", "phone"]), on=clock.today(), note="和提出人去现场看了，说定先修最窄的一段。")  # fmt: skip
        yield DAY * 3
        if plot == "talking":
            return
        if plot == "extending":
            due = self._at(one).unit_due
            until = (due or clock.now()).date() + timedelta(days=20)
            self._act(
                one,
                "ask_extension",
                clerk,
                reason=self._cause("extend"),
                until=until,
                agreed=True,
                note="电话里征得同意。",
            )
            return
        self._act(one, "consult", clerk)
        yield DAY * 4
        other = self.stage.handler(helper)
        if plot == "consulting" or other is None:
            return
        self._act(one, "opine", other, note="同意，管护由我们来做，每年春秋各一次。")
        yield DAY * 2
        yield from self._answered(one, plot, clerk, matter)

    def _answered(self, one: Proposal, plot: str, clerk: Actor, matter: dict[str, Any]) -> Iterator[timedelta]:
        if plot == "drafting":
            self._act(one, "save_draft", clerk, draft=matter["answer"])
            return
        later = plot in {"following", "replied"}
        result = ResultClass.objects.get(county=clerk.county, code="B" if later else "A", until=None)
        lead: Any = self._at(one).lead
        lines = [Line(matter["promise"], lead, clock.today() + timedelta(days=120))] if later else []
        self._act(one, "answer", clerk, answer=matter["answer"], result=result, promises=lines)
        yield DAY
        approver = self._who(Role.LEAD, self._at(one).second)
        if plot == "reviewing" or approver is None:
            return
        self._act(one, "approve", approver)
        yield DAY
        watcher = self._who(Role.SUPERVISOR)
        if self._at(one).state == "auditing" and plot != "auditing" and watcher is not None:
            self._act(one, "audit", watcher)
            yield DAY

    def _ended(self, one: Proposal, plot: str, recorder: Actor, clerk: Actor) -> Iterator[timedelta]:
        if self._at(one).state != "replied" or plot == "replied":
            return
        yield DAY * 6
        bad = plot in {"redo", "redone"}
        rating = "bad" if bad else self.rng.choice(["good", "good", "fair"])
        self._act(one, "rate", recorder, manner="good", rating=rating, note="只修了一半。" if bad else "")
        yield DAY * 5
        if plot == "redone":
            result = ResultClass.objects.get(county=clerk.county, code="A", until=None)
            self._act(one, "answer", clerk, answer="另一半也修好了，请您去看。", result=result)
            yield DAY
            approver = self._who(Role.LEAD, self._at(one).second)
            if approver is not None:
                self._act(one, "approve", approver)
            yield DAY * 3
            self._act(one, "rate", recorder, manner="good", rating="good")
        if plot == "archived":
            self._act(one, "archive", recorder)

    def _still_open(self, one: Proposal) -> Proposal | None:
        """Another one that is handled by itself now."""
        rows = Proposal.objects.filter(county=one.county, closed_at=None).exclude(state="draft").exclude(id=one.id)
        return rows.order_by("-recorded_at").first()

    def _act(self, one: Proposal, action: str, by: Actor, **facts: Any) -> None:
        ACTS[action](self._at(one), by=by, **facts)

    def _at(self, one: Proposal) -> Proposal:
        """The proposal as it is now."""
        found: Proposal = Proposal.objects.select_related(*JOINED).get(county=one.county, id=one.id)
        return found

    def _who(self, role: Role, unit: Unit | None = None) -> Actor | None:
        return self.stage.who(role, unit or self.county)

    def _cause(self, kind: str) -> Cause:
        rows = list(Cause.objects.filter(county=self.county.county, kind=kind).order_by("position"))
        return rows[self.rng.randrange(len(rows))]

    def _name(self) -> str:
        data = self.stage.data
        return str(self.rng.choice(data["surnames"]) + self.rng.choice(data["given"]))
