"""The kernel's side: control groups, pressure, and how fast the processor is allowed to be."""

from collections import Counter
from collections.abc import Iterator

from jarvisctl.doctor.findings import Finding, ok, skip, warn
from jarvisctl.doctor.probe import Probe
from jarvisd.errors import JarvisError

CGROUPS = "/sys/fs/cgroup"
NEEDED = ("cpu", "memory")
UNIFIED = "Boot with systemd.unified_cgroup_hierarchy=1 (kernel command line)."
PRESSURE = "Boot with psi=1 (kernel command line)."
GOVERNORS = "/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor"
# Their "powersave" scales with the load, other than the governor of that name.
SCALING_DRIVERS = {"intel_pstate", "amd-pstate-epp"}


def checks(probe: Probe) -> Iterator[Finding]:
    """Control groups, delegation, pressure, frequency."""
    yield _controllers(probe)
    yield _delegation(probe)
    yield _pressure(probe)
    yield _frequency(probe)


def _controllers(probe: Probe) -> Finding:
    check = "control groups"
    enabled = probe.read(f"{CGROUPS}/cgroup.controllers")
    if enabled is not None:
        missing = [name for name in NEEDED if name not in enabled.split()]
        if not missing:
            return ok(check, "version 2, with cpu and memory")
        message = f"version 2, without {' and '.join(missing)}: shares and limits are ignored"
        return warn(check, message, "Remove cgroup_disable= from the kernel command line.")
    mounted = probe.read("/proc/self/mountinfo")
    if mounted is None:
        return skip(check, "/proc is not readable")
    hybrid = " - cgroup2 " in mounted
    kind = "version 1 is in use" if hybrid else "only version 1, or none"
    return warn(
        check, f"{kind}: systemd ignores CPUQuota, MemoryMax and AllowedCPUs silently", UNIFIED
    )


def _delegation(probe: Probe) -> Finding:
    check, status = "delegation", probe.status()
    if isinstance(status, JarvisError):
        return skip(check, "the daemon does not answer")
    group = _group_of(probe, status.pid)
    if group is None:
        return skip(check, "the daemon is in no control group of version 2")
    unit = group.removesuffix("/daemon")
    enabled = probe.read(f"{CGROUPS}{unit}/cgroup.subtree_control")
    if enabled is None:
        return skip(check, f"{unit} cannot be read")
    missing = [name for name in NEEDED if name not in enabled.split()]
    if missing:
        message = f"{unit} cannot be divided ({' and '.join(missing)} not enabled below it)"
        return warn(check, message, "Run the installed unit: its Delegate= allows that.")
    return ok(check, f"{unit} is divided between the daemon and its workers")


def _group_of(probe: Probe, pid: int) -> str | None:
    lines = (probe.read(f"/proc/{pid}/cgroup") or "").splitlines()
    group = next((line[3:] for line in lines if line.startswith("0::")), "/")
    return None if group == "/" else group


def _pressure(probe: Probe) -> Finding:
    text = probe.read("/proc/pressure/cpu")
    if text is None:
        return warn("pressure", "the kernel does not measure pressure", PRESSURE)
    return ok("pressure", f"readable; cpu {_average(text)} % over 10 s")


def _average(text: str) -> str:
    words = text.split()
    return next((word[6:] for word in words if word.startswith("avg10=")), "?")


def _frequency(probe: Probe) -> Finding:
    check, files = "frequency", probe.matching(GOVERNORS)
    governors = Counter((probe.read(file) or "").strip() for file in files)
    if not governors:
        return skip(check, "the processor's frequency cannot be read (a virtual machine?)")
    shown = ", ".join(sorted(governors))
    driver = (probe.read(files[0].replace("_governor", "_driver")) or "").strip()
    if governors["powersave"] and driver not in SCALING_DRIVERS:
        message = f"the governor {shown} keeps the processor at its slowest"
        return warn(check, message, "sudo cpupower frequency-set -g schedutil")
    return ok(check, f"governor {shown}" + (f" of {driver}" if driver else ""))
