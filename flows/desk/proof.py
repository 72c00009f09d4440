"""What the random sample of each site proves so far, and how far editors agree."""

from __future__ import annotations

from dataclasses import asdict

from flows.desk.answers import Disagreed, ProgressAnswer, ReasonAgreement, SiteProof
from flows.runs.judging import looks_of
from moderation.guarantee import certification, forecast
from moderation.policy import DEFAULT_POLICY
from storage.database.engine import Database
from storage.desk.audits import agreement, disagreements, samples
from storage.desk.editors import Editor


def proof_of_sample(db: Database, editor: Editor | None) -> ProgressAnswer:
    allowed = editor.sites if editor else None
    sites = []
    for one in samples(db, DEFAULT_POLICY.reject):
        if allowed is None or one.site in allowed:
            proof = certification(one.audited_ham, one.would_reject)
            ready_on = forecast(looks_of(db, one.site), proof.needed)
            sites.append(
                SiteProof(
                    site=one.site,
                    drawn=one.drawn,
                    audited_ham=one.audited_ham,
                    would_reject=one.would_reject,
                    needed=proof.needed,
                    certified=proof.certified,
                    broken=proof.broken,
                    upper_limit=proof.upper_limit,
                    ready_on=ready_on if not proof.certified else None,
                )
            )
    return ProgressAnswer(
        sites=tuple(sites),
        agreement=tuple(
            ReasonAgreement(reason=one.reason, looked=one.looked, agreed=one.agreed) for one in agreement(db, allowed)
        ),
        disagreements=tuple(Disagreed.model_validate(asdict(one)) for one in disagreements(db, allowed)),
    )
