"""What the desk's scripts say, in the reader's language, and the names of reasons, labels and actions."""

from __future__ import annotations

from typing import Any

from flows.desk.pages.i18n import Texts
from moderation.language import DEFAULT_LANGUAGES


def reason_names(t: Texts) -> dict[str, str]:
    _ = t.gettext
    return {
        "spam": _("spam"),
        "off_language": _("other language"),
        "promotional": _("advertising"),
        "off_topic": _("off topic"),
        "insult": _("insult"),
        "personal_data": _("personal data"),
        "duplicate": _("duplicate"),
        "other": _("other reason"),
    }


def label_names(t: Texts) -> dict[str, str]:
    _ = t.gettext
    return {
        "spam": _("spam"),
        "off_language": _("other language"),
        "promotional": _("advertising"),
        "pingback": _("pingback"),
        "trackback": _("trackback"),
        "duplicate": _("duplicate"),
        "allowed_by_rule": _("allowed by a rule"),
        "held_by_rule": _("held by a rule"),
        "rejected_by_rule": _("rejected by a rule"),
    }


def kind_names(t: Texts) -> dict[str, str]:
    """The kinds of comments that come into the queue."""
    _ = t.gettext
    return {"comment": _("comment"), "pingback": _("pingback"), "trackback": _("trackback")}


def counted_words(t: Texts, one: str, many: str) -> dict[str, str]:
    """Both forms of a phrase with a number, for the plural rule of the browser: {n} stands for the number."""
    return {
        "one": t.plural(one, many, 1).replace("%(n)s", "{n}"),
        "other": t.plural(one, many, 2).replace("%(n)s", "{n}"),
    }


def script_words(t: Texts) -> dict[str, Any]:
    """Every string of the scripts. {name} is filled in by them."""
    _ = t.gettext
    return {
        "labels": label_names(t),
        "reasons": reason_names(t),
        "decisions": {"publish": _("publish"), "reject": _("reject"), "review": _("wait")},
        "holds": {"publish": _("published"), "reject": _("rejected"), "review": _("waiting")},
        # the queue
        "left": counted_words(t, "%(n)s waiting", "%(n)s waiting"),
        "left_more": counted_words(t, "more than %(n)s waiting", "more than %(n)s waiting"),
        "sample_left": counted_words(t, "%(n)s to look at", "%(n)s to look at"),
        "empty": _("Nothing is waiting. Well done."),
        "sample_empty": _("Nothing of the sample waits for your look."),
        "loading": _("Loading…"),
        "not_loaded": _("The queue could not be loaded: {why}"),
        "look_second": _("Second opinion"),
        "look_unseen": _("Random look"),
        "select": _("Select the comment of {author}"),
        "selected": counted_words(t, "%(n)s selected", "%(n)s selected"),
        "selected_help": counted_words(
            t, "%(n)s selected: Shift and a key decides on it", "%(n)s selected: Shift and a key decides on all"
        ),
        "publish_ticked": counted_words(t, "Publish %(n)s", "Publish %(n)s"),
        "reject_ticked": counted_words(t, "Reject %(n)s", "Reject %(n)s"),
        # decisions
        "published": counted_words(t, "Published.", "%(n)s published."),
        "rejected": counted_words(t, "Rejected: {reason}.", "%(n)s rejected: {reason}."),
        "skipped": _("Skipped."),
        "undone": _("Taken back."),
        "nothing_to_undo": _("Nothing to take back."),
        "nothing_to_redo": _("Nothing to decide again."),
        "no_comment": _("There is no such comment, or it is of a site that your account does not include."),
        "open": _("Open"),
        "filters": _("Filters"),
        "filters_on": counted_words(t, "Filters (%(n)s on)", "Filters (%(n)s on)"),
        "answered": _("answered here"),
        "choose_reason": _("Why? Press a digit."),
        "failed": _("The server did not take a decision: {why}"),
        # on the way to the server
        "sending": counted_words(t, "Sending %(n)s…", "Sending %(n)s…"),
        "saved": _("All decisions are saved."),
        "offline": _("No connection."),
        "server_away": _("The server does not answer; trying again."),
        "kept": counted_words(
            t,
            "%(n)s decision is kept in this browser and will be sent.",
            "%(n)s decisions are kept in this browser and will be sent.",
        ),
        "session": _("You have been logged out."),
        "log_in": _("Log in again"),
        "other_editor": _("{editor} is logged in here now; the decisions of {me} stay until {me} is back."),
        # other editors, other verdicts
        "conflict": _("{editor} decided “{action}” on this comment meanwhile."),
        "changed_meanwhile": _("This comment was judged again or taken back while you looked at it."),
        "same": _("{editor} decided the same."),
        "somebody": _("Somebody"),
        "yourself": _("You, in another tab,"),
        "agree": _("Leave it so"),
        "contest": _("Decide anyway"),
        "leased": _("{editor} has this comment on screen now."),
        "judged_again": _("This comment was edited or judged again: here is how it stands now."),
        # the card
        "next_card": _("Next: {author}: {words}"),
        "on_its_site": _("on its site"),
        "edited_since": _("Edited since {editor} decided “{action}” on version {version} ({at})."),
        "edited_what": _("Changed: {parts}."),
        "edited_parts": {
            "link": _("a link"),
            "host": _("a host"),
            "telephone": _("a telephone number"),
            "sum": _("a sum"),
            "words": _("much of the wording"),
        },
        "on_version": _("version {version}"),
        "anonymous": _("no name"),
        "show_all": _("Show all of it"),
        "spam_probability": _("{p} % spam"),
        "language": _("Written in {comment}; the article is in {article}."),
        "languages": _("Comment: {comment}. Article: {article}."),
        "unknown_language": _("undecided"),
        "campaign": counted_words(t, "%(n)s comment like this one", "%(n)s comments like this one"),
        "gone": _("no longer on the site"),
        "for_spam": _("for spam"),
        "against_spam": _("against spam"),
        "start": _("starting point: what every comment begins with"),
        "more_reasons": counted_words(t, "%(n)s more", "%(n)s more"),
        "judged_by": _("model {model}, policy {policy}"),
        # its page
        "page_kind": _("What the page is"),
        "kinds": {
            "article": _("an article"),
            "list": _("a list of articles"),
            "comments": _("a further page of a thread"),
            "static": _("a static page"),
            "login": _("a login page"),
            "error": _("an error page"),
            "media": _("a picture or a file"),
        },
        "kind_is": _("This page is {kind}"),
        "kind_by_editor": _("(an editor said so)"),
        "kind_by_settings": _("(the settings say so)"),
        "kind_say": _("Correct it"),
        "kind_help": _("A page that is no article loses its text and its comments here; the site’s answer is kept."),
        "kind_said": _("Noted: it holds from now on."),
        "kind_withdrawn": _("Noted: the page is no article, and its comments do not wait any more."),
        "kind_failed": _("The server did not take it: {why}"),
        # its language
        "article_language": _("Language of the article"),
        "article_language_is": _("The article is in {language}"),
        "article_language_by": _("({editor} said so)"),
        "article_language_codes": DEFAULT_LANGUAGES,
        "article_language_auto": _("as the site and the page say"),
        "article_language_help": _("Its comments are judged again: none in that language is foreign."),
        "article_language_said": counted_words(
            t, "Noted: %(n)s comment was judged again.", "Noted: %(n)s comments were judged again."
        ),
        "article_language_later": _("Noted: the next run of the site judges its comments again."),
        # its surroundings
        "article": _("Article"),
        "thread": _("Thread"),
        "author": _("Author"),
        "author_past": _("On this site: {counts}"),
        "past": {
            "published": counted_words(t, "%(n)s published", "%(n)s published"),
            "waiting": counted_words(t, "%(n)s waiting", "%(n)s waiting"),
            "rejected": counted_words(t, "%(n)s rejected", "%(n)s rejected"),
        },
        "author_all": _("All comments of this author"),
        "new_author": _("First comment on this site."),
        "by_site": _("the site"),
        "duplicates": counted_words(t, "%(n)s near-duplicate", "%(n)s near-duplicates"),
        "history": _("History"),
        "no_history": _("Nobody has decided on it yet."),
        "no_context": _("The surroundings could not be loaded."),
        "decided": _("{editor}: {action}"),
        "took_back": _("{editor} took a decision back"),
        "taken_back": _("taken back"),
        "take_back": _("Take back"),
        "this_comment": _("this comment"),
        # campaigns
        "campaign_preview": counted_words(
            t, "%(n)s waiting comment of this campaign", "%(n)s waiting comments of this campaign"
        ),
        "campaign_help": _("Publish and reject apply to all that are selected; reject means spam."),
        "select_all": _("Select all"),
        "no_campaign": _("This comment belongs to no campaign."),
        # rules
        "rule_fits": counted_words(t, "This rule fits %(n)s", "This rule fits %(n)s"),
        "rule_of": counted_words(t, "of %(n)s past decision.", "of %(n)s past decisions."),
        "rule_flips": counted_words(
            t,
            "It would have held back or rejected %(n)s comment that editors published.",
            "It would have held back or rejected %(n)s comments that editors published.",
        ),
        "rule_publishes": counted_words(
            t,
            "It would have published %(n)s comment that editors rejected.",
            "It would have published %(n)s comments that editors rejected.",
        ),
        "rule_made": _("The rule is in force from the next run on ({version})."),
        # the rest
        "no_view": _("none"),
        "close": _("Close"),
        "keys_off": _("Shortcuts are off."),
        "keys_on": _("Shortcuts are on."),
    }
