"""Views of what was judged: verdicts with their reasons, editors' decisions, second looks, the queue by day.

Editors appear as codes. A reason's quote is given where it quotes the comment's text: what it found in a name is not.
"""

from __future__ import annotations

from storage.analysts.view import AnalystView

EDITOR_DECISIONS = AnalystView(
    name="editor_decisions",
    comment="One row a decision of an editor, those that were taken back too; rows are only ever added.",
    columns={
        "decision_id": "Number of the decision; a later one has a greater number.",
        "comment_id": "Number of the comment.",
        "site": "The site's name.",
        "comment_version": "The version of the comment that the editor saw.",
        "editor": "The editor as a code: the same person has the same one.",
        "action": "publish or reject; review: put back into the queue. Of a taking back: what holds after it.",
        "reason": "A stable word: spam, off_language, insult, ...; null: none was given.",
        "decided_at": "When, UTC.",
        "seconds_waited": "How long the comment had waited for it, in seconds; null: it did not wait.",
        "undoes": "The decision that this one takes back; null: none.",
        "undone": "It was taken back.",
        "verdict_action": "What the model said of the comment at that moment: publish, review or reject.",
        "verdict_probability": "The model's probability of spam at that moment, 0 to 1.",
    },
    sql="""
SELECT d.id AS decision_id, d.comment_id, s.name AS site, d.comment_version, d.editor_key AS editor, d.action,
       d.reason, d.decided_at, SECONDS_APART(d.waiting_since, d.decided_at) AS seconds_waited, d.undoes,
       EXISTS (SELECT 1 FROM decisions u WHERE u.undoes = d.id
                  AND NOT EXISTS (SELECT 1 FROM decisions w WHERE w.undoes = u.id)) AS undone,
       v.action AS verdict_action, v.spam_probability AS verdict_probability
  FROM decisions d
  JOIN comments c ON c.id = d.comment_id AND c.erased_at IS NULL AND c.kind <> 'removed'
  JOIN reviews r ON r.comment_id = d.comment_id
  JOIN sites s ON s.id = r.site_id
  LEFT JOIN verdicts v ON v.id = (SELECT max(x.id) FROM verdicts x
                                   WHERE x.comment_id = d.comment_id AND x.judged_at <= d.decided_at)
""",
)

MODEL_VERDICTS = AnalystView(
    name="model_verdicts",
    comment="One row a verdict of the model that differed from the one before it; the newest has the greatest number.",
    columns={
        "verdict_id": "Number of the verdict.",
        "comment_id": "Number of the comment.",
        "site": "The site's name.",
        "comment_version": "The version of the comment that was judged.",
        "judged_at": "When, UTC.",
        "action": "What the model said: publish, review or reject.",
        "labels": "Stable words, each between spaces: ' off_language spam '.",
        "spam_probability": "0 to 1, calibrated.",
        "language": "ISO 639-1 of the comment; null: undecided.",
        "language_relation": "same, other or undecidable, against the article's language.",
        "model_version": "The model's version.",
        "policy_version": "The policy's version.",
    },
    sql="""
SELECT v.id AS verdict_id, v.comment_id, s.name AS site, v.comment_version, v.judged_at, v.action,
       SPACED(v.labels) AS labels, v.spam_probability, v.language, v.language_relation, v.model_version,
       v.policy_version
  FROM verdicts v
  JOIN comments c ON c.id = v.comment_id AND c.erased_at IS NULL AND c.kind <> 'removed'
  JOIN reviews r ON r.comment_id = v.comment_id
  JOIN sites s ON s.id = r.site_id
""",
)

VERDICT_REASONS = AnalystView(
    name="verdict_reasons",
    comment="One row a reason of a verdict. An export has it on request only: --table verdict_reasons.",
    columns={
        "verdict_id": "Number of the verdict.",
        "comment_id": "Number of the comment.",
        "position": "Counts from 1, in the order in which reasons were found.",
        "signal": "What was looked for: a stable word, see docs/moderation.md.",
        "log_odds": "How much it counts: +0.7 doubles the odds of spam, -0.7 halves them.",
        "quote": "The words of the comment that it rests on; null: it rests on something else.",
    },
    sql="""
SELECT v.id AS verdict_id, v.comment_id, PLACE_OF(e) AS position, FIELD_OF(e.value, signal) AS signal,
       CAST(FIELD_OF(e.value, log_odds) AS double precision) AS log_odds,
       CASE WHEN FIELD_OF(e.value, spans) <> '[]' THEN FIELD_OF(e.value, because) END AS quote
  FROM verdicts v
  JOIN comments c ON c.id = v.comment_id AND c.erased_at IS NULL AND c.kind <> 'removed'
 CROSS JOIN EACH_OF(v.evidence, e)
""",
)

EDITOR_AUDITS = AnalystView(
    name="editor_audits",
    comment="One row a comment of the random sample, or a decision that a second editor looks at.",
    columns={
        "audit_id": "Number of the look.",
        "comment_id": "Number of the comment.",
        "site": "The site's name.",
        "kind": "unseen: drawn from all comments; second: drawn from those that an editor decided on.",
        "spam_probability": "Of its verdict when it was drawn.",
        "drawn_at": "When it was drawn, UTC.",
        "first_editor": "Who decided first, as a code; null for unseen.",
        "first_action": "publish or reject; null for unseen.",
        "first_reason": "The first editor's reason.",
        "second_editor": "Who looked at it after, as a code; null: nobody yet.",
        "second_action": "What he or she would have done: publish or reject.",
        "second_reason": "The second editor's reason.",
        "looked_at": "When the second opinion was given, UTC.",
        "agreed": "Both said the same; null: there is no second opinion.",
    },
    sql="""
SELECT a.id AS audit_id, a.comment_id, s.name AS site, a.kind, a.spam_probability, a.drawn_at,
       d.editor_key AS first_editor, d.action AS first_action, d.reason AS first_reason,
       a.editor_key AS second_editor, a.action AS second_action, a.reason AS second_reason, a.looked_at,
       d.action = a.action AS agreed
  FROM audits a
  JOIN comments c ON c.id = a.comment_id AND c.erased_at IS NULL AND c.kind <> 'removed'
  JOIN sites s ON s.id = a.site_id
  LEFT JOIN decisions d ON d.id = a.first_decision_id
""",
)

QUEUE_DAILY = AnalystView(
    name="queue_daily",
    comment="The editors' queue by day, for the days on which something came or was decided.",
    columns={
        "site": "The site's name.",
        "day": "The day, UTC.",
        "came": "Comments that began to wait. Those that a run took out of the queue again are not counted.",
        "decided": "Comments that an editor took out of the queue.",
        "waiting": "How many waited at the end of the day.",
    },
    sql="""
SELECT n.name AS site, x.day, sum(x.came) AS came, sum(x.decided) AS decided,
       sum(sum(x.came) - sum(x.decided)) OVER (PARTITION BY x.site_id ORDER BY x.day) AS waiting
  FROM (SELECT r.site_id, DAY_OF(r.waiting_since) AS day, 1 AS came, 0 AS decided
          FROM reviews r WHERE r.waiting_since IS NOT NULL
         UNION ALL
        SELECT r.site_id, DAY_OF(d.waiting_since), 1, 0
          FROM decisions d JOIN reviews r ON r.comment_id = d.comment_id WHERE d.waiting_since IS NOT NULL
         UNION ALL
        SELECT r.site_id, DAY_OF(d.decided_at), 0, 1
          FROM decisions d JOIN reviews r ON r.comment_id = d.comment_id WHERE d.waiting_since IS NOT NULL) x
  JOIN sites n ON n.id = x.site_id
 GROUP BY x.site_id, n.name, x.day
""",
)

JUDGEMENT_VIEWS = (EDITOR_DECISIONS, MODEL_VERDICTS, VERDICT_REASONS, EDITOR_AUDITS, QUEUE_DAILY)
