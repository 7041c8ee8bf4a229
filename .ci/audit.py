"""Known vulnerabilities of what is installed: exits with 1 when there is one, and says so when it could not look.

The index gives pip-audit no severities, so every known finding fails unless it is listed here with its reason.
"""

import json
import subprocess
import sys

SECONDS = 50
ACCEPTED: dict[str, str] = {}  # id of an advisory -> why it does not concern this project


def main() -> int:
    """Look at every installed package but this project; returns the exit code."""
    command = [sys.executable, "-m", "pip_audit", "--skip-editable", "--progress-spinner=off", "--timeout=5", "-f=json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError, KeyError):
        packages = []
    audited = [package for package in packages if "vulns" in package]
    if not audited:
        print("audit: no index of advisories can be reached from here (or pip-audit is missing): nothing was audited")
        return 0
    found = [(package, one) for package in audited for one in package["vulns"] if one["id"] not in ACCEPTED]
    for package, one in found:
        fixed = ", ".join(one["fix_versions"]) or "no release yet"
        print(f"audit: {package['name']} {package['version']} has {one['id']}; fixed in {fixed}")
    print(f"audit: {len(found)} known vulnerabilities in {len(audited)} of {len(packages)} packages that were checked")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
