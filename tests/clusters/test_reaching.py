"""YARN and Kubernetes: what Spark is given, and what is told before it starts in vain."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from connectors.spark.cluster import Cluster
from connectors.spark.masters import prepare
from connectors.spark.reaching import IMAGES, address_of
from schema.errors import ClusterError, InvalidInput

IMAGE = ((IMAGES[0], "repo/spark:3.5"),)


def test_yarn_needs_its_configuration(tmp_path: Path) -> None:
    cluster = Cluster("yarn", cores=5, executor_cores=2, memory="2g", archive=None)
    with pytest.raises(ClusterError, match="HADOOP_CONF_DIR is not set; set it to the folder"):
        prepare(cluster, {})
    with pytest.raises(ClusterError, match=f"no yarn-site.xml in YARN_CONF_DIR={tmp_path}"):
        prepare(cluster, {"YARN_CONF_DIR": str(tmp_path)})
    (tmp_path / "yarn-site.xml").write_text("<configuration/>")
    for name in ("HADOOP_CONF_DIR", "YARN_CONF_DIR"):
        prepared = prepare(cluster, {name: str(tmp_path)})
    assert prepared.cluster.properties() == {
        "spark.master": "yarn",
        "spark.executor.instances": "2",
        "spark.executor.cores": "2",
        "spark.executor.memory": "2g",
    }


def test_kubernetes_needs_an_image_a_login_and_a_server(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        master = f"k8s://https://127.0.0.1:{port}"
        home = {"HOME": str(tmp_path)}
        with pytest.raises(InvalidInput, match=r"no image for the executors; --conf spark\.kube"):
            prepare(Cluster(master), home)
        cluster = Cluster(master, cores=3, configuration=IMAGE)
        with pytest.raises(ClusterError, match=r"nothing to log in with, .*\.kube/config"):
            prepare(cluster, home)
        config = tmp_path / "config"
        config.write_text("apiVersion: v1")
        prepared = prepare(cluster, home | {"KUBECONFIG": f"/nowhere:{config}"})
        token = ("spark.kubernetes.authenticate.oauthTokenFile", str(config))
        prepare(Cluster(master, configuration=(*IMAGE, token)), home)
        (tmp_path / ".kube").mkdir()
        config.rename(tmp_path / ".kube" / "config")
        prepare(cluster, home)
    assert prepared.cluster.properties()["spark.executor.instances"] == "3"
    assert prepared.properties["spark.driver.host"] == "127.0.0.1"
    with pytest.raises(ClusterError, match="no API server of Kubernetes answers"):
        prepare(cluster, home)


def test_addresses_of_kubernetes() -> None:
    assert address_of("k8s://https://a.example") == ("a.example", 443)
    assert address_of("k8s://a:6443") == ("a", 6443)
    assert address_of("k8s://http://a") == ("a", 80)
    for wrong in ("k8s://a:b", "k8s://ftp://a", "k8s://:1"):
        with pytest.raises(InvalidInput, match=r"not k8s://HOST:PORT"):
            address_of(wrong)
