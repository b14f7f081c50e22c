#!/usr/bin/env python3
"""Runs the one job of a workflow of docs/ci as its service would: every command as it stands, in
order, in one workspace; the expressions that those files use; a cache that survives the job. What
the files hold beside that is checked against what the service knows, and refused otherwise.

    ci_service.py github|gitlab FILE WORKSPACE CACHE NAME=VALUE…

NAME=VALUE are the circumstances: contexts of GitHub (github.ref, vars.PROOFSHEET_MODEL), variables
of GitLab (CI_COMMIT_BRANCH). Exits with 0 if the job passes, 1 if it fails, 3 if it fails and may
(GitLab). Artifacts are listed in WORKSPACE/artifacts.
"""
import glob
import os
import re
import shutil
import subprocess
import sys

import yaml


def check_keys(what, mapping, allowed, needed=()):
    unknown = set(mapping) - set(allowed)
    missing = set(needed) - set(mapping)
    if unknown or missing:
        sys.exit(f"{what}: unknown {sorted(map(str, unknown))}, missing {sorted(missing)}")


def run_bash(script, folder, environment):
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, check=False,
    ).returncode


def copy_tree(source, target):
    if os.path.isdir(source):
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(source, target)


def keep_artifacts(workspace, patterns):
    found = [name for p in patterns for name in glob.glob(p, root_dir=workspace)]
    with open(os.path.join(workspace, "artifacts"), "w", encoding="utf-8") as out:
        out.write("".join(name + "\n" for name in sorted(found)))


# ---- GitHub

JOB_KEYS = ("runs-on", "container", "timeout-minutes", "defaults", "env", "steps")
STEP_KEYS = ("name", "id", "if", "run", "uses", "with")
ACTIONS = {
    "actions/checkout@v4": ("repository", "path"),
    "actions/cache/restore@v4": ("path", "key", "restore-keys"),
    "actions/cache/save@v4": ("path", "key"),
    "actions/upload-artifact@v4": ("name", "path", "if-no-files-found"),
}


class GitHub:
    def __init__(self, workspace, cache, contexts):
        self.workspace, self.cache, self.contexts = workspace, cache, contexts
        self.has_failed = False

    def evaluate(self, expression):
        """The operators &&, ||, ! and ==, names of contexts, strings, cancelled()."""
        words = re.findall(r"'[^']*'|&&|\|\||==|[!()]|[\w.-]+", expression)
        if "".join(words) != expression.replace(" ", ""):
            sys.exit(f"not an expression that is known here: {expression}")
        operators = {"&&": " and ", "||": " or ", "!": " not ", "==": "==", "(": "(", ")": ")"}
        python = ""
        for word in words:
            if word in operators:
                python += operators[word]
            elif word.startswith("'"):
                python += repr(word[1:-1])
            elif word == "cancelled":
                python += "(lambda: False)"
            else:
                if word.split(".")[0] not in ("github", "vars", "secrets", "inputs", "steps"):
                    sys.exit(f"no context: {word}")
                python += repr(self.contexts.get(word, ""))
        return eval(python)  # pylint: disable=eval-used

    def expand(self, value):
        return re.sub(r"\$\{\{(.*?)\}\}", lambda m: str(self.evaluate(m[1].strip())), str(value))

    def is_wanted(self, step):
        if "if" not in step:
            return not self.has_failed
        condition = re.fullmatch(r"\$\{\{(.*)\}\}", step["if"])
        wanted = bool(self.evaluate(condition[1].strip()))
        return wanted and ("cancelled()" in step["if"] or not self.has_failed)

    def use(self, action, options):
        place = os.path.join(self.workspace, options.get("path", "").strip())
        if action.startswith("actions/checkout"):
            return os.path.isdir(place)  # laid out by the test
        if action.startswith("actions/cache/restore"):
            names = [n for n in os.listdir(self.cache) if n.startswith(options["restore-keys"])]
            if names:
                copy_tree(os.path.join(self.cache, max(names)), place)
        elif action.startswith("actions/cache/save"):
            copy_tree(place, os.path.join(self.cache, options["key"]))
            return os.path.isdir(place)
        else:
            keep_artifacts(self.workspace, options["path"].split())
        return True

    def run_step(self, step, environment):
        if not self.is_wanted(step):
            outcome = "skipped"
        elif "uses" in step:
            options = {k: self.expand(v) for k, v in step.get("with", {}).items()}
            outcome = "success" if self.use(step["uses"], options) else "failure"
        else:
            status = run_bash(step["run"], self.workspace, environment)
            outcome = "success" if status == 0 else "failure"
        print(f"## {step['name']}: {outcome}", flush=True)
        self.has_failed |= outcome == "failure"
        if "id" in step:
            self.contexts[f"steps.{step['id']}.outcome"] = outcome


def run_github(document, workspace, cache, contexts):
    # YAML 1.1 reads the key `on` as true.
    check_keys("workflow", document, ("name", True, "permissions", "jobs"), ("jobs", True))
    if document["permissions"] != {"contents": "read"}:
        sys.exit("permissions: more than is needed")
    (job,) = document["jobs"].values()
    check_keys("job", job, JOB_KEYS, ("runs-on", "container", "steps"))
    if job["container"] != "debian:12" or job["defaults"] != {"run": {"shell": "bash"}}:
        sys.exit("not the container and shell that are run here")
    for step in job["steps"]:
        check_keys("step", step, STEP_KEYS, ("name",))
        if ("run" in step) == ("uses" in step):
            sys.exit(f"{step['name']}: needs one of run and uses")
        if "uses" in step:
            check_keys(step["uses"], step.get("with", {}), ACTIONS[step["uses"]])
    service = GitHub(workspace, cache, contexts)
    environment = dict(os.environ, GITHUB_ACTIONS="true", GITHUB_WORKSPACE=workspace)
    environment["GITHUB_STEP_SUMMARY"] = os.path.join(workspace, "step-summary")
    environment |= {name: service.expand(value) for name, value in job["env"].items()}
    for step in job["steps"]:
        service.run_step(step, environment)
    return 1 if service.has_failed else 0


# ---- GitLab

GITLAB_KEYS = ("image", "timeout", "rules", "variables", "cache", "before_script", "script",
               "allow_failure", "artifacts")  # fmt: skip


def gitlab_variables(job, given):
    """The job's variables, then those of the rule that holds, then those of the pipeline."""
    variables = dict(job["variables"])
    for rule in job["rules"]:
        check_keys("rule", rule, ("if", "variables"), ("if",))
        name, wanted = re.fullmatch(r'\$(\w+) == ("\w+"|\$\w+)', rule["if"]).groups()
        wanted = given.get(wanted[1:]) if wanted.startswith("$") else wanted.strip('"')
        if given.get(name) == wanted:
            return variables | rule.get("variables", {}) | given
    sys.exit("no rule holds: the job would not run")


def run_gitlab(document, workspace, cache, given):
    (job,) = document.values()
    check_keys("job", job, GITLAB_KEYS, ("image", "script"))
    check_keys("cache", job["cache"], ("key", "paths", "policy", "when", "unprotect"))
    check_keys("artifacts", job["artifacts"], ("when", "paths", "reports"))
    check_keys("reports", job["artifacts"]["reports"], ("junit",))
    if job["image"] != "debian:12" or job["cache"]["when"] != "always":
        sys.exit("not the image and cache that are run here")
    variables = gitlab_variables(job, given)
    expand = lambda text: re.sub(r"\$(\w+)", lambda m: variables[m[1]], text)
    policy = expand(job["cache"]["policy"])
    key = os.path.join(cache, expand(job["cache"]["key"]))
    (path,) = job["cache"]["paths"]
    place = os.path.join(workspace, path.rstrip("/"))
    copy_tree(key, place)
    environment = dict(os.environ, CI="true", CI_PROJECT_DIR=workspace, **variables)
    script = "\n".join(job["before_script"] + job["script"])
    status = run_bash(script, workspace, environment)
    print(f"## script: {status}", flush=True)
    if policy == "pull-push":
        copy_tree(place, key)
    elif policy != "pull":
        sys.exit(f"cache: policy {policy}")
    artifacts = job["artifacts"]
    keep_artifacts(workspace, artifacts["paths"] + [artifacts["reports"]["junit"]])
    if status in job["allow_failure"]["exit_codes"]:
        return 3
    return 1 if status else 0


def main():
    service, path, workspace, cache, *circumstances = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    given = dict(word.split("=", 1) for word in circumstances)
    sys.exit({"github": run_github, "gitlab": run_gitlab}[service](document, workspace, cache, given))


if __name__ == "__main__":
    main()
