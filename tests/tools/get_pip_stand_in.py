"""Let ``ansible-test sanity`` run where get-pip.py cannot be downloaded.

ansible-test bootstraps pip in the virtual environments it makes with a
``get-pip.py`` that it downloads and keeps in a cache below the home directory.

    HOME=SOME_FOLDER python3 tests/tools/get_pip_stand_in.py --install

places this file in that cache under the names that the supported ansible-core
releases look for, and only where they are missing. Called by ansible-test in
place of get-pip, it sets pip up with ``ensurepip`` and then installs what was
asked for from the index that pip is configured with.
"""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

# One name for each get-pip release that ansible-core 2.16 to 2.21 pins.
CACHE_NAMES = ("get_pip_23_1_2.py", "get_pip_24_2.py", "get_pip_25_2.py")

# get-pip leaves these two out when told to; ensurepip never brings them.
NOT_FOR_PIP = ("--no-setuptools", "--no-wheel")


def install() -> None:
    """Place this file in ansible-test's download cache."""
    cache = pathlib.Path.home() / ".ansible" / "test" / "cache"
    cache.mkdir(parents=True, exist_ok=True)
    for name in CACHE_NAMES:
        if not (cache / name).exists():
            shutil.copyfile(__file__, cache / name)


def bootstrap(arguments: list[str]) -> None:
    """Do what get-pip does: pip from ensurepip, then the packages named."""
    # GET_PIP is ansible-test's own and would be read by pip as an option.
    environment = {name: value for name, value in os.environ.items() if name != "GET_PIP"}
    wanted = [argument for argument in arguments if argument not in NOT_FOR_PIP]
    subprocess.run(
        [sys.executable, "-m", "ensurepip", "--default-pip"],
        check=True,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    subprocess.run([sys.executable, "-m", "pip", "install", "--upgrade", *wanted], check=True, env=environment)


if __name__ == "__main__":
    if sys.argv[1:] == ["--install"]:
        install()
    else:
        bootstrap(sys.argv[1:])
