"""What can be wrong with a page.

ExtractorError
├── AmbiguousSite         our fault: two page objects for the same addresses, and neither says that it comes first
└── PageError             the page's fault: quarantine it with the reason, the run goes on
    ├── NotHtml           the bytes are no HTML document (an image, a PDF, a feed)
    ├── EmptyPage         nothing but markup
    ├── NoArticle         a page without an article: an index, a login wall, an error page
    ├── TooComplex        over a structural limit (depth, attributes, nodes)
    └── LayoutChanged     a known site lost an element it always had: a person must look
"""


class ExtractorError(Exception):
    """Base of everything that `extractors` raises on purpose."""


class AmbiguousSite(ExtractorError):
    """Two page objects are for one address with the same priority. The message names both."""


class PageError(ExtractorError):
    """The page's fault. `reason` is a stable word for tables and alarms; the message is one sentence for a person."""

    reason = "page"


class NotHtml(PageError):
    reason = "not_html"


class EmptyPage(PageError):
    reason = "empty"


class NoArticle(PageError):
    reason = "no_article"


class TooComplex(PageError):
    reason = "too_complex"


class LayoutChanged(PageError):
    reason = "layout_changed"
