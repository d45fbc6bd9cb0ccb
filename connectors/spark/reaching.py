"""YARN and Kubernetes: whether what Spark needs to reach them is there, asked before it starts."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from schema.errors import ClusterError, InvalidInput

IMAGES = ("spark.kubernetes.container.image", "spark.kubernetes.executor.container.image")

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount/token"
"""What Kubernetes gives to those who run inside of it."""

_CONFIGURED = ("HADOOP_CONF_DIR", "YARN_CONF_DIR")


def check_yarn(environment: Mapping[str, str]) -> None:
    """Raises ClusterError unless a variable names the folder of the cluster's configuration: the
    only way in which Spark learns where the resource manager is.
    """
    named = {name: environment[name] for name in _CONFIGURED if environment.get(name)}
    if not named:
        raise ClusterError(
            "yarn: HADOOP_CONF_DIR is not set; set it to the folder with the cluster's "
            "core-site.xml and yarn-site.xml"
        )
    if any((Path(folder) / "yarn-site.xml").is_file() for folder in named.values()):
        return
    told = ", ".join(f"{name}={folder}" for name, folder in named.items())
    raise ClusterError(f"yarn: there is no yarn-site.xml in {told}; name the folder that has it")


def check_kubernetes(
    master: str, properties: Mapping[str, str], environment: Mapping[str, str]
) -> str:
    """`HOST:PORT` of the API server of `k8s://URL`, once it answers, an image is named, and there
    is something to log in with. Raises InvalidInput or ClusterError.
    """
    host, port = address_of(master)
    if not any(properties.get(name) for name in IMAGES):
        raise InvalidInput(
            f"{master}: no image for the executors; --conf {IMAGES[0]}=REPOSITORY/SPARK:TAG"
        )
    places = _logins(properties, environment)
    if not any(Path(place).expanduser().is_file() for place in places):
        raise ClusterError(
            f"{master}: nothing to log in with, neither {' nor '.join(places)}; set KUBECONFIG, or "
            "--conf spark.kubernetes.authenticate.oauthTokenFile=PATH"
        )
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ClusterError(f"{master}: no API server of Kubernetes answers ({reason})") from error
    return f"{host}:{port}"


def address_of(master: str) -> tuple[str, int]:
    """Host and port of `k8s://HOST:PORT`, `k8s://https://HOST`. Raises InvalidInput."""
    url = master.removeprefix("k8s://")
    parts = urlsplit(url if "://" in url else f"https://{url}")
    try:
        port = parts.port or (80 if parts.scheme == "http" else 443)
    except ValueError:
        port = 0
    if parts.hostname is None or not port or parts.scheme not in {"http", "https"}:
        raise InvalidInput(f"master {master}: not k8s://HOST:PORT or k8s://https://HOST:PORT")
    return parts.hostname, port


def _logins(properties: Mapping[str, str], environment: Mapping[str, str]) -> list[str]:
    """Files that can hold a login, where Spark looks for them."""
    prefix = "spark.kubernetes.authenticate."
    named = [
        value
        for name, value in properties.items()
        if name.startswith(prefix) and name.endswith("File")
    ]
    configured = environment.get("KUBECONFIG", "").split(":")
    home = environment.get("HOME", "~")
    return [*named, *filter(None, configured or ()), f"{home}/.kube/config", ACCOUNT]
