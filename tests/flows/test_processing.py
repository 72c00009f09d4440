"""What a worker makes of a page beyond what the page says."""

from __future__ import annotations

from extractors.records import Page
from flows.runs.processing import in_the_site_s_language

PAGE = Page(url="https://www.mag.example/a", canonical_url="https://www.mag.example/a", language="en")


def test_the_language_of_the_site_s_settings_overrules_what_a_page_says() -> None:
    assert in_the_site_s_language(PAGE, {"mag.example": "fr"}, None).language == "fr"
    assert in_the_site_s_language(PAGE, {"mag.example": "fr"}, "https://www.mag.example").language == "fr"


def test_without_a_setting_the_page_is_believed() -> None:
    assert in_the_site_s_language(PAGE, {"other.example": "fr"}, None) == PAGE
