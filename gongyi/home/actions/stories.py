"""The stories of the demo county: each request is a generator that does one thing and says how long it waits for the next.

A heap of moments leads all stories side by side, so numbers, timeline and audit chain run in order of time.
"""

import heapq
import random
from collections.abc import Callable, Generator, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from gongyi.casework import actions as casework
from gongyi.casework.models import Case, CaseType, Reason, Topic
from gongyi.casework.queries.promising import promises_plainly
from gongyi.core import clock, search
from gongyi.core.access import Actor, Role, system_actor
from gongyi.core.errors import Refused
from gongyi.core.tracking import make_code
from gongyi.home.actions.answers import make_public
from gongyi.home.actions.promised import keep, promising
from gongyi.network.models import Unit
from gongyi.people.models import Account
from gongyi.people.queries import actor_of

TOGETHER = 40  # steps in one transaction: a commit costs more than the step
Story = Iterator[timedelta]

STRICT = {"drafted", "calling", "redo", "redone"}  # plots that need a type with approval and a return call
# Long ago: what usually happens. Within the last month: a story may stand anywhere.
PLOTS = ["plain", "done", "plain", "filed", "plain", "late", "bounced", "filed", "redone", "plain", "declined", "extended",
         "done", "paused", "visited", "filed", "plain", "late", "reopened", "void", "filed", "plain", "done"]  # fmt: skip
STOPS = ["recorded", "assigned", "signed", "handling", "plain", "extending", "drafted", "accepted", "contacted", "returned",
         "parked", "calling", "answered", "redo", "declined", "late", "assigned", "unreached", "redone", "plain"]  # fmt: skip


def play(stories: list[tuple[datetime, Story]], end: datetime) -> None:
    """Lead all stories in order of time up to `end`; a story that is refused somewhere stays where it is."""
    heap = [(begins, i, story) for i, (begins, story) in enumerate(stories)]
    heapq.heapify(heap)
    while heap:
        with search.together():
            for _step in range(min(TOGETHER, len(heap))):
                moment, i, story = heapq.heappop(heap)
                with clock.at(moment):
                    wait = next(story, None)
                if wait is not None and moment + wait < end:
                    heapq.heappush(heap, (moment + wait, i, story))
                if not heap:
                    break


class Stage:
    """Who acts where, and what is said."""

    def __init__(
        self, data: dict[str, Any], rng: random.Random, units: dict[str, Unit], people: dict[str, Account]
    ) -> None:
        self.data, self.rng, self.units = data, rng, units
        self.county = units[data["county"]].county
        self.may_be_public = self.answered = 0
        self.end = clock.now()
        self.actors = {username: actor_of(account) for username, account in people.items()}
        self.types = {row.code: row for row in CaseType.objects.filter(county=self.county)}
        self.reasons = {kind: list(Reason.objects.filter(county=self.county, kind=kind)) for kind in Reason.Kind.values}
        self.topics = {row.full_name: row for row in Topic.objects.filter(county=self.county, level=2)}
        self.villages = [unit for unit in units.values() if unit.tier == Unit.Tier.VILLAGE]
        self.codes: dict[str, str] = {}
        self.towns = {unit.id: unit for unit in units.values() if unit.tier == Unit.Tier.TOWNSHIP}

    def who(self, role: Role, unit: Unit, besides: Actor | None = None) -> Actor | None:
        """Somebody who holds the role in the unit, acting for it."""
        for actor in self.actors.values():
            if any(h.role == role and h.unit == unit.id for h in actor.held) and actor != besides:
                return Actor(actor.id, actor.name, actor.county, actor.held, unit.id)
        return None

    def handler(self, unit: Unit) -> Actor | None:
        """Who handles cases in a unit."""
        return self.who(Role.CLERK, unit) or self.who(Role.OFFICER, unit)

    def stories(self, number: int, begin: datetime, end: datetime) -> list[tuple[datetime, Story]]:
        """So many stories with their beginnings: spread over the months, thicker towards the end, in office hours."""
        found, self.end = [], end
        for i in range(number):
            share = (i / number) ** 0.8
            begins = begin + timedelta(days=2) + (end - begin - timedelta(days=2, hours=3)) * share
            begins = begins.replace(hour=self.rng.choice([0, 1, 2, 3, 6, 7, 8]), minute=self.rng.randrange(60))
            begins = min(begins, end - timedelta(minutes=20 + i % 97))
            late_in_time = end - begins < timedelta(days=30)
            found.append((begins, self.story(PLOTS[i % len(PLOTS)] if not late_in_time else STOPS[i % len(STOPS)])))
        return found

    def story(self, plot: str) -> Story:
        """One request from intake to wherever its plot ends."""
        try:
            yield from self._story(plot)
        except Refused:
            return

    def _story(self, plot: str) -> Story:
        rng = self.rng
        matter, village = rng.choice(self.data["matter"]), rng.choice(self.villages)
        type_ = self.types["complaint" if plot in STRICT else matter["type"]]
        town = self.towns[village.parent_id]
        words = {
            "spot": rng.choice(self.data["spots"]),
            "n": rng.randint(2, 6),
            "day": f"{rng.randint(1, 12)} 月 {rng.randint(1, 28)} 日",
        }
        recorder = self.who(Role.OFFICER, village) or self.who(Role.CLERK, town)
        if recorder is None or recorder.unit is None:
            return
        place = village if recorder.unit == village.id else town
        text = village.name + rng.choice(matter["texts"]).format(**words)
        facts = {
            "by": recorder,
            "unit": place,
            "content": text,
            "asker": self._asker(),
            "topic": self.topics.get(matter["topic"]),
            "area": village,
        }
        answer = rng.choice(matter["answers"]).format(**words)
        if plot == "done":
            outcome, rating = rng.choice(["solved", "explained"]), rng.choice(["very", "good", "fair"])
            outcome = "solved" if promises_plainly(answer) else outcome
            casework.record_done(**facts, type=self.types["enquiry"], answer=answer, outcome=outcome, rating=rating)
            return
        channel, urgency = rng.choice(["phone", "counter", "visit", "chat", "portal"]), matter.get("urgency", "normal")
        facts |= {"type": type_, "may_publish": rng.choice([True, True, False])}
        if channel == "portal" and urgency == "normal":
            case = self._by_portal(facts)
        else:
            case = casework.open_case(**facts, channel=channel, urgency=urgency)
        wanted = {"town": town, "village": village}.get(matter["unit"]) or self.units[matter["unit"]]
        yield from self._desk(case, plot, wanted if self.handler(wanted) else town, answer)

    def _by_portal(self, facts: dict[str, Any]) -> Case:
        """What a resident sends without help; the number and the code are kept for the demo's words."""
        code = make_code(UUID(int=self.rng.getrandbits(128)))
        wanted = {name: facts[name] for name in ("content", "asker", "topic", "area", "type", "may_publish")}
        case = casework.submit_case(county=self.county, code=code, **wanted)
        self.codes[case.number] = code
        return case

    def _asker(self) -> casework.AskerFacts | None:
        if self.rng.random() < 0.15:  # noqa: PLR2004 - about every seventh gives neither name nor phone
            return None
        name = self.rng.choice(self.data["surnames"]) + self.rng.choice(self.data["given"])
        return casework.AskerFacts(name=name, phone=f"199{self.rng.randrange(10**8):08d}")

    def _hours(self, low: float, high: float) -> timedelta:
        return timedelta(hours=self.rng.uniform(low, high))

    def _desk(self, case: Case, plot: str, unit: Unit, answer: str) -> Story:
        """At the desk: declined, void, or sent on; perhaps to the wrong unit first."""
        desk = self.who(Role.DISPATCHER, case.desk)
        yield self._hours(0.2, 6)
        if desk is None or plot == "recorded":
            return
        if plot == "accepted":
            casework.accept_case(case, by=desk)
            return
        if plot in {"declined", "void"}:
            act: Callable[..., Case] = casework.decline_case if plot == "declined" else casework.void_case
            act(case, by=desk, reason=self.rng.choice(self.reasons[plot.replace("declined", "decline")]))
            return
        if plot in {"bounced", "returned"}:
            wrong = self.units["县水利局"] if unit.name != "县水利局" else self.units["县交通运输局"]
            clerk = self.handler(wrong)
            casework.assign_case(case, by=desk, lead=wrong)
            yield self._hours(3, 20)
            casework.return_case(case, by=clerk, reason=self.rng.choice(self.reasons["return"]), proposed=unit)  # type: ignore[arg-type]
            yield self._hours(2, 12)
            if plot == "returned":
                return
        casework.assign_case(case, by=desk, lead=unit)
        yield self._hours(1, 30)
        clerk = self.handler(unit)
        if clerk is not None and plot != "assigned":
            yield from self._work(case, plot, clerk, answer)

    def _work(self, case: Case, plot: str, clerk: Actor, answer: str) -> Story:
        """In the handling unit, up to the answer."""
        casework.sign_case(case, by=clerk)
        yield self._hours(1, 20)
        if plot == "signed":
            return
        casework.contact_asker(
            case, by=clerk, note="打了电话，问清了地点和经过，约好来看。", reached=plot != "unreached"
        )
        yield self._hours(2, 30)
        if plot == "contacted":
            return
        if case.code:
            yield from self._asked(case, clerk)
        casework.log_work(case, by=clerk, note="到现场看过，拍了照，正在联系施工的人。")
        yield timedelta(days=self.rng.uniform(5, 25)) if plot == "late" else self._hours(4, 40)
        if plot == "handling":
            return
        yield from self._detour(case, plot, clerk)
        if case.state in {"extending", "parked"}:
            return
        outcome = self.rng.choices(["solved", "partly", "explained"], [7, 1, 2])[0]
        words, outcome, lines = promising(self, case, answer, outcome)
        casework.answer_case(case, by=clerk, answer=words, outcome=outcome, promises=lines)
        yield self._hours(2, 20)
        if plot != "drafted":
            yield from self._after(case, plot, clerk, answer)
            yield from keep(self, case, clerk)

    def _asked(self, case: Case, clerk: Actor) -> Story:
        """A question to the asker; two of three answer."""
        casework.ask_asker(case, by=clerk, question="最近一次是哪一天看到的？方便的话补一张照片。")
        yield self._hours(2, 20)
        if self.rng.random() < 0.66:  # noqa: PLR2004 - two of three
            casework.reply(case, by=casework.asker_of_case(case), note="前天下午，站在路口就看得到。")
            yield self._hours(1, 5)

    def _detour(self, case: Case, plot: str, clerk: Actor) -> Story:
        """More time, a pause, an extra trip of the asker."""
        if plot in {"extended", "extending"}:
            until = max(case.unit_due or clock.now(), clock.now()).date() + timedelta(days=8)
            casework.ask_extension(case, by=clerk, reason=self.rng.choice(self.reasons["extend"]), until=until)
            yield self._hours(3, 20)
            if plot == "extended":
                lead = self._second(case, clerk)
                casework.decide_extension(case, by=lead, agreed=True)
                yield timedelta(days=5)
        elif plot in {"parked", "paused"}:
            days = 60 if plot == "parked" else 12
            until_day: date = clock.today() + timedelta(days=days)
            casework.park_case(case, by=clerk, reason=self.rng.choice(self.reasons["park"]), until=until_day)
            yield timedelta(days=days + 0.1)
            casework.wake_case(case, by=system_actor("routine", self.county))
        elif plot == "visited":
            casework.write_visit(case, by=clerk, kind="came", reason=self.rng.choice(self.reasons["visit"]))
            yield self._hours(4, 20)

    def _second(self, case: Case, clerk: Actor) -> Actor:
        unit = Unit.objects.get(id=case.second_id)
        return self.who(Role.LEAD, unit, besides=clerk) or clerk

    def _after(self, case: Case, plot: str, clerk: Actor, answer: str) -> Story:
        """Approval, call, closing, and what comes again."""
        if case.state == "drafted":
            casework.approve_answer(case, by=self._second(case, clerk))
            yield self._hours(10, 60)
        if not (yield from self._calls(case, plot, clerk)):
            return
        if case.code and plot == "plain" and case.state == "answered":
            casework.settle(case, by=casework.asker_of_case(case), rating=self.rng.choice(["very", "good", "bad", ""]))
        if case.state == "redo" and plot != "redo":
            yield from self._again(case, clerk, answer)
        if case.state == "answered" and case.quiet_until and plot != "answered":
            yield case.quiet_until - clock.now() + timedelta(minutes=5)
            casework.close_quiet(case, by=system_actor("routine", self.county))
        if case.state == "closed":
            yield from make_public(self, case, clerk)
            yield from self._reopened(case, plot, clerk, answer)

    def _calls(self, case: Case, plot: str, clerk: Actor) -> Generator[timedelta, None, bool]:
        """Calls until one counts; False where nobody is there to call."""
        again = plot in {"redone", "redo"}
        while case.state == "calling" and plot != "calling":
            by = self.who(Role.CALLER, Unit.objects.get(id=case.caller_id)) if case.type.separate_caller else clerk
            if by is None:
                return False
            result = "unsolved" if again else self.rng.choices(["solved", "unreached"], [5, 1])[0]
            if plot == "answered":  # drawn, so nobody is reached until it waits like one that was not drawn
                result = "unreached"
            rating = self.rng.choice(["very", "good", "fair", ""])
            casework.call_back(case, by=by, result=result, rating="bad" if result == "unsolved" else rating)
            again = False
            yield self._hours(5, 40)
        return True

    def _again(self, case: Case, clerk: Actor, answer: str) -> Story:
        """The second try, which works."""
        casework.answer_case(case, by=clerk, answer=answer + "又去看了一次，这回弄好了。", outcome="solved")
        yield self._hours(5, 30)
        yield from self._after(case, "plain", clerk, answer)

    def _reopened(self, case: Case, plot: str, clerk: Actor, answer: str) -> Story:
        if plot == "reopened":
            yield timedelta(days=6)
            by = self.who(Role.OFFICER, case.unit) or self.who(Role.CLERK, case.unit)
            if by is not None:
                casework.reopen_case(case, by=by, note="又坏了，和上次一样。")
                yield self._hours(5, 60)
                yield from self._again(case, clerk, answer)
        elif plot == "filed" and case.reopen_until:
            yield case.reopen_until - clock.now() + timedelta(days=1)
            casework.file_case(case, by=system_actor("routine", self.county))
