"""The page on clusters: its manifest has no field that Kubernetes doesn't know, bash finds no fault in its scripts."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest
import yaml

from tests.docs.pages import DOCS, Block, blocks_of

# The json names in kubernetes/kubernetes: staging/src/k8s.io/api/batch/v1/types.go (Job, JobSpec) and core/v1/types.go,
# those of what the page uses and of what is near it
FIELDS = {
    "Job": "apiVersion kind metadata spec status",
    "JobSpec": "parallelism completions activeDeadlineSeconds podFailurePolicy backoffLimit selector manualSelector "
    "template ttlSecondsAfterFinished completionMode suspend",
    "PodTemplateSpec": "metadata spec",
    "PodSpec": "volumes initContainers containers restartPolicy activeDeadlineSeconds nodeSelector serviceAccountName",
    "Container": "name image command args workingDir ports envFrom env resources volumeMounts imagePullPolicy",
    "EnvVar": "name value valueFrom",
    "VolumeMount": "name readOnly mountPath subPath",
    "Volume": "name persistentVolumeClaim emptyDir hostPath nfs",
}


def known(kind: str, thing: dict[str, Any]) -> dict[str, Any]:
    assert set(thing) <= set(FIELDS[kind].split()), kind
    return thing


@pytest.fixture(scope="module")
def files() -> dict[str, Block]:
    return {block.file: block for block in blocks_of(DOCS / "how-to" / "cluster.md") if block.file}


def test_the_manifest_has_the_fields_of_an_indexed_job(files: dict[str, Block]) -> None:
    job = known("Job", yaml.safe_load(files["parts.yaml"].text))
    assert (job["apiVersion"], job["kind"]) == ("batch/v1", "Job")
    spec = known("JobSpec", job["spec"])
    # of an indexed Job completions must be given, and its pods be Never or OnFailure
    assert spec["completionMode"] == "Indexed"
    pod = known("PodSpec", known("PodTemplateSpec", spec["template"])["spec"])
    assert pod["restartPolicy"] in ("Never", "OnFailure")
    (container,) = pod["containers"]
    known("Container", container)
    volumes = {known("Volume", volume)["name"] for volume in pod["volumes"]}
    assert {known("VolumeMount", mount)["name"] for mount in container["volumeMounts"]} == volumes
    assert all(isinstance(known("EnvVar", each)["value"], str) for each in container["env"])
    assert set(container["resources"]) == {"requests", "limits"}

    # what the pod of the last index calls: a share that there is
    line = container["command"][2].replace("exec smoltworks", "printf '%s '")
    last = spec["completions"] - 1
    told = subprocess.run(
        [*container["command"][:2], line], env={"JOB_COMPLETION_INDEX": str(last)}, capture_output=True, text=True
    )
    assert told.stdout.split()[-4:] == ["--part", f"{last + 1}/{spec['completions']}", "--workers", "1"]


@pytest.mark.parametrize("script", ["parts.sbatch", "submit.sh"])
def test_a_script_is_one_that_bash_and_sbatch_can_read(script: str, files: dict[str, Block]) -> None:
    text = files[script].text
    assert text.startswith("#!/bin/bash\n")  # sbatch refuses what begins otherwise
    assert subprocess.run(["bash", "-n"], input=text, text=True, check=False).returncode == 0
    options = [line.split()[1] for line in text.splitlines() if line.startswith("#SBATCH")]
    assert all(option.startswith("--") for option in options)
