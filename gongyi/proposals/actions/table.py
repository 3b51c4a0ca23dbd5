"""Which action stands behind each move of the table that is made by hand."""

from collections.abc import Callable
from functools import partial
from typing import Any

from gongyi.proposals.actions import answers, care, intake, screening, work

ACTS: dict[str, Callable[..., Any]] = {
    "submit": intake.submit_proposal, "resubmit": intake.resubmit, "correct": intake.correct, "cosign": intake.cosign,
    "confirm": intake.confirm, "screen": screening.screen, "file": screening.file, "ask_change": screening.ask_change,
    "refuse": screening.refuse, "pass_on": screening.pass_on, "withdraw": screening.withdraw, "rescreen": screening.rescreen,
    "merge": screening.merge, "unmerge": screening.unmerge, "split": screening.split,
    "assign": work.assign, "transfer": work.assign, "sign": work.sign, "return": work.return_proposal, "talk": work.talk,
    "log": work.log, "consult": work.consult, "opine": work.opine, "ask_extension": work.ask_extension,
    "approve_extension": partial(work.decide_extension, agreed=True), "refuse_extension": partial(work.decide_extension, agreed=False),
    "save_draft": answers.save_draft, "answer": answers.answer, "approve": answers.approve, "audit": answers.audit,
    "send_back": answers.send_back, "audit_back": partial(answers.send_back, action="audit_back"), "rate": answers.rate,
    "redo": answers.order_redo, "resume": answers.resume, "archive": answers.archive,
    "attach": care.attach, "remind": partial(care.remind, action="remind"), "supervise": partial(care.remind, action="supervise"),
    "conflict": care.declare_conflict, "ask": care.ask,
}  # fmt: skip
