"""What can go wrong in moderation.

ModerationError
├── LanguageUnknown       stop: a configured language is no ISO 639-1 code that any detector knows
├── ModelUnusable         stop: a model file is missing, of another version, or its checksum is wrong
└── PolicyInvalid         stop: thresholds or shares that contradict each other
"""


class ModerationError(Exception):
    """Base of everything that `moderation` raises on purpose. All of them are the operator's to mend: stop."""


class LanguageUnknown(ModerationError):
    """A configured language that no detector knows."""


class ModelUnusable(ModerationError):
    """A model file that is missing, damaged or of another version."""


class PolicyInvalid(ModerationError):
    """Thresholds or shares that contradict each other."""
