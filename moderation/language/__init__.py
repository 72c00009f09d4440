"""Which language a comment is in, relative to its article: same, other, or undecidable."""

from moderation.language.judge import DEFAULT_LANGUAGES, LanguageFinding, LanguageJudge

__all__ = ["DEFAULT_LANGUAGES", "LanguageFinding", "LanguageJudge"]
