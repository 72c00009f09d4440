"""What a person sees in the terminal: progress while it runs, a summary when it ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape as without_markup
from rich.table import Table

from flows.fetching.errors import printable
from flows.fetching.traps import told
from flows.runs.site_run import SHOWN_COUNTS, RunReport

if TYPE_CHECKING:
    from flows.commands.doctor import Diagnosis
    from flows.runs.remoderate import Remoderated
    from flows.runs.replay import Replayed
    from storage.crawl.page_kinds import SitePages


MAX_LISTED = 3  # pages of one reason that are shown by name; `tamis status` has them all


def counted(pages: int) -> str:
    return "1 page" if pages == 1 else f"{pages:,} pages"


def escape(text: str) -> str:
    """What came from a page, as a terminal may show it: one line, no escape sequences, no markup of ours."""
    return without_markup(printable(text, limit=2_000))


def _stderr() -> Console:
    return Console(stderr=True)


def grouped(cases: Sequence[tuple[str, str]]) -> list[str]:
    """Pages that were set aside, given as reason and sentence: equal reasons are one line, the commonest first."""
    by_reason: dict[str, list[str]] = {}
    for reason, message in cases:
        by_reason.setdefault(reason, []).append(message)
    lines = []
    for reason, messages in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        if len(messages) <= MAX_LISTED:
            lines += [f"({escape(reason)}) {escape(message)}" for message in messages]
            continue
        lines.append(f"({escape(reason)}) {len(messages):,} pages, such as {escape(messages[0])}")
    return lines


def print_reports(reports: Sequence[RunReport], console: Console | None = None) -> None:
    """One table a site, then what went wrong in words."""
    console = console or Console()
    for report in reports:
        seconds = (report.finished - report.started).total_seconds()
        title = f"{escape(report.site)}: {'failed' if report.failure else 'dry run' if report.planned else 'done'}"
        table = Table(title=f"{title} in {seconds:.1f} s", title_justify="left", show_header=False, min_width=44)
        for key, label in SHOWN_COUNTS:
            if report.counts.get(key):
                table.add_row(label, f"{report.counts[key]:,}")
        console.print(table if table.row_count else table.title, highlight=False)
        for page in report.plan:
            line = f"would fetch {page.kind or 'unread':<8} {page.url}  ({page.because})"
            console.print(f"  {escape(line)}", highlight=False, soft_wrap=True)
        if left_out := told(report.left_out):
            console.print(f"  left out: {escape(left_out)}", highlight=False)
        for words in grouped([(case.reason, case.message) for case in report.quarantined]):
            console.print(f"  [yellow]quarantined[/] {words}", highlight=False)
        for warning in report.warnings:
            console.print(f"  [yellow]warning[/] {escape(warning)}", highlight=False)
        if not (table.row_count or report.planned or report.failure):
            words = f"no page was due; to look at all of them: tamis run {escape(report.site)} --full"
            console.print(f"  {words}", highlight=False)
        if report.cause:
            console.print(f"  [red]{escape(report.outcome)}[/] {escape(report.cause)}", highlight=False)
        if report.failure:
            console.print(f"  [red]failed[/] {escape(report.failure)}", highlight=False)


def print_pages(found: SitePages, *, why: bool = False, console: Console | None = None) -> None:
    """One line a page: its kind, who said so if a person did, its state unless all is well, its address."""
    console = console or Console()
    for page in found.pages:
        words = [f"{page.kind or '-':<8}", f"({page.kind_by})" if page.kind_by else "", page.url]
        reason = f" ({page.reason})" if page.reason else ""
        state = "" if page.state == "ok" else f" [yellow]{escape(page.state + reason)}[/]"
        console.print(escape(" ".join(word for word in words if word)) + state, highlight=False, soft_wrap=True)
        for because in page.because if why else ():
            console.print(f"         {escape(because)}", highlight=False, soft_wrap=True)
    more = found.number - len(found.pages)
    tail = counted(found.number) + (f", {more:,} not shown: --limit 0 shows all" if more else "")
    console.print(tail, highlight=False)


def print_replayed(reports: Sequence[Replayed], console: Console | None = None) -> None:
    """One line a site, then the differences and what could not be read."""
    console = console or Console()
    for report in reports:
        head = f"{escape(report.site)}: {report.pages:,} pages extracted again, {report.changed:,} with differences"
        console.print(head, highlight=False)
        for change in report.changes:
            console.print(f"  {escape(change.url)} [bold]{escape(change.field)}[/]", highlight=False)
            console.print(f"    - {escape(change.before)}\n    + {escape(change.after)}", highlight=False)
        if report.held:
            words = f"{report.held:,} pages stay held back: they still do not say what they said"
            console.print(f"  [yellow]held[/] {words}; if the site means it: tamis accept {escape(report.site)}")
        for sentence in report.unreadable:
            console.print(f"  [yellow]unreadable[/] {escape(sentence)}", highlight=False)


def print_remoderated(reports: Sequence[Remoderated], console: Console | None = None) -> None:
    console = console or Console()
    for report in reports:
        head = f"{escape(report.site)}: {report.judged:,} comments judged again, {report.changed:,} with another action"
        console.print(head, highlight=False)
        for move, number in sorted(report.moves.items()):
            console.print(f"  {move.before} -> {move.after}: {number:,}", highlight=False)
        for change in report.changes:
            held = f" (an editor decided {change.decided}: it holds)" if change.decided else ""
            odds = f"{change.probability_before:.0%} -> {change.probability_after:.0%}"
            words = (
                f"  {change.comment_id} {change.before} -> {change.after}, {odds}{held}: {change.author}: {change.body}"
            )
            console.print(escape(words), highlight=False)


def print_findings(findings: Sequence[Diagnosis], console: Console | None = None) -> None:
    console = console or Console()
    for finding in findings:
        mark = {"ok": "[green]ok  [/]", "warning": "[yellow]warn[/]", "broken": "[red]FAIL[/]"}[finding.state]
        console.print(f"{mark} {finding.check}: {escape(finding.sentence)}", highlight=False)
