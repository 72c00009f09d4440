"""Screenshots of every state of the desk for docs/desk.md: small PNGs with a palette.

python benchmarks/desk_screenshots.py [FOLDER [STATE ...]]
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from storage.schema import upgrade
from tests.flows.desk import states
from tests.flows.desk.browser import chromium

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
COLOURS = 48
EXTRA = {
    "card_dark": ("card", {"color_scheme": "dark"}),
    "card_phone": ("card", {"viewport": {"width": 320, "height": 640}}),
    "card_french": ("card", {"locale": "fr-FR"}),
}


def small(path: Path) -> None:
    """Fewer colours; without Pillow the file stays as the browser wrote it."""
    try:
        from PIL import Image
    except ImportError:
        return
    with Image.open(path) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    usual = {"viewport": {"width": 1100, "height": 640}}
    shots = {name: (name, usual) for name in states.STATES} | {
        name: (state, usual | options) for name, (state, options) in EXTRA.items()
    }
    wanted = sys.argv[2:] or list(shots)
    with tempfile.TemporaryDirectory(prefix="tamis-shots-") as scratch, chromium() as browser:
        template = Path(scratch) / "template.db"
        upgrade(f"sqlite:///{template}")
        for name, (state, options) in ((name, shots[name]) for name in wanted):
            with states.scene(template, Path(scratch), browser, **options) as made:
                page = states.STATES[state](made)
                path = folder / f"desk-{name.replace('_', '-')}.png"
                page.screenshot(path=path, animations="disabled")
            small(path)
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
