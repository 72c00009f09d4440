"""The tightened loops give what langdetect gives, to the last digit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langdetect.detector import Detector
from langdetect.lang_detect_exception import LangDetectException

from moderation.language.langdetect_loops import QuickDetector
from moderation.language.voters import LANGDETECT_TRIALS, langdetect_factory

LANGUAGES = ("ar", "de", "en", "fr", "ja", "ko", "pl", "pt", "ro", "ru", "tr", "vi", "zh")
TEXTS = (
    "Le relieur coud les cahiers avant que la lumière baisse, et personne ne parle.",
    "The ferry pilot WAITS for NOBODY,  says  she; write to me@example.org or see https://example.org/a?b=1.",
    "Die Geigenbauerin erklärt, warum das Holz ruhen muss – STRASSE und Größe.",
    "Người lái đò nói rằng nghề này sắp mất",
    "Паромщик ждёт, пока туман уйдёт с реки. OK",
    "職人は木を休ませる理由を説明した。カタカナとひらがな",
    "يشرح النجار لماذا يجب أن يستريح الخشب",
    "Și țara, și orașul: aşa ştim noi",
    "배를 모는 사람은 시계를 보지 않는다",
    "A",
    "  ",
    "12345 !!!",
    "ABC DEF ghi JKLm",
)


def answer(kind: Any, text: str) -> list[float] | str:
    detector = kind(langdetect_factory(LANGUAGES))
    detector.n_trial = LANGDETECT_TRIALS
    detector.append(text)
    try:
        detector.get_probabilities()
    except LangDetectException as error:
        return str(error)
    found: list[float] = detector.langprob
    return found


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_gets_the_probabilities_that_langdetect_gives_it(text: str) -> None:
    assert answer(QuickDetector, text) == answer(Detector, text)


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from(
            "aàâbBcdeEÉéfgiİıIjklmnñoöpqrsßșțtuUvwxyzżяЯжふカ漢한يیǅ\u0301\u1ea1 \u00a0\u3000.,-1\n\t"
        ),
        max_size=80,
    )
)
def test_any_text_gets_the_probabilities_that_langdetect_gives_it(text: str) -> None:
    assert answer(QuickDetector, text) == answer(Detector, text)
