"""The judge as a whole: the same answer from every process."""

from __future__ import annotations

import os
import subprocess
import sys

# Few and common words: their rarities stay under the signals' caps, which would hide what order they are added up in
CODE = """
from moderation.moderate import Moderator
from moderation.verdict import Submission

judge = Moderator(lean=True)
for words in ("question photo jour entreprise", "salaire recette page monde entreprise", "recette ville article ecole"):
    text, title = f"alors {words} encore", " ".join(words.split()[:3])
    print(judge.judge(Submission(
        id="1", text=text, article_text=f"le {words} de tous", article_title=f"un {title} la", article_language="fr",
        siblings=(f"tous les {words}",), parent_text=f"des {words}",
    )))
"""


def test_verdicts_do_not_depend_on_the_hash_seed_of_the_process() -> None:
    answers = {
        subprocess.run(
            [sys.executable, "-c", CODE],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(6)
    }
    assert len(answers) == 1
