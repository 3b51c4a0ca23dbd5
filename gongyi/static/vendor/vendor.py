"""Rebuild the vendored front-end files from unpacked npm packages and write MANIFEST.json. See README.md beside it."""

import hashlib
import json
import re
import sys
from pathlib import Path

HERE = Path(__file__).parent
STATIC = HERE.parent
# The hashed static storage follows this comment, and the map is larger than the rest of the product together.
REMOVED = "/*# sourceMappingURL=bootstrap.min.css.map */"
ICONS = """
archive arrow-counterclockwise arrow-left arrow-repeat arrow-return-left arrow-right bar-chart bell book bookmark
box-arrow-in-right box-arrow-right building buildings calendar-check calendar-event calendar3 card-checklist
chat-left-text chat-square-text check-circle check-lg chevron-down chevron-left chevron-right circle circle-half
clipboard clipboard-check clock clock-history copy diagram-3 download emoji-frown emoji-neutral emoji-smile envelope
exclamation-circle exclamation-triangle eye eye-slash file-earmark-excel file-earmark-text file-earmark-word flag
forward funnel gear geo-alt globe2 graph-up hourglass-split house-door image inbox info-circle journal-text key laptop
link-45deg list-check list-ul lock megaphone moon paperclip pause-circle pencil-square people person person-check
person-circle person-plus phone pin-angle plus-lg printer question-circle reply search send shield-check shield-lock
signpost-split sort-down star star-fill sun tag telephone three-dots translate trash upload wifi-off x-circle x-lg
""".split()


def sprite(icons: Path) -> str:
    """One SVG document with a symbol for each of ICONS, taken from the package's single files."""
    symbols = []
    for name in ICONS:
        text = (icons / "icons" / f"{name}.svg").read_text()
        inner = re.sub(r"\s*\n\s*", "", text[text.index(">") + 1 : text.rindex("</svg>")])
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{inner}</symbol>\n')
    return f'<svg xmlns="http://www.w3.org/2000/svg">\n{"".join(symbols)}</svg>\n'


def digest(data: bytes) -> str:
    """SHA-256 as lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def entry(path: Path, package: Path, **more: str) -> dict[str, str]:
    """One line of the manifest: where the file is, what it came from, and its digest."""
    npm = json.loads((package / "package.json").read_text())
    facts = {"package": npm["name"], "version": npm["version"], "licence": npm["license"]}
    return {"file": str(path.relative_to(STATIC)), **facts, "sha256": digest(path.read_bytes()), **more}


def main(bootstrap: Path, icons: Path) -> None:
    """Write the files and their manifest."""
    published = (bootstrap / "dist/css/bootstrap.min.css").read_text()
    css, svg = HERE / "bootstrap/bootstrap.min.css", STATIC / "icons.svg"
    css.write_text(published.removesuffix(REMOVED))
    svg.write_text(sprite(icons))
    for package, folder in ((bootstrap, "bootstrap"), (icons, "bootstrap-icons")):
        (HERE / folder / "LICENSE").write_bytes((package / "LICENSE").read_bytes())
    files = [
        entry(css, bootstrap, removed_at_end=REMOVED, published_sha256=digest(published.encode())),
        entry(HERE / "bootstrap/LICENSE", bootstrap),
        entry(svg, icons, made="one symbol for each icon in use"),
        entry(HERE / "bootstrap-icons/LICENSE", icons),
    ]
    (HERE / "MANIFEST.json").write_text(json.dumps({"files": files}, indent=2) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
