"""The real Rasa, by the steps of `make rasa`: it learns a part of the data, and is asked as the turns ask it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests
import yaml
from support.server import until

from bot.meaning import Meaning, Outcome
from loket.bench.processes import alive
from loket.bench.servers import free_port
from loket.config import ROOT, read_config
from nlu.corpus import load
from nlu.rasa import steps
from nlu.rasa_client import Rasa, in_time, poster
from nlu.settings import settings

pytestmark = [pytest.mark.ring, pytest.mark.xdist_group("rasa")]

INTENTS = ("greet", "thank", "check_payment", "ask_requirements", "talk_to_human", "stop", "verify_agent")
STYLES = ("id_formal", "id_spoken", "jv")
PATIENCE = 300.0  # Seconds; it takes some 40 where nobody else works.
EPOCHS = 8  # Of a part of the data; the whole takes minutes.
CONFIDENCE = 0.8  # Of what is asked below so much has to be understood.
SAID = (
    ("selamat pagi bapak ibu", "greet"),
    ("assalamualaikum", "greet"),
    ("halo kak", "greet"),
    ("sugeng enjing", "greet"),
    ("terima kasih banyak ya", "thank"),
    ("makasih kak infonya", "thank"),
    ("matur nuwun sanget", "thank"),
    ("kapan pkh cair", "check_payment"),
    ("bantuan saya belum cair sampai sekarang", "check_payment"),
    ("uangnya kapan masuk ke rekening", "check_payment"),
    ("syaratnya apa saja", "ask_requirements"),
    ("dokumen apa yang harus saya bawa", "ask_requirements"),
    ("apa perlu fotokopi kk", "ask_requirements"),
    ("saya mau bicara dengan petugas", "talk_to_human"),
    ("tolong sambungkan ke orang", "talk_to_human"),
    ("berhenti kirim sms ke saya", "stop"),
    ("jangan kirim pesan lagi", "stop"),
    ("apakah petugas ini benar dari dinas", "verify_agent"),
    ("orang yang datang ke rumah itu asli apa palsu", "verify_agent"),
    ("nomor ini asli atau penipu", "verify_agent"),
)
SECRET, NIK = "wisanggeni", "3510994501900001"  # A word that stands nowhere else.
OURS = Meaning("id", "inform", 0.5, (("inform", 0.5), ("greet", 0.1), ("thank", 0.1)), Outcome.FALLBACK)


@dataclass(frozen=True)
class Served:
    """`starter`: what started it, and leads the session that it is in."""

    url: str
    folder: Path
    starter: subprocess.Popen[bytes]

    @property
    def log(self) -> Path:
        return self.folder / "log"

    def ready(self) -> bool:
        """Whether it has its model. One that has ended never will."""
        assert self.starter.poll() is None, self.log.read_text()[-2000:]
        try:
            return requests.get(f"{self.url}/status", timeout=1).status_code == 200
        except requests.RequestException:
            return False


@pytest.fixture(scope="module")
def rasa(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, port = tmp_path_factory.mktemp("rasa"), free_port()
    try:
        if not os.environ.get("RASA_VENV"):
            steps.find_python()
    except steps.Missing as missing:
        pytest.skip(f"Rasa: {missing}")
    steps.install(print)  # `make test` has done it, and has said so.
    a_part(folder)
    command = [sys.executable, "-m", "nlu.rasa", "serve", "--port", str(port), "--config", str(folder / "config.yml")]
    command += ["--nlu", str(folder / "nlu"), "--var", str(folder / "var")]
    with (folder / "log").open("wb") as log:
        starter = subprocess.Popen(  # noqa: S603  Our own interpreter.
            [sys.executable, "-c", "import subprocess, sys; subprocess.run(sys.argv[1:])", *command],
            cwd=ROOT,
            env=os.environ | {"LOG_LEVEL": "DEBUG"},  # As somebody who looks for a fault would have it.
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    served = Served(f"http://127.0.0.1:{port}", folder, starter)
    try:
        until(served.ready, "Rasa did not start", patience=PATIENCE)
        yield served
    finally:
        if alive(starter.pid):
            os.killpg(starter.pid, signal.SIGKILL)
        starter.wait()
        until(lambda: not alive(starter.pid), "a killed Rasa lives on")


def a_part(folder: Path) -> None:
    """Some intents of some styles, and config.yml with fewer epochs; else all is as it is shipped."""
    document = yaml.load((ROOT / "config.yml").read_text(), Loader=yaml.SafeLoader)
    classifier = next(step for step in document["pipeline"] if step["name"] == "DIETClassifier")
    classifier["epochs"] = EPOCHS
    (folder / "config.yml").write_text(yaml.dump(document))
    (folder / "nlu").mkdir()
    for style in STYLES:
        items = [
            {"intent": intent, "examples": "".join(f"- {line}\n" for line in lines)}
            for intent in INTENTS
            if (lines := [e.text for e in load().examples if (e.style, e.intent) == (style, intent)])
        ]
        document = {"version": "3.1", "nlu": items}
        (folder / "nlu" / f"{style}.yml").write_text(yaml.dump(document, allow_unicode=True, width=10_000))
    for name in ("entities.yml", "lexicon.csv"):  # What it has to bear beside the examples.
        (folder / "nlu" / name).write_bytes((ROOT / "data" / "nlu" / name).read_bytes())


def asked(url: str) -> Rasa:
    shipped = settings(read_config(ROOT / "config.yml").pipeline)
    return Rasa(in_time(poster(url, 20), 20), lambda text, language: OURS, shipped, frozenset(INTENTS))


def executable(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_a_python_that_only_pretends_is_passed_over(tmp_path: Path) -> None:
    executable(tmp_path / "bin" / "python3.10", "exit 127")  # As pyenv's shim of a version that is not chosen.
    environ = {"PATH": f"{tmp_path / 'bin'}:/bin", "HOME": str(tmp_path)}
    with pytest.raises(steps.Missing, match="no Python"):
        steps.find_python(environ)
    works = executable(tmp_path / ".pyenv" / "versions" / "3.10.99" / "bin" / "python", "exit 0")
    assert steps.find_python(environ) == works
    with pytest.raises(steps.Missing, match="is no Python"):
        steps.find_python(environ | {"PYTHON310": sys.executable})


def test_an_environment_that_is_named_is_taken_as_it_is(tmp_path: Path) -> None:
    environ = {"RASA_VENV": str(tmp_path)}
    with pytest.raises(steps.Missing, match="RASA_VENV"):
        steps.install(print, environ)
    executable(tmp_path / "bin" / "rasa", "exit 1")
    assert steps.install(print, environ) == tmp_path


def test_no_secret_of_ours_is_told_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOKET_PORTAL_TOKEN", SECRET)
    environment = steps.environment(steps.Place(var=tmp_path), "WARNING")
    assert SECRET not in environment.values()
    assert environment["RASA_TELEMETRY_ENABLED"] == "false"


def test_other_data_or_another_pipeline_is_learnt_anew_and_other_settings_are_not(tmp_path: Path) -> None:
    """With a Rasa that counts how often it is called."""
    calls, config = tmp_path / "calls", tmp_path / "config.yml"
    venv = tmp_path / "venv"
    executable(
        venv / "bin" / "rasa", f"echo x >> {calls}; mkdir -p {tmp_path}/models; echo > {tmp_path}/models/fresh.tar.gz"
    )
    (tmp_path / "nlu").mkdir()
    place = steps.Place(config, tmp_path / "nlu", tmp_path)

    def learnt(settings: str, examples: str = "") -> int:
        config.write_text(settings)
        (tmp_path / "nlu" / "id.yml").write_text(examples)
        steps.train(venv, print, place)
        return len(calls.read_text().split())

    assert [learnt("pipeline: []"), learnt("pipeline: []"), learnt("pipeline: []\nvisit_days: 3")] == [1, 1, 1]
    assert [learnt("pipeline: [{name: X}]"), learnt("pipeline: [{name: X}]", "more")] == [2, 3]
    executable(venv / "bin" / "rasa", "echo what is wrong; exit 1")
    with pytest.raises(steps.Missing, match="what is wrong"):
        learnt("pipeline: []", "other")
    assert (tmp_path / "models" / "loket.tar.gz").is_file()  # The old one.


def test_it_understands_what_it_has_learnt(rasa: Served) -> None:
    understand = asked(rasa.url)
    meanings = [(text, intent, understand(text)) for text, intent in SAID]
    wrong = [(text, intent, meaning.intent) for text, intent, meaning in meanings if meaning.intent != intent]
    assert len(wrong) <= (1 - CONFIDENCE) * len(SAID), wrong
    assert all(meaning is not OURS and len(meaning.top) == 3 for _, _, meaning in meanings)
    assert sum(meaning.outcome is Outcome.ACT for _, _, meaning in meanings) > len(SAID) / 2


def test_nothing_of_a_message_is_in_what_it_writes(rasa: Served) -> None:
    understand = asked(rasa.url)
    for text in (f"kapan cair {SECRET} nik {NIK}", SECRET, f"{SECRET} " * 100, f"{SECRET}\n\x00\ud800"):
        understand(text)
    for body in (f'{{"text": "{SECRET}', f'{{"text": ["{SECRET}"]}}', f'{{"text": {{"{SECRET}": 1}}}}', SECRET):
        requests.post(f"{rasa.url}/model/parse", data=body, timeout=20)  # And nothing of a request that fails.
    written = rasa.log.read_bytes()
    assert not [word for word in (SECRET, NIK, "kapan cair") if word.encode() in written]


def test_it_opens_no_other_way_in(rasa: Served) -> None:
    body = json.dumps({"sender": "a", "message": SECRET})
    assert requests.post(f"{rasa.url}/webhooks/rest/webhook", data=body, timeout=20).status_code == 404


def test_it_leaves_nothing_outside_its_folder(rasa: Served) -> None:
    assert not [name for name in (".rasa", "models", "results") if (ROOT / name).exists()]


def test_what_has_been_done_is_not_done_again(rasa: Served) -> None:
    said: list[str] = []
    place = steps.Place(rasa.folder / "config.yml", rasa.folder / "nlu", rasa.folder / "var")
    model = steps.train(steps.install(said.append), said.append, place)
    assert (said, model.is_file()) == ([], True)


def test_nobody_serves_a_port_that_is_taken(rasa: Served) -> None:
    command = [sys.executable, "-m", "nlu.rasa", "serve", "--port", rasa.url.rpartition(":")[2]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, "is taken" in done.stderr) == (1, True)


def test_who_kills_its_starter_has_killed_it(rasa: Served) -> None:
    """The last of them, for there is no Rasa after it."""
    assert len(alive(rasa.starter.pid)) > 1
    rasa.starter.kill()
    rasa.starter.wait()
    until(lambda: not alive(rasa.starter.pid), "an orphan lives on")
