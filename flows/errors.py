"""What can stop a command.

FlowError
├── SettingsError     tamis.toml or a TAMIS_* variable is wrong: exit code 2
├── UnknownSite       a site was named that tamis.toml does not have: exit code 2
├── RunnerUnknown     --runner names something that cannot be used: exit code 2
└── RunFailed         the run could not do its work (nothing to crawl, an unreachable site): exit code 1
"""


class FlowError(Exception):
    """Base of everything that stops a command on purpose: one sentence that says what to do."""

    exit_code = 1


class SettingsError(FlowError):
    exit_code = 2


class UnknownSite(FlowError):
    exit_code = 2


class RunnerUnknown(FlowError):
    exit_code = 2


class RunFailed(FlowError):
    exit_code = 1
