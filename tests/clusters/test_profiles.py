"""Clusters by name, from settings files and options."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog.cli.cluster_options import properties
from catalog.cli.main import main
from connectors.spark import profiles, standalone
from connectors.spark.cluster import Cluster, MesosOptions
from connectors.spark.daemons import Daemon
from connectors.spark.standalone import Standalone
from schema.errors import InvalidInput

LAB = """
[clusters.lab]
master = "mesos://10.0.0.1:5050"
cores = 8
memory = "2g"
python = "/usr/bin/python3"
archive = "/shared/env.tar.gz"
environment = { AWS_REGION = "eu-west-1" }
configuration = { "spark.b" = "1", "spark.a" = true }

[clusters.lab.mesos]
role = "science"
principal = "science"
secret = "env:MESOS_SECRET"

[clusters.small]
master = "local[1]"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "headwater.toml").write_text(LAB)
    return tmp_path


def test_a_profile_is_a_cluster(folder: Path) -> None:
    assert profiles.cluster("lab") == Cluster(
        "mesos://10.0.0.1:5050",
        cores=8,
        memory="2g",
        python="/usr/bin/python3",
        archive="/shared/env.tar.gz",
        environment=(("AWS_REGION", "eu-west-1"),),
        configuration=(("spark.a", "true"), ("spark.b", "1")),
        mesos=MesosOptions(role="science", principal="science", secret="env:MESOS_SECRET"),
    )


def test_what_is_said_wins_over_the_profile(folder: Path) -> None:
    said = profiles.chosen(
        "lab", cores=2, configuration=[("spark.b", "2"), ("spark.c", "3")], master="yarn"
    )
    assert (said.master, said.cores, said.memory) == ("yarn", 2, "2g")
    assert said.configuration == (("spark.a", "true"), ("spark.b", "2"), ("spark.c", "3"))
    assert profiles.chosen().master == f"local[{os.cpu_count()}]"


def test_the_folder_comes_before_the_users_settings(folder: Path, state: Path) -> None:
    user = state / "config" / "headwater" / "headwater.toml"
    user.parent.mkdir(parents=True, exist_ok=True)
    user.write_text('[clusters.small]\nmaster = "local[9]"\n[clusters.own]\nmaster = "yarn"\n')
    assert profiles.cluster("small").master == "local[1]"
    assert profiles.cluster("own").master == "yarn"
    user.unlink()
    with pytest.raises(InvalidInput, match=r"cluster 'own': not in .*known: lab, small"):
        profiles.cluster("own")


def test_a_started_cluster_has_a_name_too(folder: Path) -> None:
    home = standalone.home("mine")
    home.mkdir(parents=True, exist_ok=True)
    token = Path("/proc/self/cmdline").read_text().split("\0")[0]  # this very process stands in
    daemon = Daemon("master", os.getpid(), str(home / "master.log"))
    made = Standalone("mine", "spark://127.0.0.1:7077", "http://127.0.0.1:1", token, "", (daemon,))
    standalone.save(made, home)
    assert profiles.cluster("mine") == Cluster("spark://127.0.0.1:7077")
    (home / "state.json").unlink()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[clusters.x", "headwater.toml: "),
        ("clusters = 1", "clusters is not a table of tables"),
        ("[clusters.x]\ncores = 2", r"clusters\.x: a table with at least `master`"),
        ('[clusters.x]\nmaster = "yarn"\ncore = 2', r"clusters\.x\.core: not a setting; there are"),
        ('[clusters.x]\nmaster = "yarn"\ncores = "2"', r"x\.cores: a number is expected"),
        ('[clusters.x]\nmaster = "nobody"', r"clusters\.x: master 'nobody': not one of"),
        ('[clusters.x]\nmaster = "yarn"\n[clusters.x.mesos]\nsecret = "s3cret"', "a reference"),
        ('[clusters.x]\nmaster = "yarn"\nmesos = 1', r"x\.mesos: a table is expected"),
    ],
)
def test_settings_that_cannot_be_used_are_named(folder: Path, text: str, told: str) -> None:
    (folder / "headwater.toml").write_text(text)
    with pytest.raises(InvalidInput, match=told) as error:
        profiles.cluster("x")
    assert "s3cret" not in str(error.value)


def test_properties_of_the_command_line() -> None:
    assert properties(("spark.a=b=c", " spark.d =")) == [("spark.a", "b=c"), ("spark.d", "")]
    done = CliRunner().invoke(main, ["run", "x.py", "--conf", "spark.a"])
    assert done.exit_code == 2
    assert "is not K=V" in done.output


def test_run_says_which_cluster_there_is_not(folder: Path) -> None:
    done = CliRunner().invoke(main, ["run", "x.py", "--cluster", "nowhere"])
    assert done.exit_code == 1
    assert "cluster 'nowhere'" in done.output
    assert len(done.output.splitlines()) == 1


def test_executors_run_the_python_of_the_archive() -> None:
    packed = Cluster("spark://a:1", archive="/x/env.tar.gz", environment=(("A", "b"),))
    assert packed.executor_python == "./environment/bin/python"
    assert packed.properties() == {
        "spark.master": "spark://a:1",
        "spark.executorEnv.A": "b",
        "spark.archives": "/x/env.tar.gz#environment",
    }
    here = Cluster("local[2]", archive="/x/env.tar.gz")
    assert here.executor_python == here.python
    assert "spark.archives" not in here.properties()
    own = Cluster("spark://a:1", archive="/x/env.tar.gz", python="/opt/python")
    assert own.executor_python == "/opt/python"
