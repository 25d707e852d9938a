"""Builds the wheel: what lies beside the package in a checkout goes into it as `rtlvr/kit` (see `rtlvr.paths`).

All else is in pyproject.toml. An editable installation needs no copies, and gets none.
"""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

BESIDE = ("params", "notebooks", "outputs/reference")


class BuildWithKit(build_py):
    """Copies the folders beside the package, and names their files where setuptools asks for them."""

    def run(self) -> None:
        """Build as always, then copy."""
        super().run()
        for target, source in self._kit().items():
            self.mkpath(str(Path(target).parent))
            self.copy_file(source, target)

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """What the build makes."""
        return [*super().get_outputs(include_bytecode), *self._kit()]

    def get_output_mapping(self) -> dict[str, str]:
        """What is made of what."""
        return {**super().get_output_mapping(), **self._kit()}

    def get_source_files(self) -> list[str]:
        """What a source distribution must hold."""
        return [*super().get_source_files(), *self._files()]

    def _kit(self) -> dict[str, str]:
        if self.editable_mode:
            return {}
        return {str(Path(self.build_lib, "rtlvr", "kit", source)): source for source in self._files()}

    @staticmethod
    def _files() -> list[str]:
        paths = (path for folder in BESIDE for path in sorted(Path(folder).rglob("*")))
        return [path.as_posix() for path in paths if path.is_file() and not {*path.parts} & {".ipynb_checkpoints"}]


setup(cmdclass={"build_py": BuildWithKit})
