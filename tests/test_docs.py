"""README and docs/: links and anchors lead somewhere, commands can be given as they stand, what is made by a script is current."""

import ast
import json
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
import yaml
from commands import check
from test_architecture import FLOORS

from rtlvr.cli import COMMANDS, main
from rtlvr.extras import version_of
from rtlvr.params import allowed_keys
from rtlvr.paths import ROOT
from rtlvr.pipeline import PLANS

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]
NEW = [
    DOCS / f"{name}.md" for name in ("index", "stages", "own", "gpu", "cluster", "glossary", "architecture", "colab")
]
INCLUDED = re.compile(r'^--8<-- "(\S+)"$', re.MULTILINE)
STANDS_FOR = {"P": "cpu", "CARD": "4090", "N": "1", "NAME": "rtllm-v2.0"}
PROGRAMS = ("rtlvr", "papermill", "make", "accelerate")


def script(name: str):
    """A script of docs/ as a module."""
    spec = spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec and spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def text_of(page: Path) -> str:
    return INCLUDED.sub(lambda found: (ROOT / found.group(1)).read_text(), page.read_text())


def prose(page: Path) -> str:
    """A page without its code."""
    text = re.sub(r"^```.*?^```", "", text_of(page), flags=re.MULTILINE | re.DOTALL)
    return "\n".join(line for line in text.splitlines() if not line.startswith("    "))


def anchors(page: Path) -> set[str]:
    """The names that a page's headings get."""
    headings = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[\s]+", "-", re.sub(r"[^\w\s-]", "", heading).strip().lower()) for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), f"{page.name}: {target}"
        assert not anchor or anchor in anchors(file), f"{page.name}: {target}"


def commands(page: Path) -> list[str]:
    """The commands of a page: a line of code, or code within a line, that begins with a program of ours."""
    text = text_of(page).replace("\\\n", " ")
    lines = re.findall(rf"^    ((?:{'|'.join(PROGRAMS)}) .+)$", text, re.MULTILINE)
    inside = re.findall(rf"`((?:{'|'.join(PROGRAMS)})\s[^`]+)`", text)
    found = [" ".join(command.split()) for command in (*lines, *inside)]
    return [one for one in dict.fromkeys(found) if not re.search(r"…|\.\.\.| COMMAND |…|--help|\d{4}", one)]


GIVEN = [pytest.param(command, id=f"{page.stem}: {command}") for page in PAGES for command in commands(page)]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which a command finds the files that it names."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make_files(words: list[str]) -> None:
    for word in words:
        if re.fullmatch(r"\w[\w./]*\.(v|sv|vhd|lib|jsonl|yaml)", word):
            Path(word).parent.mkdir(parents=True, exist_ok=True)
            Path(word).touch()


@pytest.mark.parametrize("command", GIVEN)
def test_commands_parse(command: str, here: Path) -> None:
    words = shlex.split(command.partition(" > ")[0], comments=True)
    words = [STANDS_FOR.get(word, word) for word in words]
    make_files(words)
    if len(words) == 2 and words[0] in ("rtlvr", "accelerate"):  # its name, in a sentence
        assert words in (["accelerate", "launch"], ["rtlvr", "--version"]) or words[1] in {one.name for one in COMMANDS}
    else:
        check(words)


@pytest.mark.parametrize("page", NEW, ids=lambda page: page.name)
def test_sentences_are_short(page: Path) -> None:
    for part in re.split(r"(?<=[.:;?!])\s|\n\n|\n[-|#]|\|", prose(page)):
        assert len(re.sub(r"`[^`]*`", "x", part).split()) <= 35, part


def test_every_stage_and_parameter_that_is_named_exists() -> None:
    text = (DOCS / "stages.md").read_text()
    assert {f"rtlvr run {name}" for name in PLANS} <= set(re.findall(r"rtlvr run \w+", text))
    named = re.findall(r"`([a-z_]+\.[a-z_]+)`", "".join(page.read_text() for page in NEW))
    files = {"golden.v", "candidate.v", "steps.jsonl"}
    known = {*allowed_keys(), *files}
    wrong = [
        name for name in named if name not in known and name.rpartition(".")[2] not in ("jsonl", "csv", "json", "sh")
    ]
    assert not wrong


def short_names(notebook: Path) -> dict[str, tuple[str, ...]]:
    """The parameters of a notebook that stand for others: what its call of `start` says."""
    cells = [
        "".join(cell["source"]) for cell in json.loads(notebook.read_text())["cells"] if cell["cell_type"] == "code"
    ]
    tree = ast.parse(next(cell for cell in cells if "= start(" in cell))
    named = [node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict)]
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "start"]
    found = {key: value for one in named for key, value in ast.literal_eval(one).items()}
    found |= {word.arg: ast.literal_eval(word.value) for one in calls for word in one.keywords if word.arg != "own"}
    return {key: (value,) if isinstance(value, str) else value for key, value in found.items()}


def test_short_names_of_parameters_are_the_notebooks() -> None:
    rows = re.findall(r"^\| (\d\d) \| `(\w+)` \| (.+) \|$", (DOCS / "own.md").read_text(), re.MULTILINE)
    told = {(number, name): tuple(re.findall(r"`([\w.]+)`", keys)) for number, name, keys in rows}
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert told == {(one.name[:2], name): keys for one in notebooks for name, keys in short_names(one).items()}


def test_what_scripts_make_is_current() -> None:
    results = (DOCS / "measured.md").read_text()
    assert script("measured_table").page(results) == results, "python docs/measured_table.py"
    assert (DOCS / "architecture.svg").read_text() == script("drawing").drawing(FLOORS), "python docs/drawing.py"


def test_every_page_is_in_the_menu() -> None:
    menu = re.findall(r": (\w+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)
    assert sorted(menu) == sorted(page.name for page in DOCS.glob("*.md"))


@pytest.mark.tools
def test_the_site_builds(tmp_path: Path) -> None:
    if not find_spec("mkdocs") or not find_spec("mkdocstrings"):
        pytest.skip("MkDocs is not installed: pip install -e '.[docs]'")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-q", "-d", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "verify_many" in (tmp_path / "api" / "index.html").read_text()


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0 and capsys.readouterr().out == f"rtlvr {version_of('rtlvr')}\n"
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    project = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert project and str(cited["version"]) == project.group(1)
    assert f"## {project.group(1)}" in (ROOT / "CHANGELOG.md").read_text()
    (paper,) = cited["references"]
    assert paper["url"] == "https://arxiv.org/abs/2505.24183"
    assert len(paper["authors"]) == 19 and all(
        author.keys() == {"given-names", "family-names"} for author in paper["authors"]
    )
    assert paper["authors"][0] == {"given-names": "Yaoyu", "family-names": "Zhu"}


def test_hosted_ci_runs_what_ci_runs() -> None:
    for path in (ROOT / ".github").rglob("*.yml"):
        assert yaml.safe_load(path.read_text()), path.name
    steps = [
        step
        for job in yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"].values()
        for step in job["steps"]
    ]
    run = [step["run"] for step in steps if "run" in step]
    assert run == ["make lint", ".ci/run", "make docs"]
    for line in run:
        if line.startswith("make "):
            check(line)
    assert (ROOT / ".ci/run").stat().st_mode & 0o111


def test_containers_are_made_by_setup() -> None:
    docker = (ROOT / "Dockerfile").read_text()
    assert "RUN ./setup.sh" in docker
    copied = [word for line in re.findall(r"^COPY \S+ (.+)$", docker, re.MULTILINE) for word in line.split()[:-1]]
    assert all((ROOT / word).exists() for word in copied)
    inside = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text())
    assert (ROOT / ".devcontainer" / inside["build"]["dockerfile"]).is_file()


def test_colab_installs_what_setup_installs() -> None:
    colab, setup = ((ROOT / name).read_text() for name in ("colab_setup.sh", "setup.sh"))
    assert ".[train,notebooks]" in colab and "KIT:-.[train,notebooks,test]" in setup
    for line in ("sys.version_info < (3, 11)", "iverilog"):
        assert line in colab and line in setup
    assert "bash rtlvr/colab_setup.sh" in (DOCS / "colab.md").read_text()


@pytest.mark.long
@pytest.mark.tools
def test_colab_setup_in_a_fresh_environment(tmp_path: Path) -> None:
    """The package alone, into a Python of its own; torch and JupyterLab would take minutes."""
    clone, python = tmp_path / "rtlvr", tmp_path / "fresh" / "bin" / "python"
    subprocess.run(["git", "clone", "-q", str(ROOT), str(clone)], check=True)
    (clone / "colab_setup.sh").write_text((ROOT / "colab_setup.sh").read_text())
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "fresh")], check=True)
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHON": str(python), "KIT": ".", "HOME": str(tmp_path)}
    done = subprocess.run(
        ["bash", str(clone / "colab_setup.sh")], env=environment, capture_output=True, text=True, check=False
    )
    if "check the network" in done.stdout:
        pytest.skip("no network, or no package index")
    assert done.stdout.endswith("colab_setup: ready\n"), done.stdout + done.stderr
    (tmp_path / "g.v").write_text("module m(input a, output y); assign y = ~a; endmodule\n")
    command = [python, "-m", "rtlvr", "verify", "g.v", "g.v"]
    said = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert said.stdout.startswith("equivalent: ")
