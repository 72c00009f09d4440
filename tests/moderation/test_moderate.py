"""The judge as a whole: the same answer from every process."""

from __future__ import annotations

import os
import subprocess
import sys


def test_verdicts_do_not_depend_on_the_hash_seed_of_the_process() -> None:
    code = (
        "from moderation.moderate import Moderator\n"
        "from moderation.verdict import Submission\n"
        "text = ' '.join('atelier reliure dorure cuir cahier tranche parchemin couture vélin restaurer encoller"
        " presse gravure estampe marbrure signet nerfs gouttière chasse mors garde plats titre pièce filet fleuron'"
        ".split())\n"
        "found = Moderator(lean=True).judge(Submission(id='1', text=text, article_text='alors ' + text, article_title=text,"
        " article_language='fr', siblings=(text + ' et puis', 'cuir parchemin couture')))\n"
        "print(repr(found))\n"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in range(8)
    }
    assert len(answers) == 1
