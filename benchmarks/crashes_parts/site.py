"""A site in a process of its own that publishes something before each run, and the truth about what it says."""

from __future__ import annotations

from collections import Counter
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from types import TracebackType

from tests.press import article, comment, tagged
from tests.servers import SiteServer

FIRST = 24  # stories
MORE = 2  # stories before each run
COMMENTED = 6  # stories that get one more comment before each run
SPAM = "Great post number {}! Visit http://loans{}.example for cheap loans and watches"
WORDS = ("moulin", "rivière", "atelier", "marché", "école", "jardin", "musée", "gare", "forêt", "théâtre")


class Press:
    """What the site says at a turn: drawn from the turn alone, so that server and judge need not talk of it."""

    def __init__(self) -> None:
        self.turn = 0
        self.threads: list[list[tuple[int, str, str]]] = [[] for _ in range(FIRST)]
        for number in range(FIRST):
            self.comment_on(number)

    def next(self) -> None:
        self.turn += 1
        self.threads += [[] for _ in range(MORE)]
        for number in range(len(self.threads) - MORE, len(self.threads)):
            self.comment_on(number)
        for step in range(COMMENTED):
            self.comment_on((self.turn * COMMENTED + step) % len(self.threads))

    def comment_on(self, story: int) -> None:
        thread = self.threads[story]
        number = 1000 * story + len(thread) + 1
        kind = WORDS[number % len(WORDS)]
        if len(thread) % 2:
            thread.append((number, f"loans {number}", SPAM.format(number, number % 7)))
        else:
            thread.append((number, f"Samuel {number}", f"Merci pour cette fiche sur le {kind} numéro {number}."))

    def path(self, story: int) -> str:
        return f"/fiche-{story}"

    def page(self, story: int) -> str:
        return article(story, "".join(comment(*one) for one in self.threads[story]))

    def truth(self) -> tuple[Counter[str], Counter[tuple[str, str, str]]]:
        """The paths of the stories, and (path, author, body) of every comment."""
        stories = Counter(self.path(story) for story in range(len(self.threads)))
        return stories, Counter(
            (self.path(story), author, body) for story, thread in enumerate(self.threads) for _, author, body in thread
        )


def serving(pipe: Connection) -> None:
    press = Press()
    with SiteServer({}) as server:
        pipe.send(server.port)
        while True:
            listed = "".join(f"<url><loc>{server.url(press.path(n))}</loc></url>" for n in range(len(press.threads)))
            pages = {press.path(story): tagged(press.page(story)) for story in range(len(press.threads))}
            pages["/sitemap.xml"] = tagged(f"<urlset>{listed}</urlset>")
            server.pages = pages
            pipe.send(press.turn)
            if pipe.recv() == "stop":
                return
            press.next()


class Server:
    """The site's process; `press` is what it says now."""

    def __enter__(self) -> Server:
        self.pipe, theirs = Pipe()
        self.process = Process(target=serving, args=(theirs,), daemon=True)
        self.process.start()
        self.port = self.pipe.recv()
        self.pipe.recv()
        self.press = Press()
        return self

    def next(self) -> None:
        self.pipe.send("next")
        assert self.pipe.recv() == self.press.turn + 1
        self.press.next()

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.pipe.send("stop")
        self.process.join()
