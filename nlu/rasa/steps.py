"""The steps to a running Rasa, each done only where it has not been done yet: environment, model, server."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import yaml

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parents[1]
VAR: Final = ROOT / "var" / "rasa"
LOCK: Final = HERE / "requirements.lock"
CONFIG: Final = ROOT / "config.yml"
DATA: Final = ROOT / "data" / "nlu"
KEYS: Final = ("recipe", "language", "assistant_id", "pipeline")  # Rasa's own in config.yml.
KEPT: Final = ("PATH", "LANG", "LC_ALL", "TMPDIR")  # Of our environment; no address and no secret of ours is told.
LAST: Final = 1500  # Characters of a log that are shown when something went wrong.
TRIED: Final = "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 10))"

Told = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Place:
    """What it learns from, and where it keeps what is its own."""

    config: Path = CONFIG
    data: Path = DATA
    var: Path = VAR


class Missing(Exception):
    """What has to be there first is not; the text says what, for whoever started it."""


def find_python(environ: Mapping[str, str] = os.environ) -> Path:
    """A Python 3.10 that works: PYTHON310, the one on the PATH, pyenv's. Rasa is made for no later one."""
    named = [environ["PYTHON310"]] if environ.get("PYTHON310") else []
    found = shutil.which("python3.10", path=environ.get("PATH"))
    pyenv = Path(environ.get("PYENV_ROOT") or Path(environ.get("HOME", "/")) / ".pyenv") / "versions"
    others = [*([found] if found else []), *sorted(map(str, pyenv.glob("3.10*/bin/python")), reverse=True)]
    for candidate in named or others:
        if _works(candidate):
            return Path(candidate)
    raise Missing(f"{named[0]} is no Python 3.10" if named else "there is no Python 3.10 here; PYTHON310=/path/to/it")


def _works(python: str) -> bool:
    """A shim on the PATH may stand for a version that is not there."""
    try:
        return subprocess.run([python, "-c", TRIED], capture_output=True, check=False, timeout=30).returncode == 0  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False


def venv(environ: Mapping[str, str] = os.environ) -> Path:
    """Where its environment is, or will be. RASA_VENV: one that is there already, which is taken as it is."""
    return Path(environ.get("RASA_VENV") or VAR / "venv").resolve()


def install(told: Told, environ: Mapping[str, str] = os.environ) -> Path:
    """The folder of its environment, made from the lock where it is not. Raises Missing."""
    folder, lock = venv(environ), _digest(LOCK.read_bytes())
    if environ.get("RASA_VENV"):
        if not (folder / "bin" / "rasa").is_file():
            raise Missing(f"RASA_VENV: there is no Rasa in {folder}")
        return folder
    made_of = folder / "made-of"
    if made_of.is_file() and made_of.read_text() == lock:
        return folder
    python = find_python(environ)
    told(f"Setting up Rasa with {python} in {folder}: two minutes and 2.7 GB, once ...")
    shutil.rmtree(folder, ignore_errors=True)  # What an interrupted one left.
    plain = {name: value for name, value in environ.items() if not name.startswith(("PYTHON", "LOKET_"))}
    pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    for command in ([str(python), "-m", "venv", str(folder)], [*pip, "--require-hashes", "-r", str(LOCK)]):
        done = subprocess.run(command, env=plain, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise Missing(f"Rasa could not be set up.\n{(done.stdout + done.stderr)[-LAST:]}")
    made_of.write_text(lock)
    return folder


def train(folder: Path, told: Told, place: Place) -> Path:
    """The model of this data, learnt with the environment in `folder` where it has not been. Raises Missing.

    `told` hears how far it is, too: lines that begin with "Epochs".
    """
    model, learnt_from = place.var / "models" / "loket.tar.gz", place.var / "models" / "learnt-from"
    now = _learnt_from(place)
    if model.is_file() and learnt_from.is_file() and learnt_from.read_text() == now:
        return model
    log = place.var / "train.log"
    model.parent.mkdir(parents=True, exist_ok=True)
    told(f"Rasa is learning from {place.data}: some minutes. It writes {log}")
    # Under another name, so that who serves the old model meanwhile has it whole.
    command = [str(folder / "bin" / "rasa"), "train", "nlu", "--config", str(place.config), "--nlu", str(place.data)]
    command += ["--out", str(model.parent), "--fixed-model-name", "fresh"]
    with (
        log.open("w", encoding="utf-8") as lines,
        subprocess.Popen(  # noqa: S603
            command,
            cwd=ROOT,
            env=environment(place, "INFO"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",  # Its bar is drawn in more than ASCII; a carriage return ends a line here, too.
        ) as process,
    ):
        for line in process.stdout or ():
            lines.write(line)
            if line.startswith("Epochs"):
                told(line.rstrip())
    if process.returncode:
        raise Missing(f"Rasa could not learn.\n{log.read_text(encoding='utf-8')[-LAST:]}")
    (model.parent / "fresh.tar.gz").replace(model)
    learnt_from.write_text(now)
    return model


def server(folder: Path, model: Path, port: int) -> list[str]:
    """The command that serves a model on loopback.

    At a lower level Rasa writes whole messages, so --quiet says it here, where no LOG_LEVEL can undo it.
    """
    command = [str(folder / "bin" / "rasa"), "run", "--quiet", "--enable-api"]
    command += ["--credentials", str(HERE / "channels.yml"), "--interface", "127.0.0.1"]
    return [*command, "--port", str(port), "--model", str(model)]


def environment(place: Place, level: str) -> dict[str, str]:
    """Rasa's own: it tells nobody that it runs, and leaves nothing outside of its place."""
    home = place.var / "home"
    home.mkdir(parents=True, exist_ok=True)
    return {name: os.environ[name] for name in KEPT if name in os.environ} | {
        "HOME": str(home),
        "RASA_TELEMETRY_ENABLED": "false",
        "RASA_CACHE_DIRECTORY": str(place.var / "cache"),
        "LOG_LEVEL": level,
        "LOG_LEVEL_LIBRARIES": "ERROR",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "PYTHONWARNINGS": "ignore",  # Of its libraries about one another.
        "PYTHONUNBUFFERED": "1",
    }


def _learnt_from(place: Place) -> str:
    """Another digest, another model. What else stands in config.yml does not matter to Rasa."""
    document = yaml.load(place.config.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    keys = repr([document.get(key) for key in KEYS])
    files = [part for path in sorted(place.data.glob("*.yml")) for part in (path.name.encode(), path.read_bytes())]
    return _digest(keys.encode(), LOCK.read_bytes(), *files)


def _digest(*parts: bytes) -> str:
    return sha256(b"".join(sha256(part).digest() for part in parts)).hexdigest()
